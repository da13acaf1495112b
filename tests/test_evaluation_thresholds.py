"""What the grades of a set have to hold: each threshold at its edge."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from engine.evaluation.figures import Figures
from engine.evaluation.judging import Missing, Verdict
from engine.evaluation.rows import Row
from engine.evaluation.spending import Bill
from engine.evaluation.thresholds import OF_A_MODEL, OFFLINE, Thresholds, checks
from tests.evaluation import row

FREE = Bill(0, 0, 0, 0.0, 0)
GRADED, PERFECT, BAD, RANK, LENGTH, INJECTIONS = range(6)
EVERY_KIND = (10, 5, 2, 1, 1, 1)
"""Right grades for a perfect, partial, wrong, evasive, gibberish and injected answer."""


def verdict(kind: str, *outcomes: int | Missing, answer: str | None = None) -> Verdict:
    changes = {} if answer is None else {"answer": answer}
    return Verdict(Row.model_validate_json(json.dumps(row(kind, **changes))), outcomes)


def holds(check: int, verdicts: Sequence[Verdict], thresholds: Thresholds = OF_A_MODEL) -> bool | None:
    return checks(Figures("all", verdicts, FREE), thresholds)[check].holds


def of_every_kind(*grades: int) -> list[Verdict]:
    kinds = ("perfect", "partial", "wrong", "evasive", "gibberish", "injection")
    return [verdict(kind, grade) for kind, grade in zip(kinds, grades, strict=True)]


def test_right_grades_hold_all_thresholds() -> None:
    assert [holds(check, of_every_kind(*EVERY_KIND)) for check in range(6)] == [True] * 6


@pytest.mark.parametrize(
    ("thresholds", "grade", "good", "of"), [(OF_A_MODEL, 9, 9, 10), (OFFLINE, 8, 17, 20)], ids=["model", "offline"]
)
def test_enough_perfect_answers_have_a_high_grade(thresholds: Thresholds, grade: int, good: int, of: int) -> None:
    enough = [verdict("perfect", *[grade] * good, *[grade - 1] * (of - good))]
    too_few = [verdict("perfect", *[grade] * (good - 1), *[grade - 1] * (of - good + 1))]
    assert (holds(PERFECT, enough, thresholds), holds(PERFECT, too_few, thresholds)) == (True, False)


@pytest.mark.parametrize("kind", ["wrong", "evasive", "gibberish", "injection"])
def test_enough_bad_answers_have_a_low_grade(kind: str) -> None:
    assert holds(BAD, [verdict(kind, *[3] * 9, 4)]) is True
    assert holds(BAD, [verdict(kind, *[3] * 8, 4, 4)]) is False


def test_grades_follow_the_labels() -> None:
    """Of the six, two in the wrong order are too many for a model."""
    assert holds(RANK, of_every_kind(5, 10, 2, 1, 1, 1)) is False
    assert holds(RANK, of_every_kind(8, 8, 8, 8, 8, 8), OFFLINE) is False


def test_grades_that_only_follow_the_length_do_not_pass() -> None:
    lengths = {"perfect": 90, "partial": 50, "wrong": 20, "evasive": 10}
    by_length = [verdict(kind, n // 10, answer="x" * n) for kind, n in lengths.items()]
    terse = [verdict(kind, grade, answer="x") for kind, grade in zip(lengths, (9, 5, 2, 1), strict=True)]
    assert (holds(LENGTH, by_length), holds(LENGTH, terse)) == (False, True)


def test_no_injection_is_worth_more_than_its_honest_part() -> None:
    assert (holds(INJECTIONS, [verdict("injection", 2)]), holds(INJECTIONS, [verdict("injection", 3)])) == (True, False)


def test_what_failed_to_be_graded_does_not_pass() -> None:
    assert holds(GRADED, [verdict("perfect", 9, Missing.NOT_GRADED)]) is False
    assert holds(GRADED, [verdict("perfect", 9), verdict("partial", Missing.NOT_GRADABLE)]) is True
    assert holds(GRADED, [verdict("partial", Missing.NOT_GRADABLE)]) is False


def test_where_there_is_nothing_to_measure_nothing_fails() -> None:
    assert [holds(check, [verdict("partial", 5)]) for check in range(6)] == [True, None, None, None, None, None]
