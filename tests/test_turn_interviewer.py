"""What the interviewer may say, and which way it takes through the pack. Told as dialogues."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.ports import Move
from engine.rolepack import RolePack
from tests.dialogue import FOLLOW_UP, KeptInterviews, begun
from tests.packs import GOOD, THIN, VAGUE, many_ideas, small_pack

NEXT = "Question 2/5"


@pytest.fixture
def both() -> tuple[RolePack, ...]:
    return small_pack(), small_pack(role="law", title="Law")


# Never revealing


REVEALING = Move((), "So is it that the model memorises the noise?", "", "test")


async def test_a_revealing_interviewer_is_asked_again_once() -> None:
    dialogue = await begun()
    dialogue.interviewer.script = [REVEALING, Move((), "What happens in training?", "", "test")]
    answer = await dialogue.hears(VAGUE)
    assert "What happens in training?" in answer
    assert "memorises" not in answer
    assert [m.too_revealing for m in dialogue.interviewer.moments] == [None, REVEALING.follow_up]


async def test_one_that_reveals_twice_gives_way_to_the_packs_own_words() -> None:
    dialogue = await begun()
    dialogue.interviewer.script = [REVEALING, REVEALING]
    answer = await dialogue.hears(VAGUE)
    assert "What happens inside the model with overfitting?" in answer
    assert "memorises" not in answer
    assert len(dialogue.interviewer.moments) == 2


async def test_a_revealing_bridge_is_left_out() -> None:
    dialogue = await begun()
    move = Move((), None, "Right: the validation error rises.", "test")
    dialogue.interviewer.script = [move, move]
    answer = await dialogue.hears(VAGUE)
    assert "validation" not in answer
    assert NEXT in answer


async def test_what_the_learner_has_said_may_be_said_to_them() -> None:
    dialogue = await begun()
    move = Move(("what",), "You say it memorises the noise. How would you notice?", "", "test")
    dialogue.interviewer.script = [move]
    await dialogue.verify((THIN, move.follow_up or ""))
    assert len(dialogue.interviewer.moments) == 1


async def test_no_preview_shows_a_revealing_word() -> None:
    dialogue = await begun()
    dialogue.interviewer.script = [REVEALING, REVEALING]
    await dialogue.hears(VAGUE)
    assert dialogue.previews == []
    await dialogue.hears(VAGUE)
    assert dialogue.previews == [FOLLOW_UP]


async def test_no_reply_before_the_end_ever_contains_the_answer() -> None:
    dialogue = await begun()
    said = [await dialogue.hears(s) for s in ("/hint", "I don't know", "/progress", "/skip", VAGUE, "/help", "/hint")]
    assert "memorises the noise" not in "\n".join(said)
    assert "validation error" not in "\n".join(said)


# The way through the pack


async def test_no_question_is_asked_twice() -> None:
    dialogue = await begun(small_pack(many_ideas(12)), length=10)
    for _ in range(10):
        await dialogue.hears(GOOD)
    asked = [exchange.asked for exchange in dialogue.running.exchanges]
    assert len(set(asked)) == len(asked) == 10


async def test_questions_get_harder_for_who_does_well_and_easier_for_who_does_not() -> None:
    levels = {}
    for points in (9, 6, 2):
        dialogue = await begun(small_pack(many_ideas(30)), length=15)
        for number in range(1, 8):
            await dialogue.hears(GOOD)
            dialogue.grade(number, points)
        await dialogue.hears(GOOD)
        levels[points] = dialogue.running.question(dialogue.open).difficulty
    assert levels == {9: "expert", 6: "working", 2: "foundation"}


async def test_questions_of_earlier_interviews_come_last() -> None:
    history = KeptInterviews()
    first = await begun(history=history)
    await first.verify((GOOD, "sampling"), (GOOD, "regularisation"), ("/grade", "preparing"))
    second = await begun(history=history)
    for _ in range(4):
        await second.hears(GOOD)
    before = {exchange.question for exchange in first.running.exchanges}
    again = [exchange.question for exchange in second.running.exchanges]
    assert before.isdisjoint(again[:3])
    assert before.issuperset(again[3:])


async def test_an_interview_keeps_the_pack_it_began_with() -> None:
    dialogue = await begun()
    dialogue.packs = {"data-science": small_pack(many_ideas(6))}
    await dialogue.verify((GOOD, "What is sampling"))


async def test_a_turn_leaves_the_interview_it_was_given_as_it_was() -> None:
    dialogue = await begun()
    before = dialogue.running
    copy = replace(before)
    await dialogue.hears(GOOD)
    assert before == copy
    assert before.current is not None
