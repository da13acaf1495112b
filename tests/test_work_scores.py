"""Grades and the scorecard over real PostgreSQL: each revision graded once, one scorecard, edited in place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from engine.failures import Unavailable, Unusable
from engine.grading import About, Assessment, Evidence, Feedback, GradingTask
from engine.work.desk import Patience
from engine.work.grades import judge
from engine.work.handle import handle
from tests.packs import GOOD, MORE, VAGUE, small_pack
from tests.world import Killed, World, open_world

BEGIN = "/start data-science 5"
IMPATIENT = Patience(grades=0.0, back_off=3600.0, back_off_longest=3600.0)


@pytest_asyncio.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_world(database_url) as world:
        yield world


@pytest_asyncio.fixture
async def impatient(database_url: str) -> AsyncIterator[World]:
    """Posts the scorecard without waiting for grades, and a grader's failure lasts for an hour."""
    async with open_world(database_url, limit=700, patience=IMPATIENT) as world:
        yield world


async def test_each_answer_is_graded_once_while_the_interview_goes_on(world: World) -> None:
    await world.say(BEGIN, GOOD, GOOD)
    assert world.grader.asked == [GOOD, GOOD]
    assert [exchange.grade is not None for exchange in (await world.interview()).responses] == [True, True]
    await world.say("/grade")
    assert world.grader.asked == [GOOD, GOOD]


async def test_what_is_no_answer_gets_the_lowest_grade_without_asking_a_grader(world: World) -> None:
    await world.say(BEGIN, "/skip", "asdf jkl qwerty zxcv", "I don't know", "I don't know", "/grade")
    assert world.grader.asked == []
    assert [e.grade.number for e in (await world.interview()).responses if e.grade] == [1, 1, 1]
    assert "Overall 1.0 of 10 · 3 responses · 2 skipped" in world.room.last


async def test_the_grade_of_an_answer_that_has_changed_meanwhile_is_discarded(world: World) -> None:
    await world.say(BEGIN)
    ref = await world.put(text=VAGUE)
    grading = await world.claim_from("grade")

    async def edited() -> None:
        await world.put(edited=ref, text=GOOD)
        world.grader.meanwhile = None
        await handle(await world.claim_from("turn"), world.desk)

    world.grader.meanwhile = edited
    await handle(grading, world.desk)
    first = (await world.interview()).exchanges[0]
    assert (first.answer, first.revision, first.grade) == (GOOD, 2, None)
    await world.drain()
    assert world.grader.asked == [VAGUE, GOOD]
    grades = await world.rows("select revision, grade from grade")
    assert grades == [{"revision": 2, "grade": 10}]


async def test_a_grading_that_comes_too_late_asks_nobody(world: World) -> None:
    await world.say(BEGIN)
    await world.put(text=GOOD)
    old = await world.claim_from("grade")
    await world.put(text=MORE, at=1)
    await handle(await world.claim_from("turn"), world.desk)
    await handle(old, world.desk)
    assert world.grader.asked == []
    await world.drain()
    assert world.grader.asked == [f"{GOOD}\n{MORE}"]


async def test_a_grader_that_died_before_its_grade_was_recorded_is_asked_again(world: World) -> None:
    await world.say(BEGIN)
    world.lanes.deaths = {"grade": 1}
    with pytest.raises(Killed):
        await world.say(GOOD)
    await world.revive()
    assert [exchange.grade is not None for exchange in (await world.interview()).responses] == [True]
    assert len(await world.rows("select * from grade")) == 1


async def test_one_scorecard_closes_the_interview_however_often_its_maker_dies(world: World) -> None:
    await world.say(BEGIN, GOOD)
    world.lanes.deaths = {"score": 2}
    for _ in range(2):
        with pytest.raises(Killed):
            await world.say("/grade")
        await world.lanes.recover()
    await world.revive()
    cards = [post for post in world.room.posts if post.reply.kind == "scorecard"]
    assert len(cards) == 1
    assert world.room.posts.index(cards[0]) > world.room.posts.index(world.room.with_text("that was the interview")[0])


async def test_the_scorecard_waits_for_the_grades_that_are_on_their_way(world: World) -> None:
    world.grader.trouble = [Unavailable("away", retry_after=0.01)]
    await world.say(BEGIN, GOOD, "/grade")
    await world.until_done()
    assert "Grade: 9/10" in world.room.last or "Grade: 10/10" in world.room.last
    assert world.room.edits == []


