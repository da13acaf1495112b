"""Connections to the database, by its URL."""

from __future__ import annotations

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.address import read_url


def open_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """At most `pool_size` connections. Values, being learners' words, stay out of errors and so of logs."""
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
    event.listen(engine.sync_engine, "handle_error", _forget_the_row)
    return engine


def each_alone(engine: AsyncEngine) -> AsyncEngine:
    """The same connections, on which each statement is a transaction by itself: it saves two round trips."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


async def connect(url: str) -> asyncpg.Connection:
    """A connection of its own, for LISTEN and for locks that last as long as a session."""
    return await read_url(url).connect()


def _replace_if_closed(connection: DBAPIConnection, *_: object) -> None:
    """After a restart of the database the pool's connections are closed, which they know without a ping."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError("closed by the database")


def _forget_the_row(context: ExceptionContext) -> None:
    """PostgreSQL shows the row that broke a constraint; a traceback would have it from asyncpg's error."""
    cause = context.original_exception.__cause__
    if isinstance(cause, asyncpg.PostgresError):
        cause.detail = None
