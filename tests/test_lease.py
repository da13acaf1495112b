"""A lease has one holder at a time, by the database's clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from storage.database import open_engine
from storage.lease import PostgresLeases


class BriefLeases(PostgresLeases):
    lease_seconds = 0.3


@pytest_asyncio.fixture
async def leases(database_url: str) -> AsyncIterator[BriefLeases]:
    engine = open_engine(database_url)
    yield BriefLeases(engine)
    await engine.dispose()


async def test_a_second_one_does_not_get_it_and_the_holder_may_prolong_it(leases: BriefLeases) -> None:
    assert await leases.hold("poll", "first")
    assert not await leases.hold("poll", "second")
    assert await leases.hold("poll", "first")


async def test_leases_of_other_names_are_free(leases: BriefLeases) -> None:
    assert await leases.hold("poll:1", "first")
    assert await leases.hold("poll:2", "second")


async def test_what_is_not_renewed_may_be_taken_over(leases: BriefLeases) -> None:
    assert await leases.hold("poll", "frozen")
    await asyncio.sleep(0.4)
    assert await leases.hold("poll", "second")
    assert not await leases.hold("poll", "frozen"), "who wakes up late finds it gone"


async def test_what_is_released_is_free_at_once_but_only_by_its_holder(leases: BriefLeases) -> None:
    assert await leases.hold("poll", "first")
    await leases.release("poll", "somebody else")
    assert not await leases.hold("poll", "second")
    await leases.release("poll", "first")
    assert await leases.hold("poll", "second")
