"""The interviewer that a language model plays. Code has decided what it may do; it chooses among that and finds the words."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from engine.failures import Unavailable
from engine.openai.client import Malformed, Model
from engine.ports import Moment, Move, OnText
from prompts import prompt


class NextMove(BaseModel):
    """The wire shape. An empty `follow_up` means to move on."""

    model_config = ConfigDict(extra="forbid")

    heard: list[str]
    follow_up: str
    bridge: str


class ModelInterviewer:
    def __init__(self, model: Model) -> None:
        self._model = model

    async def next_move(self, moment: Moment, on_text: OnText) -> Move:
        async def spoken(partial: dict[str, Any]) -> None:
            text = partial.get("follow_up") or partial.get("bridge")
            if isinstance(text, str) and text:
                await on_text(text)

        system = prompt("interviewer", title=moment.pack.title, persona=moment.pack.persona)
        try:
            said = await self._model.ask(moment.about, "interview", system, _data(moment), NextMove, spoken)
        except Malformed as error:
            raise Unavailable(f"the interviewer's move is malformed: {error}") from None
        follow_up = said.follow_up.strip() or None
        return Move(tuple(said.heard), follow_up, "" if follow_up else said.bridge.strip(), self._model.name)


def _data(moment: Moment) -> dict[str, object]:
    """What changes least comes first, so that the provider can reuse what it has read before."""
    return {
        "question": moment.question.text,
        "key_points": {point.id: point.point for point in moment.question.key_points},
        "earlier": [{"asked": asked, "answer": answer} for asked, answer in moment.earlier],
        "asked": moment.asked,
        "not_heard_yet": list(moment.unheard),
        "may_follow_up": moment.may_follow_up,
        "answer": moment.answer,
        "too_revealing": moment.too_revealing,
    }
