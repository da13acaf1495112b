"""The desk: everything a worker needs, and how patient it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.ports import Channel, Grader, Interviewer, Lanes, Library, Listener
from engine.rolepack import RolePacks


@dataclass(frozen=True)
class Patience:
    """How long is waited for what, in seconds."""

    typing_first: float = 0.2
    """Until the first sign of life: what is answered at once needs none."""
    typing: float = 4.0
    """Between two signs of life while a turn takes its time."""
    draft_pause: float = 0.3
    """For more to be said before a draft is shown."""
    draft: float = 0.3
    """For a draft that is on its way when the turn is over."""
    kind_word: float = 15.0
    """Until a learner is told that it takes longer, and may type something else instead of a recording."""
    typed_look: float = 1.0
    """Between two looks at whether something was typed instead."""
    crossing: float = 30.0
    """For a question that is still on its way when a message comes in."""
    crossing_look: float = 0.2
    grades: float = 60.0
    """For missing grades before the scorecard is posted without them."""
    grades_look: float = 1.0
    follow_look: float = 30.0
    """Between two looks at whether a grade came in after all; longer as time goes by."""
    follow_longest: float = 600.0
    back_off: float = 0.25
    """Before the first retry; doubled from one to the next."""
    back_off_longest: float = 60.0
    hand_back: float = 0.5
    """Between two attempts to hand work back to a database that is away."""
    turn: float = 600.0
    """For a message of a learner's, from the time it came in, before it is set aside; tried three times at least."""
    turn_least: float = 60.0
    """After ten tries it is set aside too, but not before this."""
    other: float = 7 * 24 * 3600.0
    """For what is to be sent or graded."""


@dataclass(frozen=True)
class Desk:
    """`listener` is None where nobody can hear; `channels` are by name."""

    packs: RolePacks
    interviewer: Interviewer
    grader: Grader
    listener: Listener | None
    lanes: Lanes
    library: Library
    channels: Mapping[str, Channel]
    patience: Patience = field(default_factory=Patience)
