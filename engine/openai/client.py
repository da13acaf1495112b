"""Asking an OpenAI-compatible server: structured answers, streamed, repaired once, and entered in the ledger."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2
from openai import AsyncOpenAI, AsyncStream, BadRequestError, UnprocessableEntityError
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from engine.failures import Unavailable
from engine.grading import About
from engine.openai.failures import Malformed, problems, translated
from engine.openai.ledger import enter
from engine.openai.prices import cached_tokens, text_cost
from engine.openai.stream import OnGrowth, Reply, read
from engine.openai.text import as_data
from engine.ports import Ledger, ModelCall

log = logging.getLogger(__name__)

Shape = TypeVar("Shape", bound=BaseModel)
Result = TypeVar("Result")
OnPartial = Callable[[dict[str, Any]], Awaitable[None]]

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

    async def _reply(
        self, messages: list[ChatCompletionMessageParam], shape: type[BaseModel], on_partial: OnPartial | None
    ) -> Reply:
        try:
            async with asyncio.timeout(self.patience):
                with translated(self.name):
                    stream = await self._open(messages, shape)
                return await read(stream, self.name, _watched(on_partial) if on_partial else None)
        except TimeoutError:
            raise Unavailable(f"{self.name}: no whole answer within {self.patience:g} s") from None

    async def _open(
        self, messages: list[ChatCompletionMessageParam], shape: type[BaseModel]
    ) -> AsyncStream[ChatCompletionChunk]:
        """Compatible servers and older models know fewer options: one refused by name is left out from then on."""
        while True:
            options = self._options()
            try:
                stream: AsyncStream[ChatCompletionChunk] = await self.client.chat.completions.create(
                    model=self.name, messages=messages, response_format=_format(shape), stream=True, **options
                )
                return stream
            except (BadRequestError, UnprocessableEntityError) as error:
                unknown = [name for name in options if name in f"{error.param} {error.message}"]
                if not unknown:
                    raise
            self._refused.update(unknown)
            log.warning("%s: goes on without %s, which the server refuses", self.name, ", ".join(unknown))

    def _options(self) -> dict[str, Any]:
        options = {
            "reasoning_effort": self.effort,
            "max_completion_tokens": FEW_TOKENS if self.effort in ("none", "minimal", "low") else MANY_TOKENS,
            "stream_options": {"include_usage": True},
        }
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


def _messages(request: Request, wrong: str | None) -> list[ChatCompletionMessageParam]:
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


def _format(shape: type[BaseModel]) -> Any:
    schema = {"name": shape.__name__.lower(), "strict": True, "schema": shape.model_json_schema()}
    return {"type": "json_schema", "json_schema": schema}
