"""The interview: an aggregate of frozen values. Each step returns the next interview; nothing here waits or does
I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from engine.grading import Grade
from engine.rolepack import Question, RolePack
from engine.said import Heard

LENGTHS = (5, 10, 15, 25)
LONGEST = 25

Status = Literal["open", "ended", "cancelled"]
"""open: questions are being asked. ended: on to the scorecard. cancelled: stopped without one."""


@dataclass(frozen=True)
class AnswerPart:
    """One message of an answer; `ref` is the platform's id of it."""

    ref: str
    text: str
    heard: Heard | None = None


@dataclass(frozen=True)
class Exchange:
    """One question–response pair.

    `probes` are the key points that a follow-up is after; none for the pack's own question. `revision` counts what
    the learner
    changed of the answer; `grade` judges exactly this revision. `heard` are the key points that the interviewer heard.
    `asked_at` is the question's position in its chat, None until it was delivered.
    """

    number: int
    question: str
    asked: str
    probes: tuple[str, ...] = ()
    parts: tuple[AnswerPart, ...] = ()
    hints: tuple[str, ...] = ()
    unknowns: int = 0
    closed: bool = False
    skipped: bool = False
    revision: int = 0
    heard: tuple[str, ...] = ()
    asked_at: int | None = None
    grade: Grade | None = None

    @property
    def answer(self) -> str:
        return "\n".join(part.text for part in self.parts)

    def with_part(self, part: AnswerPart) -> Exchange:
        """The answer with one more part, or with that part replaced when the learner has edited it."""
        others = tuple(part if old.ref == part.ref else old for old in self.parts)
        parts = others if part in others else (*others, part)
        return replace(self, parts=parts, revision=self.revision + 1, skipped=False, grade=None)


@dataclass(frozen=True)
class Interview:
    id: str
    conversation: str
    learner: str
    pack: RolePack
    length: int
    started_at: datetime
    avoid: tuple[str, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    status: Status = "open"
    ended_at: datetime | None = None
    scored: bool = False

    @property
    def current(self) -> Exchange | None:
        """The exchange that waits for an answer."""
        last = self.exchanges[-1] if self.exchanges else None
        return last if last and not last.closed and self.status == "open" else None

    @property
    def responses(self) -> tuple[Exchange, ...]:
        """The exchanges that count: answered or skipped."""
        return tuple(exchange for exchange in self.exchanges if exchange.closed)

    @property
    def full(self) -> bool:
        return len(self.responses) >= min(self.length, LONGEST)

    def question(self, exchange: Exchange) -> Question:
        return self.pack.question(exchange.question)

    def ask(self, question: Question, asked: str, probes: tuple[str, ...] = ()) -> Interview:
        """Opens the next exchange. Raises ValueError at the cap or while a question is open."""
        if self.full or self.current or self.status != "open":
            raise ValueError(f"interview {self.id} cannot take another question")
        exchange = Exchange(len(self.exchanges) + 1, question.id, asked, probes)
        return replace(self, exchanges=(*self.exchanges, exchange))

    def put(self, exchange: Exchange) -> Interview:
        """The interview with this exchange in place of the one with its number."""
        return replace(self, exchanges=tuple(exchange if e.number == exchange.number else e for e in self.exchanges))

    def end(self, now: datetime, status: Status = "ended") -> Interview:
        return replace(self, status=status, ended_at=now)

    def exchange_with(self, ref: str) -> Exchange | None:
        """The exchange whose answer holds the message `ref`."""
        return next((e for e in self.exchanges if any(part.ref == ref for part in e.parts)), None)

    def on_same_question(self, exchange: Exchange) -> tuple[Exchange, ...]:
        """The earlier exchanges about this exchange's question."""
        return tuple(e for e in self.exchanges if e.question == exchange.question and e.number < exchange.number)