async def test_the_scorecard_waits_from_when_somebody_could_work_on_it(world: World) -> None:
    world.grader.trouble = [Unavailable("away", retry_after=3600)]
    await world.say(BEGIN, GOOD)
    await world.put(text="/grade")
    await handle(await world.claim_from("turn"), world.desk)
    await world.rows("update interview set ended_at = ended_at - interval '1 hour' returning 1")
    await world.drain()
    assert world.room.with_text("Scorecard") == []


async def test_a_late_grade_is_put_in_place_and_only_messages_that_change_are_edited(impatient: World) -> None:
    impatient.grader.trouble = [None, Unavailable("away"), None]
    await impatient.say(BEGIN, GOOD, GOOD, GOOD, "/grade")
    posted = {post.ref: post.text for post in impatient.room.posts if post.reply.kind == "scorecard"}
    before = "\n".join(posted.values())
    assert (before.count("Grade: 10/10"), before.count("Grade: not graded yet")) == (2, 1)
    await impatient.hasten()
    await impatient.drain()
    after = {**posted, **{post.ref: post.text for post in impatient.room.edits}}
    assert "\n".join(after.values()).count("Grade: 10/10") == 3
    assert "not graded yet" not in "\n".join(after.values())
    changed = [ref for ref in posted if posted[ref] != after[ref]]
    assert [post.ref for post in impatient.room.edits] == changed
    assert 0 < len(changed) < len(posted)
    assert len(impatient.room.posts) == 1 + 3 + 1 + len(posted)


async def test_the_second_late_grade_leaves_the_message_of_the_first_alone(impatient: World) -> None:
    impatient.grader.trouble = [Unavailable("away"), Unavailable("away")]
    await impatient.say(BEGIN, GOOD, GOOD, "/grade")
    for lane in ("1", "2"):
        impatient.room.edits.clear()
        await impatient.rows(
            "update lane set ready_at = now(), hold_until = null where key like :lane returning 1",
            lane=f"grade:%:{lane}",
        )
        await impatient.drain()
        entries = [post.text for post in impatient.room.edits if "What is" in post.text]
        assert [text[:2] for text in entries] == [f"{lane}."]


async def test_an_edit_that_failed_halfway_goes_on_where_it_was(impatient: World) -> None:
    impatient.grader.trouble = [Unavailable("away")]
    await impatient.say(BEGIN, GOOD, "/grade")
    await impatient.hasten()
    impatient.room.trouble = [None, Unavailable("slow down", retry_after=30.0)]
    await impatient.drain()
    assert len(impatient.room.edits) == 1
    await impatient.hasten()
    await impatient.drain()
    refs = [post.ref for post in impatient.room.edits]
    assert len(refs) == len(set(refs)) == 3


async def test_a_scorecard_whose_grades_never_come_is_not_watched_for_ever(impatient: World) -> None:
    impatient.grader.trouble = [Unusable("nonsense")]
    await impatient.say(BEGIN, GOOD)
    await impatient.put(text="/grade")
    await handle(await impatient.claim_from("turn"), impatient.desk)
    impatient.with_desk(patience=Patience(grades=0.0, other=0.0))
    await impatient.drain()
    assert "not graded yet" in impatient.room.posts[-2].text
    assert await impatient.rows("select key from lane where last_seq > done_seq") == []


async def test_the_second_grade_shows_what_the_first_has_become(impatient: World) -> None:
    impatient.grader.trouble = [Unavailable("away")]
    await impatient.say(BEGIN, GOOD, "/grade")
    await impatient.hasten()
    await impatient.drain()
    shown = len(impatient.room.posts)
    await impatient.say("/grade")
    again = "\n\n".join(post.text for post in impatient.room.posts[shown:])
    assert "Grade: 10/10" in again
    assert "not graded yet" not in again


async def test_a_grader_without_a_quote_from_the_answer_is_asked_once_more() -> None:
    task = _task(GOOD)
    generous = Assessment({"correctness": 10, "clarity": 10}, (), (), Feedback("", "", "improve"), "test")
    quoting = Assessment(
        generous.points,
        (Evidence("what", "memorises the noise"), Evidence("sign", "rises")),
        (),
        generous.feedback,
        "test",
    )
    assert (await judge(task, False, Saying(generous, quoting))).number == 10
    assert (await judge(task, False, Saying(generous, generous))).number == 4


class Saying:
    def __init__(self, *assessments: Assessment) -> None:
        self._left = list(assessments)

    async def assess(self, task: GradingTask) -> Assessment:
        await asyncio.sleep(0)
        return self._left.pop(0)


def _task(answer: str) -> GradingTask:
    pack = small_pack()
    return GradingTask(About("c1", "i1"), pack, pack.questions[0], "What is it?", ("what", "sign"), answer)
