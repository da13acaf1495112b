"""A flood from one learner is told once and limited; nothing of it vanishes, and nobody else waits for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from engine import words
from engine.work.floods import MOST, WITHIN
from tests.packs import GOOD
from tests.world import World, open_world

BEGIN = "/start data-science 5"
NOON = 1_790_000_000.0


@pytest_asyncio.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_world(database_url) as world:
        yield world


async def pour(world: World, count: int, apart: float, begin: float = NOON) -> None:
    """So many messages, so many seconds apart."""
    for number in range(count):
        await world.put(text=f"{GOOD} Number {number}.", said_at=begin + number * apart)
    await settle(world)


async def settle(world: World) -> None:
    while not await world.lanes.idle(["turn:room:asha", "send:room:asha:c"]):
        await world.hasten()
        await world.drain()


async def limited(world: World) -> int:
    """How many messages are kept without having been handled."""
    return len(await world.rows("select key from work where aside = 'too_many' and length(payload) > 0"))


async def test_a_flood_is_told_once_and_what_is_too_much_is_kept(world: World) -> None:
    await world.say(BEGIN)
    await pour(world, 3 * MOST, apart=0.5)
    assert world.room.texts.count(words.TOO_MANY) == 1
    assert await limited(world) == 2 * MOST, "the first of them are the twenty before it"


async def test_after_a_minute_the_interview_goes_on(world: World) -> None:
    await world.say(BEGIN)
    await pour(world, MOST + 10, apart=0.1)
    before = len(world.room.posts)
    await pour(world, 1, apart=0, begin=NOON + WITHIN + 10)
    assert len(world.room.posts) == before + 1
    assert world.room.last != words.TOO_MANY


async def test_what_has_waited_while_viva_was_away_is_no_flood(world: World) -> None:
    await world.say(BEGIN)
    await pour(world, 2 * MOST, apart=WITHIN / MOST)
    assert words.TOO_MANY not in world.room.texts
    assert await limited(world) == 0


async def test_what_a_platform_gives_no_time_for_is_no_flood(world: World) -> None:
    await world.say(BEGIN)
    for _ in range(2 * MOST):
        await world.put(press="hint:1")
    await settle(world)
    assert words.TOO_MANY not in world.room.texts


async def test_nobody_else_is_limited_by_it(world: World) -> None:
    await world.say(BEGIN)
    await world.say(BEGIN, who="ben")
    await pour(world, 2 * MOST, apart=0.1)
    await world.say(GOOD, who="ben")
    assert "Question 2/5" in world.room.last


async def test_who_waits_for_replies_is_never_limited_however_quick(world: World) -> None:
    await world.say(BEGIN)
    for number in range(2 * MOST):
        await world.put(text="/progress", said_at=NOON + number / 10)
        await settle(world)
    assert await limited(world) == 0


async def test_grade_ends_the_interview_also_behind_a_flood(world: World) -> None:
    await world.say(BEGIN)
    for number in range(2 * MOST):
        await world.put(text=f"{GOOD} Number {number}.", said_at=NOON + number / 10)
    for number in range(3):
        await world.put(text="/grade", said_at=NOON + 5 + number / 10)
    await settle(world)
    await world.until_done()
    assert sum("Work on next" in text for text in world.room.texts) == 1
