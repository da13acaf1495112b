"""Receiving updates: every one is stored before Telegram is told that it arrived."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import secrets
from contextlib import suppress

from telegram import Bot, BotCommand
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from bots.telegram.channel import seconds
from bots.telegram.events import ALLOWED_UPDATES, callback_id, event
from engine.failures import Unavailable
from engine.ports import Lanes, Leases

log = logging.getLogger(__name__)

POLL_SECONDS = 25
# Together with the lease less than five seconds: no longer is a killed poller's place to be empty.
STAND_BY_SECONDS = 0.5
RELEASE_SECONDS = 2.0

MENU = (
    BotCommand("start", "Begin an interview"),
    BotCommand("hint", "A cue for the current question"),
    BotCommand("skip", "Go on to the next question"),
    BotCommand("grade", "End the interview and get the scorecard"),
    BotCommand("progress", "Where we are"),
    BotCommand("history", "Earlier interviews and scorecards"),
    BotCommand("cancel", "Stop without a scorecard"),
    BotCommand("help", "How this works"),
)


class Inbox:
    """Stores updates, and answers button presses, which Telegram wants within seconds and which changes nothing."""

    def __init__(self, bot: Bot, bot_id: int, lanes: Lanes) -> None:
        self._bot = bot
        self._bot_id = bot_id
        self._lanes = lanes
        self._answers: set[asyncio.Task[None]] = set()

    async def store(self, updates: list[object]) -> None:
        """When this returns the updates are safe; those that were stored before are ignored."""
        await self._lanes.put([event(self._bot_id, update) for update in updates])
        for query in filter(None, map(callback_id, updates)):
            task = asyncio.create_task(self._answer(query))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    async def _answer(self, query: str) -> None:
        with suppress(TelegramError):
            await self._bot.answer_callback_query(query)


class Poller:
    """Long polling by one process at a time: the others stand by and take over when the lease is not renewed.

    The offset is not kept: Telegram gives out what is unconfirmed, and the inbox knows what it has.
    """

    def __init__(self, bot: Bot, bot_id: int, inbox: Inbox, leases: Leases) -> None:
        self._bot = bot
        self._inbox = inbox
        self._leases = leases
        self._lease = f"poll:telegram:{bot_id}"
        self._me = secrets.token_hex(8)

    async def run(self) -> None:
        """Until cancelled, which lets a process that stands by go on at once.

        A database that is away is waited for; nothing is confirmed meanwhile.
        """
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    asked = loop.time()
                    if await self._leases.hold(self._lease, self._me):
                        await self._poll_while_held(asked + self._leases.lease_seconds)
                except Unavailable as error:
                    log.warning("%s, trying again", error)
                await asyncio.sleep(STAND_BY_SECONDS)
        finally:
            await self._release()

    async def _poll_while_held(self, until: float) -> None:
        """Polling ends with the lease, by this process's own clock: who hears nothing from the database, or has slept,
        must not poll beside whoever has taken over."""
        try:
            async with asyncio.timeout_at(until) as held:
                renewing = asyncio.create_task(self._renew(held))
                try:
                    await self._poll()
                finally:
                    renewing.cancel()
                    await asyncio.gather(renewing, return_exceptions=True)
        except TimeoutError:
            log.warning("this process no longer holds the right to poll Telegram")

    async def _renew(self, held: asyncio.Timeout) -> None:
        """Prolongs the lease and what `held` it; ends it when the lease is somebody else's by now."""
        loop, seconds = asyncio.get_running_loop(), self._leases.lease_seconds
        while not held.expired():
            await asyncio.sleep(seconds / 3)
            asked = loop.time()
            try:
                mine = await self._leases.hold(self._lease, self._me)
            except Unavailable as error:
                log.warning("%s, trying again", error)
                continue
            held.reschedule(asked + seconds if mine else asked)

    async def _release(self) -> None:
        """Not for long: a lease that nobody can be told about ends by itself."""
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(RELEASE_SECONDS):
                await self._leases.release(self._lease, self._me)

    async def _poll(self) -> None:
        await self._turn_webhook_off()
        await announce(self._bot)
        offset, failures = None, 0
        while True:
            try:
                updates = await self._fetch(offset)
                failures = 0
            except TelegramError as error:
                failures += 1
                await asyncio.sleep(_pause(error, failures))
                continue
            if updates:
                await self._inbox.store(updates)
                offset = _next_offset(updates, offset)

    async def _fetch(self, offset: int | None) -> list[object]:
        """Raw updates: parsed ones would be lost together when one of them cannot be parsed."""
        arguments: dict[str, object] = {"timeout": POLL_SECONDS, "allowed_updates": ALLOWED_UPDATES}
        if offset is not None:
            arguments["offset"] = offset
        answer = await self._bot.do_api_request("getUpdates", api_kwargs=arguments, read_timeout=POLL_SECONDS + 10)
        return list(answer) if isinstance(answer, list) else []

    async def _turn_webhook_off(self) -> None:
        """While one is set, Telegram refuses to be polled. What waits there is kept. Tried until it works."""
        failures = 0
        while True:
            try:
                await self._bot.delete_webhook()
                return
            except TelegramError as error:
                failures += 1
                await asyncio.sleep(_pause(error, failures))


def _next_offset(updates: list[object], offset: int | None) -> int | None:
    ids = [u["update_id"] for u in updates if isinstance(u, dict) and isinstance(u.get("update_id"), int)]
    return max(ids) + 1 if ids else offset


def _pause(error: TelegramError, failures: int) -> float:
    """How long to wait after a failed call, in seconds, and a line for the operator."""
    match error:
        case RetryAfter():
            return seconds(error.retry_after)
        case InvalidToken() | EndPointNotFound():
            log.error("TELEGRAM_BOT_TOKEN is refused: copy it again from @BotFather")
            return 30.0
        case Conflict():
            log.warning("another program polls with this TELEGRAM_BOT_TOKEN: stop it, or give it a token of its own")
            return 3.0
        case _:
            log.warning("Telegram is away (%s), trying again", type(error).__name__)
            return min(15.0, 0.5 * 2.0 ** min(failures, 5))


async def announce(bot: Bot) -> None:
    """The command menu; without it everything works all the same."""
    with suppress(TelegramError):
        await bot.set_my_commands(MENU)


class Webhook:
    """Telegram's deliveries over HTTP: `receive` is called by the web process with what came in."""

    def __init__(self, bot: Bot, inbox: Inbox, url: str, secret: str) -> None:
        self._bot = bot
        self._inbox = inbox
        self._url = url
        self._secret = secret

    async def register(self) -> None:
        """Tells Telegram where to deliver; tried until it works."""
        failures = 0
        while True:
            try:
                await self._bot.set_webhook(self._url, secret_token=self._secret, allowed_updates=ALLOWED_UPDATES)
                await announce(self._bot)
                return
            except TelegramError as error:
                failures += 1
                await asyncio.sleep(_pause(error, failures))

    def accepts(self, secret: str | None) -> bool:
        return hmac.compare_digest((secret or "").encode(), self._secret.encode())

    async def receive(self, body: bytes) -> None:
        """When this returns the update is safe."""
        try:
            update = json.loads(body)
        except ValueError:
            update = body.decode("latin-1")
        await self._inbox.store([update])
