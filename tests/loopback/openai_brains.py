"""Who answers for the fake OpenAI's models: functions that a test registers, or what it says by itself."""

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from tests.loopback import recognition
from tests.loopback.openai_requests import ChatRequest, Refused, TranscriptionRequest
from tests.loopback.openai_schema import why_unsatisfied

T = TypeVar("T")
Said = str | Mapping[str, Any] | BaseModel
ChatBrain = Callable[[ChatRequest], Said | Awaitable[Said]]
TranscriptionBrain = Callable[[TranscriptionRequest], str | Awaitable[str]]


def in_turn(*answers: Said) -> ChatBrain:
    """A brain that gives these answers one after the other, and fails the test when asked once more."""
    left = list(answers)

    def brain(_request: ChatRequest) -> Said:
        if not left:
            raise AssertionError(f"asked more often than the {len(answers)} scripted answers")
        return left.pop(0)

    return brain


def hear_synthetic_speech(request: TranscriptionRequest) -> str:
    """Truly listens: finds which text said by `speech.speak` this is, and hears nothing in silence and noise."""
    return recognition.heard(request.audio)


def echo(request: ChatRequest) -> str:
    return f"You said: {request.last}"


class Brains:
    """The brain for each response schema by its name, one for every other chat, and one that listens."""

    def __init__(self) -> None:
        self.chat: dict[str | None, ChatBrain] = {}
        self.transcription: TranscriptionBrain = hear_synthetic_speech

    async def answer(self, request: ChatRequest) -> str:
        """The content of the model's message; with a schema, JSON that satisfies it."""
        brain = self.chat.get(request.schema_name) or self.chat.get(None)
        if brain is None and request.schema_name is not None:
            raise Refused(500, f"no brain for the schema {request.schema_name!r}: register one with on_chat(…)")
        content = _as_text(await _awaited((brain or echo)(request)))
        if request.schema is not None:
            _check_answer(content, request)
        return content

    async def transcribe(self, request: TranscriptionRequest) -> str:
        return await _awaited(self.transcription(request))


async def _awaited(said: T | Awaitable[T]) -> T:
    return await said if inspect.isawaitable(said) else said


def _as_text(said: Said) -> str:
    match said:
        case str():
            return said
        case BaseModel():
            return said.model_dump_json()
        case _:
            return json.dumps(said, ensure_ascii=False)


def _check_answer(content: str, request: ChatRequest) -> None:
    try:
        problems = why_unsatisfied(json.loads(content), request.schema or {})
    except json.JSONDecodeError as error:
        problems = [f"not JSON: {error}"]
    if problems:
        raise Refused(500, f"the brain for {request.schema_name!r} breaks its schema: {'; '.join(problems)}")
