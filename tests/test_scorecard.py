"""The scorecard: every response in it, every number right, and nothing made up."""

from __future__ import annotations

from dataclasses import replace

from engine.grading import OFFLINE, RULE, Feedback
from engine.interview import Exchange, Interview
from engine.reply import Block, Reply, split
from engine.scorecard import NOT_YET, overall, scorecard
from tests.dialogue import NOON, grade_of, text_of
from tests.packs import many_ideas, small_pack

TELEGRAM = 3500


def interview(*exchanges: Exchange) -> Interview:
    return Interview(
        "i1", "c1", "telegram:7:42", small_pack(many_ideas(30)), 25, NOON, exchanges=exchanges, status="ended"
    )


def answered(number: int, points: int | None = None, by: str = "test") -> Exchange:
    grade = None if points is None else grade_of(points, by)
    return Exchange(number, f"idea{number}", f"What is idea{number}?", closed=True, grade=grade)


def skipped(number: int) -> Exchange:
    return replace(answered(number, 1, RULE), skipped=True)


def section(card: Reply, number: int) -> str:
    return "\n".join(block.text for block in card.sections[number])


def test_every_response_has_its_question_grade_and_feedback_in_order() -> None:
    card = scorecard(interview(answered(1, 8), answered(2, 4)))
    assert len(card.sections) == 4
    assert section(card, 1) == "1. What is idea1?\nGrade: 8/10\nGood: good 8\nMissing: missing 8\nNext time: improve 8"
    assert section(card, 2).startswith("2. What is idea2?\nGrade: 4/10")


def test_the_overall_result_is_the_mean_of_the_grades() -> None:
    card = scorecard(interview(answered(1, 8), answered(2, 5), answered(3, 6)))
    assert "Scorecard: Data Science" in section(card, 0)
    assert "Overall 6.3 of 10 · 3 responses" in section(card, 0)


def test_a_skipped_response_is_shown_as_skipped_and_counts_as_1() -> None:
    found = interview(answered(1, 9), skipped(2))
    assert overall(found) == 5.0
    card = scorecard(found)
    assert "1 skipped (each counts 1)" in section(card, 0)
    assert "Grade: 1/10 (skipped)" in section(card, 2)


def test_a_question_that_was_never_answered_is_not_in_it() -> None:
    asked = Exchange(2, "idea2", "What is idea2?")
    card = scorecard(interview(answered(1, 8), asked))
    assert "idea2" not in text_of(card)
    assert "1 response" in section(card, 0)
    assert "1 responses" not in section(card, 0)


def test_a_missing_grade_is_never_made_up() -> None:
    card = scorecard(interview(answered(1, 8), answered(2)))
    assert "Overall 8.0 of 10" in section(card, 0)
    assert f"1 {NOT_YET}" in section(card, 0)
    assert f"Grade: {NOT_YET}" in section(card, 2)
    assert "/10" not in section(card, 2)


def test_without_any_grade_there_is_no_result() -> None:
    card = scorecard(interview(answered(1)))
    assert "nothing graded yet" in section(card, 0)
    assert "of 10" not in text_of(card)


def test_what_will_be_edited_later_gets_messages_of_its_own() -> None:
    assert scorecard(interview(answered(1, 8), answered(2), answered(3, 5))).growing == (0, 2, 4)
    assert scorecard(interview(answered(1, 8))).growing == ()


def test_an_interview_that_ended_before_the_first_answer_says_so() -> None:
    text = text_of(scorecard(interview()))
    assert "nothing to grade" in text
    assert "Overall" not in text


def test_an_offline_grade_is_called_an_estimate() -> None:
    assert "offline estimate" in text_of(scorecard(interview(answered(1, 8, OFFLINE), answered(2, 5))))
    assert "offline estimate" not in text_of(scorecard(interview(answered(1, 8), skipped(2))))


def test_empty_feedback_leaves_no_empty_line() -> None:
    grade = replace(grade_of(1), feedback=Feedback("", "You left this one out.", ""))
    card = scorecard(interview(replace(answered(1), grade=grade)))
    assert section(card, 1) == "1. What is idea1?\nGrade: 1/10\nMissing: You left this one out."


def test_strengths_and_what_to_work_on_follow_the_grades_by_topic() -> None:
    # idea1 and idea4 are about data, idea2 about people, idea3 about models.
    card = scorecard(interview(answered(1, 9), answered(2, 3), answered(3, 7), answered(4, 8)))
    assert section(card, -1).splitlines()[:4] == ["Strengths", "Data, Models", "Work on next", "People"]


def test_where_nothing_was_strong_nothing_is_praised() -> None:
    lines = section(scorecard(interview(answered(1, 2), answered(2, 3))), -1).splitlines()
    assert lines[1] == "you took the questions on: that is where it begins"
    assert lines[3] == "Data, People"


def test_the_weakest_criterion_is_named_from_answers_that_somebody_read() -> None:
    unclear = replace(grade_of(6), points=(("Correctness", 8), ("Clarity", 3)))
    card = scorecard(interview(replace(answered(1), grade=unclear), skipped(2)))
    assert "give most attention to: clarity" in section(card, -1)


def test_without_a_strong_topic_the_best_criterion_is_the_strength_and_skips_do_not_count_against_it() -> None:
    clear = replace(grade_of(5), points=(("Correctness", 4), ("Clarity", 8)))
    card = scorecard(interview(replace(answered(1), grade=clear), skipped(2)))
    assert section(card, -1).splitlines()[1] == "Clarity"


def test_equal_criteria_single_none_out() -> None:
    assert "attention" not in text_of(scorecard(interview(answered(1, 5), answered(2, 5))))


def test_a_scorecard_of_25_long_entries_is_complete_and_no_entry_is_torn() -> None:
    long = Feedback("g" * 600, "m" * 600, "i" * 600)
    entries = [
        replace(answered(n), asked="Why? " * 100, grade=replace(grade_of(5), feedback=long)) for n in range(1, 26)
    ]
    card = scorecard(interview(*entries))
    messages = split(card, TELEGRAM)
    assert tuple(section for message in messages for section in message.sections) == card.sections
    assert len(messages) > 10


def test_a_late_grade_fits_where_its_gap_was_kept() -> None:
    long = Feedback("g" * 600, "m" * 600, "i" * 600)
    asked = replace(answered(1), asked="and " * 150)
    grown = scorecard(interview(replace(asked, grade=replace(grade_of(5), feedback=long))))
    assert all(len(split(Reply((found,)), TELEGRAM)) == 1 for found in grown.sections)


def test_the_head_is_a_heading_and_each_question_stands_out() -> None:
    card = scorecard(interview(answered(1, 8)))
    assert card.sections[0][0] == Block("Scorecard: Data Science", "heading")
    assert card.sections[1][0].style == "strong"
    assert card.kind == "scorecard"
