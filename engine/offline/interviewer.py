"""The interviewer that needs no model: it asks the pack's own follow-ups for what it did not hear, or moves on."""

from __future__ import annotations

from hashlib import sha256

from engine.grading import OFFLINE
from engine.offline.coverage import Coverage, coverage
from engine.ports import Moment, Move, OnText
from engine.rolepack import FollowUp

_ENOUGH = 2 / 3
"""An answer that holds less than this share of the key points is worth a follow-up."""

_BRIDGES = (
    "Thank you, let us look at another area.",
    "All right, on to something different.",
    "Thank you. Here is my next question.",
    "Okay, let us move on.",
    "I see. Let us turn to another topic.",
    "Understood. The next one is this.",
    "Thanks, let us go on from here.",
    "I have noted that. Let us continue.",
)


class OfflineInterviewer:
    async def next_move(self, moment: Moment, on_text: OnText) -> Move:
        """Speaks at once: there is nothing to preview."""
        return move_after(moment)


def move_after(moment: Moment) -> Move:
    found = coverage(moment.question, moment.answer)
    heard = tuple(point for point in found.said if point in moment.unheard)
    follow_up = _follow_up(moment, found) if moment.may_follow_up and _wants_more(moment, found) else None
    return Move(heard, follow_up, "" if follow_up else _bridge(moment.answer), OFFLINE)


def _wants_more(moment: Moment, found: Coverage) -> bool:
    total = len(moment.question.key_points)
    return bool(found.contradicted) or total - len(_missing(moment, found)) < _ENOUGH * total


def _missing(moment: Moment, found: Coverage) -> list[str]:
    """What neither this answer nor an earlier one has contained."""
    return [point for point in moment.unheard if point not in found.said]


def _follow_up(moment: Moment, found: Coverage) -> str | None:
    """The pack's follow-up that fits best: what is wrong first, then what is missing; none that was asked already."""
    asked = {moment.asked, *(asked for asked, _ in moment.earlier)}
    missing = set(_missing(moment, found))

    def fit(follow_up: FollowUp) -> tuple[int, int]:
        probed = missing.intersection(follow_up.missed)
        return len(probed & found.contradicted.keys()), len(probed)

    fitting = [f for f in moment.question.follow_ups if f.text not in asked and missing.intersection(f.missed)]
    return max(fitting, key=fit).text if fitting else None


def _bridge(answer: str) -> str:
    """One of the bridges, always the same after the same answer."""
    digest = sha256(answer.encode("utf-8", "surrogatepass")).digest()
    return _BRIDGES[digest[0] % len(_BRIDGES)]
