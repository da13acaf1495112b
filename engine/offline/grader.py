"""The grader that needs no model: looks for the key points in the learner's words. An estimate, as `by` says."""

from __future__ import annotations

from itertools import pairwise

from engine.grading import HIGHEST, LOWEST, OFFLINE, Assessment, Evidence, GradingTask
from engine.matching import read
from engine.offline.clarity import Signs, signs
from engine.offline.coverage import Coverage, coverage
from engine.offline.dismissals import dismissals
from engine.offline.feedback import feedback
from engine.offline.orders import without_orders
from engine.offline.overclaims import overclaims
from engine.rolepack import Criterion

_CURVE = ((0.0, 1.0), (0.2, 2.9), (0.3, 4.2), (0.5, 6.0), (0.58, 7.6), (0.7, 9.0), (0.85, 10.0))
"""The share of the required key points in an answer, and the points for it."""
_SUBSTANTIAL = 0.7
"""Who holds so much of what was asked for may claim certainty and wave things away."""
_MOST_STRONG = 2
_ON_TOPIC = 2
"""Who speaks about the question, however wrongly, gets no less."""
_LIST_ONLY = 6.0
"""Clarity of an answer that only lists terms."""
_PER_CONTRADICTION = 3.0


class OfflineGrader:
    async def assess(self, task: GradingTask) -> Assessment:
        return assessed(task)


def assessed(task: GradingTask) -> Assessment:
    found = coverage(task.question, task.answer)
    clear = signs(task.answer, found.said.values())
    share = _share(found, task.required)
    strong = overclaims(task.answer) + len(dismissals(read(without_orders(task.answer))))
    return Assessment(
        points={
            criterion.id: _points(criterion, share, min(strong, _MOST_STRONG), found, clear)
            for criterion in task.pack.criteria
        },
        covered=tuple(Evidence(point, quote) for point, quote in found.said.items()),
        contradicted=tuple(Evidence(point, quote) for point, quote in found.contradicted.items()),
        feedback=feedback(task, found, clear),
        by=OFFLINE,
    )


def _share(found: Coverage, required: tuple[str, ...]) -> float:
    """How much of what was asked for the answer contains, from 0 to 1. What it contradicts takes as much away."""
    gained = sum(found.worth.get(point, 0.0) for point in required)
    return max(0.0, gained - len(found.contradicted)) / len(required)


def _points(criterion: Criterion, share: float, strong_words: int, found: Coverage, clear: Signs) -> int:
    points = _on_curve(share) - (strong_words if share < _SUBSTANTIAL else 0)
    match _aspect(criterion):
        case "clarity" if clear.example or clear.sentence:
            points += clear.example + clear.connected - 1 if share else 0
        case "clarity":
            points = min(points - 1, _LIST_ONLY)
        case "correctness":
            points -= _PER_CONTRADICTION * len(found.contradicted)
    spoken = found.said or found.touched or found.contradicted
    return max(_ON_TOPIC if spoken else LOWEST, min(HIGHEST, int(points + 0.5)))


def _aspect(criterion: Criterion) -> str:
    """What a criterion is about, told by its name: packs name their own."""
    name = f"{criterion.id} {criterion.name}".casefold()
    if any(word in name for word in ("clar", "example", "structur", "communicat")):
        return "clarity"
    return "completeness" if "complete" in name else "correctness"


def _on_curve(share: float) -> float:
    for (low, at_low), (high, at_high) in pairwise(_CURVE):
        if share <= high:
            return at_low + (share - low) / (high - low) * (at_high - at_low)
    return float(HIGHEST)
