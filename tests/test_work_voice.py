"""Recordings over real PostgreSQL: paid for once, never lost, and nobody waits for ever behind one of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from engine import words
from engine.failures import StorageAway, Unavailable, Unusable
from engine.ports import Job, Moment, Move, OnText, Work
from engine.work.desk import Patience
from storage.lanes import PostgresLanes
from tests.packs import GOOD
from tests.world import Killed, World, open_world

BEGIN = "/start data-science 5"
QUICK = Patience(kind_word=0.05, typed_look=0.02, back_off=0.01, back_off_longest=0.02)


@pytest_asyncio.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_world(database_url) as world:
        await world.say(BEGIN)
        yield world


@pytest_asyncio.fixture
async def quick(world: World) -> World:
    """What takes 15 s takes 0.05 s."""
    world.with_desk(patience=QUICK)
    return world


async def test_a_voice_note_is_an_answer_and_is_quoted(world: World) -> None:
    await world.put(voice="note")
    await world.drain()
    assert world.room.last.startswith(f"I heard:\n\n{GOOD}")
    assert "Question 2/5" in world.room.last
    part = (await world.interview()).exchanges[0].parts[0]
    assert part.heard is not None
    assert (part.heard.model, part.heard.seconds) == ("ears", 3.0)


async def test_the_ears_are_told_the_roles_terms_and_the_question(world: World) -> None:
    await world.put(voice="note")
    await world.drain()
    (heard,) = world.ears.heard
    assert heard.keywords == ("K-means",)
    assert "Data Science" in heard.prompt
    assert "What is overfitting" in heard.prompt
    assert heard.claimed_seconds == 3.0


async def test_a_recording_that_was_cut_off_is_remarked_at_the_head_of_the_reply(world: World) -> None:
    world.ears.cut_off = True
    await world.put(voice="note")
    await world.drain()
    assert len(world.room.posts) == 2
    first = world.room.posts[-1].reply.sections[0][0]
    assert first == words.CUT_OFF
    assert first.style == "note"


async def test_a_transcript_is_paid_for_once_however_often_the_worker_dies(world: World) -> None:
    world.lanes.deaths = {"turn": 2}
    await world.put(voice="note")
    for _ in range(2):
        with pytest.raises(Killed):
            await world.drain()
        await world.lanes.recover()
    await world.drain()
    assert len(world.ears.heard) == 1
    assert len(world.interviewer.moments) == 1
    assert len(world.room.with_text("Question 2/5")) == 1


@pytest.mark.parametrize(
    "reason", ["silent", "no_audio", "not_audio", "too_long", "too_big", "nothing_said", "anything"]
)
async def test_what_is_no_speech_is_no_answer_and_the_question_stays_open(world: World, reason: str) -> None:
    world.ears.trouble = [Unusable(reason)]
    await world.put(voice="note")
    await world.drain()
    assert "Please record it again, or type your answer." in world.room.last
    assert "Question 1 is still open." in world.room.last
    (exchange,) = (await world.interview()).exchanges
    assert (exchange.parts, exchange.unknowns, exchange.closed) == ((), 0, False)


async def test_without_ears_the_learner_is_told_to_type(world: World) -> None:
    world.with_desk(listener=None)
    await world.put(voice="note")
    await world.drain()
    assert "Please type your answer." in world.room.last


async def test_a_recording_without_an_interview_is_not_listened_to(world: World) -> None:
    await world.put("ben", voice="note")
    await world.drain()
    assert world.ears.heard == []
    assert "Which role" in world.room.last


async def test_ears_that_are_away_for_a_moment_lose_nothing(world: World) -> None:
    world.ears.trouble = [Unavailable("away")]
    await world.put(voice="note")
    await world.drain()
    await world.hasten()
    await world.drain()
    assert "Question 2/5" in world.room.last


async def test_a_learner_who_waits_for_slow_ears_is_told_once_and_may_type_instead(quick: World) -> None:
    quick.ears.gate = asyncio.Event()
    async with quick.working():
        await quick.put(voice="note")
        await quick.room.wait_until(lambda: words.STILL_LISTENING in quick.room.texts)
        await quick.put(text=GOOD)
        await quick.room.wait_until(lambda: "Question 2/5" in quick.room.last)
    assert quick.room.texts[1:3] == [words.STILL_LISTENING, words.SUPERSEDED]
    assert len(quick.room.texts) == 4
    assert (await quick.interview()).exchanges[0].answer == GOOD


async def test_ears_that_fail_at_once_again_and_again_are_waited_for_no_longer(quick: World) -> None:
    quick.ears.trouble = [Unavailable("away")] * 10_000
    async with quick.working():
        await quick.put(voice="note")
        await quick.room.wait_until(lambda: words.STILL_LISTENING in quick.room.texts)
        await quick.put(text=GOOD)
        await quick.room.wait_until(lambda: "Question 2/5" in quick.room.last)
    assert quick.room.texts[1:3] == [words.STILL_LISTENING, words.SUPERSEDED]
    assert len(quick.room.texts) == 4


async def test_a_superseded_recording_is_kept_and_marked(quick: World) -> None:
    quick.ears.trouble = [Unavailable("away")] * 10_000
    async with quick.working():
        await quick.put(voice="note")
        await quick.put(text="/skip")
        await quick.room.wait_until(lambda: "Question 2/5" in quick.room.last)
    assert len(await quick.rows("select 1 from work where result ? 'superseded'")) == 1
    assert quick.grader.asked == []


async def test_a_recording_that_can_never_be_heard_is_set_aside_with_an_apology(world: World) -> None:
    world.ears.trouble = [Unavailable("away")] * 10_000
    world.with_desk(patience=replace(QUICK, turn=0.2))
    async with world.working():
        await world.put(voice="note")
        await world.room.wait_until(lambda: words.SET_ASIDE in world.room.texts)
        await world.put(text=GOOD)
        await world.room.wait_until(lambda: "Question 2/5" in world.room.last)
    assert [row["aside"] for row in await world.rows("select aside from work where aside is not null")] == ["given_up"]


async def test_a_recording_that_waited_while_nobody_worked_is_heard_all_the_same(world: World) -> None:
    await world.put(voice="note")
    await world.put(text="And that is all I have to say.")
    await world.make_old(1200)
    world.ears.trouble = [Unavailable("not awake yet")]
    await world.drain()
    await world.hasten()
    await world.until_done()
    assert (await world.interview()).exchanges[0].answer == f"{GOOD}\nAnd that is all I have to say."
    assert words.SUPERSEDED not in world.room.texts
    assert words.SET_ASIDE not in world.room.texts


async def test_a_recording_is_not_given_up_because_the_database_is_away(quick: World) -> None:
    looked_twice = asyncio.Event()

    class Blind(PostgresLanes):
        looked = False

        async def behind(self, job: Job) -> tuple[Work, ...]:
            if self.looked:
                looked_twice.set()
            self.looked = True
            raise Unavailable("the database is away")

    quick.ears.gate = looked_twice
    quick.with_desk(lanes=Blind(quick.engine))
    await quick.put(voice="note")
    await quick.drain()
    assert "Question 2/5" in quick.room.last
    assert words.SUPERSEDED not in quick.room.texts
    assert len(quick.ears.heard) == 1


async def test_a_recording_that_is_followed_by_another_one_is_still_listened_to(quick: World) -> None:
    quick.ears.gate = asyncio.Event()
    async with quick.working():
        await quick.put(voice="first")
        await quick.put(voice="second")
        await quick.room.wait_until(lambda: words.STILL_LISTENING in quick.room.texts)
        quick.ears.gate.set()
        await quick.room.wait_until(lambda: "added it to your previous answer" in quick.room.last)
    assert len(quick.ears.heard) == 2
    assert words.SUPERSEDED not in quick.room.texts


async def test_a_slow_interviewer_is_excused_once(quick: World) -> None:
    class Slow:
        async def next_move(self, moment: Moment, on_text: OnText) -> Move:
            await quick.room.wait_until(lambda: words.STILL_THINKING in quick.room.texts)
            return await quick.interviewer.next_move(moment, on_text)

    quick.with_desk(interviewer=Slow())
    async with quick.working():
        await quick.put(text=GOOD)
        await quick.room.wait_until(lambda: "Question 2/5" in quick.room.last)
    assert quick.room.texts.count(words.STILL_THINKING) == 1


async def test_a_turn_that_the_database_held_up_is_excused_without_another_fifteen_seconds(world: World) -> None:
    """What came to nothing counts, also when it was nobody's fault but the database's."""

    class HeldUp:
        tries = 0

        async def next_move(self, moment: Moment, on_text: OnText) -> Move:
            self.tries += 1
            if self.tries == 1:
                raise StorageAway("away", in_doubt=True)
            await world.room.wait_until(lambda: words.STILL_THINKING in world.room.texts, 5)
            return await world.interviewer.next_move(moment, on_text)

    held_up = HeldUp()
    world.with_desk(interviewer=held_up, patience=Patience(back_off=0.01))
    await world.put(text=GOOD)
    await world.drain()
    await world.make_old(20)
    async with world.working():
        await world.room.wait_until(lambda: "Question 2/5" in world.room.last)
    assert world.room.texts.count(words.STILL_THINKING) == 1
    assert held_up.tries == 2, "the kind word came while it was tried for the second time"
