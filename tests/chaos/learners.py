"""Learners who take an interview, whatever happens to the other side. How each speaks is the channel's affair."""

from __future__ import annotations

import asyncio
import random
import re
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.chaos.script import Deed, Script, Words

PATIENCE = 150.0
# Nobody writes faster, and Viva takes no more than twenty messages a minute from one learner.
MOST, WITHIN = 18, 61.0
NEXT = re.compile(r"Question (\d+)/(\d+)|Scorecard: ")
_QUESTION = re.compile(r"Question (\d+)/")

What = Literal["start", "answer", "hint", "grade", "edit"]


@dataclass(eq=False)
class Said:
    """Something a learner said. `position`: where it stands in the place's own order; `ref`: the platform's id of it.

    `event`: the name under which Viva must keep it, once. `sent` and `confirmed` are a span on the platform's clock:
    whatever was confirmed before another was sent must come before it. `text` is the latest, `first` the original.
    """

    what: What
    ref: str
    event: str
    position: int
    sent: float
    text: str
    first: str = ""
    spoken: bool = False

    def __post_init__(self) -> None:
        self.first = self.first or self.text


@dataclass(frozen=True)
class Shown:
    """A message of Viva's in the learner's place: as it reads now, and as it read when it was new."""

    ref: str
    position: int
    text: str
    first: str


@dataclass(eq=False)
class Learner(ABC):
    """Answers each question once, by the script."""

    name: str
    length: int
    script: Script
    chance: random.Random
    said: list[Said] = field(default_factory=list, init=False)
    answered: int = field(default=0, init=False)
    over: bool = field(default=False, init=False)
    _to_edit: Said | None = field(default=None, init=False)
    _times: list[float] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.words = Words(self.name, self.chance)

    # What the channel does

    @property
    @abstractmethod
    def platform(self) -> str: ...

    @property
    @abstractmethod
    def key(self) -> str:
        """Viva's key of the learner."""

    @property
    @abstractmethod
    def edits_at_once(self) -> bool:
        """Whether the platform keeps the order of a message and its correction."""

    @abstractmethod
    async def begin(self) -> Said: ...

    @abstractmethod
    async def say(self, text: str, what: What, *, mention: bool = False) -> Said: ...

    @abstractmethod
    async def speak(self, text: str) -> Said: ...

    @abstractmethod
    async def change(self, said: Said, text: str) -> Said:
        """Corrects a message; returns the correction."""

    @abstractmethod
    async def next_of(self, pattern: re.Pattern[str]) -> str:
        """The text of Viva's next message like this, new or edited, after the last one found."""

    @abstractmethod
    def shown(self) -> Sequence[Shown]:
        """All that Viva says in the learner's place, oldest first."""

    @abstractmethod
    def confirmed(self, said: Said) -> float:
        """When Viva confirmed it, on the clock of `Said.sent`."""

    @abstractmethod
    def redeliver(self, said: Said) -> None:
        """The platform delivers it once more."""

    # What every learner does

    @property
    def answers(self) -> list[Said]:
        return [said for said in self.said if said.what == "answer"]

    def before(self, one: Said, other: Said) -> bool:
        """Whether it is certain that Viva had to take `one` before `other`."""
        return self.confirmed(one) < other.sent

    async def take(self) -> None:
        """From the beginning to the scorecard. A question that comes a second time is not answered a second time."""
        await self._do(self.begin())
        while True:
            text = await self.next_of(NEXT)
            if "Scorecard: " in text:
                return
            number = int(_QUESTION.findall(text)[-1])
            if number == self.answered + 1 and not self.over:
                self.answered = number
                await self._respond(number, self.script.deeds[number - 1])

    async def _respond(self, number: int, deed: Deed) -> None:
        await asyncio.sleep(deed.pause)
        await self._edit()
        if deed.hint:
            await self._do(self.say("hint", "hint"))
        grades = self.script.grade if self.script.grade_at == number else None
        if grades != "instead of an answer":
            await self._answer(deed)
        if grades:
            self.over = True
            await self._do(self.say("grade", "grade"))

    async def _do(self, saying: Coroutine[Any, Any, Said]) -> Said:
        await self._draw_breath()
        self.said.append(await saying)
        return self.said[-1]

    async def _draw_breath(self) -> None:
        now = asyncio.get_running_loop().time()
        recent = [time for time in self._times if time > now - WITHIN]
        if len(recent) >= MOST:
            await asyncio.sleep(recent[-MOST] + WITHIN - now)
        self._times = [*recent, asyncio.get_running_loop().time()]

    async def _answer(self, deed: Deed) -> None:
        answer = await self._do(self._first_message(deed))
        if deed.addition and self.answered < self.length:
            await self._do(self.say(self.words.addition(), "answer"))
        if deed.edit != "never" and not answer.spoken:
            self._to_edit = answer
            if deed.edit == "at once" and self.edits_at_once:
                await self._edit()

    async def _first_message(self, deed: Deed) -> Said:
        if deed.spoken:
            return await self.speak(self.words.aloud())
        words = self.words.few() if deed.few_words else self.words.answer()
        return await self.say(words, "answer", mention=deed.mention)

    async def _edit(self) -> None:
        said, self._to_edit = self._to_edit, None
        if said:
            said.text = f"{said.first}, on second thoughts"
            await self._do(self.change(said, said.text))
