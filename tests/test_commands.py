"""The `viva` command as it is typed: what it says, and its exit codes."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from bots.commands import COMMANDS, HELP
from bots.process import Refusal, reach
from tests.postgres import open_folder

ROOT = Path(__file__).parents[1]
NAMES = ["run", "practice", "web", "telegram", "slack", "worker", "migrate", "doctor", "roles", "transcript", "eval"]
AWAY = "postgresql://viva:psst@127.0.0.1:1/viva"
TELEGRAM = {"TELEGRAM_BOT_TOKEN": "987654321:psst", "TELEGRAM_API_URL": "http://127.0.0.1:1"}


@dataclass(frozen=True)
class Said:
    code: int | None
    out: str
    err: str


async def start(environment: Mapping[str, str], *arguments: str, folder: Path = ROOT) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bots", *arguments),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8", **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def viva(environment: Mapping[str, str], *arguments: str, folder: Path = ROOT) -> Said:
    process = await start(environment, *arguments, folder=folder)
    out, err = await asyncio.wait_for(process.communicate(), 30)
    said = Said(process.returncode, out.decode(), err.decode())
    assert "psst" not in said.out + said.err
    assert "Traceback" not in said.err
    return said


async def refusal(environment: Mapping[str, str], *arguments: str, code: int = 2) -> list[str]:
    said = await viva(environment, *arguments)
    assert (said.code, said.out) == (code, "")
    return said.err.splitlines()


# What there is


async def test_help_lists_the_commands() -> None:
    for arguments in (["--help"], []):
        said = await viva({}, *arguments)
        assert said.code == 0
        listed = [line for line in said.out.splitlines() if line.startswith("    ") and line[4] != " "]
        assert [line.split()[0] for line in listed] == NAMES


def test_every_command_has_a_help() -> None:
    assert list(COMMANDS) == list(HELP) == NAMES


async def test_an_unknown_command_is_refused() -> None:
    assert "invalid choice: 'fly'" in (await refusal({}, "fly"))[-1]


def test_the_procfile_names_commands() -> None:
    lines = dict(line.split(": ") for line in (ROOT / "Procfile").read_text().splitlines())
    assert list(lines) == ["release", "web", "telegram", "slack", "worker"]
    for command in lines.values():
        program, name = command.split()
        assert program == "viva"
        assert name in COMMANDS


# Role packs and configuration


async def test_roles_are_listed_with_the_users_own(tmp_path: Path) -> None:
    pack = (ROOT / "prompts" / "roles" / "data-science.toml").read_text()
    (tmp_path / "baker.toml").write_text(pack.replace('role = "data-science"', 'role = "baker"', 1))
    said = await viva({"VIVA_ROLES_DIR": str(tmp_path)}, "roles")
    assert said.code == 0
    assert [line for line in said.out.splitlines() if line.startswith("baker: ")]
    assert [line for line in said.out.splitlines() if line.startswith("data-science: Data Science, ")]


async def test_a_bad_role_pack_is_named(tmp_path: Path) -> None:
    (tmp_path / "baker.toml").write_text("role = 'baker'\ntitel = 'Baker'\n")
    lines = await refusal({"VIVA_ROLES_DIR": str(tmp_path)}, "roles")
    assert all(line.startswith(f"{tmp_path}/baker.toml: ") for line in lines)
    assert [line for line in lines if "line 2: titel" in line]


async def test_bad_settings_are_one_line_each() -> None:
    lines = await refusal({"PORT": "psst", "TELEGRAM_BOT_TOKEN": "psst"}, "run")
    assert [line.partition(":")[0] for line in lines] == ["PORT", "TELEGRAM_BOT_TOKEN"]


@pytest.mark.parametrize(
    ("command", "variable"),
    [("telegram", "TELEGRAM_BOT_TOKEN"), ("slack", "SLACK_APP_TOKEN"), ("worker", "TELEGRAM_BOT_TOKEN")],
)
async def test_a_process_without_its_token_says_so(command: str, variable: str) -> None:
    (line,) = await refusal({}, command)
    assert line.startswith(variable)


async def test_long_polling_gives_way_to_a_webhook() -> None:
    webhook = {"TELEGRAM_WEBHOOK_URL": "https://viva.example/telegram", "TELEGRAM_WEBHOOK_SECRET": "psst"}
    (line,) = await refusal(TELEGRAM | webhook, "telegram")
    assert line.startswith("TELEGRAM_WEBHOOK_URL")


# The database


@pytest.mark.parametrize("command", ["transcript", "migrate"])
async def test_a_database_that_is_away_is_one_line(command: str) -> None:
    (line,) = await refusal({"DATABASE_URL": AWAY}, command)
    assert line.startswith("DATABASE_URL: nothing answers there")


async def test_a_database_without_tables_is_one_line(empty_database_url: str) -> None:
    for command in ("transcript", "worker", "web"):
        (line,) = await refusal({"DATABASE_URL": empty_database_url, **TELEGRAM}, command)
        assert line.startswith("DATABASE_URL: ")
        assert "viva migrate" in line


async def test_migrate_may_be_run_again_and_again(empty_database_url: str) -> None:
    environment = {"DATABASE_URL": empty_database_url}
    assert [(await viva(environment, "migrate")).out for _ in range(2)] == ["The database is up to date.\n"] * 2
    assert (await viva(environment, "transcript")).out == "No interview is kept yet.\n"


async def test_an_unknown_interview_is_one_line(database_url: str) -> None:
    (line,) = await refusal({"DATABASE_URL": database_url}, "transcript", "nobody")
    assert "'nobody'" in line


async def test_an_embedded_database_that_does_not_start_is_one_line() -> None:
    with open_folder() as folder:
        home = folder / "viva" / "postgres"
        home.mkdir(parents=True)
        home.chmod(0o777)
        (line,) = await refusal({"XDG_DATA_HOME": str(folder)}, "transcript")
    assert line.startswith("The embedded PostgreSQL did not start: everybody may write to ")


async def test_a_port_that_is_taken_is_one_line(database_url: str) -> None:
    with socket.create_server(("", 0)) as taken:
        port = str(taken.getsockname()[1])
        (line,) = await refusal({"DATABASE_URL": database_url, "PORT": port}, "web", code=1)
    assert line.startswith(f"PORT: {port} ")


@dataclass
class Road:
    """A port that leads to a database while it is open."""

    url: str
    port: int
    socket_file: str

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        async with await asyncio.start_server(self._lead, "127.0.0.1", self.port) as server:
            yield
            server.close()

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(self.socket_file)
        async with asyncio.TaskGroup() as both:
            both.create_task(_pass(reader, far_writer))
            both.create_task(_pass(far_reader, writer))


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        return
    finally:
        writer.close()


@pytest_asyncio.fixture
async def road(database_url: str) -> Road:
    parts = urlsplit(database_url)
    place = parse_qs(parts.query)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    url = f"postgresql://postgres:psst@127.0.0.1:{port}{parts.path}?sslmode=disable"
    return Road(url, port, f"{place['host'][0]}/.s.PGSQL.{place['port'][0]}")


async def test_a_process_waits_for_its_database(road: Road) -> None:
    process = await start({"DATABASE_URL": road.url, **TELEGRAM, "PORT": "0"}, "web")
    assert process.stderr
    try:
        warning = (await asyncio.wait_for(process.stderr.readline(), 20)).decode()
        assert "DATABASE_URL: nothing answers there; waiting 30 s for it" in warning
        async with road.opened():
            assert "listening" in (await asyncio.wait_for(process.stderr.readline(), 20)).decode()
            process.terminate()
            assert await asyncio.wait_for(process.wait(), 10) == 0
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_patience_ends_with_a_code_for_the_supervisor() -> None:
    with pytest.raises(Refusal, match=r"^DATABASE_URL: nothing answers there") as caught:
        await reach(AWAY, patience=0.6)
    assert caught.value.code == 1


async def test_what_waiting_does_not_mend_is_not_waited_for(database_server: str) -> None:
    url = urlsplit(database_server)._replace(path="/psst").geturl()
    async with asyncio.timeout(10):
        with pytest.raises(Refusal, match="no database of that name") as caught:
            await reach(url, patience=600)
    assert caught.value.code == 2
    assert "psst" not in str(caught.value)


async def test_a_newcomer_meets_an_interviewer_within_one_command() -> None:
    """`viva run` with nothing set says why it practises here; the end of input ends it in good order."""
    with open_folder() as folder:
        said = await viva({"XDG_DATA_HOME": str(folder)}, "run")
    assert said.code == 0
    assert said.out.splitlines()[0].startswith("No TELEGRAM_BOT_TOKEN or SLACK_BOT_TOKEN is set")
