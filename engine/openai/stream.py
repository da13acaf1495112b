"""Reading a chat completion, streamed or whole, from a server that may send anything."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from openai import AsyncStream
from openai.types.completion_usage import CompletionUsage
from pydantic import BaseModel, ValidationError

from engine.failures import Unavailable
from engine.openai.failures import Malformed, translated
from engine.openai.text import mended

LONGEST_ANSWER = 100_000  # characters: some models, once lost, go on with white space for ever
MOST_TOKENS = 2**31 - 1

OnGrowth = Callable[[str], Awaitable[None]]
RawStream = AsyncStream[object]
"""Chunks as decoded JSON: the client's typed ones cost 0.2 ms of CPU each, and are not checked either."""


@dataclass(frozen=True)
class Reply:
    """A whole answer: `finish` is why it ended; `usage` is None when the server did not tell."""

    text: str
    finish: str
    refused: bool
    usage: CompletionUsage | None


class _Said(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    delta: _Said | None = None
    message: _Said | None = None
    finish_reason: str | None = None


class _Completion(BaseModel):
    """What is read of a completion or of a chunk of one. Any field may be missing or of another type."""

    choices: list[_Choice] | None = None
    usage: Any = None


def read_whole(answer: object, model: str) -> Reply:
    """Raises Unavailable when it is no completion, and Malformed when it is endless."""
    with translated(model):
        completion = _Completion.model_validate(answer)
    choice = next(iter(completion.choices or []), _Choice())
    said = choice.message or _Said()
    if choice.finish_reason is None:
        raise Unavailable(f"{model}: the server's answer is none")
    text = said.content or ""
    if len(text) > LONGEST_ANSWER:
        raise Malformed("the answer does not end")
    return Reply(mended(text), choice.finish_reason, bool(said.refusal), _counted(completion.usage))


async def read_stream(stream: RawStream, model: str, on_growth: OnGrowth) -> Reply:
    """The whole answer; `on_growth` is given the text whenever it has grown.

    Raises Unavailable when the stream breaks off, and Malformed when it has no end.
    """
    text, finish, refused, usage = "", None, False, None
    async with aclosing(_chunks(stream, model)) as chunks:
        async for chunk in chunks:
            usage = _counted(chunk.usage) or usage
            for choice in (chunk.choices or [])[:1]:
                delta = choice.delta or _Said()
                finish, refused = choice.finish_reason or finish, refused or bool(delta.refusal)
                text += delta.content or ""
                if len(text) > LONGEST_ANSWER:
                    raise Malformed("the answer does not end")
                if delta.content:
                    await on_growth(mended(text).removesuffix("\ufffd"))  # the other half is yet to come
    if finish is None:
        raise Unavailable(f"{model}: the server's answer broke off, or is none")
    return Reply(mended(text), finish, refused, usage)


async def _chunks(stream: RawStream, model: str) -> AsyncGenerator[_Completion, None]:
    with translated(model):
        async with stream:
            async for chunk in stream:
                yield _Completion.model_validate(chunk)


def _counted(usage: object) -> CompletionUsage | None:
    """None for what cannot be counted: a wrong bill is no reason to throw an answer away."""
    try:
        counted = CompletionUsage.model_validate(usage)
    except ValidationError:
        return None
    numbers = (counted.prompt_tokens, counted.completion_tokens)
    return counted if all(0 <= number <= MOST_TOKENS for number in numbers) else None
