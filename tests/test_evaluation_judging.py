"""From a row to its grade: the task that the grader gets, and the path that it shares with production."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from engine.evaluation.judging import ByKeyPoints, Missing, Verdict, question_of, task_of, verdicts_on
from engine.evaluation.rows import Row
from engine.failures import Unavailable
from engine.grading import Assessment, Evidence, Feedback, GradingTask
from engine.offline.grader import OfflineGrader
from tests.evaluation import POINTS, QUESTION, row, without_points
from tests.packs import GOOD, small_pack

PACK = small_pack()
PACKS = {PACK.role: PACK}


def labelled(template: str = "perfect", **changes: Any) -> Row:
    return Row.model_validate_json(json.dumps(row(template, role=PACK.role, **changes)))


def bare(template: str = "perfect", **changes: Any) -> Row:
    return Row.model_validate_json(json.dumps(without_points(template, role=PACK.role, **changes)))


@dataclass
class Praising:
    """Gives full points, and quotes what it is told to."""

    quotes: list[str]
    tasks: list[GradingTask] = field(default_factory=list)

    async def assess(self, task: GradingTask) -> Assessment:
        quote = self.quotes[len(self.tasks)]
        self.tasks.append(task)
        points = {criterion.id: 10 for criterion in task.pack.criteria}
        evidence = tuple(Evidence(point, quote) for point in task.required)
        return Assessment(points, evidence, (), Feedback("", "", "Go on."), "praising")


class Away:
    async def assess(self, task: GradingTask) -> Assessment:
        raise Unavailable("away", retry_after=3600)


# The question


def test_the_packs_question_is_found_by_id_and_by_text() -> None:
    known = PACK.question("sampling")
    for name in (known.id, known.text):
        task = task_of(bare(question=name), PACK)
        assert (task.question, task.asked, task.required) == (known, known.text, ("what", "sign"))


def test_what_a_row_brings_stands_for_what_the_pack_has() -> None:
    question = question_of(labelled(question="sampling", reference="Mine."), PACK)
    assert (question.id, question.reference) == ("sampling", "Mine.")
    assert [point.id for point in question.key_points] == [point["id"] for point in POINTS]


def test_a_question_that_no_pack_has_is_judged_by_what_the_row_brings() -> None:
    task = task_of(labelled(reference="Rest."), PACK)
    assert (task.asked, task.question.reference, task.pack) == (QUESTION, "Rest.", PACK)
    assert task.required == ("gluten", "gas", "taste")
    assert task.question.key_points[0].says == ("gluten relaxes",)


def test_one_key_point_is_as_good_as_seven() -> None:
    for count in (1, 7):
        task = task_of(labelled(key_points=[f"Thing number {number}" for number in range(count)]), PACK)
        assert len(task.required) == count


# The path


async def test_non_answers_are_told_by_rule() -> None:
    grader = Praising([])
    (verdict,) = await verdicts_on([labelled("evasive")], PACKS, grader, 1)
    assert (verdict.grades, grader.tasks) == ((1,), [])


async def test_a_high_grade_without_evidence_is_asked_for_again() -> None:
    grader = Praising(["never said", "yeast makes gas"])
    (verdict,) = await verdicts_on([labelled("partial")], PACKS, grader, 1)
    assert (verdict.grades, len(grader.tasks)) == ((10,), 2)


async def test_a_question_without_key_points_asks_a_model_for_evidence_too() -> None:
    (honest,) = await verdicts_on([bare("partial")], PACKS, Praising(["yeast makes gas"]), 1)
    (invented,) = await verdicts_on([bare("partial")], PACKS, Praising(["never said"] * 2), 1)
    assert (honest.grades, invented.grades) == ((10,), (4,))


async def test_the_offline_grader_takes_a_row_by_its_key_points_or_not_at_all() -> None:
    rows = [labelled(), bare(id="none"), bare(id="pack", question="sampling", answer=GOOD)]
    mine, none, packs = await verdicts_on(rows, PACKS, ByKeyPoints(OfflineGrader()), 2)
    assert none == Verdict(rows[1], (Missing.NOT_GRADABLE,) * 2)
    assert min(mine.grades[0], packs.grades[0]) >= 8


async def test_a_grader_that_is_away_gives_no_grade() -> None:
    (verdict,) = await verdicts_on([labelled()], PACKS, Away(), 3)
    assert verdict.outcomes == (Missing.NOT_GRADED,) * 3
    assert verdict.grades == ()
