"""The interviewer that needs no model: it looks for key points, and asks the pack's follow-ups about those it
misses."""

from __future__ import annotations

import hashlib

from engine.grading import OFFLINE
from engine.offline.coverage import coverage
from engine.ports import Moment, Move, OnText

ENOUGH = 2 / 3

BRIDGES = (
    "Thank you. Let us look at something else.",
    "All right, on to the next one.",
    "Thank you, I have noted that.",
    "Right, let us move on.",
    "Thanks. Here is another one.",
    "I see. Let us go on.",
)


class OfflineInterviewer:
    async def next_move(self, moment: Moment, on_text: OnText) -> Move:
        found = coverage(moment.question, moment.answer)
        heard = tuple(point for point in moment.unheard if point in found.said)
        missed = [point for point in moment.unheard if point not in heard]
        total = len(moment.question.key_points)
        thin = total - len(missed) < ENOUGH * total or bool(found.contradicted)
        follow_up = _follow_up(moment, missed) if moment.may_follow_up and thin else None
        bridge = "" if follow_up else _bridge(moment.answer)
        await on_text(follow_up or bridge)
        return Move(heard, follow_up, bridge, OFFLINE)


def _follow_up(moment: Moment, missed: list[str]) -> str | None:
    """The pack's follow-up about most of what was missed, and not asked before."""
    asked = {moment.asked, *(asked for asked, _ in moment.earlier)}
    fitting = [f for f in moment.question.follow_ups if f.text not in asked and set(f.missed) & set(missed)]
    best = max(fitting, key=lambda f: len(set(f.missed) & set(missed)) / len(f.missed), default=None)
    return best.text if best else None


def _bridge(answer: str) -> str:
    """One of a few, the same for the same answer."""
    digest = hashlib.sha256(answer.encode("utf-8", "surrogatepass")).digest()
    return BRIDGES[digest[0] % len(BRIDGES)]
