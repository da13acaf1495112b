"""Reaching a database, and the reasons why one cannot be reached: in the operator's words, without its password."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from storage.database import connect

MIGRATIONS = Path(__file__).parent / "migrations" / "versions"


@dataclass(frozen=True)
class Condition:
    """The server's version, and how many migrations the database lacks."""

    version: str
    lacking: int


class NotReached(Exception):
    """The text is one line that names the cause and the mend. `passes`: it may work in a moment."""

    def __init__(self, cause: str, mend: str, *, passes: bool = False) -> None:
        super().__init__(f"{cause} — {mend}")
        self.cause = cause
        self.mend = mend
        self.passes = passes


async def look_at(url: str, seconds: float = 10.0) -> Condition:
    """Raises NotReached, at the latest after `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            version, revision = await _look(url)
    except asyncpg.InsufficientPrivilegeError as error:
        raise NotReached("its tables cannot be read", "grant this user the right to use them") from error
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise _not_connected(error) from error
    return Condition(version, _lacking(revision))


async def _look(url: str) -> tuple[str, str | None]:
    """The server's version, and the migration that the database is at; None before the first."""
    connection = await connect(url)
    try:
        version = str(await connection.fetchval("show server_version")).partition(" ")[0]
        migrated = await connection.fetchval("select to_regclass('alembic_version') is not null")
        revision = await connection.fetchval("select version_num from alembic_version") if migrated else None
        return version, revision
    finally:
        await connection.close(timeout=3)


def _lacking(revision: str | None) -> int:
    known = revisions()
    if revision is None:
        return len(known)
    if revision not in known:
        raise NotReached("a newer Viva has migrated this database", "bring this one to the same version")
    return len(known) - known.index(revision) - 1


def revisions() -> list[str]:
    """The migrations, first to last, by the names of their files: no process that only looks loads what applies
    them."""
    return sorted(path.name.partition("_")[0] for path in MIGRATIONS.glob("[0-9]*_*.py"))


def _not_connected(error: Exception) -> NotReached:
    match error:
        case asyncpg.InvalidPasswordError():
            return NotReached("the server refuses the user name or the password", "mend them in the URL")
        case asyncpg.InvalidAuthorizationSpecificationError():
            return NotReached("the server does not let this user in", "mend the user or sslmode in the URL")
        case asyncpg.InvalidCatalogNameError():
            return NotReached("the server has no database of that name", "create it, or mend the name in the URL")
        case ssl.SSLError():
            return NotReached(f"TLS with the server fails ({error.reason})", "mend sslmode or sslrootcert in the URL")
        case asyncpg.InterfaceError() | UnicodeError():
            return NotReached(f"the URL cannot be used ({type(error).__name__})", "mend the URL")
        case ValueError():
            return NotReached(str(error), "mend the URL")
        case _:
            return _away(error)


def _away(error: Exception) -> NotReached:
    match error:
        case socket.gaierror():
            return NotReached("the server's host name is not known", "mend the host in the URL", passes=True)
        case TimeoutError():
            return NotReached("the server does not answer in time", "start it, or open its network to us", passes=True)
        case ConnectionError() if "SSL" in str(error):
            return NotReached("the server offers no TLS", "mend sslmode in the URL, or set TLS up there")
        case asyncpg.PostgresError():
            cause = f"the server takes no connection now ({type(error).__name__})"
            return NotReached(cause, "try again when it is ready", passes=True)
        case _:
            return NotReached(
                "nothing answers there", "start PostgreSQL, or mend host and port in the URL", passes=True
            )
