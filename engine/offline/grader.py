"""The grader that needs no model: looks for the key points in the learner's words. An estimate, as `by` says."""

from __future__ import annotations

from itertools import pairwise

from engine.grading import HIGHEST, LOWEST, OFFLINE, Assessment, Evidence, GradingTask
from engine.offline.clarity import Signs, signs
from engine.offline.coverage import Coverage, coverage
from engine.offline.feedback import feedback
from engine.rolepack import Criterion

_CURVE = ((0.0, 1.0), (0.2, 3.0), (0.34, 4.2), (0.5, 6.0), (0.66, 7.6), (0.8, 8.7), (1.0, 10.0))
"""The share of the required key points in an answer, and the points for it."""
_PER_CONTRADICTION = 3.0


class OfflineGrader:
    async def assess(self, task: GradingTask) -> Assessment:
        return assessed(task)


def assessed(task: GradingTask) -> Assessment:
    found = coverage(task.question, task.answer)
    clear = signs(task.answer, found.said.values())
    share = _share(found, task.required)
    return Assessment(
        points={criterion.id: _points(criterion, share, found, clear) for criterion in task.pack.criteria},
        covered=tuple(Evidence(point, quote) for point, quote in found.said.items()),
        contradicted=tuple(Evidence(point, quote) for point, quote in found.contradicted.items()),
        feedback=feedback(task, found, clear),
        by=OFFLINE,
    )


def _share(found: Coverage, required: tuple[str, ...]) -> float:
    """How much of what was asked for the answer contains; what it only touches counts half."""
    said = sum(point in found.said for point in required)
    touched = sum(point in found.touched for point in required)
    return (said + touched / 2) / len(required)


def _points(criterion: Criterion, share: float, found: Coverage, clear: Signs) -> int:
    points = _on_curve(share)
    match _aspect(criterion):
        case "clarity":
            points += clear.example + clear.connected - 1 if share else 0
        case "correctness":
            points -= _PER_CONTRADICTION * len(found.contradicted)
    return max(LOWEST, min(HIGHEST, int(points + 0.5)))


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
