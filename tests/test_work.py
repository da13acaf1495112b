"""Taking turns and sending over real PostgreSQL, whatever dies, fails or comes at the wrong moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from engine import words
from engine.failures import StorageAway, Unavailable, Unusable
from engine.ports import Job, Moment, Move, OnText
from engine.work.desk import Patience
from engine.work.handle import handle
from storage.lanes import PostgresLanes
from tests.packs import GOOD, MORE, VAGUE
from tests.world import Killed, World, open_world

BEGIN = "/start data-science 5"
TURN = "turn:room:asha"
SEND = "send:room:asha:c"


@pytest_asyncio.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_world(database_url) as world:
        yield world


class Broken:
    """An interviewer that fails in one way, so often, and then is well."""

    def __init__(self, world: World, error: BaseException, times: int = 1) -> None:
        self.error, self.times = error, times
        self._well = world.interviewer
        world.with_desk(interviewer=self)

    async def next_move(self, moment: Moment, on_text: OnText) -> Move:
        if self.times:
            self.times -= 1
            raise self.error
        return await self._well.next_move(moment, on_text)


# A whole interview


async def test_an_interview_goes_from_the_first_message_to_the_scorecard(world: World) -> None:
    await world.say("/start", BEGIN, GOOD, GOOD, "/skip", VAGUE)
    await world.say("/grade")
    shown = [post.text for post in world.room.posts]
    assert "Which role" in shown[0]
    assert [f"Question {n}/5" in shown[n] for n in range(1, 6)] == [True] * 5
    assert "that was the interview: 4 responses" in shown[6]
    assert "Scorecard: Data Science" in shown[7]
    assert "1 skipped" in shown[7]
    assert len(shown) == 8


async def test_two_workers_take_the_interviews_of_many_learners_side_by_side(world: World) -> None:
    learners = [f"learner{n}" for n in range(5)]
    async with world.working(2):
        for said in (BEGIN, "/skip", "/grade"):
            for who in learners:
                await world.put(who, text=said)
        await asyncio.gather(*(_card_of(world, who) for who in learners))


async def _card_of(world: World, who: str) -> None:
    def mine() -> list[str]:
        return [post.text for post in world.room.posts if post.chat == f"room:{who}:c"]

    await world.room.wait_until(lambda: any("Scorecard" in text for text in mine()))
    assert [text.split("\n")[0] for text in mine()][-1] == "Scorecard: Data Science"


# Killed


async def test_a_turn_whose_worker_died_before_recording_is_taken_again_with_the_move_it_had(world: World) -> None:
    await world.say(BEGIN)
    world.lanes.deaths = {"turn": 1}
    with pytest.raises(Killed):
        await world.say(GOOD)
    assert len(world.room.posts) == 1
    await world.revive()
    assert len(world.interviewer.moments) == 1
    assert len(world.room.with_text("Question 2/5")) == 1
    assert len((await world.interview()).exchanges[0].parts) == 1
    assert world.grader.asked == [GOOD]


async def test_a_worker_that_was_given_up_for_dead_changes_nothing(world: World) -> None:
    await world.say(BEGIN)
    await world.put(text=GOOD)
    stale = await world.claim_from("turn")
    await world.revive()
    before = len(world.room.posts)
    await handle(stale, world.desk)
    await world.drain()
    assert len(world.room.posts) == before
    assert len((await world.interview()).exchanges) == 2


async def test_a_send_that_died_between_its_parts_goes_on_with_the_next_part(database_url: str) -> None:
    async with open_world(database_url, limit=200) as world:
        world.room.trouble = [None, Killed()]
        with pytest.raises(Killed):
            await world.say("/start")
        assert len(world.room.posts) == 1
        await world.revive()
        whole = "\n".join(post.text for post in world.room.posts)
        assert [whole.count(part) for part in ("Hello asha!", "/hint gives", "Which role")] == [1, 1, 1]


async def test_an_answer_to_a_question_that_went_out_twice_is_an_answer(world: World) -> None:
    world.lanes.deaths = {"send": 1}
    with pytest.raises(Killed):
        await world.say(BEGIN)
    await world.put(text=GOOD)
    await world.revive()
    await world.until_done()
    assert len(world.room.with_text("Question 1/5")) == 2
    assert (await world.interview()).exchanges[0].answer == GOOD
    assert "Question 2/5" in world.room.last


async def test_a_worker_that_is_told_to_stop_hands_its_work_back_at_once(world: World) -> None:
    await world.say(BEGIN)
    begun = asyncio.Event()

    class Pondering:
        async def next_move(self, moment: Moment, on_text: OnText) -> Move:
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError

    world.with_desk(interviewer=Pondering())
    await world.put(text=GOOD)
    (job,) = await world.claim()
    task = asyncio.create_task(handle(job, world.desk))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    world.with_desk(interviewer=world.interviewer)
    await world.drain()
    assert "Question 2/5" in world.room.last


# Failing


async def test_what_is_unavailable_is_tried_again_with_growing_pauses(world: World) -> None:
    await world.say(BEGIN)
    Broken(world, Unavailable("away"), times=3)
    pauses = []
    await world.say(GOOD)
    for attempts in (1, 2, 3):
        lane = await world.lane(TURN)
        assert lane["attempts"] == attempts
        assert lane["held"] is None
        pauses.append(lane["ready"])
        await world.hasten()
        await world.drain()
    assert pauses == pytest.approx([0.25, 0.5, 1.0], abs=0.2)
    assert "Question 2/5" in world.room.last
    assert (await world.lane(TURN))["attempts"] == 0


async def test_a_platform_that_asks_to_wait_is_waited_for_whatever_else_is_to_be_sent(world: World) -> None:
    world.room.trouble = [Unavailable("slow down", retry_after=30.0)]
    await world.say(BEGIN)
    assert world.room.posts == []
    await world.say("/help")
    assert world.room.posts == []
    lane = await world.lane(SEND)
    assert lane["held"] == pytest.approx(30, abs=1)
    await world.hasten()
    await world.drain()
    assert [post.text.split("\n")[0] for post in world.room.posts] == ["Welcome. Let us talk about data.", HELP]


HELP = "Answer my questions by text or by voice. These commands help:"


async def test_an_unexpected_failure_is_tried_again_and_no_word_of_a_learner_is_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.say(BEGIN)
    Broken(world, ValueError(f"cannot cope with {GOOD!r} of Asha"))
    with caplog.at_level(logging.DEBUG, "engine"):
        await world.say(GOOD)
    assert "ValueError at " in caplog.text
    assert "test_work.py" in caplog.text
    assert not [word for word in ("memorises", "Asha", "cope") if word in caplog.text]
    await world.hasten()
    await world.drain()
    assert "Question 2/5" in world.room.last


async def test_a_message_that_will_never_work_is_set_aside_and_the_learner_is_told(world: World) -> None:
    await world.say(BEGIN)
    Broken(world, Unusable("too_odd"))
    await world.say(GOOD)
    assert world.room.last == words.SET_ASIDE
    assert await _set_aside(world) == ["too_odd"]
    await world.say(GOOD)
    assert "Question 2/5" in world.room.last


async def test_what_cannot_be_read_is_set_aside_and_does_not_block_what_follows(world: World) -> None:
    await world.put(malformed=True)
    await world.say(BEGIN)
    assert await _set_aside(world) == ["malformed"]
    assert len(world.room.posts) == 1
    assert "Question 1/5" in world.room.last


async def test_a_message_is_given_up_after_ten_minutes_and_three_tries(world: World) -> None:
    await world.say(BEGIN)
    Broken(world, Unavailable("away"), times=99)
    await world.put(text=GOOD)
    await world.make_old(601)
    for tries in (1, 2, 3):
        await world.drain()
        assert await _set_aside(world) == ([] if tries < 3 else ["given_up"])
        await world.hasten()
    await world.drain()
    assert world.room.last == words.SET_ASIDE


async def test_a_message_is_given_up_after_ten_tries_but_not_within_a_minute(world: World) -> None:
    await world.say(BEGIN)
    Broken(world, Unavailable("away"), times=99)
    await world.put(text=GOOD)
    for _ in range(12):
        await world.drain()
        await world.hasten()
    assert await _set_aside(world) == []
    await world.make_old(61)
    await world.drain()
    assert await _set_aside(world) == ["given_up"]


async def test_a_message_is_never_given_up_because_the_database_is_away(world: World) -> None:
    """Found by chaos: in a storm of restarts it was tried ten times within a minute, and set aside."""
    await world.say(BEGIN)
    Broken(world, StorageAway("away"), times=12)
    await world.put(text=GOOD)
    await world.make_old(700)
    for _ in range(12):
        await world.drain()
        await world.hasten()
    await world.drain()
    assert await _set_aside(world) == []
    assert "Question 2/5" in world.room.last


async def test_a_message_that_a_chat_refuses_for_good_does_not_block_the_next(world: World) -> None:
    world.room.trouble = [Unusable("blocked")]
    await world.say("/start", BEGIN)
    assert [("Question 1/5" in post.text) for post in world.room.posts] == [True]
    assert await _set_aside(world) == ["blocked"]


async def test_work_is_handed_back_also_when_the_database_is_away_for_a_moment(world: World) -> None:
    class Forgetful(PostgresLanes):
        failures = 2

        async def later(
            self, job: Job, seconds: float, *, failed: bool = False, hold: bool = False, in_doubt: bool = False
        ) -> None:
            if self.failures:
                self.failures -= 1
                raise Unavailable("the database is away")
            await super().later(job, seconds, failed=failed, hold=hold, in_doubt=in_doubt)

    await world.say(BEGIN)
    Broken(world, Unavailable("away"))
    world.with_desk(lanes=Forgetful(world.engine), patience=Patience(hand_back=0.01))
    await world.say(GOOD)
    assert (await world.lane(TURN))["attempts"] == 1


async def _set_aside(world: World) -> list[object]:
    return [row["aside"] for row in await world.rows("select aside from work where aside is not null order by seq")]


# Crossing


async def test_a_message_waits_for_the_question_that_is_on_its_way_and_then_belongs_to_the_answer_before(
    world: World,
) -> None:
    await world.say(BEGIN)
    world.room.trouble = [Unavailable("slow", retry_after=0.01)]
    await world.say(GOOD)
    await world.put(text=MORE)
    await world.drain()
    await world.until_done()
    first, second = (await world.interview()).exchanges
    assert first.answer == f"{GOOD}\n{MORE}"
    assert second.parts == ()
    assert "added it to your previous answer" in world.room.last


async def test_a_question_that_nobody_could_deliver_comes_again_with_the_next_message(database_url: str) -> None:
    async with open_world(database_url, patience=Patience(crossing=0.0)) as world:
        await world.say(BEGIN)
        world.room.trouble = [Unusable("blocked")]
        await world.say(GOOD, "are you there?")
        assert "Question 2/5" in world.room.last
        await world.say(GOOD)
        assert "Question 3/5" in world.room.last


async def test_a_question_shown_again_by_continue_counts_as_delivered(world: World) -> None:
    await world.say(BEGIN)
    world.room.trouble = [Unusable("blocked")]
    await world.say(GOOD, "/start")
    interview = await world.interview()
    assert interview.exchanges[1].asked_at is None
    await world.put(press=f"continue {interview.id}")
    await world.drain()
    assert (await world.interview()).exchanges[1].asked_at is not None


# What a message may contain


async def test_nul_and_halves_of_characters_stop_nobody(world: World) -> None:
    await world.put(text=BEGIN, name="A\0sha \ud83d")
    await world.drain()
    await world.say(f"{GOOD}\0 \ud83d")
    assert "Question 2/5" in world.room.last
    assert (await world.interview()).exchanges[0].answer == f"{GOOD} \ufffd"


# Where it was said


async def test_a_stranger_is_told_once_and_changes_nothing(world: World) -> None:
    await world.say(BEGIN)
    for said in (GOOD, "/skip", "/grade"):
        await world.put("ben", text=said, place="room:asha:c:0", chat="room:asha:c")
        await world.drain()
    assert [post.text for post in world.room.posts[1:]] == [
        "This is somebody else's interview. You are welcome to begin your own: /start"
    ]
    assert (await world.interview()).responses == ()


async def test_what_is_said_near_viva_but_not_to_it_is_left_alone(world: World) -> None:
    await world.put(text="lunch?", place="room:asha:c:t1", to_viva=False)
    await world.drain()
    assert world.room.posts == []


async def test_an_interview_goes_on_where_its_chat_has_moved_to(world: World) -> None:
    await world.say(BEGIN)
    await world.put(moved="room:asha:c", to="room:asha:super")
    await world.drain()
    await world.put(text=GOOD, chat="room:asha:super")
    await world.drain()
    assert "Question 2/5" in world.room.last
    assert world.room.posts[-1].chat == "room:asha:super"
    assert len((await world.interview()).exchanges) == 2


async def test_where_a_chat_has_moved_to_a_late_message_belongs_to_the_answer_before(world: World) -> None:
    """Positions begin anew there: by those of the old chat it would belong to an earlier one."""
    await world.say(BEGIN, GOOD)
    first, _ = (await world.interview()).exchanges
    assert first.asked_at is not None
    await world.put(text=GOOD)
    await handle(await world.claim_from("turn"), world.desk)
    await world.rows("update lane set hold_until = now() + interval '1 hour' where key like 'send:%' returning key")
    await world.put(moved="room:asha:c", to="room:asha:super")
    world.with_desk(patience=Patience(crossing=0.0))
    await world.put(text="One more thing.", chat="room:asha:super", at=first.asked_at + 1)
    await world.drain()
    assert [len(exchange.parts) for exchange in (await world.interview()).exchanges] == [1, 2, 0]


async def test_a_conversation_gets_its_place_from_its_first_message_and_keeps_it(world: World) -> None:
    await _at_root(world, BEGIN)
    named = world.room.posts[0].ref
    await world.put(text=GOOD, place=f"room:asha:c:t{named}", to_viva=False)
    await world.drain()
    assert "Question 2/5" in world.room.last


async def test_a_place_that_gets_its_name_during_a_turn_keeps_it(world: World) -> None:
    await world.put(text=BEGIN, place=None, thread="new")
    await handle(await world.claim_from("turn"), world.desk)
    question = await world.claim_from("send")
    await world.put(text="/hint", place=None)
    hint = await world.claim_from("turn")

    class Sending:
        """Looks up the conversation, and meanwhile the question goes out and names the place."""

        def __getattr__(self, name: str) -> object:
            return getattr(world.library, name)

        async def latest_interview(self, conversation: str) -> object:
            await handle(question, world.desk)
            return await world.library.latest_interview(conversation)

    asked = world.desk
    world.with_desk(library=Sending())
    during, world.desk = world.desk, asked
    await handle(hint, during)
    rows = await world.rows("select place from conversation")
    assert rows == [{"place": f"room:asha:c:t{world.room.posts[0].ref}"}]


async def test_a_message_into_a_place_that_is_about_to_get_its_name_waits_for_it(world: World) -> None:
    await world.put(text=BEGIN, place=None, thread="new")
    await handle(await world.claim_from("turn"), world.desk)
    question = await world.claim_from("send")
    await world.put(text=GOOD, place="room:asha:c:t1002", to_viva=False, at=2000)
    await world.drain()
    await handle(question, world.desk)
    assert world.room.posts[0].ref == "1002"
    await world.until_done()
    assert len(await world.rows("select * from exchange")) == 2


async def test_with_two_interviews_open_it_is_asked_which_one_is_meant(world: World) -> None:
    await _at_root(world, BEGIN, BEGIN)
    await world.put(text=GOOD, place=None)
    await world.drain()
    assert "several interviews running here (Data Science, Data Science)" in world.room.last
    await world.put(text="/help", place=None)
    await world.drain()
    assert world.room.last.startswith(HELP)


async def _at_root(world: World, *texts: str) -> None:
    for said in texts:
        await world.put(text=said, place=None, thread="new")
        await world.drain()


async def test_a_question_that_is_shown_again_was_asked_when_it_was_shown_first(world: World) -> None:
    await world.say(BEGIN)
    asked = "select asked_at from exchange where number = 1"
    first = await world.rows(asked)
    interview = await world.interview()
    await world.put(press=f"continue {interview.id}")
    await world.drain()
    assert len(world.room.with_text("Question 1/5")) == 2
    assert await world.rows(asked) == first


async def test_an_answer_in_a_place_that_gets_its_name_while_it_is_looked_for_is_not_lost(world: World) -> None:
    """It fell between the two looks: not named at the first, no longer unnamed at the second."""
    await world.put(text=BEGIN, place=None, thread="new")
    await handle(await world.claim_from("turn"), world.desk)
    question = await world.claim_from("send")

    class Sending:
        """Between the two looks the question goes out and names the place."""

        def __getattr__(self, name: str) -> object:
            return getattr(world.library, name)

        async def unnamed_conversations(self, learner: str, chat: str) -> object:
            await handle(question, asked)
            return await world.library.unnamed_conversations(learner, chat)

    asked = world.desk
    await world.put(text=GOOD, place="room:asha:c:t1002", to_viva=False, at=2000)
    answer = await world.claim_from("turn")
    world.with_desk(library=Sending())
    during, world.desk = world.desk, asked
    await handle(answer, during)
    assert world.room.posts[0].ref == "1002"
    await world.until_done()
    assert "Question 2/5" in world.room.last
