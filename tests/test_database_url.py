"""Database URLs as hosts hand them out, and what a server gets to see of them."""

from __future__ import annotations

import socket
import ssl
import traceback
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage.address import read_url
from storage.database import connect, open_engine
from storage.embedded import EmbeddedPostgres
from tests.loopback.postgres_greeting import CERTIFICATE, Introduction, greeter
from tests.postgres import open_folder

TRUSTED = f"sslrootcert={quote(str(CERTIFICATE), safe='')}"


async def introduce(url: str) -> None:
    connection = await connect(url)
    await connection.close(timeout=5)


async def seen(url: str, *, tls: bool = False) -> Introduction:
    """How a client introduces itself that was given this URL, in which PORT is the server's."""
    async with greeter(tls=tls) as server:
        await introduce(url.replace("PORT", str(server.port)))
        return server.last


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
async def test_every_usual_scheme_is_accepted(scheme: str) -> None:
    introduction = await seen(f"{scheme}://ada:secret@localhost:PORT/viva")
    assert introduction.password == "secret"
    assert introduction.parameters["user"] == "ada"
    assert introduction.parameters["database"] == "viva"


@pytest.mark.parametrize("url", ["mysql://ada@localhost/viva", "localhost/viva", ""])
def test_other_schemes_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must begin with postgresql://"):
        read_url(url)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("p%40ss%2Fw%3Ard", "p@ss/w:rd"), ("a+b#c?d", "a+b#c?d"), ("p@ss", "p@ss"), ("a:b", "a:b"), ("%C3%A9", "é")],
)
async def test_a_password_with_special_characters_arrives_whole(written: str, meant: str) -> None:
    assert (await seen(f"postgresql://ada:{written}@localhost:PORT/viva")).password == meant
    if "?" not in written:
        return
    in_query = f"postgresql://localhost:PORT/viva?user=ada&password={written}"
    assert (await seen(in_query)).password == meant


async def test_names_are_decoded() -> None:
    introduction = await seen("postgresql://a%40b:x@localhost:PORT/my%20viva")
    assert introduction.parameters["user"] == "a@b"
    assert introduction.parameters["database"] == "my viva"


async def test_the_query_overrides_what_stands_before_it() -> None:
    introduction = await seen("postgresql://ada:x@nowhere:1/viva?host=localhost&port=PORT&user=bob&dbname=other")
    assert introduction.parameters["user"] == "bob"
    assert introduction.parameters["database"] == "other"


@pytest.mark.parametrize("url", ["postgresql://ada:x@/viva?host=FOLDER", "postgresql://ada:x@FOLDER/viva"])
async def test_a_unix_socket_is_found_in_the_query_or_percent_encoded(url: str, tmp_path: Path) -> None:
    async with greeter(path=tmp_path / ".s.PGSQL.5432") as server:
        await introduce(url.replace("FOLDER", quote(str(tmp_path), safe="")))
        assert server.last.parameters["user"] == "ada"


async def test_a_socket_beside_a_host_wins() -> None:
    """Some hosts' templates have both."""
    with open_folder() as folder:
        async with greeter(path=folder / ".s.PGSQL.7777") as server:
            await introduce(f"postgresql://ada:x@localhost:1/viva?host={folder}&port=7777")
            assert len(server.introductions) == 1


async def test_the_next_of_several_hosts_is_tried() -> None:
    async with greeter() as server:
        await introduce(f"postgresql://ada:x@localhost:{unused_port()},localhost:{server.port}/viva")
        assert len(server.introductions) == 1


def unused_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def test_only_a_server_with_the_wanted_attributes_is_used() -> None:
    async with (
        greeter(settings={"in_hot_standby": "on"}) as standby,
        greeter(settings={"in_hot_standby": "off"}) as main,
    ):
        hosts = f"localhost:{standby.port},localhost:{main.port}"
        connection = await connect(f"postgresql://ada:x@{hosts}/viva?target_session_attrs=primary")
        assert connection.get_settings().in_hot_standby == "off"
        await connection.close()


