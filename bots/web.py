"""The only HTTP listener: Telegram's webhook, Slack's events, and the health of this process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from bots.process import Refusal
from bots.settings import WEBHOOK_PATH
from engine.failures import Unavailable

if TYPE_CHECKING:
    from bots.telegram.receive import Webhook

log = logging.getLogger(__name__)

LARGEST_BODY = 4 * 1024 * 1024
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
JSON = "application/json"


class Pulse(Protocol):
    async def idle(self, lanes: list[str]) -> bool: ...


class WebServer:
    """Answers only after what came in is stored; 503 while it cannot be, so that the platform delivers it again."""

    def __init__(self, port: int, pulse: Pulse) -> None:
        self._port = port
        self._pulse = pulse
        self._app = web.Application(client_max_size=LARGEST_BODY)
        self._app.router.add_get("/health", self._health)
        self._registrations: list[Callable[[], Awaitable[None]]] = []

    def add_telegram(self, webhook: Webhook) -> None:
        async def receive(request: web.Request) -> web.Response:
            if not webhook.accepts(request.headers.get(SECRET_HEADER)):
                return web.Response(status=403)
            if request.content_type != JSON:
                return web.Response(status=415)
            await webhook.receive(await request.read())
            return web.Response()

        self._app.router.add_post(WEBHOOK_PATH, _patient(receive))
        self._registrations.append(webhook.register)

    def add_slack(self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
        self._app.router.add_post("/slack/events", _patient(handler))

    async def run(self) -> None:
        """Until cancelled; requests in hand are answered first.

        A platform is told to deliver here only once somebody listens.
        """
        runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=5)
        registrations: list[asyncio.Future[None]] = []
        try:
            await runner.setup()
            await self._listen(runner)
            registrations += [asyncio.ensure_future(register()) for register in self._registrations]
            log.info("listening on port %s", self._port)
            await asyncio.Event().wait()
        finally:
            for task in registrations:
                task.cancel()
            await asyncio.gather(*registrations, return_exceptions=True)
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        try:
            await web.TCPSite(runner, port=self._port).start()
        except OSError as error:
            raise Refusal(f"PORT: {self._port} cannot be listened on ({error.strerror}): set another one", 1) from error

    async def _health(self, _: web.Request) -> web.Response:
        """200 when the database answers, so that a load balancer may send events here."""
        try:
            await self._pulse.idle([])
        except Unavailable:
            return web.json_response({"database": "away"}, status=503)
        return web.json_response({"database": "fine"})


def _patient(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Unavailable as error:
            log.warning("%s: asked to deliver again", error)
            return web.Response(status=503, headers={"Retry-After": "2"})

    return answer
