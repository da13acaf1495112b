"""What is kept of a client's calls: what it asked, what it did wrong, whom it notified; and a signal to wait on."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.loopback.slack_shapes import Json

T = TypeVar("T")


class Refused(Exception):
    """A call that Slack answers with `ok: false`."""

    def __init__(
        self, error: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(error)
        self.error, self.status, self.headers, self.extra = error, status, dict(headers or {}), extra


@dataclass(frozen=True)
class Violation:
    """Something a correct client never does. `code` is what `assert_clean(allow=…)` takes."""

    code: str
    detail: str

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


@dataclass(frozen=True)
class Ping:
    """A notification that the app's text caused: `target` is a user's id, or `!channel` and the like."""

    target: str
    channel: str
    ts: str
    text: str
    via: str


@dataclass
class Call:
    """One request to the Web API, or to a URL that Slack handed out. `answer` is what it got; None while open."""

    method: str
    args: Json
    at: float
    token: str
    answer: Json | None = None


class Signal:
    """Wakes those who wait for the workspace to change."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def fire(self) -> None:
        self._next.set()
        self._next = asyncio.Event()

    async def until(self, look: Callable[[], T | None], seconds: float) -> T:
        """The first value of `look` that is true. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while True:
                changed = self._next
                found = look()
                if found:
                    return found
                await changed.wait()