@pytest.mark.parametrize("host", ["[::1]", "%5B::1%5D"])
def test_an_ipv6_address_keeps_its_colons(host: str) -> None:
    assert "host=%5B%3A%3A1%5D&port=5433" in read_url(f"postgresql://ada@{host}:5433/viva").dsn
    assert "host=%5B%3A%3A1%5D" in read_url("postgresql://ada@/viva?host=::1").dsn


async def test_session_parameters_reach_the_server() -> None:
    url = "postgresql://ada:x@localhost:PORT/viva?application_name=my%20app&options=-c%20search_path%3Dviva"
    introduction = await seen(url)
    assert introduction.parameters["application_name"] == "my app"
    assert introduction.parameters["options"] == "-c search_path=viva"
    assert introduction.parameters["jit"] == "off"


async def test_tuning_of_the_network_is_accepted_without_effect() -> None:
    tuning = "keepalives=1&keepalives_idle=30&gssencmode=prefer&client_encoding=utf8&fallback_application_name=viva"
    introduction = await seen(f"postgresql://ada:x@localhost:PORT/viva?{tuning}")
    assert introduction.parameters.keys() == {"user", "database", "client_encoding", "jit", "application_name"}


@pytest.mark.parametrize("mode", ["disable", "allow"])
async def test_tls_is_not_used_where_it_is_not_wanted(mode: str) -> None:
    assert not (await seen(f"postgresql://ada:x@localhost:PORT/viva?sslmode={mode}", tls=True)).encrypted


@pytest.mark.parametrize("query", ["", "?sslmode=prefer"])
async def test_tls_is_used_where_it_is_offered(query: str) -> None:
    assert (await seen(f"postgresql://ada:x@localhost:PORT/viva{query}", tls=True)).encrypted
    assert not (await seen(f"postgresql://ada:x@localhost:PORT/viva{query}")).encrypted


@pytest.mark.parametrize(
    "query", ["sslmode=require", "ssl=true", "ssl=require", "sslmode=require&channel_binding=prefer"]
)
async def test_required_tls_is_never_left_out(query: str) -> None:
    assert (await seen(f"postgresql://ada:x@localhost:PORT/viva?{query}", tls=True)).encrypted
    with pytest.raises(ConnectionError, match="rejected SSL"):
        await seen(f"postgresql://ada:x@localhost:PORT/viva?{query}")


@pytest.mark.parametrize(
    "query",
    ["sslmode=verify-ca", "sslmode=verify-full", "sslmode=require", "sslmode=verify-full&channel_binding=require"],
)
async def test_a_certificate_is_verified_by_its_authority(query: str) -> None:
    assert (await seen(f"postgresql://ada:x@localhost:PORT/viva?{query}&{TRUSTED}", tls=True)).encrypted


async def test_a_certificate_for_another_name_is_refused_when_the_name_counts() -> None:
    url = f"postgresql://ada:x@127.0.0.1:PORT/viva?{TRUSTED}"
    assert (await seen(f"{url}&sslmode=verify-ca", tls=True)).encrypted
    with pytest.raises(ssl.SSLCertVerificationError):
        await seen(f"{url}&sslmode=verify-full", tls=True)


