"""Whatever one learner sends, the others go on as if they were alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.packs import GOOD
from tests.world import World, open_world

BEGIN = "/start data-science 5"


@pytest_asyncio.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_world(database_url) as world:
        yield world


async def interview_of(world: World, who: str, questions: int = 5) -> None:
    """A whole interview, from the first word to the scorecard, by live workers."""
    chat = f"room:{who}:c"
    await world.put(who, text=BEGIN)
    for number in range(1, questions + 1):
        await world.room.wait_until(lambda n=number: shown(world, chat, f"Question {n}/{questions}"))  # type: ignore[misc]
        await world.put(who, text=GOOD)
    await world.room.wait_until(lambda: shown(world, chat, "Work on next"))


def shown(world: World, chat: str, fragment: str) -> bool:
    return any(post.chat == chat and fragment in post.text for post in world.room.posts)


async def test_while_one_learners_recordings_are_listened_to_another_takes_a_whole_interview(world: World) -> None:
    world.ears.gate = asyncio.Event()
    await world.say(BEGIN)
    for _ in range(3):
        await world.put(voice="note")
    async with world.working():
        await interview_of(world, "ben")
        assert not shown(world, "room:asha:c", "I heard")
        world.ears.gate.set()
        await world.room.wait_until(lambda: shown(world, "room:asha:c", "I heard"))


async def test_a_flood_holds_up_nobody(world: World) -> None:
    await world.say(BEGIN)
    for number in range(500):
        await world.put(text=f"{GOOD} Number {number}.", said_at=1_790_000_000.0 + number)
    async with world.working():
        await interview_of(world, "ben")
        assert not await world.lanes.idle(["turn:room:asha"]), "the flood is far from being over"


async def test_an_endless_text_holds_up_nobody(world: World) -> None:
    await world.say(BEGIN)
    await world.put(text="The model memorises the noise. " * 32_000)
    async with world.working():
        await interview_of(world, "ben")
        await world.room.wait_until(lambda: shown(world, "room:asha:c", "Question 2/5"))
