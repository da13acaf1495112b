from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.grading import (
    RULE,
    About,
    Assessment,
    Evidence,
    Feedback,
    Grade,
    GradingTask,
    by_rule,
    lacks_evidence,
    quoted_in,
    settle,
)
from engine.ports import Grader
from engine.rolepack import RolePack
from engine.work.grades import judge
from tests.packs import GOOD, small_pack

PACK = small_pack()
QUESTION = PACK.question("overfitting")
SAID = (Evidence("what", "memorises the noise"), Evidence("sign", "validation error rises"))
FEEDBACK = Feedback("It was clear.", "Look further.", "Give an example.")


def task(answer: str = GOOD, required: tuple[str, ...] = ("what", "sign"), pack: RolePack = PACK) -> GradingTask:
    return GradingTask(About("c", "i"), pack, QUESTION, QUESTION.text, required, answer)


def assessment(
    correctness: int = 10,
    clarity: int = 10,
    covered: Iterable[Evidence] = SAID,
    contradicted: Iterable[Evidence] = (),
) -> Assessment:
    points = {"correctness": correctness, "clarity": clarity}
    return Assessment(points, tuple(covered), tuple(contradicted), FEEDBACK, "model")


@pytest.mark.parametrize(
    ("correctness", "clarity", "number"),
    [(10, 10, 10), (1, 1, 1), (8, 6, 8), (7, 5, 7), (8, 5, 7), (9, 5, 8), (6, 8, 7), (5, 6, 5), (5, 7, 6)],
)
def test_the_grade_is_the_weighted_mean_rounded_half_up(correctness: int, clarity: int, number: int) -> None:
    assert settle(assessment(correctness, clarity), task()).number == number


def test_a_grade_says_what_it_rests_on() -> None:
    grade = settle(assessment(9, 8, SAID[:1]), task())
    assert grade == Grade(8, (("Correctness", 9), ("Clarity", 8)), SAID[:1], ("sign",), (), FEEDBACK, "model")


def test_without_a_key_point_eight_is_the_most_and_without_any_four() -> None:
    assert settle(assessment(), task()).number == 10
    assert settle(assessment(covered=SAID[:1]), task()).number == 8
    assert settle(assessment(covered=()), task()).number == 4


def test_one_contradiction_caps_at_six_and_two_at_four() -> None:
    wrong = (Evidence("what", "the model"), Evidence("sign", "and then"))
    assert settle(assessment(contradicted=wrong[:1]), task()).number == 6
    assert settle(assessment(contradicted=wrong), task()).number == 4


def test_a_follow_up_is_judged_by_what_it_asked_for() -> None:
    grade = settle(assessment(covered=SAID[1:]), task(required=("sign",)))
    assert grade.number == 10
    assert grade.missed == ()


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence("what", "memorises the signal"),
        Evidence("what", ""),
        Evidence("what", "…!"),
        Evidence("what", "emorises the nois"),
        Evidence("somewhere", "memorises the noise"),
    ],
)
def test_evidence_that_is_not_in_the_answer_is_dropped(evidence: Evidence) -> None:
    grade = settle(assessment(covered=(evidence, SAID[1])), task())
    assert grade.covered == SAID[1:]
    assert grade.missed == ("what",)
    assert settle(assessment(contradicted=(evidence,)), task()).number == 10


def test_a_key_point_counts_once_by_its_first_quote() -> None:
    again = Evidence("what", "The model")
    assert settle(assessment(covered=(SAID[0], again)), task()).covered == SAID[:1]
    assert settle(assessment(contradicted=(SAID[0], again)), task()).number == 6


def test_a_quote_is_found_whatever_its_case_spacing_and_punctuation() -> None:
    assert quoted_in("The MODEL  memorises,\nthe noise!", "Well: the model memorises — the noise.")
    assert quoted_in("ﬁt", "It is a fit.")
    assert not quoted_in("rise", GOOD)
    assert not quoted_in("", GOOD)


def test_a_high_grade_without_a_valid_quote_is_worth_asking_again() -> None:
    invented = (Evidence("what", "learns by heart"),)
    assert lacks_evidence(assessment(9, 9, invented), task())
    assert not lacks_evidence(assessment(3, 3, invented), task())
    assert not lacks_evidence(assessment(9, 9, SAID), task())


class Scripted:
    """A grader that says what it was given, and remembers how often it was asked."""

    def __init__(self, *assessments: Assessment) -> None:
        self.left = list(assessments)

    async def assess(self, task: GradingTask) -> Assessment:
        return self.left.pop(0)


async def test_the_grader_is_asked_once_more_when_none_of_its_quotes_is_in_the_answer() -> None:
    invented = assessment(covered=(Evidence("what", "learns by heart"),))
    grader = Scripted(invented, assessment())
    assert (await judge(task(), False, grader)).number == 10
    assert grader.left == []


async def test_it_is_not_asked_a_third_time_and_the_grade_stays_low() -> None:
    invented = assessment(covered=(Evidence("what", "learns by heart"),))
    grader = Scripted(invented, invented, assessment())
    assert (await judge(task(), False, grader)).number == 4
    assert len(grader.left) == 1


@pytest.mark.parametrize(
    ("answer", "skipped"), [("I don't know", False), ("asdfgh", False), ("😀", False), ("hello", False), (GOOD, True)]
)
async def test_what_is_no_answer_gets_the_lowest_grade_by_rule_and_no_praise(answer: str, skipped: bool) -> None:
    nobody: Grader = Scripted()
    grade = await judge(task(answer), skipped, nobody)
    assert (grade.number, grade.by) == (1, RULE)
    assert grade.points == (("Correctness", 1), ("Clarity", 1))
    assert grade.missed == ("what", "sign")
    assert grade.feedback.good == ""


def test_a_grade_by_rule_is_the_lowest() -> None:
    assert by_rule(task(), FEEDBACK) == Grade(
        1, (("Correctness", 1), ("Clarity", 1)), (), ("what", "sign"), (), FEEDBACK, RULE
    )


_POINTS = st.integers(min_value=1, max_value=10)
_EVIDENCE = st.lists(
    st.builds(
        Evidence,
        st.sampled_from(["what", "sign", "other"]),
        st.sampled_from(["memorises the noise", "validation", "made up"]) | st.text(max_size=8),
    ),
    max_size=4,
)


@given(_POINTS, _POINTS, _EVIDENCE, _EVIDENCE)
def test_no_assessment_leads_outside_the_scale_or_over_a_cap(
    correctness: int, clarity: int, covered: list[Evidence], contradicted: list[Evidence]
) -> None:
    grade = settle(assessment(correctness, clarity, covered, contradicted), task())
    assert 1 <= grade.number <= max(correctness, clarity)
    assert grade.number <= 8 or not grade.missed
    assert grade.number <= 4 or len(grade.missed) < 2
    assert grade.number <= {0: 10, 1: 6}.get(len(grade.contradicted), 4)
    assert all(quoted_in(evidence.quote, GOOD) for evidence in (*grade.covered, *grade.contradicted))


@given(_POINTS, _POINTS)
def test_more_points_never_lead_to_a_lower_grade(correctness: int, clarity: int) -> None:
    lower = settle(assessment(correctness, clarity), task()).number
    assert settle(assessment(min(10, correctness + 1), clarity), task()).number >= lower
    assert settle(assessment(correctness, min(10, clarity + 1)), task()).number >= lower
