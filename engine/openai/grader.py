"""The grader that a language model plays: one structured call per answer, and one more when the first does not fit."""

from __future__ import annotations

from collections import Counter
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.grading import HIGHEST, LOWEST, Assessment, Evidence, Feedback, GradingTask
from engine.openai.client import Model, Request
from engine.openai.failures import Malformed
from engine.openai.text import excerpt, one_line
from engine.rolepack import RolePack
from prompts import prompt

LONGEST_FEEDBACK = 600


class Points(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    criterion: str
    points: int = Field(ge=LOWEST, le=HIGHEST)


class Quote(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    key_point: str
    quote: str


class AnswerAssessment(BaseModel):
    """The wire shape of an assessment."""

    model_config = ConfigDict(extra="forbid", strict=True)

    covered: list[Quote]
    contradicted: list[Quote]
    points: list[Points]
    good: str
    missing: str
    improve: str

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not one_line(self.improve):
            raise ValueError("improve must not be empty")
        return self


class ModelGrader:
    def __init__(self, model: Model) -> None:
        self._model = model

    async def assess(self, task: GradingTask) -> Assessment:
        """Raises Unavailable when the model cannot be asked or twice does not answer in the asked shape."""
        request = Request(task.about, "grade", _system(task.pack), _data(task))
        return await self._model.ask(request, AnswerAssessment, lambda said: self._assessment(said, task.pack))

    def _assessment(self, said: AnswerAssessment, pack: RolePack) -> Assessment:
        return Assessment(
            points=_points(said.points, [criterion.id for criterion in pack.criteria]),
            covered=_evidence(said.covered),
            contradicted=_evidence(said.contradicted),
            feedback=Feedback(_short(said.good), _short(said.missing), _short(said.improve)),
            by=self._model.name,
        )


def _points(said: list[Points], criteria: list[str]) -> dict[str, int]:
    """The points by criterion; for any that the pack does not have they count nothing. Raises Malformed unless each of
    the pack's has points exactly once: which of two would be meant, nobody knows."""
    times = Counter(item.criterion for item in said)
    wrong = [f'"points" has {times[name]} entries for "{name}"' for name in criteria if times[name] != 1]
    if wrong:
        raise Malformed("; ".join(wrong))
    return {item.criterion: item.points for item in said if item.criterion in criteria}


def _evidence(quotes: list[Quote]) -> tuple[Evidence, ...]:
    """As the model quotes; whether the answer really says so is checked when the grade is settled."""
    return tuple(Evidence(one_line(item.key_point), one_line(item.quote)) for item in quotes)


def _short(text: str) -> str:
    """Feedback that leaves room on the scorecard."""
    text = one_line(text)
    return text if len(text) <= LONGEST_FEEDBACK else text[: LONGEST_FEEDBACK - 1].rsplit(" ", 1)[0] + "…"


def _system(pack: RolePack) -> str:
    criteria = "\n".join(f'- "{c.id}": {c.name}. {c.looks_for}' for c in pack.criteria)
    bands = "\n".join(f"- {b.low}-{b.high}: {b.meaning} Example: {b.example}" for b in pack.bands)
    return prompt("grader", title=pack.title, criteria=criteria, bands=bands)


def _data(task: GradingTask) -> dict[str, object]:
    """What changes least comes first, so that the provider can reuse what it has read before."""
    return {
        "question": task.question.text,
        "reference": task.question.reference,
        "key_points": {point.id: point.point for point in task.question.key_points},
        "required": list(task.required),
        "asked": excerpt(task.asked),
        "spoken": task.spoken,
        "answer": excerpt(task.answer),
    }
