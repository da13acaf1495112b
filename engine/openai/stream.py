"""Reading a streamed chat completion, from a server that may send anything."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from openai import AsyncStream
from openai.types.chat import ChatCompletionChunk
from openai.types.completion_usage import CompletionUsage
from pydantic import BaseModel, ValidationError

from engine.failures import Unavailable
from engine.openai.failures import Malformed, translated
from engine.openai.text import mended

LONGEST_ANSWER = 100_000  # characters: some models, once lost, go on with white space for ever
MOST_TOKENS = 2**31 - 1

OnGrowth = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Reply:
    """A whole answer: `finish` is why it ended; `usage` is None when the server did not tell."""

    text: str
    finish: str
    refused: bool
    usage: CompletionUsage | None


class _Delta(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(BaseModel):
    """What is read of a chunk. The client checks no answer: any field may be missing or of another type."""

    choices: list[_Choice] | None = None
    usage: Any = None


async def read(stream: AsyncStream[ChatCompletionChunk], model: str, on_growth: OnGrowth | None) -> Reply:
    """The whole answer; `on_growth` is given the text whenever it has grown.

    Raises Unavailable when the stream breaks off, and Malformed when it has no end.
    """
    text, finish, refused, usage = "", None, False, None
    async with aclosing(_chunks(stream, model)) as chunks:
        async for chunk in chunks:
            usage = _counted(chunk.usage) or usage
            for choice in (chunk.choices or [])[:1]:
                delta = choice.delta or _Delta()
                finish, refused = choice.finish_reason or finish, refused or bool(delta.refusal)
                text += delta.content or ""
                if len(text) > LONGEST_ANSWER:
                    raise Malformed("the answer does not end")
                if delta.content and on_growth:
                    await on_growth(mended(text).removesuffix("\ufffd"))  # the other half is yet to come
    if finish is None:
        raise Unavailable(f"{model}: the server's answer broke off, or is none")
    return Reply(mended(text), finish, refused, usage)


async def _chunks(stream: AsyncStream[ChatCompletionChunk], model: str) -> AsyncGenerator[_Chunk, None]:
    with translated(model):
        async with stream:
            async for chunk in stream:
                yield _Chunk.model_validate(chunk, from_attributes=True)


def _counted(usage: object) -> CompletionUsage | None:
    """None for what cannot be counted: a wrong bill is no reason to throw an answer away."""
    plain = usage.model_dump(warnings=False) if isinstance(usage, BaseModel) else usage
    try:
        counted = CompletionUsage.model_validate(plain)
    except ValidationError:
        return None
    numbers = (counted.prompt_tokens, counted.completion_tokens)
    return counted if all(0 <= number <= MOST_TOKENS for number in numbers) else None
