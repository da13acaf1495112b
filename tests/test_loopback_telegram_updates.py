"""The strict Telegram's updates: polling as the real server does it, the webhook, repetitions and poison."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, Conflict, RetryAfter

from tests.loopback.telegram import Chat, FakeTelegram
from tests.loopback.telegram_bot import blamed, real_bot

# The client warns that this attribute's type will change.
pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`")

SECRET = "a-secret_1"


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(poll_rules=False) as server:
        yield server


@pytest.fixture
async def bot(fake: FakeTelegram) -> AsyncIterator[Bot]:
    async with real_bot(fake) as client:
        yield client


@pytest.fixture
def chat(fake: FakeTelegram) -> Chat:
    return fake.private_chat(fake.learner(42, "Ada"))


async def poll(bot: Bot, **options: Any) -> list[int]:
    """Raw, as a bot that stores before it confirms asks."""
    found: list[dict[str, int]] = await bot.do_api_request("getUpdates", options)
    return [update["update_id"] for update in found]


async def test_an_update_stays_until_a_higher_offset_is_named(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    first, second = [(await chat.say(text)).update for text in ("a", "b")]
    assert first
    assert second
    ids = [first["update_id"], second["update_id"]]
    assert ids[1] == ids[0] + 1
    assert await poll(bot) == ids
    assert await poll(bot, limit=1) == ids[:1]
    assert await poll(bot, offset=ids[1]) == ids[1:]
    assert await poll(bot) == ids[1:]
    assert await fake.until_confirmed(first, 1) <= time.monotonic()
    with pytest.raises(AssertionError, match="is not confirmed"):
        await fake.until_confirmed(second, 0.01)


async def test_a_long_poll_ends_with_the_update(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    waiting = asyncio.create_task(poll(bot, timeout=50))
    await fake.wait_for_call("getUpdates")
    said = await chat.say("hello")
    assert said.update
    assert await waiting == [said.update["update_id"]]
    assert await poll(bot, offset=said.update["update_id"] + 1, timeout=0) == []


async def test_a_second_poller_ends_the_first(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    first = asyncio.create_task(poll(bot, timeout=50))
    await fake.wait_for_call("getUpdates")
    async with real_bot(fake) as other:
        second = asyncio.create_task(poll(other, timeout=50))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first
        await chat.say("hello")
        assert len(await second) == 1


async def test_a_second_conflict_is_held_back() -> None:
    async with FakeTelegram(conflict_pause=0.3) as fake, AsyncExitStack() as stack:
        ended = []
        for _ in range(3):
            seen = len(fake.calls)
            bot = await stack.enter_async_context(real_bot(fake))
            ended.append(asyncio.create_task(poll(bot, timeout=50)))
            await fake.wait_for_call("getUpdates", since=seen)
        begun = time.monotonic()
        for waiting in ended[:2]:
            with pytest.raises(Conflict):
                await waiting
        assert time.monotonic() > begun + 0.2
        assert not ended[2].done()
        ended[2].cancel()


async def test_a_hasty_repeat_of_an_offset_is_held_back() -> None:
    async with FakeTelegram() as fake, real_bot(fake) as bot:
        chat = fake.private_chat(fake.learner(42, "Ada"))
        await chat.say("a")
        await chat.say("b")
        assert len(await poll(bot)) == 2
        assert len(await poll(bot)) == 1
        begun = time.monotonic()
        last = max(await poll(bot, offset=1))
        assert max(await poll(bot, offset=last + 100)) == last
        waiting = asyncio.create_task(poll(bot, offset=last + 1))
        await fake.wait_for_call("getUpdates", lambda params: params.get("offset") == last + 1)
        assert await asyncio.wait_for(waiting, 0.2) == []
        waiting = asyncio.create_task(poll(bot, offset=last + 1))
        await fake.wait_for_call("getUpdates", since=5)
        await chat.say("c")
        assert len(await waiting) == 1
        assert time.monotonic() < begun + 3


async def test_only_wanted_kinds_are_kept(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    assert await fake.inject({"message_reaction": {}}) is None
    await poll(bot, allowed_updates=["callback_query", "message_reaction"])
    assert (await chat.say("hello")).update is None
    assert await fake.inject({"message_reaction": {}})
    await poll(bot, offset=1, allowed_updates=[])
    assert (await chat.say("hello")).update
    with blamed(fake, "allowed_updates[0] must be one of"), pytest.raises(BadRequest):
        await poll(bot, allowed_updates=["messages"])


async def test_a_redelivered_update_has_the_same_id(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    said = await chat.say("hello")
    assert said.update
    number = said.update["update_id"]
    assert await poll(bot, offset=number + 1) == []
    await fake.redeliver(said.update)
    assert await poll(bot, offset=number + 1) == [number]
    assert await poll(bot, offset=number + 1) == []


async def test_poison_reaches_the_bot_as_it_is(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    await fake.inject({"message": {"message_id": "what?", "nul": "\x00"}})
    await chat.say("a lone \ud800 surrogate")
    bad, odd = await bot.do_api_request("getUpdates", {})
    assert bad["message"] == {"message_id": "what?", "nul": "\x00"}
    assert odd["message"]["text"] == "a lone \ud800 surrogate"


async def test_after_a_quiet_week_numbers_begin_anywhere(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    await chat.say("a")
    fake.updates.start_numbering_anew()
    await chat.say("b")
    assert len(await poll(bot)) == 2


# The webhook


class Receiver:
    """A bot's HTTP listener that answers with the statuses it is given, then with 200."""

    def __init__(self) -> None:
        self.texts: asyncio.Queue[str] = asyncio.Queue()
        self.statuses: list[int] = []
        self.secrets: set[str | None] = set()
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        assert request.headers["Content-Type"] == "application/json"
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.texts.put_nowait((await request.json())["message"]["text"])
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def next(self, count: int) -> list[str]:
        async with asyncio.timeout(5):
            return [await self.texts.get() for _ in range(count)]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    listener = Receiver()
    app = web.Application()
    app.router.add_post("/hook", listener.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield listener
    await runner.cleanup()


async def test_the_webhook_gets_what_waited_and_what_comes(
    fake: FakeTelegram, bot: Bot, chat: Chat, receiver: Receiver
) -> None:
    await chat.say("before")
    await bot.set_webhook(f"{receiver.url}/hook", secret_token=SECRET)
    said = await chat.say("after")
    assert await receiver.next(2) == ["before", "after"]
    assert receiver.secrets == {SECRET}
    await fake.until_confirmed(said.update)
    await fake.redeliver(said.update)
    assert await receiver.next(1) == ["after"]
    with pytest.raises(Conflict, match="webhook is active"):
        await poll(bot)
    await bot.delete_webhook()
    waits = await chat.say("later")
    assert waits.update
    assert await poll(bot) == [waits.update["update_id"]]


async def test_a_failed_delivery_comes_again_before_the_next_of_its_chat(
    fake: FakeTelegram, bot: Bot, chat: Chat, receiver: Receiver
) -> None:
    receiver.statuses = [500, 503]
    await bot.set_webhook(f"{receiver.url}/hook", secret_token=SECRET)
    await chat.say("a")
    last = await chat.say("b")
    assert await receiver.next(4) == ["a", "a", "a", "b"]
    await fake.until_confirmed(last.update)
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"
    assert info.pending_update_count == 0


async def test_a_public_address_stands_for_the_loopback(receiver: Receiver) -> None:
    async with FakeTelegram(webhook_at=receiver.url) as fake, real_bot(fake) as bot:
        chat = fake.private_chat(fake.learner(42, "Ada"))
        await bot.set_webhook("https://viva.example.org/hook", secret_token=SECRET)
        await chat.say("hello")
        assert await receiver.next(1) == ["hello"]
        assert (await bot.get_webhook_info()).url == "https://viva.example.org/hook"


async def test_webhooks_are_set_with_care(fake: FakeTelegram, bot: Bot, chat: Chat, receiver: Receiver) -> None:
    with blamed(fake, "secret token contains unallowed characters"), pytest.raises(BadRequest):
        await bot.set_webhook(f"{receiver.url}/hook", secret_token="what a secret")
    with pytest.raises(RetryAfter):
        await bot.set_webhook(f"{receiver.url}/hook", secret_token=SECRET)
    fake.webhook_set = 0.0
    with blamed(fake, "HTTPS URL must be provided"), pytest.raises(BadRequest):
        await bot.set_webhook("http://viva.example.org/hook", secret_token=SECRET)
    fake.webhook_set = 0.0
    with blamed(fake, "takes updates from anybody"):
        await bot.set_webhook(f"{receiver.url}/hook")
    await bot.delete_webhook()
    await chat.say("hello")
    with blamed(fake, "1 pending updates are dropped unread"):
        await bot.delete_webhook(drop_pending_updates=True)
    assert await poll(bot) == []


async def test_setting_a_webhook_ends_a_waiting_poll(fake: FakeTelegram, bot: Bot, receiver: Receiver) -> None:
    waiting = asyncio.create_task(poll(bot, timeout=50))
    await fake.wait_for_call("getUpdates")
    await bot.set_webhook(f"{receiver.url}/hook", secret_token=SECRET)
    with pytest.raises(Conflict, match="terminated by setWebhook"):
        await waiting
