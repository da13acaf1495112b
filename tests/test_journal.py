"""The journal, over real PostgreSQL: what was paid for is saved at once and is not paid for again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest

from engine.failures import Fenced
from engine.ports import Job, Moment, Move, NewWork, OnText
from engine.work.journal import Journal, RememberingInterviewer
from storage.database import open_engine
from storage.lanes import PostgresLanes
from tests.openai_adapters import moment

FIRST = Move(("groups",), "And how?", "", "model")
SECOND = Move(("groups",), "And how do they move?", "", "model")


@dataclass
class Paid:
    """An interviewer that says these moves in turn, and fails the test when asked once more."""

    left: list[Move]

    async def next_move(self, moment: Moment, on_text: OnText) -> Move:
        assert self.left, "asked more often than paid for"
        return self.left.pop(0)


@pytest.fixture
async def lanes(database_url: str) -> AsyncIterator[PostgresLanes]:
    engine = open_engine(database_url)
    yield PostgresLanes(engine)
    await engine.dispose()


async def unseen(_: str) -> None:
    """Nobody watches."""


async def new_job(lanes: PostgresLanes) -> Job:
    await lanes.put([NewWork("turn:asha", "m1", "test", "test:asha", b"")])
    (job,) = await lanes.claim(1, ["test"], 1)
    return job


async def next_try(lanes: PostgresLanes) -> Job:
    """The same work after its worker was lost."""
    await lanes.recover()
    (job,) = await lanes.claim(2, ["test"], 1)
    return job


async def moves(job: Job, lanes: PostgresLanes, interviewer: Paid, moments: Sequence[Moment]) -> list[Move]:
    remembering = RememberingInterviewer(interviewer, Journal(job, lanes))
    return [await remembering.next_move(moment, unseen) for moment in moments]


async def test_a_move_is_asked_for_once_however_often_the_work_is_tried(lanes: PostgresLanes) -> None:
    job = await new_job(lanes)
    paid = Paid([FIRST])
    assert await moves(job, lanes, paid, [moment()]) == [FIRST]
    assert await moves(await next_try(lanes), lanes, paid, [moment()]) == [FIRST]


async def test_a_move_that_was_too_revealing_and_the_one_after_it_are_both_remembered(lanes: PostgresLanes) -> None:
    job = await new_job(lanes)
    paid = Paid([FIRST, SECOND])
    both = [moment(), moment(too_revealing="And how?")]
    assert await moves(job, lanes, paid, both) == [FIRST, SECOND]
    assert await moves(await next_try(lanes), lanes, paid, both) == [FIRST, SECOND]


@pytest.mark.parametrize("entry", ["a text", {"heard": []}, {"heard": 5, "follow_up": 5, "bridge": 5, "by": 5}])
async def test_what_another_version_wrote_differently_is_asked_for_again(lanes: PostgresLanes, entry: object) -> None:
    """An entry that cannot be read must not stop the work for ever."""
    job = await new_job(lanes)
    await Journal(job, lanes).put("move", entry)
    assert await moves(await next_try(lanes), lanes, Paid([FIRST]), [moment()]) == [FIRST]


async def test_who_was_overtaken_saves_nothing(lanes: PostgresLanes) -> None:
    stale = await new_job(lanes)
    journal = Journal(stale, lanes)
    fresh = await next_try(lanes)
    with pytest.raises(Fenced):
        await journal.put("move", "stale")
    assert journal.get("move") is None
    assert Journal(fresh, lanes).get("move") is None


async def test_entries_do_not_push_each_other_out(lanes: PostgresLanes) -> None:
    job = await new_job(lanes)
    journal = Journal(job, lanes)
    await journal.put("speech", {"text": "Hello"})
    await journal.put("move", "there")
    again = Journal(await next_try(lanes), lanes)
    assert (again.get("speech"), again.get("move")) == ({"text": "Hello"}, "there")
