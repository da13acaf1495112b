"""Asking an OpenAI-compatible server: structured answers, streamed, repaired once, and entered in the ledger."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import httpx2
from openai import AsyncOpenAI, AsyncStream, BadRequestError, UnprocessableEntityError
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from engine.failures import Unavailable
from engine.grading import About
from engine.openai.failures import Malformed, problems, translated
from engine.openai.ledger import enter
from engine.openai.prices import cached_tokens, text_cost
from engine.openai.stream import OnGrowth, RawStream, Reply, read_stream, read_whole
from engine.openai.text import as_data
from engine.ports import Ledger, ModelCall

log = logging.getLogger(__name__)

Shape = TypeVar("Shape", bound=BaseModel)
Result = TypeVar("Result")
OnPartial = Callable[[dict[str, Any]], Awaitable[None]]
Messages = Sequence[Mapping[str, str]]

CONNECT_SECONDS = 5.0
CALL_SECONDS = 60.0
MALFORMED_SECONDS = 30.0
"""Before a model that twice gave no usable answer is asked the same again: each try is paid for."""
FEW_TOKENS, MANY_TOKENS = 4_000, 32_000

_ENDINGS = ("length", "content_filter", "tool_calls", "function_call")


def open_client(api_key: str, base_url: str | None) -> AsyncOpenAI:
    """A client that does not retry by itself: our own retries know what waits for the answer, and how long it may."""
    timeout = httpx2.Timeout(CALL_SECONDS, connect=CONNECT_SECONDS)
    return AsyncOpenAI(api_key=api_key, base_url=base_url, timeout=timeout, max_retries=0)


@dataclass(frozen=True)
class Request:
    """`system` is ours alone; whatever a learner said is in `data`, the unchanging parts first."""

    about: About
    purpose: str
    system: str
    data: Mapping[str, object]


@dataclass(frozen=True)
class Model:
    """A chat model on a server, and the ledger that its calls are entered in.

    `effort` is the reasoning effort, "none" for no reasoning; `patience` the seconds within which a call is answered.
    """

    client: AsyncOpenAI
    name: str
    effort: str
    ledger: Ledger
    patience: float = CALL_SECONDS
    _refused: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    async def ask(
        self,
        request: Request,
        shape: type[Shape],
        take: Callable[[Shape], Result],
        on_partial: OnPartial | None = None,
    ) -> Result:
        """What `take` makes of the model's answer in the given shape, streamed to `on_partial` while it grows.

        An answer that does not fit, or for which `take` raises Malformed, is asked for once more with what is wrong.
        Raises Unavailable, nothing else.
        """
        try:
            return take(await self._answer(request, None, shape, on_partial))
        except Malformed as error:
            wrong = str(error)
        log.info("%s: malformed answer: %s", self.name, wrong)
        try:
            return take(await self._answer(request, wrong, shape, on_partial))
        except Malformed as error:
            raise Unavailable(f"{self.name}: malformed twice: {error}", retry_after=MALFORMED_SECONDS) from None

    async def _answer(
        self, request: Request, wrong: str | None, shape: type[Shape], on_partial: OnPartial | None
    ) -> Shape:
        started = time.monotonic()
        reply = await self._reply(_messages(request, wrong), shape, on_partial)
        await enter(self.ledger, self._bill(request, reply, time.monotonic() - started))
        if reply.refused:
            raise Malformed("the model refused to answer")
        if reply.finish != "stop":
            raise Malformed(f"the answer ended with {reply.finish if reply.finish in _ENDINGS else 'another reason'}")
        try:
            return shape.model_validate_json(reply.text)
        except ValidationError as error:
            raise Malformed(problems(error)) from None

    async def _reply(self, messages: Messages, shape: type[BaseModel], on_partial: OnPartial | None) -> Reply:
        """Streamed only for somebody who watches: a whole answer costs a tenth of the CPU."""
        try:
            async with asyncio.timeout(self.patience):
                with translated(self.name):
                    answer = await self._post(messages, shape, stream=on_partial is not None)
                if isinstance(answer, AsyncStream) and on_partial:
                    return await read_stream(answer, self.name, _watched(on_partial))
                return read_whole(answer, self.name)
        except TimeoutError:
            raise Unavailable(f"{self.name}: no whole answer within {self.patience:g} s") from None

    async def _post(self, messages: Messages, shape: type[BaseModel], *, stream: bool) -> object:
        """Compatible servers and older models know fewer options: one refused by name is left out from then on."""
        while True:
            options = self._options(stream)
            body = {"model": self.name, "messages": messages, "response_format": _format(shape), **options}
            try:
                return await self.client.post(
                    "/chat/completions", cast_to=object, body=body, stream=stream, stream_cls=RawStream
                )
            except (BadRequestError, UnprocessableEntityError) as error:
                unknown = [name for name in options if name != "stream" and name in f"{error.param} {error.message}"]
                if not unknown:
                    raise
            self._refused.update(unknown)
            log.warning("%s: goes on without %s, which the server refuses", self.name, ", ".join(unknown))

    def _options(self, stream: bool) -> dict[str, Any]:
        options: dict[str, Any] = {
            "reasoning_effort": self.effort,
            "max_completion_tokens": FEW_TOKENS if self.effort in ("none", "minimal", "low") else MANY_TOKENS,
        }
        if stream:
            options |= {"stream": True, "stream_options": {"include_usage": True}}
        return {name: value for name, value in options.items() if name not in self._refused}

    def _bill(self, request: Request, reply: Reply, latency: float) -> ModelCall:
        usage = reply.usage
        return ModelCall(
            about=request.about,
            purpose=request.purpose,
            model=self.name,
            input_tokens=usage.prompt_tokens if usage else 0,
            cached_tokens=cached_tokens(usage) if usage else 0,
            output_tokens=usage.completion_tokens if usage else 0,
            audio_seconds=0.0,
            latency=latency,
            cost=text_cost(self.name, usage) if usage else None,
        )


def _messages(request: Request, wrong: str | None) -> Messages:
    data = {**request.data, "your_last_try_was_refused_because": wrong}
    return [{"role": "system", "content": request.system}, {"role": "user", "content": as_data(data)}]


def _watched(on_partial: OnPartial) -> OnGrowth:
    async def grown(text: str) -> None:
        await on_partial(_partial(text))

    return grown


def _partial(text: str) -> dict[str, Any]:
    try:
        value = from_json(text, allow_partial="trailing-strings")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


@cache
def _format(shape: type[BaseModel]) -> Mapping[str, object]:
    schema = {"name": shape.__name__.lower(), "strict": True, "schema": shape.model_json_schema()}
    return {"type": "json_schema", "json_schema": schema}
