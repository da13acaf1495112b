"""What only workspaces with agent features have, and nothing depends on: a status, and suggested first words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.refusals import code_of
from engine.said import Address

STATUS = "is thinking…"
AFTER_SECONDS = 0.4
EVERY_SECONDS = 10.0

LACKING = frozenset(
    (
        "access_denied",
        "feature_disabled",
        "feature_not_enabled",
        "missing_scope",
        "no_permission",
        "not_allowed",
        "not_allowed_token_type",
        "unknown_method",
    )
)
"""What a workspace answers that has no agent features, or has not granted them."""


class Features:
    """Asks for what a workspace may not have, and does not ask those again that said so."""

    def __init__(self) -> None:
        self._lacking: set[str] = set()

    def has(self, team: str) -> bool:
        """As far as we know."""
        return team not in self._lacking

    async def granted(self, team: str, call: Awaitable[Any]) -> bool:
        """Whether the call worked; it may always fail."""
        try:
            await call
        except SlackApiError as error:
            if code_of(error) in LACKING:
                self._lacking.add(team)
            return False
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError):
            return False
        return True


class Status:
    """ "is thinking…" under a thread, not more often than it is of use."""

    def __init__(self, after_seconds: float) -> None:
        self._after_seconds = after_seconds
        self._features = Features()
        self._shown: dict[str, float] = {}

    async def show(self, client: AsyncWebClient, address: Address) -> None:
        team, key = str(address["team"]), _thread(address)
        if key is None or not self._features.has(team) or self._is_recent(key):
            return
        # A turn that is over at once may say nothing in the thread, where the status would stay for two minutes.
        await asyncio.sleep(self._after_seconds)
        call = client.assistant_threads_setStatus(
            channel_id=str(address["channel"]), thread_ts=str(address["thread_ts"]), status=STATUS
        )
        if await self._features.granted(team, call):
            self._note(key)

    def is_gone(self, address: Address) -> None:
        """A message takes the status away."""
        self._shown.pop(_thread(address) or "", None)

    def _is_recent(self, key: str) -> bool:
        return time.monotonic() - self._shown.get(key, -EVERY_SECONDS) < EVERY_SECONDS

    def _note(self, key: str) -> None:
        now = time.monotonic()
        self._shown = {k: t for k, t in self._shown.items() if now - t < EVERY_SECONDS} | {key: now}


def _thread(address: Address) -> str | None:
    thread = address.get("thread_ts")
    return f"{address['team']}:{address['channel']}:{thread}" if thread else None
