"""Socket Mode: Slack's own client, watched, because it can get stuck and does not say why."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bots.slack.refusals import meaning
from engine.failures import Unavailable

log = logging.getLogger(__name__)

PING_SECONDS = 10.0
LOST_PINGS = 3
CLOSE_SECONDS = 3.0


class SocketMode:
    """Receives for an app until it is cancelled.

    Slack's client reconnects by itself, but goes on for ever with a URL that is used up. So it is given up after three
    pings without a connection, and a new one begins.
    """

    def __init__(self, app: AsyncApp, app_token: str, ping_seconds: float) -> None:
        self._app = app
        self._app_token = app_token
        self._ping_seconds = ping_seconds
        self._client = _Client(base_url=app.client.base_url, timeout=10, retry_handlers=[])
        # It would log whole tracebacks at every attempt, and with them the URL that opens the connection.
        self._quiet = logging.getLogger(f"{__name__}.client")
        self._quiet.setLevel(logging.CRITICAL)

    async def run(self) -> None:
        while True:
            handler = AsyncSocketModeHandler(
                self._app, self._app_token, self._quiet, self._client, ping_interval=self._ping_seconds
            )
            try:
                if await self._connected(handler):
                    log.info("connected to Slack")
                    await self._until_lost(handler)
            finally:
                await _close(handler)
            log.warning("no connection to Slack, trying again")

    async def _connected(self, handler: AsyncSocketModeHandler) -> bool:
        """Whether it came about in time."""
        connecting = asyncio.ensure_future(handler.connect_async())  # type: ignore[no-untyped-call]
        try:
            while not connecting.done():
                await asyncio.wait({connecting}, timeout=LOST_PINGS * self._ping_seconds)
                if not connecting.done() and not self._client.told_to_wait:
                    return False
            return True
        finally:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)

    async def _until_lost(self, handler: AsyncSocketModeHandler) -> None:
        missed = 0
        while missed < LOST_PINGS:
            await asyncio.sleep(self._ping_seconds)
            fine = await handler.client.is_connected() or self._client.told_to_wait
            missed = 0 if fine else missed + 1


class _Client(AsyncWebClient):
    """Says in one line why no connection can be had, and waits as long as it was told to."""

    _not_before = 0.0

    @property
    def told_to_wait(self) -> bool:
        return time.monotonic() < self._not_before

    async def apps_connections_open(self, *, app_token: str, **kwargs: Any) -> AsyncSlackResponse:
        await asyncio.sleep(self._not_before - time.monotonic())
        try:
            return await super().apps_connections_open(app_token=app_token, **kwargs)
        except SlackApiError as error:
            self._report(error)
            raise

    def _report(self, error: SlackApiError) -> None:
        reason = meaning(error, "SLACK_APP_TOKEN")
        if isinstance(reason, Unavailable):
            self._not_before = time.monotonic() + (reason.retry_after or 0.0)
        log.warning("Socket Mode is not opened: %s", reason)


async def _close(handler: AsyncSocketModeHandler) -> None:
    """Without waiting long for a farewell, and with nothing left behind."""
    client = handler.client
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await handler.close_async()  # type: ignore[no-untyped-call]
    except (TimeoutError, OSError):
        log.info("Slack: the connection did not close in time")
    tasks = [t for t in (client.message_processor, client.current_session_monitor, client.message_receiver) if t]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await client.aiohttp_client_session.close()
