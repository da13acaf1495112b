"""Trouble on demand: refused, slow and broken calls, and Telegram's limits on how fast a bot may write."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from tests.loopback.telegram_wire import Arguments, Json, Refused, too_many_requests

# Calls that were under way when a 429 was answered may still arrive.
GRACE = 0.25


@dataclass
class Fault:
    """What happens to the next `times` calls of `method` for which `where` says yes. `hit` is set at the first."""

    method: str
    times: int = 1
    status: int | None = None
    body: Json | str | bytes | None = None
    retry_after: int | None = None
    hang: float = 0.0
    drop: Literal["before", "after"] | None = None
    where: Callable[[Json], object] = lambda params: True
    hit: asyncio.Event = field(default_factory=asyncio.Event)
    hits: int = 0

    @property
    def answers(self) -> bool:
        """It answers in place of the method, which is then not run."""
        return self.status is not None or self.retry_after is not None or self.body is not None

    def applies(self, method: str, params: Json) -> bool:
        return self.hits < self.times and self.method.lower() in (method.lower(), "*") and bool(self.where(params))

    def take(self) -> None:
        self.hits += 1
        self.hit.set()

    def answer(self) -> tuple[int, bytes | Json]:
        """The HTTP status and body: bytes as they are, text as the description, an object as the whole envelope."""
        if self.retry_after is not None:
            return 429, too_many_requests(self.retry_after).envelope
        status = self.status or 200
        if isinstance(self.body, bytes | dict):
            return status, self.body
        return status, Refused(status, self.body or _PHRASES.get(status, "Error"), wrong=False).envelope


_PHRASES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 409: "Conflict", 500: "Internal Server Error"}


@dataclass
class Pace:
    """Limits on messages in one chat; 0 is none. Whoever is told to wait and does not, is blamed."""

    per_second: int = 0
    group_per_minute: int = 0
    _sent: dict[object, list[float]] = field(default_factory=lambda: defaultdict(list))
    _told: dict[object, tuple[float, float]] = field(default_factory=dict)

    def check(self, call: Arguments) -> None:
        """Raises the 429 that this message gets."""
        chat, now = call.get("chat_id"), time.monotonic()
        told, until = self._told.get(chat, (0.0, 0.0))
        if now < until:
            wait = int(until - now) + 1
            if now > told + GRACE:
                call.blame(f"sent {until - now:.1f} s before the end of retry_after")
            raise too_many_requests(wait)
        self._count(chat, now)

    def _count(self, chat: object, now: float) -> None:
        self._sent[chat] = [then for then in self._sent[chat] if then > now - 60]
        limits = [(self.per_second, 1.0)]
        if isinstance(chat, int) and chat < 0:
            limits.append((self.group_per_minute, 60.0))
        for most, seconds in limits:
            recent = [then for then in self._sent[chat] if then > now - seconds]
            if most and len(recent) >= most:
                raise self.tell(chat, int(recent[0] + seconds - now) + 1)
        self._sent[chat].append(now)

    def tell(self, chat: object, seconds: int) -> Refused:
        now = time.monotonic()
        self._told[chat] = now, now + seconds
        return too_many_requests(seconds)
