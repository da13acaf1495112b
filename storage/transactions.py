"""Transactions, and the one place where a database that is away becomes `Unavailable`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.failures import Unavailable

AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    TimeoutError,
)


@asynccontextmanager
async def begin(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A short transaction. Raises Unavailable when the database cannot be reached, or broke off; nothing is recorded
    then,
    or it cannot be known."""
    try:
        async with engine.begin() as connection:
            yield connection
    except (OperationalError, InterfaceError, PoolTimeout, *AWAY) as error:
        raise Unavailable(f"the database is away ({type(error).__name__})", in_doubt=True) from error
    except DBAPIError as error:
        if error.connection_invalidated or isinstance(error.orig, AWAY) or _passes(error):
            raise Unavailable(f"the database is away ({type(error.orig).__name__})", in_doubt=True) from error
        raise


def _passes(error: DBAPIError) -> bool:
    """Serialization failures, deadlocks, shutdowns and lack of resources pass: SQLSTATE classes 40, 53, 57 and 58,
    08."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return state[:2] in ("08", "40", "53", "57", "58")
