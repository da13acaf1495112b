"""The HTTP listener: only those who know the secret are let in, and 200 is said only for what is stored."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Mapping, Sequence

import aiohttp
import pytest

from bots.process import Refusal
from bots.telegram.receive import Inbox, Webhook
from bots.web import SECRET_HEADER, WebServer
from engine.failures import Unavailable
from engine.ports import NewWork
from tests.end_to_end.viva import free_port
from tests.loopback.telegram import FakeTelegram
from tests.loopback.telegram_bot import real_bot

UPDATE = {
    "update_id": 1,
    "message": {"message_id": 1, "date": 1, "chat": {"id": 42, "type": "private"}, "from": {"id": 42}, "text": "x"},
}
GOOD = {SECRET_HEADER: "open-sesame", "Content-Type": "application/json"}


class Shelf:
    """Lanes that only take in, and are away when told so."""

    def __init__(self) -> None:
        self.away = False
        self.stored: list[NewWork] = []

    async def put(self, works: Sequence[NewWork]) -> None:
        self._check()
        self.stored += works

    async def idle(self, lanes: list[str]) -> bool:
        self._check()
        return True

    def _check(self) -> None:
        if self.away:
            raise Unavailable("the database is away")


class Caller:
    def __init__(self, session: aiohttp.ClientSession, origin: str, shelf: Shelf) -> None:
        self.session, self.origin, self.shelf = session, origin, shelf

    async def post(self, body: bytes, headers: Mapping[str, str]) -> int:
        async with self.session.post(f"{self.origin}/telegram", data=body, headers=headers) as answer:
            return answer.status

    async def health(self) -> int:
        async with self.session.get(f"{self.origin}/health") as answer:
            return answer.status


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    shelf, port = Shelf(), free_port()
    origin = f"http://127.0.0.1:{port}"
    async with FakeTelegram(webhook_at=origin) as telegram, real_bot(telegram) as bot:
        server = WebServer(port, shelf)
        inbox = Inbox(bot, telegram.bot["id"], shelf)  # type: ignore[arg-type]
        server.add_telegram(Webhook(bot, inbox, "https://viva.example/telegram", "open-sesame"))
        running = asyncio.create_task(server.run())
        await telegram.wait_for_call("setWebhook")
        async with aiohttp.ClientSession() as session:
            yield Caller(session, origin, shelf)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def test_an_update_with_the_secret_is_stored(caller: Caller) -> None:
    assert await caller.post(json.dumps(UPDATE).encode(), GOOD) == 200
    assert [work.lane.rpartition(":")[2] for work in caller.shelf.stored] == ["42"]


@pytest.mark.parametrize("secret", [None, "", "open-sesam", "open-sesame2"])
async def test_without_the_secret_nothing_is_stored(caller: Caller, secret: str | None) -> None:
    headers = {"Content-Type": "application/json"} | ({SECRET_HEADER: secret} if secret is not None else {})
    assert await caller.post(json.dumps(UPDATE).encode(), headers) == 403
    assert caller.shelf.stored == []


async def test_what_cannot_be_stored_is_to_be_delivered_again(caller: Caller) -> None:
    caller.shelf.away = True
    assert await caller.post(json.dumps(UPDATE).encode(), GOOD) == 503
    caller.shelf.away = False
    assert await caller.post(json.dumps(UPDATE).encode(), GOOD) == 200


@pytest.mark.parametrize("body", [b"", b"not json", b"[1]", b"\xff\x00"])
async def test_rubbish_is_put_aside_for_the_operator_and_not_asked_for_again(caller: Caller, body: bytes) -> None:
    assert await caller.post(body, GOOD) == 200
    assert [work.lane.rpartition(":")[2] for work in caller.shelf.stored] == ["nobody"]


async def test_health_is_that_of_the_database(caller: Caller) -> None:
    assert await caller.health() == 200
    caller.shelf.away = True
    assert await caller.health() == 503


async def test_telegram_is_not_sent_to_a_port_that_somebody_else_has() -> None:
    taken = socket.create_server(("", 0))
    async with FakeTelegram() as telegram, real_bot(telegram) as bot:
        server = WebServer(taken.getsockname()[1], Shelf())
        inbox = Inbox(bot, telegram.bot["id"], Shelf())  # type: ignore[arg-type]
        server.add_telegram(Webhook(bot, inbox, "https://viva.example/telegram", "open-sesame"))
        with pytest.raises(Refusal, match="PORT"):
            await server.run()
        assert telegram.calls_of("setWebhook") == []
    taken.close()
