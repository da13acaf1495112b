"""Grading labelled answers on the very path that a learner's answers take."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from engine.evaluation.rows import BroughtPoint, Row, asked_in
from engine.failures import Unavailable, Unusable
from engine.grading import About, Assessment, GradingTask
from engine.ports import Grader
from engine.rolepack import KeyPoint, Question, RolePack, RolePacks
from engine.work.grades import judge

log = logging.getLogger(__name__)

AT_ONCE = 8
TRIES = 3
LONGEST_PAUSE = 20.0
"""Seconds: a server that asks for a longer pause before the next try is not waited for."""


class Missing(Enum):
    """Why there is no grade: the grader failed, or had nothing to judge by. Never is one made up."""

    NOT_GRADED = "not graded"
    NOT_GRADABLE = "not gradable"


@dataclass(frozen=True)
class Verdict:
    """What became of a row, one outcome a run."""

    row: Row
    outcomes: tuple[int | Missing, ...]

    @property
    def grades(self) -> tuple[int, ...]:
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, int))


class ByKeyPoints:
    """A grader that can only look for key points: it refuses, with Unusable, where nobody has written any."""

    def __init__(self, grader: Grader) -> None:
        self._grader = grader

    async def assess(self, task: GradingTask) -> Assessment:
        if task.question.key_points == (_WHOLE,):
            raise Unusable("no_key_points")
        return await self._grader.assess(task)


async def verdicts_on(rows: Sequence[Row], packs: RolePacks, grader: Grader, runs: int) -> tuple[Verdict, ...]:
    """Grades every row `runs` times, up to AT_ONCE gradings side by side."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def outcome(row: Row) -> int | Missing:
        async with gate:
            return await _outcome(task_of(row, packs[row.role]), grader)

    each_run = [await asyncio.gather(*map(outcome, rows)) for _ in range(runs)]
    return tuple(Verdict(row, outcomes) for row, outcomes in zip(rows, zip(*each_run, strict=True), strict=True))


async def _outcome(task: GradingTask, grader: Grader) -> int | Missing:
    try:
        return await _patiently(task, grader)
    except Unavailable as error:
        log.warning("%s is not graded: %s", task.about.interview, error)
        return Missing.NOT_GRADED
    except Unusable:
        return Missing.NOT_GRADABLE


async def _patiently(task: GradingTask, grader: Grader) -> int:
    """The grade; a server that is asked too much at once is given the pause it asks for."""
    for _ in range(TRIES - 1):
        try:
            return (await judge(task, False, grader)).number
        except Unavailable as error:
            if error.retry_after is None or error.retry_after > LONGEST_PAUSE:
                raise
            await asyncio.sleep(error.retry_after)
    return (await judge(task, False, grader)).number


def task_of(row: Row, pack: RolePack) -> GradingTask:
    question = question_of(row, pack)
    return GradingTask(
        about=About(f"evaluation:{row.role}", row.id),
        pack=pack,
        question=question,
        asked=question.text,
        required=tuple(point.id for point in question.key_points),
        answer=row.answer,
    )


def question_of(row: Row, pack: RolePack) -> Question:
    """The pack's question, or one of the row's own; with the key points and the reference that the row brings.

    A question that has no key points at all asks for one thing: to be answered.
    """
    points = tuple(map(_key_point, row.points))
    known = asked_in(pack, row.question)
    if known:
        return known.model_copy(
            update={"key_points": points or known.key_points, "reference": row.reference or known.reference}
        )
    # What nobody will ask needs no follow-ups, and as many key points as its author likes.
    return Question.model_construct(
        id="own",
        topic=pack.title,
        difficulty="working",
        text=row.question,
        reference=row.reference or "",
        key_points=points or (_WHOLE,),
        follow_ups=(),
    )


def _key_point(brought: BroughtPoint) -> KeyPoint:
    return KeyPoint(
        id=brought.id,
        point=brought.point,
        says=brought.says or (brought.point,),
        misconceptions=brought.misconceptions,
        hint=brought.point,
    )


_WHOLE = _key_point(BroughtPoint(id="whole", point="Answers what is asked, rightly and completely."))
