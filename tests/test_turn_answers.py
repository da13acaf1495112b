"""What becomes of what a learner says: answers, no answers, late ones, edited ones, spoken ones. Told as dialogues."""

from __future__ import annotations

import pytest

from engine.rolepack import RolePack
from tests.dialogue import FOLLOW_UP, NOTHING, Edited, Late, begun, spoken
from tests.packs import GOOD, HINTS, MORE, THIN, VAGUE, small_pack

NEXT = "Question 2/5"


@pytest.fixture
def both() -> tuple[RolePack, ...]:
    return small_pack(), small_pack(role="law", title="Law")


# What is no answer


async def test_the_first_i_do_not_know_gets_a_hint_and_the_second_is_a_skip() -> None:
    dialogue = await begun()
    await dialogue.verify(
        ("I don't know", ("nobody knows everything", HINTS[0])),
        ("no idea", ("Skipped", NEXT)),
    )
    first = dialogue.running.exchanges[0]
    assert (first.skipped, first.hints, first.unknowns) == (True, ("what",), 2)
    assert dialogue.graded == [(1, 2)]


async def test_what_is_said_before_and_after_a_hint_is_one_answer() -> None:
    dialogue = await begun()
    await dialogue.verify(("I don't know", HINTS[0]), (GOOD, NEXT))
    assert dialogue.running.exchanges[0].answer == f"I don't know\n{GOOD}"
    assert dialogue.graded == [(1, 2)]
    assert dialogue.interviewer.moments[0].answer == f"I don't know\n{GOOD}"


async def test_i_do_not_know_after_the_last_hint_is_a_skip() -> None:
    dialogue = await begun()
    await dialogue.verify(("/hint", HINTS[0]), ("/hint", HINTS[1]), ("I don't know", ("Skipped", NEXT)))


@pytest.mark.parametrize("nonsense", ["asdf jkl qwerty zxcv", "What is the weather like today?", "🙂🙂🙂"])
async def test_gibberish_and_a_change_of_subject_are_closed_without_praise_or_follow_up(nonsense: str) -> None:
    dialogue = await begun()
    answer = await dialogue.hears(nonsense)
    assert NEXT in answer
    assert "could not connect that with the question" in answer
    assert not any(praise in answer for praise in ("Thank", "Great", "Good", FOLLOW_UP))
    assert dialogue.graded == [(1, 1)]
    assert dialogue.interviewer.moments == []


# Messages that cross with a question, and edits


async def test_a_late_message_belongs_to_the_answer_before_which_is_graded_again() -> None:
    dialogue = await begun()
    await dialogue.verify((THIN, FOLLOW_UP), (Late(MORE), "added it to your previous answer"))
    first, second = dialogue.running.exchanges
    assert first.answer == f"{THIN}\n{MORE}"
    assert second.parts == ()
    assert dialogue.graded == [(1, 1), (1, 2)]


async def test_a_late_message_takes_the_grade_of_the_shorter_answer_back() -> None:
    dialogue = await begun()
    await dialogue.verify((GOOD, NEXT))
    dialogue.grade(1, 5)
    await dialogue.verify((Late(MORE), "previous answer"))
    assert dialogue.running.exchanges[0].grade is None


async def test_a_message_that_comes_two_questions_late_belongs_to_the_answer_it_was_said_after() -> None:
    """Found by chaos: Slack delivered an addition to the first answer after the second answer had been taken."""
    dialogue = await begun()
    await dialogue.verify((GOOD, NEXT), (VAGUE, FOLLOW_UP), (Late(MORE, question=2), "previous answer"))
    first, second, _ = dialogue.running.exchanges
    assert (first.answer, second.answer) == (f"{GOOD}\n{MORE}", VAGUE)
    assert dialogue.graded[-1] == (1, 2)


async def test_a_late_message_makes_an_answer_of_a_skip() -> None:
    dialogue = await begun()
    await dialogue.verify(("/skip", NEXT), (Late(GOOD), "previous answer"))
    assert dialogue.running.exchanges[0].skipped is False


