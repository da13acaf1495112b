"""What a turn starts from, whom it may ask, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.interview import Interview
from engine.ports import History, Interviewer
from engine.preview import Preview
from engine.reply import Reply
from engine.rolepack import RolePacks
from engine.said import Learner, Said


@dataclass(frozen=True)
class Turn:
    """What a turn starts from. `interview` is the conversation's latest; `ref` and `position` are those of the message;
    `new_id` names the interview that this turn may begin."""

    said: Said
    learner: Learner
    conversation: str
    interview: Interview | None
    ref: str
    position: int
    now: datetime
    new_id: str


@dataclass(frozen=True)
class Outcome:
    """What a turn comes to: interviews to keep, replies in order, answers to grade as (interview, exchange number)."""

    replies: tuple[Reply, ...] = ()
    interviews: tuple[Interview, ...] = ()
    to_grade: tuple[tuple[Interview, int], ...] = ()

    @property
    def ended(self) -> Interview | None:
        """The interview that this turn brought to its end, and that now wants a scorecard."""
        return next((interview for interview in self.interviews if interview.status == "ended"), None)


@dataclass(frozen=True)
class Panel:
    """Who and what a turn may ask: role packs, the interviewer, the learner's history, and a preview to speak into."""

    packs: RolePacks
    interviewer: Interviewer
    history: History
    preview: Preview


def only(reply: Reply) -> Outcome:
    return Outcome((reply,))
