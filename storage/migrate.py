"""Migrations: bringing a database to the newest shape, however many processes try at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import open_engine

_LOCK = 7_701_233  # any number that nothing else locks


async def upgrade(url: str) -> None:
    """Applies the migrations that are missing."""
    engine = open_engine(url, pool_size=1)
    try:
        async with engine.connect() as connection:
            await _lock(connection)
            await connection.run_sync(_upgrade)
            await connection.commit()
    finally:
        await engine.dispose()


async def _lock(connection: AsyncConnection) -> None:
    """One process at a time. Polled: waiting inside PostgreSQL would hang with an index that is built concurrently."""
    while not (await connection.execute(text("select pg_try_advisory_lock(:key)"), {"key": _LOCK})).scalar_one():
        await connection.rollback()
        await asyncio.sleep(0.1)
    await connection.commit()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
