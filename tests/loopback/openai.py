"""A strict stand-in for OpenAI's API over a real socket: chat completions, transcriptions, speech and models.

It answers only what OpenAI would answer. Whatever OpenAI would refuse is refused in its envelope, and kept in
`violations` besides, so that a client which swallows the error still fails its test at `assert_clean`.
"""

import asyncio
import itertools
import traceback
from collections.abc import Awaitable, Callable
from datetime import date
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.loopback.openai_brains import ChatBrain, TranscriptionBrain, in_turn
from tests.loopback.openai_catalogue import TODAY, OfferedModel
from tests.loopback.openai_endpoints import ROOT, Endpoints
from tests.loopback.openai_faults import Fault
from tests.loopback.openai_journal import Journal
from tests.loopback.openai_requests import CALL, Call, ChatRequest, Message, Refused, TranscriptionRequest
from tests.loopback.openai_stream import Pace
from tests.loopback.openai_uploads import LARGEST_FILE

__all__ = ["Call", "ChatRequest", "FakeOpenAI", "Fault", "Message", "OfferedModel", "TranscriptionRequest", "in_turn"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FakeOpenAI:
    """`async with FakeOpenAI() as fake: AsyncOpenAI(base_url=fake.base_url, api_key=fake.api_key)`.

    latency: seconds before each reply's first byte; chunk_latency: before each chunk of a stream (later: `fake.pace`).
    today: the day by which models past their shutdown date are gone.
    """

    def __init__(
        self,
        *,
        api_key: str = "sk-loopback",
        latency: float = 0.0,
        chunk_latency: float = 0.0,
        today: date = TODAY,
    ) -> None:
        self.api_key, self.base_url = api_key, ""
        self.pace = Pace(latency, chunk_latency)
        self._journal = Journal()
        self._endpoints = Endpoints(self._journal, self.pace, today)
        self._numbers = itertools.count(1)
        app = web.Application(middlewares=[self._around], client_max_size=LARGEST_FILE * 2)
        app.on_response_prepare.append(self._number)
        self._endpoints.add_to(app)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.2, access_log=None)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}{ROOT}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._endpoints.closing.set()
        await self._runner.cleanup()

    def on_chat(self, brain: ChatBrain, schema: str | None = None) -> None:
        """Who answers chats: those for the response schema of that name, or all that no other brain answers."""
        self._endpoints.brains.chat[schema] = brain

    def on_transcribe(self, brain: TranscriptionBrain) -> None:
        """Who listens. Until then the fake itself does: it knows every text that `speech.speak` has said."""
        self._endpoints.brains.transcription = brain

    def fail(self, path: str, times: int | None = 1, **what: Any) -> Fault:
        """Plan a failure of the next `times` calls (None: all until `heal`); `Fault` says what can go wrong."""
        fault = Fault(path, times, **what)
        self._endpoints.faults.plan(fault)
        return fault

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self._endpoints.faults.clear()

    def offer(self, model: OfferedModel) -> None:
        self._endpoints.models.offer(model)

    def withdraw(self, model_id: str) -> None:
        self._endpoints.models.withdraw(model_id)

    @property
    def calls(self) -> list[Call]:
        """Every call so far, refused ones and retries included."""
        return self._journal.calls

    @property
    def violations(self) -> list[str]:
        """What OpenAI would not have taken; a test that provokes one on purpose asserts it, then clears the list."""
        return self._journal.violations

    @property
    def chats(self) -> list[ChatRequest]:
        return [call.request for call in self.calls if isinstance(call.request, ChatRequest)]

    @property
    def transcriptions(self) -> list[TranscriptionRequest]:
        return [call.request for call in self.calls if isinstance(call.request, TranscriptionRequest)]

    async def called(self, path: str, times: int = 1, within: float = 10.0) -> list[Call]:
        """Wait until a path has been called so often, and return its calls."""
        async with asyncio.timeout(within):
            return await self._journal.called(path, times)

    def assert_clean(self) -> None:
        """Nothing that OpenAI would refuse was asked, and every planned failure happened at least once."""
        assert not self.violations, "OpenAI would not have taken this:\n" + "\n".join(self.violations)
        never_met = self._endpoints.faults.never_met()
        assert not never_met, f"planned, but never happened: {never_met}"

    @web.middleware
    async def _around(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Every call is recorded, whatever becomes of it."""
        path = request.path.removeprefix(ROOT)
        call = Call(request.method, path, dict(request.headers), asyncio.get_running_loop().time())
        request[CALL] = call
        try:
            response = await self._answer(request, handler)
            call.status = response.status
        except asyncio.CancelledError:
            call.given_up = call.status is None
            raise
        finally:
            call.ended.set()
        return response

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            self._check_access(request)
            return await handler(request)
        except Refused as refused:
            return await self._journal.refusal(request[CALL], refused)
        except web.HTTPException as error:
            return await self._journal.refusal(request[CALL], _no_such_place(request, error))
        except Exception:  # noqa: BLE001 - a brain that raises must not pass for an outage that the test planned
            return await self._journal.refusal(request[CALL], Refused(500, traceback.format_exc(), kind="server_error"))

    async def _number(self, _request: web.Request, response: web.StreamResponse) -> None:
        response.headers["x-request-id"] = f"req_{next(self._numbers)}"

    def _check_access(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {self.api_key}":
            raise Refused(401, "Incorrect API key provided.", code="invalid_api_key", kind="authentication_error")
        if request.query:
            raise Refused(400, f"Unknown query parameters: {sorted(request.query)}.", code="unknown_parameter")


def _no_such_place(request: web.Request, error: web.HTTPException) -> Refused:
    if error.status == 405:
        return Refused(405, f"Not allowed to {request.method} on {request.path}.", code="method_not_supported")
    return Refused(error.status, f"Invalid URL ({request.method} {request.path})", code="unknown_url")
