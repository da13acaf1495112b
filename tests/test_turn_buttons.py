"""Buttons and history, told as dialogues."""

from __future__ import annotations

import pytest

from engine import words
from engine.rolepack import RolePack
from engine.said import Learner, Press
from tests.dialogue import Dialogue, begun
from tests.packs import GOOD, small_pack

NEXT = "Question 2/5"


@pytest.fixture
def both() -> tuple[RolePack, ...]:
    return small_pack(), small_pack(role="law", title="Law")


# Buttons


async def test_the_buttons_of_an_earlier_question_do_nothing() -> None:
    dialogue = await begun()
    skip, hint = dialogue.button("Skip"), dialogue.button("Hint")
    await dialogue.verify((GOOD, NEXT), (skip, words.STALE_BUTTON), (hint, words.STALE_BUTTON))
    assert dialogue.open.number == 2
    assert dialogue.open.hints == ()


async def test_the_buttons_of_another_interview_do_nothing() -> None:
    dialogue = await begun()
    old = [dialogue.button(label) for label in ("Skip", "Hint", "Grade me")]
    await dialogue.verify(("/cancel", "Stop the"))
    old += [dialogue.button("Stop it"), dialogue.button("Continue")]
    await dialogue.verify(("/grade", "0 responses"), ("/start data-science 5", "Question 1/5"))
    for press in old:
        await dialogue.verify((press, words.STALE_BUTTON))
    assert dialogue.open.number == 1


@pytest.mark.parametrize(
    "action", ["", "dance", "role astrology", "begin astrology 5", "begin data-science much", "skip"]
)
async def test_a_button_that_nobody_made_does_nothing(action: str) -> None:
    dialogue = await begun()
    await dialogue.verify((Press(action), words.STALE_BUTTON))


async def test_a_length_that_is_pressed_twice_does_not_begin_twice() -> None:
    dialogue = Dialogue()
    await dialogue.verify(("/start data-science", "how many"), ("[5]", "Question 1/5"))
    first = dialogue.running.id
    await dialogue.verify(("[5]", "still running"))
    assert dialogue.running.id == first


# History


async def test_history_lists_earlier_interviews_and_shows_one_again() -> None:
    dialogue = await begun()
    await dialogue.verify((GOOD, NEXT), ("/grade", "preparing"))
    card = dialogue.post_scorecard()
    await dialogue.verify(
        ("/history", ("1. 24 Nov 2026", "Data Science", "1 responses")),
        ("[Show 1]", card),
        ("/history 1", card),
        ("/history 2", words.UNKNOWN_INTERVIEW),
        ("/history 0", words.UNKNOWN_INTERVIEW),
        ("/history " + "9" * 5000, words.UNKNOWN_INTERVIEW),
        ("/history first", words.UNKNOWN_INTERVIEW),
    )


async def test_history_is_for_the_learners_eyes() -> None:
    dialogue = await begun()
    for said in ("/history", "/progress", "/help"):
        await dialogue.hears(said)
        assert [reply.private for reply in dialogue.replies] == [True]


async def test_without_interviews_the_history_says_so() -> None:
    await Dialogue().verify(("/history", "You have no interviews yet"))


async def test_an_interview_of_somebody_else_is_not_shown() -> None:
    dialogue = await begun()
    await dialogue.verify((GOOD, NEXT), ("/grade", "preparing"))
    card = dialogue.post_scorecard()
    ben = Dialogue(history=dialogue.history, learner=Learner("telegram:7:43", "Ben"))
    press = Press(f"show {dialogue.running.id}")
    await ben.verify((press, words.UNKNOWN_INTERVIEW), ("/history 1", words.UNKNOWN_INTERVIEW))
    await dialogue.verify((press, card))
