"""The bot's queue of updates, with the two ways out of it: long polling and the webhook.

Long polling follows the Bot API server's own source: an update is forgotten when getUpdates names a higher offset, a
second waiting poller ends the first one, and a hasty repeat of an offset waits 3 s or gets one update only.
"""

import asyncio
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import aiohttp

from tests.loopback.telegram_wire import Bell, Json, Refused

ALL_KINDS = frozenset(
    {
        "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
        "edited_business_message", "deleted_business_messages", "guest_message", "message_reaction",
        "message_reaction_count", "inline_query", "chosen_inline_result", "callback_query", "shipping_query",
        "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member",
        "chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot",
    }
)  # fmt: skip
ONLY_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
LONGEST_POLL = 50

_OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
_WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


def conflict(why: str) -> Refused:
    return Refused(409, f"Conflict: {why}", wrong=False)


@dataclass(frozen=True)
class Webhook:
    """`reach` is where the updates really go; `url` is what the bot asked for."""

    url: str
    reach: str
    secret_token: str = ""
    max_connections: int = 40


@dataclass
class Updates:
    conflict_pause: float = 3.0
    poll_rules: bool = True
    webhook_retry: float = 0.05
    allowed: frozenset[str] = ALL_KINDS - ONLY_ON_REQUEST
    pending: list[Json] = field(default_factory=list)
    confirmed: dict[int, float] = field(default_factory=dict)
    webhook: Webhook | None = None
    webhook_error: Json = field(default_factory=dict)
    moved: Bell = field(default_factory=Bell)
    _next_id: int = field(default_factory=lambda: random.randint(10_000_000, 900_000_000))
    _again: list[Json] = field(default_factory=list)
    _waiting: "asyncio.Future[None] | None" = None
    _last_poll: tuple[int, float] = (-1, 0.0)
    _last_conflict: float = 0.0
    _senders: dict[object, "asyncio.Task[None]"] = field(default_factory=dict)
    _queues: dict[object, list[Json]] = field(default_factory=lambda: defaultdict(list))
    _session: aiohttp.ClientSession | None = None

    # The platform's side

    def put(self, body: Json) -> Json | None:
        """Queues an update under the next id; None when the bot does not want its kind."""
        if body.keys() & ALL_KINDS and not body.keys() & self.allowed:
            return None
        update = {"update_id": self._next_id, **body}
        self._next_id += 1
        self.pending.append(update)
        self._deliver(update)
        return update

    def repeat(self, update: Json) -> None:
        """Delivers an update once more, even when it was confirmed. One that was not comes again anyway."""
        if self.webhook is None and update not in self.pending:
            self._again.append(update)
        self._deliver(update)

    def start_numbering_anew(self) -> None:
        """As after a quiet week: the next update's id is random, and may be lower than the last one."""
        self._next_id = random.randint(10_000_000, 900_000_000)

    async def until_confirmed(self, update: Json, seconds: float) -> float:
        number = update["update_id"]
        return await self.moved.until(
            lambda: self.confirmed.get(number), seconds, lambda: f"update {number} is not confirmed"
        )

    def _deliver(self, update: Json) -> None:
        if self.webhook is not None:
            self._post_in_order([update])
        elif self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _confirm(self, updates: Iterable[Json]) -> None:
        for update in updates:
            self.confirmed.setdefault(update["update_id"], time.monotonic())
        self.pending = [update for update in self.pending if update["update_id"] not in self.confirmed]
        self.moved.ring()

    # getUpdates

    async def poll(self, offset: int, limit: int, timeout: int) -> list[Json]:  # noqa: ASYNC109 (Telegram's own word)
        if self.webhook is not None:
            raise await self._conflict(_WEBHOOK_ACTIVE)
        limit, timeout = self._hasty(offset, max(1, min(limit, 100)), max(0, min(timeout, LONGEST_POLL)))
        self._forget_before(offset)
        if not (found := self._ready(limit)) and timeout:
            await self._wait(timeout)
            found = self._ready(limit)
        self._again = []
        return found

    def _hasty(self, offset: int, limit: int, timeout: int) -> tuple[int, int]:
        now, (before, then) = time.monotonic(), self._last_poll
        self._last_poll = offset, now
        if not self.poll_rules or offset != before:
            return limit, timeout
        return 1 if now < then + 0.5 else limit, max(3, timeout) if now < then + 3 else timeout

    def _forget_before(self, offset: int) -> None:
        if offset < 0:
            self._confirm(self.pending[:offset])
        # An offset from another numbering is not honoured.
        elif offset <= self._next_id + 10:
            self._confirm(update for update in self.pending if update["update_id"] < offset)

    def _ready(self, limit: int) -> list[Json]:
        return (self._again + self.pending)[:limit]

    async def _wait(self, seconds: float) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(conflict(_OTHER_POLLER))
        mine = self._waiting = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait_for(mine, seconds)
        except TimeoutError:
            return
        except Refused as refusal:
            raise await self._conflict(refusal.description.removeprefix("Conflict: ")) from None

    async def _conflict(self, why: str) -> Refused:
        """The first answer comes at once, further ones within three seconds are held back for as long."""
        if time.monotonic() < self._last_conflict + self.conflict_pause:
            await asyncio.sleep(self.conflict_pause)
        self._last_conflict = time.monotonic()
        return conflict(why)

    # The webhook

    def set_webhook(self, webhook: Webhook | None) -> None:
        """Waiting updates go to the new address, each chat's in order; None: they stay for getUpdates."""
        self._stop_sending()
        self.webhook = webhook
        if webhook is None:
            return
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(conflict("terminated by setWebhook request"))
        self._post_in_order(self.pending)

    def _post_in_order(self, updates: list[Json]) -> None:
        for update in updates:
            lane = _chat_of(update)
            self._queues[lane].append(update)
            if lane not in self._senders:
                self._senders[lane] = asyncio.get_running_loop().create_task(self._send(lane))

    async def _send(self, lane: object) -> None:
        delay = self.webhook_retry
        while queue := self._queues[lane]:
            if await self._accepted(queue[0]):
                self._confirm([queue.pop(0)])
                delay = self.webhook_retry
            else:
                await asyncio.sleep(delay)
                delay = min(delay * 2, 1.0)
        del self._senders[lane]

    async def _accepted(self, update: Json) -> bool:
        assert self.webhook is not None
        headers = {"Content-Type": "application/json"}
        if self.webhook.secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.webhook.secret_token
        self._session = self._session or aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        body = json.dumps(update).encode()
        try:
            async with self._session.post(self.webhook.reach, data=body, headers=headers) as answer:
                return self._judged(answer.status, f"Wrong response from the webhook: {answer.status} {answer.reason}")
        except (aiohttp.ClientError, TimeoutError):
            return self._judged(0, "Connection refused")

    def _judged(self, status: int, error: str) -> bool:
        if 200 <= status <= 299:
            return True
        self.webhook_error = {"last_error_date": int(time.time()), "last_error_message": error}
        return False

    def _stop_sending(self) -> None:
        for task in self._senders.values():
            task.cancel()
        self._senders.clear()
        self._queues.clear()

    async def close(self) -> None:
        senders = list(self._senders.values())
        self._stop_sending()
        await asyncio.gather(*senders, return_exceptions=True)
        if self._waiting is not None:
            self._waiting.cancel()
        if self._session is not None:
            await self._session.close()


def _chat_of(update: Json) -> object:
    """Telegram keeps order within a chat only."""
    for kind, body in update.items():
        if isinstance(body, dict) and kind in ALL_KINDS:
            carrier = body.get("message", body)
            return (carrier.get("chat") or {}).get("id")
    return None