@pytest.mark.parametrize(
    "query",
    ["sslrootcert=system", "sslrootcert=system&sslmode=verify-full", "sslmode=require&channel_binding=require",
     "channel_binding=require&sslmode=disable"],
)  # fmt: skip
async def test_a_server_unknown_to_the_systems_authorities_is_refused(query: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await seen(f"postgresql://ada:x@localhost:PORT/viva?{query}", tls=True)


async def test_the_systems_authorities_are_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    url = "postgresql://ada:x@localhost:PORT/viva?sslmode=require&channel_binding=require"
    assert (await seen(url, tls=True)).encrypted


async def test_a_connection_that_takes_too_long_is_given_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(TimeoutError):
            await connect(f"postgresql://ada:x@127.0.0.1:{silent.getsockname()[1]}/viva?connect_timeout=1")


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("requirepeer=root", "parameter requirepeer is not supported"),
        ("sslmod=require", "parameter sslmod is not supported"),
        ("gssencmode=require", "gssencmode must be one of disable, prefer"),
        ("sslmode=always", "sslmode must be one of disable, allow"),
        ("ssl=perhaps", "sslmode must be one of disable, allow"),
        ("channel_binding=yes", "channel_binding must be one of"),
        ("connect_timeout=soon", "connect_timeout is not a number"),
        ("sslrootcert=system&sslmode=require", "goes with sslmode=verify-full only"),
        ("sslrootcert=system&sslcrl=/x", "does not go with sslcrl"),
        ("sslrootcert=system&sslcert=/x", "sslcert or sslkey cannot be read"),
        ("sslmode", "parameter sslmode has no value"),
    ],
)
def test_what_cannot_be_honoured_is_named_without_the_password(query: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as refused:
        read_url(f"postgresql://ada:hunter2@localhost/viva?{query}")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("password", ["hunter/2", "hunter/2?x=hunter", "1/hunter?hun-ter=2", "hunter2"])
def test_a_mangled_password_is_never_shown(password: str) -> None:
    url = f"postgresql://ada:{password}@localhost:port/viva"
    with pytest.raises(ValueError, match="database URL") as refused:
        read_url(url)
    assert "hun" not in str(refused.value)


def test_an_address_does_not_show_its_password() -> None:
    assert "hunter2" not in repr(read_url("postgresql://ada:hunter2@localhost/viva"))
    assert "hunter2" not in repr(open_engine("postgresql://ada:hunter2@localhost/viva"))


async def test_an_engine_reaches_the_database(database_url: str) -> None:
    engine = open_engine(database_url)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SHOW jit")) == "off"
        assert await connection.scalar(text("SELECT CAST(:document AS jsonb)"), {"document": '{"a": 1}'}) == {"a": 1}
    await engine.dispose()


@pytest.mark.parametrize(("option", "kept"), [("", True), ("&prepared_statement_cache_size=0", False)])
async def test_behind_a_pooler_no_statement_stays_prepared(database_url: str, option: str, kept: bool) -> None:
    engine = open_engine(database_url + option)
    async with engine.connect() as connection:
        for number in range(3):
            await connection.scalar(text("SELECT :number + 1"), {"number": number})
        prepared = await connection.scalar(
            text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%+ 1'")
        )
        assert bool(prepared) is kept
    await engine.dispose()


async def test_a_restart_of_the_database_is_not_noticed_between_two_uses() -> None:
    with open_folder() as folder:
        server = EmbeddedPostgres(folder / "postgres", settings={"fsync": "off"})
        await server.start()
        engine = open_engine(server.url, pool_size=2)
        async with engine.connect() as one, engine.connect() as other:
            before = {await each.scalar(text("SELECT pg_backend_pid()")) for each in (one, other)}
        await server.stop()
        await server.start()
        async with engine.connect() as one, engine.connect() as other:
            after = {await each.scalar(text("SELECT pg_backend_pid()")) for each in (one, other)}
        assert before.isdisjoint(after)
        await engine.dispose()
        await server.stop()


async def test_learners_words_stay_out_of_errors_and_their_tracebacks(database_url: str) -> None:
    engine = open_engine(database_url)
    values = {"words": "my secret"}  # not in a line that a traceback shows
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE said_once (words text CHECK (words = ''))"))
    with pytest.raises(IntegrityError) as failed:
        async with engine.begin() as connection:
            await connection.execute(text("INSERT INTO said_once VALUES (:words)"), values)
    assert "my secret" not in "".join(traceback.format_exception(failed.value))
    await engine.dispose()


async def test_a_listening_connection_hears_of_notifications(database_url: str) -> None:
    connection = await connect(database_url)
    heard: list[object] = []
    await connection.add_listener("work", lambda *call: heard.append(call[-1]))
    await connection.execute("SELECT pg_notify('work', 'now')")
    await connection.close()
    assert heard == ["now"]
