"""Receiving from Slack: everything is stored before Slack is told that it arrived."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack import events
from engine.ports import Lanes

log = logging.getLogger(__name__)

PROMPTS = [
    {"title": "Data Science interview", "message": "start data-science"},
    {"title": "Product Management interview", "message": "start product-management"},
    {"title": "Law interview", "message": "start law"},
    {"title": "How does this work?", "message": "help"},
]
ANYTHING = re.compile(".*")


class SlackReceiver:
    """Bolt in front of the inbox, over Socket Mode or HTTP."""

    def __init__(
        self, bot_token: str, app_token: str | None, signing_secret: str | None, api_url: str, lanes: Lanes
    ) -> None:
        self._client = AsyncWebClient(token=bot_token, base_url=api_url, timeout=20, retry_handlers=[])
        self._bot_token = bot_token
        self._app_token = app_token
        self._lanes = lanes
        self._prompting: set[asyncio.Task[None]] = set()
        # Before the authorization and before any listener: what is refused or unknown there is acknowledged all the
        # same.
        # `authorize` also keeps Bolt from asking the environment for an OAuth configuration.
        self._app = AsyncApp(
            client=self._client,
            signing_secret=signing_secret or "unused in Socket Mode",
            authorize=self._authorizer(),
            before_authorize=self._storing(),
        )
        self._acknowledge_everything()

    async def socket_mode(self) -> None:
        """Until cancelled; the connection is opened again whenever it is lost."""
        assert self._app_token is not None, "asked for only when it is set"
        handler = AsyncSocketModeHandler(self._app, self._app_token)
        try:
            await self._connect(handler)
            await asyncio.Event().wait()
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]

    async def _connect(self, handler: AsyncSocketModeHandler) -> None:
        delay = 1.0
        while True:
            try:
                await handler.connect_async()  # type: ignore[no-untyped-call]
                return
            except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
                log.warning(
                    "Slack cannot be reached (%s); SLACK_APP_TOKEN must be valid; trying again", type(error).__name__
                )
                await asyncio.sleep(delay)
                delay = min(15.0, delay * 2)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """An HTTP request of Slack's: events, commands and interactivity."""
        if not request.headers.get("X-Slack-Request-Timestamp", "0").isdecimal():
            return web.Response(status=401)
        answer = await self._app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)

    def _storing(self) -> Callable[..., Awaitable[BoltResponse]]:
        """Bolt looks at a function's argument names, so these are functions and no methods."""

        async def store(req: AsyncBoltRequest, next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:  # noqa: A002
            payload = events.received(req.raw_body) or req.body
            work = events.event(payload)
            if work:
                await self._lanes.put([work])
            self._prompt(payload)
            return await next()

        return store

    def _authorizer(self) -> Callable[..., Awaitable[AuthorizeResult]]:
        """Nothing is asked of Slack: who may do what is decided in the worker."""

        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=self._bot_token)

        return authorize

    def _acknowledge_everything(self) -> None:
        async def acknowledge(ack: AsyncAck) -> None:
            await ack()

        async def seen() -> None:
            """Stored already, or of no concern."""

        self._app.command(ANYTHING)(acknowledge)
        self._app.action(ANYTHING)(acknowledge)
        self._app.shortcut(ANYTHING)(acknowledge)
        self._app.view(ANYTHING)(acknowledge)
        self._app.event(ANYTHING)(seen)

    def _prompt(self, payload: Mapping[str, Any]) -> None:
        """Suggests first words when somebody opens the Messages tab; where that is no feature, nothing is missing."""
        event = payload.get("event") or {}
        if event.get("type") == "app_home_opened" and event.get("tab") == "messages":
            task = asyncio.create_task(self._suggest(str(event.get("channel"))))
            self._prompting.add(task)
            task.add_done_callback(self._prompting.discard)

    async def _suggest(self, channel: str) -> None:
        try:
            # Without a thread: in an agent app naming one makes the call fail silently.
            await self._client.api_call(
                "assistant.threads.setSuggestedPrompts",
                json={"channel_id": channel, "prompts": PROMPTS, "title": "What would you like to practise?"},
            )
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            log.info("no suggested prompts: %s", type(error).__name__)
