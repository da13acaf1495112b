"""Keeping the learner company while a turn takes its time: typing, drafts, and a kind word after fifteen seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from engine import words
from engine.ports import Channel, Job
from engine.reply import say
from engine.said import Address, Conversation, Incoming, Recording
from engine.work import kinds
from engine.work.desk import Desk


class Company:
    """What the learner is shown meanwhile. Nobody waits for it, so that it never slows a turn."""

    def __init__(self, channel: Channel, address: Address, pause: float) -> None:
        self._channel = channel
        self._address = address
        self._pause = pause
        self._draft: str | None = None
        self._news = asyncio.Event()
        self._on_its_way = asyncio.Lock()

    async def write(self, draft: str) -> None:
        """Shows the draft of what is being said; one that is overtaken within a moment need not appear."""
        self._draft = draft
        self._news.set()

    async def show(self) -> None:
        """Shows drafts until cancelled."""
        while True:
            await self._news.wait()
            await asyncio.sleep(self._pause)
            self._news.clear()
            async with self._on_its_way:
                await self._channel.preview(self._address, self._draft)

    async def leave(self, seconds: float) -> None:
        """When this returns no draft is on its way: one that came in after the message would stay on the screen."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._on_its_way:
                pass


@asynccontextmanager
async def keeping_company(
    job: Job, incoming: Incoming, conversation: Conversation, channel: Channel, desk: Desk
) -> AsyncIterator[Company]:
    listening = isinstance(incoming.said, Recording)
    text = words.STILL_LISTENING if listening else words.STILL_THINKING
    company = Company(channel, conversation.address, desk.patience.draft_pause)
    tasks = [
        asyncio.create_task(company.show()),
        asyncio.create_task(_typing(conversation, channel, desk)),
        asyncio.create_task(_kind_word(job, conversation, channel, desk, text)),
    ]
    try:
        yield company
        await company.leave(desk.patience.draft)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _typing(conversation: Conversation, channel: Channel, desk: Desk) -> None:
    await asyncio.sleep(desk.patience.typing_first)
    while True:
        await channel.preview(conversation.address, None)
        await asyncio.sleep(desk.patience.typing)


async def _kind_word(job: Job, conversation: Conversation, channel: Channel, desk: Desk, text: str) -> None:
    """Once per message, also when it is tried again. A conversation whose place has no name yet has nowhere to say it.

    To the address, because a conversation that begins with this message is not kept yet.
    """
    if conversation.place is None:
        return
    await asyncio.sleep(_patience_left(job, desk.patience.kind_word))
    word = kinds.say_to(channel, conversation.address, say(text), f"{job.work.key}/slow", job.work.conversation)
    await desk.lanes.put([word])


def _patience_left(job: Job, patience: float) -> float:
    """Tries that came to nothing count, whosever fault it was, and so does the rest between them; the time before the
    first try does not."""
    tried = job.attempts or job.in_doubt
    waited = (datetime.now(UTC) - job.work.received_at).total_seconds() if tried else 0.0
    return max(0.0, patience - waited)
