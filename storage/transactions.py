"""Transactions, and the one place where a database that is away becomes `Unavailable`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.failures import StorageAway

# A machine that has vanished ends no connection: without a limit the kernel alone decides, after a quarter of an hour.
ANSWER_SECONDS = 10.0

AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    TimeoutError,
)


@asynccontextmanager
async def begin(engine: AsyncEngine, seconds: float = ANSWER_SECONDS) -> AsyncIterator[AsyncConnection]:
    """A transaction that is over within `seconds`. Raises StorageAway when the database cannot be reached, does not
    answer, or broke off; nothing is recorded then, or it cannot be known."""
    try:
        async with asyncio.timeout(seconds), engine.begin() as connection:
            yield connection
    except (OperationalError, InterfaceError, PoolTimeout, *AWAY) as error:
        raise StorageAway(f"the database is away ({type(error).__name__})", in_doubt=True) from error
    except DBAPIError as error:
        if error.connection_invalidated or isinstance(error.orig, AWAY) or _passes(error):
            raise StorageAway(f"the database is away ({type(error.orig).__name__})", in_doubt=True) from error
        raise


def _passes(error: DBAPIError) -> bool:
    """Serialization failures, deadlocks, shutdowns and lack of resources pass: SQLSTATE classes 40, 53, 57 and 58,
    08."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return state[:2] in ("08", "40", "53", "57", "58")
