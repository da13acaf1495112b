"""Receiving from Slack: everything is stored before Slack is told that it arrived.

Bolt acknowledges events before their listeners run. So the storing stands in front of them all (`before_authorize`),
where a failure leaves the event unacknowledged, and Slack delivers it again. The listeners only acknowledge.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack import events
from bots.slack.parse import team_of
from bots.slack.socket_mode import PING_SECONDS, SocketMode
from bots.slack.status import Features
from engine.failures import Unavailable
from engine.ports import Lanes
from engine.work.handle import where

log = logging.getLogger(__name__)

ANYTHING = re.compile(".*", re.DOTALL)
MOST_GREETED = 10_000
GREETING = "Practise a job interview"
PROMPTS = [
    {"title": "Start an interview", "message": "start"},
    {"title": "My earlier interviews", "message": "history"},
    {"title": "How does this work?", "message": "help"},
]


class SlackReceiver:
    """Bolt in front of the lanes, by Socket Mode (with an app token) or HTTP (with a signing secret)."""

    def __init__(
        self,
        bot_token: str,
        app_token: str | None,
        signing_secret: str | None,
        api_url: str,
        lanes: Lanes,
        ping_seconds: float = PING_SECONDS,
    ) -> None:
        self._bot_token = bot_token
        self._app_token = app_token
        self._lanes = lanes
        self._ping_seconds = ping_seconds
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        self._client = AsyncWebClient(bot_token, base_url=api_url, timeout=10, retry_handlers=[])
        self._features = Features()
        self._greeted: set[tuple[str, str]] = set()
        self._app = self._bolt(signing_secret or "", api_url)

    def _bolt(self, signing_secret: str, api_url: str) -> AsyncApp:
        """`authorize` asks nobody, and keeps Bolt from asking its OAuth stores when SLACK_CLIENT_ID happens to be set.
        Bolt is quiet, because it writes what learners said into its warnings."""
        quiet = logging.getLogger(f"{__name__}.bolt")
        quiet.setLevel(logging.CRITICAL)
        app = AsyncApp(
            logger=quiet,
            client=AsyncWebClient(base_url=api_url),
            signing_secret=signing_secret,
            before_authorize=self._store,
            authorize=_everywhere(self._bot_token),
            ignoring_self_events_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        app.error(self._failed)
        app.event("app_home_opened")(self._opened)
        for listen in (app.event, app.command, app.action, app.shortcut, app.view):
            listen(ANYTHING)(self._acknowledge)
        return app

    # By Socket Mode

    async def socket_mode(self) -> None:
        """Until cancelled; a connection that is lost is made again."""
        assert self._app_token is not None, "asked for only when it is set"
        await SocketMode(self._app, self._app_token, self._ping_seconds).run()

    # Over HTTP

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Events, commands and interactions from Slack; 401 for anybody else, before anything is looked into."""
        if not await self._is_slacks(request):
            return web.Response(status=401)
        try:
            asked = await to_bolt_request(request)
        except (ValueError, TypeError, AttributeError):  # Bolt takes every body for an object
            return web.Response(status=400)
        return await to_aiohttp_response(await self._app.async_dispatch(asked))

    async def _is_slacks(self, request: web.Request) -> bool:
        stamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if self._verifier is None or not re.fullmatch(r"[0-9]{1,12}", stamp):
            return False
        try:
            body = (await request.read()).decode()
        except UnicodeDecodeError:
            return False
        return self._verifier.is_valid(body, stamp, signature)

    # What Bolt calls, giving arguments by their names

    async def _store(self, body: Mapping[str, Any], next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002
        work = events.work(body, time.time())
        if work:
            await self._lanes.put([work])
        await next()

    async def _acknowledge(self, ack: AsyncAck) -> None:
        await ack()

    async def _failed(self, error: Exception) -> BoltResponse:
        """No acknowledgement: Slack delivers events again, and tells people that their command did not work."""
        if isinstance(error, Unavailable):
            log.warning("%s: not acknowledged", error)
        else:
            log.error("not acknowledged: %s", where(error))
        return BoltResponse(status=503)

    async def _opened(self, body: Mapping[str, Any]) -> None:
        """Suggests first words, once, to whoever opens the Messages tab."""
        event, team = body["event"], team_of(body)
        person = (team, str(event.get("user")))
        if event.get("tab") != "messages" or person in self._greeted or not self._features.has(team):
            return
        if len(self._greeted) >= MOST_GREETED:
            self._greeted.clear()
        self._greeted.add(person)
        # Without a thread: in an agent app, naming one makes the call fail without a word.
        call = self._client.assistant_threads_setSuggestedPrompts(
            channel_id=str(event["channel"]), prompts=PROMPTS, title=GREETING
        )
        await self._features.granted(team, call)


def _everywhere(token: str) -> Callable[..., Awaitable[AuthorizeResult]]:
    """The same token for every workspace. A function, because Bolt would look for something to give as a `self`."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    return authorize
