"""Calling an OpenAI-compatible server: one place for its failures, its usage and its price."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2
from openai import APIError, APIStatusError, AsyncOpenAI, OpenAIError, RateLimitError
from openai.types.completion_usage import CompletionUsage
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from engine.failures import Unavailable
from engine.grading import About
from engine.openai.prices import text_cost
from engine.ports import Ledger, ModelCall

log = logging.getLogger(__name__)

Answer = TypeVar("Answer", bound=BaseModel)
OnPartial = Callable[[dict[str, Any]], Awaitable[None]]

CALL_SECONDS = 60.0
MISCONFIGURED_SECONDS = 60.0
MOST_TOKENS = 4000


class Malformed(Exception):
    """The model's answer is not what was asked for. Carries what is wrong with it, for one try at repair."""


def open_client(api_key: str, base_url: str | None) -> AsyncOpenAI:
    """A client that retries once by itself; the rest is for our own retries, which know what waits for the answer."""
    return AsyncOpenAI(
        api_key=api_key, base_url=base_url, timeout=httpx2.Timeout(CALL_SECONDS, connect=5.0), max_retries=1
    )


@dataclass(frozen=True)
class Model:
    """A chat model on a server, and the ledger that its calls are entered in. `effort` is the reasoning effort, "none" for no reasoning."""

    client: AsyncOpenAI
    name: str
    effort: str
    ledger: Ledger

    async def ask(
        self, about: About, purpose: str, system: str, data: dict[str, object], shape: type[Answer], on_partial: OnPartial
    ) -> Answer:
        """The model's answer to `data` in the given shape, streamed to `on_partial` while it grows.

        Raises Unavailable, and Malformed when the answer does not fit the shape.
        """
        started = time.monotonic()
        usage: CompletionUsage | None = None
        try:
            text, finish, usage = await self._stream(system, data, shape, on_partial)
        except OpenAIError as error:
            raise unavailable(error, self.name) from error
        finally:
            await self._enter(about, purpose, usage, time.monotonic() - started)
        if finish != "stop":
            raise Malformed(f"the answer ended with {finish}")
        try:
            return shape.model_validate_json(text)
        except ValidationError as error:
            raise Malformed(problems(error)) from None

    async def _stream(
        self, system: str, data: dict[str, object], shape: type[BaseModel], on_partial: OnPartial
    ) -> tuple[str, str | None, CompletionUsage | None]:
        text, finish, usage = "", None, None
        stream = await self.client.chat.completions.create(
            model=self.name,
            messages=[
                {"role": "system", "content": system},
                {"role": "user", "content": json.dumps(data, ensure_ascii=False)},
            ],
            response_format={"type": "json_schema", "json_schema": _schema(shape)},
            reasoning_effort=self.effort,  # type: ignore[arg-type]
            max_completion_tokens=MOST_TOKENS,
            stream=True,
            stream_options={"include_usage": True},
        )
        async for chunk in stream:
            usage = chunk.usage or usage
            for choice in chunk.choices[:1]:
                finish = choice.finish_reason or finish
                if choice.delta.content:
                    text += choice.delta.content
                    await on_partial(_partial(text))
        return text, finish, usage

    async def _enter(self, about: About, purpose: str, usage: CompletionUsage | None, latency: float) -> None:
        details = usage.prompt_tokens_details if usage else None
        call = ModelCall(
            about=about,
            purpose=purpose,
            model=self.name,
            input_tokens=usage.prompt_tokens if usage else 0,
            cached_tokens=(details.cached_tokens or 0) if details else 0,
            output_tokens=usage.completion_tokens if usage else 0,
            audio_seconds=0.0,
            latency=latency,
            cost=text_cost(self.name, usage) if usage else None,
        )
        await self.ledger.record_call(call)


def unavailable(error: OpenAIError, model: str) -> Unavailable:
    """What the client raised, as a reason to try again; the operator's log gets the mend for what will not mend itself."""
    if isinstance(error, RateLimitError) and error.code != "insufficient_quota":
        return Unavailable(f"{model}: rate limited", retry_after=_retry_after(error))
    if isinstance(error, APIStatusError) and error.status_code < 500 and error.status_code not in (408, 409):
        mend = {
            401: "OPENAI_API_KEY is refused",
            403: "OPENAI_API_KEY may not use this model",
            404: "this model does not exist: set VIVA_INTERVIEWER_MODEL, VIVA_GRADER_MODEL or VIVA_TRANSCRIBE_MODEL",
            429: "the OpenAI account is out of quota",
        }.get(error.status_code, f"the server refuses the request with {error.status_code}")
        log.error("%s: %s", model, mend)
        return Unavailable(f"{model}: {mend}", retry_after=MISCONFIGURED_SECONDS)
    return Unavailable(f"{model}: {type(error).__name__}")


def problems(error: ValidationError) -> str:
    """What does not fit, without the values."""
    return "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())


def _retry_after(error: APIError) -> float | None:
    value = error.response.headers.get("retry-after") if isinstance(error, APIStatusError) else None
    return float(value) if value and value.replace(".", "", 1).isdecimal() else None


def _partial(text: str) -> dict[str, Any]:
    try:
        value = from_json(text, allow_partial="trailing-strings")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _schema(shape: type[BaseModel]) -> Any:
    return {"name": shape.__name__.lower(), "strict": True, "schema": shape.model_json_schema()}
