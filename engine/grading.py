"""Grades: what a grader says of an answer, and the arithmetic that makes an integer from 1 to 10 of it.

The model gives points, evidence and feedback; code decides what they are worth. A grade is never made up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from engine.rolepack import Question, RolePack

LOWEST, HIGHEST = 1, 10
OFFLINE, RULE = "offline", "rule"


@dataclass(frozen=True)
class About:
    """Whom a paid call is for: the keys of the conversation and of the interview."""

    conversation: str
    interview: str | None = None


@dataclass(frozen=True)
class Evidence:
    """A key point and the words of the answer that speak for it (or, as a contradiction, against it)."""

    key_point: str
    quote: str


@dataclass(frozen=True)
class Feedback:
    good: str
    missing: str
    improve: str


@dataclass(frozen=True)
class GradingTask:
    """One answer to judge. `required` are the key points it should contain: a follow-up asks for a few only."""

    about: About
    pack: RolePack
    question: Question
    asked: str
    required: tuple[str, ...]
    answer: str
    hints: tuple[str, ...] = ()
    spoken: bool = False


@dataclass(frozen=True)
class Assessment:
    """What a grader says: points from 1 to 10 by criterion id, evidence, feedback, and who judged (a model's name or
    `OFFLINE`)."""

    points: Mapping[str, int]
    covered: tuple[Evidence, ...]
    contradicted: tuple[Evidence, ...]
    feedback: Feedback
    by: str


@dataclass(frozen=True)
class Grade:
    """The judgement of one revision of one answer; `points` by the criterion's name, `by` as in Assessment or
    `RULE`."""

    number: int
    points: tuple[tuple[str, int], ...]
    covered: tuple[Evidence, ...]
    missed: tuple[str, ...]
    contradicted: tuple[Evidence, ...]
    feedback: Feedback
    by: str


def settle(assessment: Assessment, task: GradingTask) -> Grade:
    """The integer grade: the weighted mean of the criteria under the caps of the anchored bands.

    Evidence whose quote is not in the answer is dropped first. Not all key points: at most 8. None: at most 4.
    One contradicted key point: at most 6; two: at most 4.
    """
    covered = _found(assessment.covered, task)
    contradicted = _found(assessment.contradicted, task)
    seen = {evidence.key_point for evidence in covered}
    missed = tuple(point for point in task.required if point not in seen)
    number = min(_weighted(assessment.points, task.pack), _coverage_cap(task, missed), _error_cap(contradicted))
    return Grade(
        number=max(LOWEST, min(HIGHEST, number)),
        points=tuple((c.name, assessment.points[c.id]) for c in task.pack.criteria),
        covered=covered,
        missed=missed,
        contradicted=contradicted,
        feedback=assessment.feedback,
        by=assessment.by,
    )


def lacks_evidence(assessment: Assessment, task: GradingTask) -> bool:
    """True when high points come without a single quote that is in the answer: worth asking the grader again."""
    return _weighted(assessment.points, task.pack) >= 7 and not _found(assessment.covered, task)


def by_rule(task: GradingTask, feedback: Feedback) -> Grade:
    """The lowest grade, for what is no answer at all; given without asking a grader."""
    points = tuple((criterion.name, LOWEST) for criterion in task.pack.criteria)
    return Grade(LOWEST, points, (), task.required, (), feedback, RULE)


def quoted_in(quote: str, answer: str) -> bool:
    """Whether the answer contains the quote, whatever the case, spacing and punctuation. An empty quote is in none."""
    needle = _plain(quote)
    return bool(needle) and f" {needle} " in f" {_plain(answer)} "


@lru_cache(maxsize=64)
def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", folded))


def _found(evidence: tuple[Evidence, ...], task: GradingTask) -> tuple[Evidence, ...]:
    """The evidence that names a known key point, once each, with a quote from the answer."""
    known = {point.id for point in task.question.key_points}
    first: dict[str, Evidence] = {}
    for item in evidence:
        if item.key_point in known and quoted_in(item.quote, task.answer):
            first.setdefault(item.key_point, replace(item, quote=item.quote.strip()))
    return tuple(first.values())


def _weighted(points: Mapping[str, int], pack: RolePack) -> int:
    """The weighted mean of the criteria's points, rounded half up."""
    total = sum(criterion.weight * points[criterion.id] for criterion in pack.criteria)
    weight = sum(criterion.weight for criterion in pack.criteria)
    return (2 * total + weight) // (2 * weight)


def _coverage_cap(task: GradingTask, missed: tuple[str, ...]) -> int:
    if not missed:
        return HIGHEST
    return 4 if len(missed) == len(task.required) else 8


def _error_cap(contradicted: tuple[Evidence, ...]) -> int:
    return {0: HIGHEST, 1: 6}.get(len(contradicted), 4)
