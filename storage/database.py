"""From a database URL, as hosts hand them out, to connections."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlencode

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg")

# libpq's parameters (its manual, "Parameter Key Words") that asyncpg understands as they are in a URL …
UNDERSTOOD = frozenset({
    "host", "port", "dbname", "user", "password", "passfile", "service", "options", "application_name",
    "target_session_attrs", "sslmode", "sslnegotiation", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl",
    "ssl_min_protocol_version", "ssl_max_protocol_version", "krbsrvname", "gsslib",
})  # fmt: skip
# … those that this module honours itself …
OURS = frozenset({
    "channel_binding", "connect_timeout", "fallback_application_name", "prepared_statement_cache_size", "ssl",
})  # fmt: skip
# … and those whose absence changes no outcome: system-level tuning, and what asyncpg does in any case.
WITHOUT_EFFECT = frozenset({
    "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", "sslcompression",
    "sslsni", "load_balance_hosts", "gssdelegation",
})  # fmt: skip
HARMLESS = {"gssencmode": ("disable", "prefer"), "client_encoding": ("auto", "utf8", "UTF8", "utf-8", "UTF-8")}
CHOICES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "channel_binding": ("disable", "prefer", "require"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
}


@dataclass(frozen=True, slots=True)
class Address:
    """How to reach a database; kept out of every repr, as it holds the password.

    `dsn` and `options` are asyncpg.connect's. `statements` is how many prepared statements a connection keeps.
    """

    dsn: str = field(repr=False)
    options: Mapping[str, Any] = field(repr=False)
    statements: int

    async def connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(self.dsn, **self.options)


def read_url(url: str) -> Address:
    """Reads what libpq reads, by its rules, and `postgresql+asyncpg://`.

    ValueError names what is wrong and never shows a password. `prepared_statement_cache_size=0` makes connections fit
    for a pooler such as PgBouncer that gives each transaction another session.
    """
    parameters = dict(_parameters(url))
    _check(parameters)
    statements = _number(parameters, "prepared_statement_cache_size", default=100)
    options: dict[str, Any] = {"statement_cache_size": statements}
    if statements:  # PgBouncer refuses sessions with settings that it does not know
        options["server_settings"] = {"jit": "off"}
    if timeout := _number(parameters, "connect_timeout", default=0):
        options["timeout"] = timeout
    _secure(parameters, options)
    return Address(_dsn(parameters), options, statements)


def open_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """At most `pool_size` connections. Statements' parameters stay out of errors and logs: they are learners' words."""
    address = read_url(url)
    engine = create_async_engine(
        "postgresql+asyncpg://",
        connect_args={
            "async_creator_fn": lambda **_: address.connect(),
            "prepared_statement_cache_size": address.statements,
        },
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "checkout", _replace_if_closed)
    return engine


async def connect(url: str) -> asyncpg.Connection:
    """A connection of its own, for LISTEN and for locks that last as long as a session."""
    return await read_url(url).connect()


def _replace_if_closed(connection: DBAPIConnection, *_: object) -> None:
    """After a restart of the database the pool's connections are dead, and know it: no ping at each checkout is needed."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError("closed by the database")


def _parameters(url: str) -> Iterator[tuple[str, str]]:
    """Name and value, decoded; of two with one name the later counts, so that the query overrides what is before it.

    libpq decodes %20 but no "+", and knows no fragments: "#" and "+" are ordinary characters of a password.
    """
    scheme, separator, rest = url.strip().partition("://")
    if not separator or scheme not in SCHEMES:
        raise ValueError("the database URL must begin with postgresql://")
    credentials, place = _split_credentials(rest)
    location, _, query = place.partition("?")
    hosts, _, database = location.partition("/")
    user, _, password = credentials.partition(":")
    yield from _hosts(hosts)
    yield from (("user", unquote(user)), ("password", unquote(password)), ("dbname", unquote(database)))
    for part in filter(None, query.split("&")):
        name, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f"the database URL's parameter {_shown(name)} has no value")
        yield unquote(name), unquote(value)


def _split_credentials(rest: str) -> tuple[str, str]:
    """At the last "@" before the path, so that one in a password does no harm."""
    authority = rest.partition("/")[0]
    if "@" not in authority:
        return "", rest
    credentials = authority.rpartition("@")[0]
    return credentials, rest[len(credentials) + 1 :]


def _hosts(listed: str) -> Iterator[tuple[str, str]]:
    names, ports = [], []
    for entry in listed.split(","):
        name, colon, port = entry.rpartition(":")
        if not colon or entry.endswith("]"):  # no port, perhaps the colons of an IPv6 address
            name, port = entry, ""
        names.append(unquote(name).removeprefix("[").removesuffix("]"))
        ports.append(unquote(port))
    yield "host", ",".join(names)
    yield "port", ",".join(ports) if any(ports) else ""
