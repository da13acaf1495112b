"""Keeping the learner company while a turn takes its time: typing at once, a kind word after fifteen seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from engine import words
from engine.ports import Channel, Job, Lanes
from engine.reply import say
from engine.said import Conversation, Incoming, Recording
from engine.work import kinds

TYPING_SECONDS = 4.0
KIND_WORD_SECONDS = 15.0


@asynccontextmanager
async def keeping_company(
    job: Job, incoming: Incoming, conversation: Conversation, channel: Channel, lanes: Lanes
) -> AsyncIterator[None]:
    listening = isinstance(incoming.said, Recording)
    text = words.STILL_LISTENING if listening else words.STILL_THINKING
    tasks = [
        asyncio.create_task(_typing(conversation, channel)),
        asyncio.create_task(_kind_word(job, conversation, channel, lanes, text)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


async def _typing(conversation: Conversation, channel: Channel) -> None:
    while True:
        await channel.preview(conversation.address, None)
        await asyncio.sleep(TYPING_SECONDS)


async def _kind_word(job: Job, conversation: Conversation, channel: Channel, lanes: Lanes, text: str) -> None:
    """Once per message, also when it is tried again. A conversation whose place has no name yet has nowhere to say
    it."""
    if conversation.place is None:
        return
    await asyncio.sleep(KIND_WORD_SECONDS)
    await lanes.put(kinds.says(channel, conversation, [say(text)], f"{job.work.key}/slow", None))
