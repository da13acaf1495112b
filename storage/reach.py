"""Reaching a database, and the reasons why one cannot be reached: in the operator's words, without its password."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass

import asyncpg
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from storage.database import connect
from storage.migrate import missing


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
            return Condition(await _version(url), await missing(url))
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise _not_connected(error) from error
    except (CommandError, RevisionError, DBAPIError) as error:
        raise _not_understood(error) from error


async def _version(url: str) -> str:
    connection = await connect(url)
    try:
        return str(await connection.fetchval("show server_version")).partition(" ")[0]
    finally:
        await connection.close(timeout=3)


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


def _not_understood(error: Exception) -> NotReached:
    if isinstance(error, CommandError | RevisionError):
        return NotReached("a newer Viva has migrated this database", "bring this one to the same version")
    return NotReached(f"its tables cannot be read ({type(error).__name__})", "grant this user the right to use them")
