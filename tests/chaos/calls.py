"""What was paid for: no model is asked again for what was stored already."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.chaos.kept import Interview
from tests.chaos.learners import Learner, Said
from tests.loopback import recognition, speech
from tests.loopback.openai import ChatRequest, FakeOpenAI, TranscriptionRequest

MOVING, GRADING = "nextmove", "answerassessment"


@dataclass(frozen=True)
class Paid:
    """One call: the words it was about, and when it came in, in seconds since the epoch."""

    words: str
    at: float


@dataclass
class Hearing:
    """Ears that know what these learners say aloud, and remember who asked."""

    names: frozenset[str]
    heard: list[tuple[TranscriptionRequest, str]] = field(default_factory=list)

    async def transcribe(self, request: TranscriptionRequest) -> str:
        known = [(text, pcm) for text, pcm in speech.spoken() if text.split()[0] in self.names]
        text = await asyncio.to_thread(recognition.heard, request.audio, known)
        self.heard.append((request, text))
        return text


@dataclass(frozen=True)
class Calls:
    moves: Sequence[Paid]
    grades: Sequence[Paid]
    speech: Sequence[Paid]

    def repeated(self, learner: Learner, interview: Interview, stored: dict[tuple[str, str], float]) -> Iterator[str]:
        """Calls that came in when their result was stored."""
        for answer in learner.answers:
            for what, calls in (("move", self.moves), ("speech", self.speech)):
                about = [paid for paid in calls if _is_about(paid, answer)]
                yield from _after(stored.get((answer.event, what)), about, what)
        for (owner, graded), at in stored.items():
            if owner == interview.id:
                yield from _after(at, [paid for paid in self.grades if paid.words == graded], "grade")


def calls_of(openai: FakeOpenAI, hearing: Hearing) -> Calls:
    began = time.time() - asyncio.get_running_loop().time()
    at = {id(call.request): began + call.time for call in openai.calls if call.request}
    return Calls(
        moves=[_chat(chat, at[id(chat)]) for chat in openai.chats if chat.schema_name == MOVING],
        grades=[_chat(chat, at[id(chat)]) for chat in openai.chats if chat.schema_name == GRADING],
        speech=[Paid(text, at[id(request)]) for request, text in hearing.heard],
    )


def bare(text: str) -> str:
    """The words as they sound."""
    return " ".join(re.findall(r"\w+", text.lower()))


def _chat(chat: ChatRequest, at: float) -> Paid:
    return Paid(str(json.loads(chat.last)["answer"]), at)


def _is_about(paid: Paid, answer: Said) -> bool:
    """A turn's question to the interviewer ends with the message that the turn is about."""
    return bare(paid.words).endswith(bare(answer.first))


def _after(stored: float | None, calls: Sequence[Paid], what: str) -> Iterator[str]:
    again = [paid for paid in calls if stored is not None and paid.at > stored]
    if again:
        times = ", ".join(
            f"{datetime.fromtimestamp(at, UTC).astimezone():%H:%M:%S.%f}"
            for at in (stored or 0.0, *(p.at for p in calls))
        )
        yield f"the {what} for {again[0].words[-60:]!r} was asked for after it was stored: stored, calls: {times}"
