"""What may happen next: which question, how difficult, follow-ups and hints."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import plan
from engine.grading import RULE
from engine.interview import AnswerPart, Exchange, Interview
from engine.rolepack import DIFFICULTIES
from tests.dialogue import NOON, grade_of
from tests.packs import IDEAS, many_ideas, small_pack


def interview(*asked: Exchange, length: int = 10, avoid: tuple[str, ...] = (), ideas: int = 0) -> Interview:
    pack = small_pack(many_ideas(ideas) if ideas else IDEAS)
    return Interview("i1", "c1", "telegram:7:42", pack, length, NOON, avoid, asked)


def done(number: int, question: str, points: int | None = None, by: str = "test", **changes: object) -> Exchange:
    """An exchange that is closed, graded if there are points."""
    grade = None if points is None else grade_of(points, by)
    exchange = Exchange(number, question, f"What is {question}?", closed=True, grade=grade)
    return replace(exchange, **changes)  # type: ignore[arg-type]


def graded(*points: int, by: str = "test") -> tuple[Exchange, ...]:
    return tuple(done(n, f"idea{n}", p, by) for n, p in enumerate(points, 1))


def follow_ups(*questions: str) -> tuple[Exchange, ...]:
    return tuple(done(n, question, probes=("sign",)) for n, question in enumerate(questions, 1))


def next_id(found: Interview) -> str | None:
    question = plan.next_question(found)
    return question.id if question else None


def test_the_first_question_is_the_packs_first_at_the_foundation() -> None:
    assert next_id(interview()) == "overfitting"


def test_topics_take_turns() -> None:
    assert next_id(interview(done(1, "overfitting"))) == "sampling"


def test_a_pack_that_begins_with_hard_questions_is_asked_from_easy_to_hard_all_the_same() -> None:
    backwards = replace(interview(), pack=small_pack(IDEAS[::-1]))
    assert next_id(backwards) == "sampling"


def test_when_a_difficulty_is_used_up_the_nearest_one_is_asked() -> None:
    asked = interview(done(1, "overfitting"), done(2, "sampling"), length=25)
    assert plan.difficulty(asked) == 0
    assert next_id(asked) == "regularisation"


def test_a_follow_up_does_not_make_its_topic_more_covered() -> None:
    asked = interview(done(1, "sampling"), done(2, "overfitting"), done(3, "overfitting", probes=("sign",)), length=5)
    assert next_id(asked) == "regularisation"


def test_questions_to_avoid_come_when_no_others_are_left() -> None:
    avoid = ("overfitting", "sampling")
    assert next_id(interview(avoid=avoid)) == "regularisation"
    others = [done(n, idea) for n, (idea, *_) in enumerate(IDEAS[2:], 1)]
    assert next_id(interview(*others, avoid=avoid)) in avoid


def test_after_the_last_question_there_is_none() -> None:
    assert next_id(interview(*(done(n, idea) for n, (idea, *_) in enumerate(IDEAS, 1)), length=25)) is None


@pytest.mark.parametrize(("responses", "level"), [(0, 0), (3, 0), (4, 1), (6, 1), (7, 2), (9, 2)])
def test_difficulty_rises_with_the_interview(responses: int, level: int) -> None:
    asked = tuple(done(n, f"idea{n}") for n in range(1, responses + 1))
    assert plan.difficulty(interview(*asked, ideas=12)) == level


@pytest.mark.parametrize(
    ("points", "level"),
    [
        ((8, 7), 1),
        ((7, 7), 0),
        ((10,), 0),
        ((2, 2, 9, 9), 2),
        ((9, 9, 2, 2), 0),
        ((5, 5, 5, 4, 4), 0),
        ((5, 5, 5, 5, 4), 1),
    ],
    ids=["well", "not quite", "one says little", "the last two count", "down", "4 is low", "4.5 is not"],
)
def test_difficulty_follows_the_last_two_grades(points: tuple[int, ...], level: int) -> None:
    assert plan.difficulty(interview(*graded(*points), ideas=12)) == level


def test_grades_given_by_rule_say_nothing_about_difficulty() -> None:
    middle = [done(n, f"idea{n}") for n in range(1, 5)]
    assert plan.difficulty(interview(*middle, ideas=12)) == 1
    assert plan.difficulty(interview(*middle[:2], *graded(1, 1, by=RULE), ideas=12)) == 1


def test_difficulty_stays_within_what_there_is() -> None:
    assert plan.difficulty(interview(*graded(1, 1), ideas=12)) == 0
    assert plan.difficulty(interview(*graded(*[10] * 9), ideas=12)) == len(DIFFICULTIES) - 1


def test_a_question_is_followed_up_twice_at_most() -> None:
    current = done(3, "overfitting")
    assert plan.may_follow_up(interview(*follow_ups("overfitting"), current, length=25), current)
    assert not plan.may_follow_up(interview(*follow_ups("overfitting", "overfitting"), current, length=25), current)


@pytest.mark.parametrize(("length", "budget"), [(5, 2), (10, 4), (15, 6), (25, 10)])
def test_two_fifths_of_the_interview_are_follow_ups_at_most(length: int, budget: int) -> None:
    current = done(20, "overfitting")
    below = interview(*follow_ups(*(["sampling"] * (budget - 1))), current, length=length)
    spent = interview(*follow_ups(*(["sampling"] * budget)), current, length=length)
    assert plan.may_follow_up(below, current)
    assert not plan.may_follow_up(spent, current)


def test_what_was_heard_in_an_earlier_answer_to_the_question_stays_heard() -> None:
    first, second = done(1, "overfitting", heard=("what",)), done(2, "overfitting", probes=("sign",))
    assert [point.id for point in plan.unheard(interview(first, second), second)] == ["sign"]
    assert [point.id for point in plan.unheard(interview(first, second), done(3, "sampling"))] == ["what", "sign"]


def test_a_question_asks_for_all_key_points_and_a_follow_up_for_those_it_is_after() -> None:
    assert plan.required(interview(), done(1, "overfitting")) == ("what", "sign")
    assert plan.required(interview(), done(1, "overfitting", probes=("sign",))) == ("sign",)


def test_a_hint_is_given_once_for_a_question_whatever_exchange_it_came_in() -> None:
    first, second = done(1, "overfitting", hints=("what",)), done(2, "overfitting", probes=("what", "sign"))
    hint = plan.next_hint(interview(first, second), second)
    assert hint is not None
    assert hint.id == "sign"


def test_a_hint_is_first_about_what_the_follow_up_is_after() -> None:
    current = done(2, "overfitting", probes=("sign",))
    hint = plan.next_hint(interview(done(1, "overfitting"), current), current)
    assert hint is not None
    assert hint.id == "sign"


def test_hints_run_out() -> None:
    current = done(1, "overfitting", hints=("what",), heard=("sign",), parts=(AnswerPart("m1", "…"),))
    assert plan.next_hint(interview(current), current) is None
