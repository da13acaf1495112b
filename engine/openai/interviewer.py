"""The interviewer that a language model plays: it chooses among what code lets it do, and finds the words."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from engine.openai.client import Model, OnPartial, Request
from engine.openai.text import excerpt, one_line
from engine.ports import Moment, Move, OnText
from prompts import prompt


class NextMove(BaseModel):
    """The wire shape. An empty `follow_up` means to move on."""

    model_config = ConfigDict(extra="forbid", strict=True)

    heard: list[str]
    follow_up: str
    bridge: str


class ModelInterviewer:
    def __init__(self, model: Model) -> None:
        self._model = model

    async def next_move(self, moment: Moment, on_text: OnText) -> Move:
        """Raises Unavailable when the model cannot be asked or twice does not answer in the asked shape."""
        system = prompt("interviewer", title=moment.pack.title, persona=moment.pack.persona)
        request = Request(moment.about, "interview", system, _data(moment))
        return await self._model.ask(request, NextMove, lambda said: self._move(said, moment), _spoken(moment, on_text))

    def _move(self, said: NextMove, moment: Moment) -> Move:
        known = [point.id for point in moment.question.key_points]
        heard = tuple(point for point in known if point in said.heard)
        follow_up = one_line(said.follow_up) if moment.may_follow_up else ""
        return Move(heard, follow_up or None, "" if follow_up else one_line(said.bridge), self._model.name)


def _spoken(moment: Moment, on_text: OnText) -> OnPartial:
    """Passes on what the learner will read, each time there is more of it."""
    last = ""

    async def grown(partial: dict[str, Any]) -> None:
        nonlocal last
        text = (partial.get("follow_up") if moment.may_follow_up else None) or partial.get("bridge")
        line = one_line(text) if isinstance(text, str) else ""
        if line and line != last:
            last = line
            await on_text(line)

    return grown


def _data(moment: Moment) -> dict[str, object]:
    """What changes least comes first, so that the provider can reuse what it has read before."""
    return {
        "question": moment.question.text,
        "key_points": {point.id: point.point for point in moment.question.key_points},
        "earlier": [{"asked": excerpt(asked), "answer": excerpt(answer)} for asked, answer in moment.earlier],
        "asked": excerpt(moment.asked),
        "not_heard_yet": list(moment.unheard),
        "may_follow_up": moment.may_follow_up,
        "answer": excerpt(moment.answer),
        "too_revealing": None if moment.too_revealing is None else excerpt(moment.too_revealing),
    }
