"""What the engine needs from outside, as narrow protocols. Adapters in `bots/`, `storage/`, `engine/openai`,
`engine/offline`
and `engine/hearing` provide them.

All of them fail in two ways only: `Unavailable` (may pass: retry) and `Unusable` (never will).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.grading import About, Assessment, Grade, GradingTask
from engine.interview import Exchange, Interview
from engine.reply import Reply
from engine.rolepack import Question, RolePack
from engine.said import Address, Conversation, Heard, Incoming, Learner, Moved, Recording

# The interviewer, the grader, the ears


@dataclass(frozen=True)
class Moment:
    """What an interviewer knows when an answer was given: only what concerns the question at hand, so that it stays
    small.

    `earlier` are (asked, answered) pairs on the same question. `next_question` is what will be asked if it moves on.
    `unheard` are the key points that no answer to this question has contained so far, as far as the interviewer heard.
    `too_revealing` is what it said a moment ago and what gave the answer away.
    """

    about: About
    pack: RolePack
    question: Question
    asked: str
    answer: str
    earlier: tuple[tuple[str, str], ...]
    unheard: tuple[str, ...]
    may_follow_up: bool
    next_question: Question | None
    too_revealing: str | None = None


@dataclass(frozen=True)
class Move:
    """What the interviewer does next. `heard` are ids of key points in the answer; `follow_up` is None to move on;
    `bridge` is a short neutral sentence before the next question, and may be empty."""

    heard: tuple[str, ...]
    follow_up: str | None
    bridge: str
    by: str


OnText = Callable[[str], Awaitable[None]]
"""Is given all the text there is so far, again and again, while the interviewer speaks."""


class Interviewer(Protocol):
    async def next_move(self, moment: Moment, on_text: OnText) -> Move: ...


class Grader(Protocol):
    async def assess(self, task: GradingTask) -> Assessment: ...


@dataclass(frozen=True)
class Audio:
    """Speech to transcribe: MP3 for an API, 16 kHz mono s16le PCM for a local model; `prompt` and `keywords` give
    context."""

    about: About
    mp3: bytes
    pcm: bytes
    seconds: float
    prompt: str
    keywords: tuple[str, ...]
    language: str | None = None


@dataclass(frozen=True)
class Transcript:
    text: str
    model: str
    seconds: float
    language: str | None = None


class Ears(Protocol):
    async def transcribe(self, audio: Audio) -> Transcript: ...


@dataclass(frozen=True)
class Listening:
    """What is known of a recording before it is heard: context for the transcription, and the platform's claim of its
    length."""

    about: About
    prompt: str
    keywords: tuple[str, ...]
    claimed_seconds: float | None


@dataclass(frozen=True)
class Speech:
    """What a recording says. `cut_off` when less of it could be heard than the platform claimed."""

    text: str
    heard: Heard
    cut_off: bool


class Listener(Protocol):
    """A recording's bytes to words. Raises Unusable with the reason ("silent", "too_long", …) for what is no answer."""

    async def listen(self, chunks: AsyncIterator[bytes], listening: Listening) -> Speech: ...


@dataclass(frozen=True)
class ModelCall:
    """One paid call, for the ledger. Cost is in US dollars, None when no price is known; latency in seconds."""

    about: About
    purpose: str
    model: str
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    audio_seconds: float
    latency: float
    cost: float | None


class Ledger(Protocol):
    async def record_call(self, call: ModelCall) -> None: ...


# Channels


@dataclass(frozen=True)
class Sent:
    """A message that the platform took: its id, its position in the chat, and the place it opened, if it opened one."""

    ref: str
    position: int
    place: str | None = None
    address: Address | None = None


