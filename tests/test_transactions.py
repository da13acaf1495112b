"""A database that goes away: what was begun may or may not be recorded, and everybody is told so in one way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.failures import Unavailable
from storage.database import open_engine
from storage.transactions import begin
from tests.loopback.network import Network


@pytest_asyncio.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(database_url)
    yield engine
    await engine.dispose()


async def test_a_connection_that_breaks_leaves_in_doubt_what_was_recorded(engine: AsyncEngine) -> None:
    """A message that was sent just before must not be taken for unsent."""
    with pytest.raises(Unavailable) as away:
        async with begin(engine) as connection:
            await connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))
    assert away.value.in_doubt


async def test_the_next_transaction_gets_a_connection_that_works(engine: AsyncEngine) -> None:
    with pytest.raises(Unavailable):
        async with begin(engine) as connection:
            await connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))
    async with begin(engine) as connection:
        assert (await connection.execute(text("select 1"))).scalar_one() == 1


async def test_a_database_that_cannot_be_reached_is_away() -> None:
    engine = open_engine("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable) as away:
        async with begin(engine):
            pass
    assert "nobody" not in str(away.value)
    await engine.dispose()


async def test_a_database_that_falls_silent_is_away(database_url: str) -> None:
    """A worker and a poller hung with it, for as long as the kernel waits for a machine that has vanished."""
    async with Network(database_url) as network:
        engine = open_engine(network.url)
        async with begin(engine):
            pass
        network.vanish()
        async with asyncio.timeout(8):
            for _ in ("its connection", "a new one"):
                with pytest.raises(Unavailable):
                    async with begin(engine, seconds=0.2) as connection:
                        await connection.execute(text("select 1"))
        network.come_back()
        async with begin(engine) as connection:
            assert (await connection.execute(text("select 1"))).scalar_one() == 1
        await engine.dispose()


async def test_a_mistake_of_ours_is_no_outage(engine: AsyncEngine) -> None:
    again = text("insert into learner (key, name) values ('k', 'Asha')")
    async with begin(engine) as connection:
        await connection.execute(again)
    with pytest.raises(IntegrityError):
        async with begin(engine) as connection:
            await connection.execute(again)