async def test_a_message_that_crossed_with_the_first_question_is_no_answer() -> None:
    dialogue = await begun()
    await dialogue.verify((Late("are you there?"), "crossed with my first question"), (GOOD, NEXT))
    assert dialogue.running.exchanges[0].answer == GOOD


async def test_a_skip_that_crossed_with_a_question_does_not_skip_it() -> None:
    dialogue = await begun()
    await dialogue.verify(("/skip", NEXT), (Late("/skip"), "have not skipped it"))
    assert dialogue.open.number == 2


async def test_a_question_that_never_arrived_is_shown_again() -> None:
    dialogue = await begun()
    dialogue.delivering = False
    await dialogue.verify((GOOD, NEXT))
    dialogue.delivering = True
    await dialogue.verify(
        (MORE, ("added it to your previous answer", NEXT, "What is sampling")), (GOOD, "Question 3/5")
    )
    assert dialogue.running.exchanges[0].answer == f"{GOOD}\n{MORE}"


async def test_an_edit_before_the_scorecard_is_graded_again() -> None:
    dialogue = await begun()
    await dialogue.verify((VAGUE, FOLLOW_UP))
    dialogue.grade(1, 3)
    await dialogue.verify((Edited(VAGUE, GOOD), "correction of answer 1"))
    first = dialogue.running.exchanges[0]
    assert (first.answer, first.grade, first.revision) == (GOOD, None, 2)
    assert dialogue.graded == [(1, 1), (1, 2)]
    assert dialogue.open.number == 2


async def test_an_edit_between_the_end_and_the_scorecard_still_counts() -> None:
    dialogue = await begun()
    await dialogue.verify((VAGUE, FOLLOW_UP), ("/grade", "preparing"), (Edited(VAGUE, GOOD), "correction of answer 1"))
    assert dialogue.graded == [(1, 1), (1, 2)]


async def test_an_edit_after_the_scorecard_is_kindly_refused() -> None:
    dialogue = await begun()
    await dialogue.verify((VAGUE, FOLLOW_UP), ("/grade", "preparing"))
    card = dialogue.post_scorecard()
    await dialogue.verify((Edited(VAGUE, GOOD), "has its scorecard already"), ("/grade", card))
    assert dialogue.running.exchanges[0].answer == VAGUE


async def test_an_edit_that_changes_no_word_is_passed_over_at_any_time() -> None:
    dialogue = await begun()
    await dialogue.verify((VAGUE, FOLLOW_UP), (Edited(VAGUE, VAGUE), NOTHING), ("/grade", "preparing"))
    dialogue.post_scorecard()
    await dialogue.verify((Edited(VAGUE, VAGUE), NOTHING))
    assert dialogue.graded == [(1, 1)]


async def test_an_edit_of_something_that_was_no_answer_is_passed_over() -> None:
    await (await begun()).verify(("/hint", HINTS[0]), (Edited("/hint", GOOD), NOTHING))


async def test_i_do_not_know_edited_into_an_answer_is_the_answer() -> None:
    dialogue = await begun()
    await dialogue.verify(("I don't know", HINTS[0]), (Edited("I don't know", GOOD), NEXT))
    assert dialogue.running.exchanges[0].answer == GOOD


async def test_i_do_not_know_with_its_spelling_mended_is_no_second_one() -> None:
    dialogue = await begun()
    await dialogue.verify(("I dont know", HINTS[0]), (Edited("I dont know", "I don't know"), "correction"))
    assert dialogue.open.unknowns == 1


# Voice


async def test_what_was_heard_is_quoted_before_the_next_question() -> None:
    dialogue = await begun()
    answer = await dialogue.hears(spoken(GOOD))
    assert answer.index("I heard:") < answer.index(GOOD) < answer.index(NEXT)
    part = dialogue.running.exchanges[0].parts[0]
    assert part.heard is not None


async def test_a_spoken_i_do_not_know_is_quoted_and_gets_a_hint() -> None:
    await (await begun()).verify((spoken("I don't know"), ("I heard:", HINTS[0])))