class Channel(Protocol):
    """A platform. `limit` is the longest message in the units of `measure`; `pace` the seconds between two messages
    to one chat."""

    name: str
    limit: int
    pace: float

    def measure(self, text: str) -> int: ...

    def parse(self, body: bytes) -> Incoming | Moved | None:
        """None for what does not concern Viva. Raises Unusable for what cannot be read."""
        ...

    def chat_of(self, address: Address) -> str:
        """The key of the chat whose send limits an address counts against."""
        ...

    def download(self, recording: Recording) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The recording's bytes. Raises Unusable('too_big') before any is fetched when the platform's limit is
        passed."""
        ...

    async def send(self, address: Address, reply: Reply) -> Sent:
        """Unavailable(retry_after) when it may go through later, Unusable when it never will (blocked, chat gone)."""
        ...

    async def edit(self, address: Address, ref: str, reply: Reply) -> None: ...

    async def preview(self, address: Address, text: str | None) -> None:
        """Best effort and never a record: a sign of life, with `text` where the platform has drafts. Never raises."""
        ...


# Storage


@dataclass(frozen=True)
class NewWork:
    """Something to be done in a lane, once: a second work with the same `key` is ignored. `at` is the earliest time,
    None for now."""

    lane: str
    key: str
    kind: str
    conversation: str
    payload: bytes
    at: datetime | None = None


@dataclass(frozen=True)
class Work:
    """`result` is what earlier tries have reached and saved."""

    lane: str
    seq: int
    key: str
    kind: str
    conversation: str
    payload: bytes
    received_at: datetime
    result: Mapping[str, object]


@dataclass(frozen=True)
class Job:
    """A work in hand. `fence` is the proof of it: when the work was given to somebody else, whatever is done with
    this job is refused.

    `in_doubt`: an earlier try may have had its effect outside without our record of it (its worker died, or no answer
    came).
    """

    work: Work
    fence: int
    attempts: int
    in_doubt: bool = False


@dataclass(frozen=True)
class Delivered:
    """The question of exchange `number` reached the chat at `position`."""

    interview: str
    number: int
    position: int


@dataclass(frozen=True)
class Graded:
    """A grade for one revision; stored only while the answer still has that revision, and once."""

    interview: str
    number: int
    revision: int
    grade: Grade


@dataclass(frozen=True)
class Effects:
    """All that a piece of work changes, recorded in one transaction together with its being done.

    `exchanges` are those that changed, each with the id of its interview, which is among `interviews`.
    `scored` is the id of the interview whose scorecard goes out.
    """

    learner: Learner | None = None
    conversation: Conversation | None = None
    moved: Moved | None = None
    interviews: tuple[Interview, ...] = ()
    exchanges: tuple[tuple[str, Exchange], ...] = ()
    delivered: Delivered | None = None
    graded: Graded | None = None
    scored: str | None = None
    works: tuple[NewWork, ...] = ()
    wake: tuple[str, ...] = ()


class Lanes(Protocol):
    """Work in lanes: strictly in order and one at a time within a lane, lanes side by side. Every method is one short
    transaction.

    `Fenced` is raised when the job is no longer ours; nothing was changed then.
    """

    async def put(self, works: Sequence[NewWork]) -> None:
        """When this returns the works are safe. A key that was put before is ignored."""
        ...

    async def done(
        self, job: Job, effects: Effects, result: Mapping[str, object] | None = None, hold: float = 0.0
    ) -> None:
        """The work is done and its effects are recorded; the lane rests `hold` seconds before its next work."""
        ...

    async def aside(self, job: Job, reason: str, effects: Effects) -> None:
        """The work is set aside for the operator, and the lane goes on."""
        ...

    async def later(
        self, job: Job, seconds: float, *, failed: bool = False, hold: bool = False, in_doubt: bool = False
    ) -> None:
        """The work is taken up again after `seconds`, or at once when more work comes into the lane, unless `hold`.
        `failed` counts an attempt; `in_doubt` says that it may have had its effect all the same."""
        ...

    async def progress(self, job: Job, result: Mapping[str, object]) -> None:
        """Saves what this work has reached, so that no later try pays for it or sends it again."""
        ...

    async def behind(self, job: Job) -> tuple[Work, ...]:
        """The works that wait behind this one in its lane, oldest first, 20 at most."""
        ...

    async def ahead(self, job: Job, back: int) -> Work | None:
        """The work that stood `back` places before this one in its lane when this one came in; None when the line was
        shorter then."""
        ...


class Leases(Protocol):
    """One holder at a time over all processes; a lease that is not renewed within `lease_seconds` may be taken over."""

    lease_seconds: float

    async def hold(self, name: str, owner: str) -> bool:
        """Takes or prolongs the lease; False while somebody else has it."""
        ...

    async def release(self, name: str, owner: str) -> None: ...


@dataclass(frozen=True)
class Past:
    """An interview in a learner's history; `result` is the mean grade, None when nothing was graded."""

    id: str
    role_title: str
    status: str
    started_at: datetime
    responses: int
    result: float | None


class History(Protocol):
    """Reading what a learner did before."""

    async def interview(self, interview: str) -> Interview | None: ...

    async def past(self, learner: str) -> tuple[Past, ...]:
        """Newest first."""
        ...

    async def asked_before(self, learner: str, role: str) -> tuple[str, ...]:
        """The ids of the questions that the learner was asked in this role, oldest first."""
        ...


class Library(History, Protocol):
    """Reading what is kept."""

    async def conversation(self, key: str) -> Conversation | None: ...

    async def conversation_at(self, channel: str, place: str) -> Conversation | None: ...

    async def open_conversations(self, learner: str, chat: str | None = None) -> tuple[Conversation, ...]:
        """The learner's conversations with an interview under way, newest first; in this chat, or in all."""
        ...

    async def latest_conversation(self, learner: str, chat: str) -> Conversation | None:
        """Where the learner's newest interview in the chat is or was."""
        ...

    async def unnamed_conversations(self, learner: str, chat: str) -> tuple[Conversation, ...]:
        """The learner's conversations in the chat whose place has no name yet, but will have one in a moment."""
        ...

    async def latest_interview(self, conversation: str) -> Interview | None: ...

    async def scorecard_messages(self, interview: str) -> Work | None:
        """The sent work of kind "say" that carries the interview's scorecard."""
        ...
