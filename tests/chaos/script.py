"""What a learner is going to do: drawn from the seed before anything happens."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

FIRST = (
    "compare the training error with the validation error",
    "look at how the missing values are spread",
    "ask the people who will use the result",
    "split the data by time and not at random",
    "begin with a simple baseline model",
    "plot the distribution of every feature",
    "count how many customers are in each group",
    "agree on the metric before I train anything",
)
THEN = (
    "choose the simpler model of the two",
    "test the hypothesis on a sample that nobody has seen",
    "regularise until the variance goes down",
    "write down which assumptions could be wrong",
    "measure precision and recall for each segment",
    "check the result with a colleague from the business",
    "repeat the experiment with another random seed",
    "impute the median and keep an indicator",
)
WHY = (
    "a model that overfits helps nobody",
    "the cost of a wrong decision is what counts",
    "leakage makes every number look better than it is",
    "otherwise the confidence interval means little",
    "the baseline tells what the effort is worth",
    "a customer who left does not come back",
)

EditWhen = Literal["never", "at once", "after the next question"]
GradeWhen = Literal["instead of an answer", "right after an answer"]


@dataclass(frozen=True)
class Deed:
    """What is done about one question. `addition`: a second message follows the answer right away.

    `few_words`: too few, so that the interviewer asks for more. `pause`: seconds of thinking.
    """

    pause: float
    spoken: bool = False
    hint: bool = False
    addition: bool = False
    few_words: bool = False
    mention: bool = False
    edit: EditWhen = "never"


@dataclass(frozen=True)
class Script:
    """One deed per question. `grade_at`: the question at which the learner asks for the scorecard, `grade` says how."""

    deeds: Sequence[Deed]
    grade_at: int | None = None
    grade: GradeWhen = "instead of an answer"

    @property
    def spoken(self) -> int:
        return sum(deed.spoken for deed in self.deeds)


def draw(chance: random.Random, length: int, *, speaks: bool) -> Script:
    deeds = tuple(_deed(chance, speaks=speaks) for _ in range(length))
    if chance.random() < 0.4:
        return Script(
            deeds, chance.randint(2, length), chance.choice(["instead of an answer", "right after an answer"])
        )
    return Script(deeds)


def _deed(chance: random.Random, *, speaks: bool) -> Deed:
    return Deed(
        pause=chance.uniform(0.0, 1.0),
        spoken=speaks and chance.random() < 0.4,
        hint=chance.random() < 0.2,
        addition=chance.random() < 0.25,
        few_words=chance.random() < 0.15,
        mention=chance.random() < 0.3,
        edit=chance.choice(["never", "never", "never", "at once", "after the next question"]),
    )


class Words:
    """What a learner says: words that nobody else says, nor the same learner a second time."""

    def __init__(self, name: str, chance: random.Random) -> None:
        self._name = name
        self._chance = chance
        self._said = 0

    def answer(self) -> str:
        first, then, why = (self._chance.choice(part) for part in (FIRST, THEN, WHY))
        return f"{self._opening()} I would {first}, and then {then}, because {why}"

    def few(self) -> str:
        return f"{self._opening()} the data"

    def addition(self) -> str:
        return f"{self._opening()} also I would {self._chance.choice(THEN)}"

    def aloud(self) -> str:
        """Without punctuation, which nobody hears."""
        first, then = self._chance.choice(FIRST), self._chance.choice(THEN)
        return f"{self._opening()} I would {first} and then {then}"

    def _opening(self) -> str:
        self._said += 1
        return f"{self._name} number {self._said}"
