"""Receiving from Telegram: stored before it is confirmed, by one poller at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bots.telegram.receive import Inbox, Poller
from engine.failures import Unavailable
from engine.ports import NewWork
from storage.database import open_engine
from storage.lease import PostgresLeases
from tests.loopback.telegram import Chat, FakeTelegram
from tests.loopback.telegram_bot import real_bot


class Shelf:
    """Lanes that only take in. `away` is how many times they cannot."""

    def __init__(self, away: int = 0) -> None:
        self.away = away
        self.refused = 0
        self.stored: dict[str, NewWork] = {}
        self.more = asyncio.Event()

    async def put(self, works: Sequence[NewWork]) -> None:
        if self.refused < self.away:
            self.refused += 1
            raise Unavailable("the database is away")
        self.stored |= {work.key: work for work in works if work.key not in self.stored}
        self.more.set()

    @property
    def texts(self) -> list[str]:
        return [json.loads(work.payload)["message"]["text"] for work in self.stored.values()]


class AlwaysMine:
    lease_seconds = 3.0

    async def hold(self, name: str, owner: str) -> bool:
        return True

    async def release(self, name: str, owner: str) -> None:
        return None


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(poll_rules=False) as fake:
        yield fake


@pytest.fixture
def chat(telegram: FakeTelegram) -> Chat:
    return telegram.private_chat(telegram.learner(42, "Asha Rao"))


async def ended(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_nothing_is_confirmed_before_it_is_stored(telegram: FakeTelegram, chat: Chat) -> None:
    shelf = Shelf(away=2)
    first = await chat.say("the answer that must not be lost")
    async with real_bot(telegram) as bot:
        inbox = Inbox(bot, telegram.bot["id"], shelf)  # type: ignore[arg-type]
        polling = asyncio.create_task(Poller(bot, telegram.bot["id"], inbox, AlwaysMine()).run())
        async with asyncio.timeout(20):
            await shelf.more.wait()
            await telegram.until_confirmed(first.update)
        await ended(polling)
    assert shelf.refused == 2
    assert shelf.texts == ["the answer that must not be lost"]


async def test_a_malformed_update_holds_up_nobody(telegram: FakeTelegram, chat: Chat) -> None:
    shelf = Shelf()
    await telegram.inject({"message": {"message_id": "not a number", "chat": 5}})
    after = await chat.say("my answer")
    async with real_bot(telegram) as bot:
        inbox = Inbox(bot, telegram.bot["id"], shelf)  # type: ignore[arg-type]
        polling = asyncio.create_task(Poller(bot, telegram.bot["id"], inbox, AlwaysMine()).run())
        async with asyncio.timeout(20):
            await telegram.until_confirmed(after.update)
        await ended(polling)
    lanes = [work.lane for work in shelf.stored.values()]
    assert lanes == [f"turn:telegram:{telegram.bot['id']}:nobody", f"turn:telegram:{telegram.bot['id']}:42"]


async def test_a_second_poller_stands_by_and_takes_over(telegram: FakeTelegram, chat: Chat, database_url: str) -> None:
    engine = open_engine(database_url)
    shelf = Shelf()
    async with real_bot(telegram) as one, real_bot(telegram) as two:
        first, second = (
            asyncio.create_task(
                Poller(bot, telegram.bot["id"], Inbox(bot, telegram.bot["id"], shelf), PostgresLeases(engine)).run()  # type: ignore[arg-type]
            )
            for bot in (one, two)
        )
        async with asyncio.timeout(30):
            await telegram.until_confirmed((await chat.say("to the first")).update)
            await ended(first)
            await telegram.until_confirmed((await chat.say("to the second")).update)
        await ended(second)
    await engine.dispose()
    assert shelf.texts == ["to the first", "to the second"]
    assert not [refusal for refusal in telegram.refusals if "Conflict" in str(refusal)]


async def test_a_pressed_button_is_answered_at_once(telegram: FakeTelegram, chat: Chat) -> None:
    shelf = Shelf()
    async with real_bot(telegram) as bot:
        inbox = Inbox(bot, telegram.bot["id"], shelf)  # type: ignore[arg-type]
        polling = asyncio.create_task(Poller(bot, telegram.bot["id"], inbox, AlwaysMine()).run())
        await bot.send_message(
            42, "Which?", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("Law", callback_data="role law")]])
        )
        query = await chat.press("Law")
        await chat.wait_until(lambda: query.answered)
        await ended(polling)
    (work,) = shelf.stored.values()
    assert json.loads(work.payload)["callback_query"]["data"] == "role law"
