"""The grader that a language model plays: one structured call per answer, and one more when the first does not fit."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.failures import Unavailable
from engine.grading import Assessment, Evidence, Feedback, GradingTask
from engine.openai.client import Malformed, Model
from engine.rolepack import RolePack
from prompts import prompt


class Points(BaseModel):
    model_config = ConfigDict(extra="forbid")

    criterion: str
    points: int = Field(ge=1, le=10)


class Quote(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key_point: str
    quote: str


class AnswerAssessment(BaseModel):
    """The wire shape of an assessment."""

    model_config = ConfigDict(extra="forbid")

    covered: list[Quote]
    contradicted: list[Quote]
    points: list[Points]
    good: str
    missing: str
    improve: str

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.improve.strip():
            raise ValueError("improve must not be empty")
        return self


class ModelGrader:
    def __init__(self, model: Model) -> None:
        self._model = model

    async def assess(self, task: GradingTask) -> Assessment:
        """Raises Unavailable when the model cannot be asked or does not answer in the asked shape twice."""
        try:
            return await self._assess(task, None)
        except Malformed as error:
            wrong = str(error)
        try:
            return await self._assess(task, wrong)
        except Malformed as error:
            raise Unavailable(f"the assessment is malformed twice: {error}") from None

    async def _assess(self, task: GradingTask, wrong: str | None) -> Assessment:
        said = await self._model.ask(task.about, "grade", _system(task.pack), _data(task, wrong), AnswerAssessment, _unseen)
        points = {item.criterion: item.points for item in said.points}
        missing = [criterion.id for criterion in task.pack.criteria if criterion.id not in points]
        if missing:
            raise Malformed(f"points lack the criteria {', '.join(missing)}")
        return Assessment(
            points=points,
            covered=tuple(Evidence(item.key_point, item.quote) for item in said.covered),
            contradicted=tuple(Evidence(item.key_point, item.quote) for item in said.contradicted),
            feedback=Feedback(_short(said.good), _short(said.missing), _short(said.improve)),
            by=self._model.name,
        )


async def _unseen(_: dict[str, Any]) -> None:
    """Nobody watches a grade being made."""


def _short(text: str, limit: int = 600) -> str:
    """Feedback that leaves room on the scorecard."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + "…"


def _system(pack: RolePack) -> str:
    criteria = "\n".join(f'- "{c.id}": {c.name}. {c.looks_for}' for c in pack.criteria)
    bands = "\n".join(f"- {b.low}-{b.high}: {b.meaning} Example: {b.example}" for b in pack.bands)
    return prompt("grader", title=pack.title, criteria=criteria, bands=bands)


def _data(task: GradingTask, wrong: str | None) -> dict[str, object]:
    return {
        "question": task.question.text,
        "reference": task.question.reference,
        "key_points": {point.id: point.point for point in task.question.key_points},
        "required": list(task.required),
        "asked": task.asked,
        "spoken": task.spoken,
        "answer": task.answer,
        "your_last_try_was_refused_because": wrong,
    }
