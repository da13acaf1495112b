"""The promises of the lanes, over real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.failures import Fenced
from engine.ports import Effects, Job, NewWork
from storage.database import connect, open_engine
from storage.lanes import LIVENESS, PostgresLanes
from storage.worker import Worker
from tests.end_to_end.watch import rows, until

CHANNELS = ["test"]


@pytest_asyncio.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(database_url)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture
async def lanes(engine: AsyncEngine) -> PostgresLanes:
    return PostgresLanes(engine)


def work(lane: str, key: str, payload: bytes = b"") -> NewWork:
    return NewWork(f"turn:{lane}", key, "test", f"test:{lane}", payload)


async def claim(lanes: PostgresLanes, limit: int = 10, owner: int = 1) -> list[Job]:
    return sorted(await lanes.claim(owner, CHANNELS, limit), key=lambda job: job.work.lane)


async def test_a_work_that_is_put_twice_is_done_once(lanes: PostgresLanes) -> None:
    await lanes.put([work("asha", "m1"), work("asha", "m1")])
    await lanes.put([work("asha", "m1")])
    (job,) = await claim(lanes)
    await lanes.done(job, Effects())
    assert await claim(lanes) == []
    await lanes.put([work("asha", "m1")])
    assert await claim(lanes) == []


async def test_a_lane_does_its_work_in_order_and_one_at_a_time(lanes: PostgresLanes) -> None:
    await lanes.put([work("asha", f"m{n}") for n in range(3)])
    done = []
    for _ in range(3):
        (job,) = await claim(lanes)
        assert await claim(lanes) == []
        done.append(job.work.key)
        await lanes.done(job, Effects())
    assert done == ["m0", "m1", "m2"]


async def test_lanes_go_side_by_side(lanes: PostgresLanes) -> None:
    await lanes.put([work("asha", "a"), work("ben", "b")])
    assert [job.work.key for job in await claim(lanes)] == ["a", "b"]


async def test_a_payload_may_hold_any_bytes(lanes: PostgresLanes) -> None:
    body = b"\x00\xed\xa0\x80 anything"
    await lanes.put([work("asha", "m1", body)])
    (job,) = await claim(lanes)
    assert job.work.payload == body


async def test_a_worker_that_was_overtaken_can_change_nothing(lanes: PostgresLanes) -> None:
    await lanes.put([work("asha", "m1")])
    (stale,) = await claim(lanes, owner=1)
    assert await lanes.recover() == 1, "nobody holds owner 1's lock, so its work is free"
    (fresh,) = await claim(lanes, owner=2)
    new = work("asha", "from the stale one")
    for attempt in (
        lanes.done(stale, Effects(works=(new,))),
        lanes.later(stale, 0),
        lanes.progress(stale, {"said": "twice"}),
        lanes.aside(stale, "reason", Effects()),
    ):
        with pytest.raises(Fenced):
            await attempt
    await lanes.done(fresh, Effects())
    assert await claim(lanes) == []


async def test_progress_is_there_at_the_next_try(lanes: PostgresLanes) -> None:
    await lanes.put([work("asha", "m1")])
    (job,) = await claim(lanes)
    await lanes.progress(job, {"transcript": "K-means"})
    await lanes.later(job, 0, failed=True)
    (again,) = await claim(lanes)
    assert again.work.result == {"transcript": "K-means"}
    assert again.attempts == 1


async def test_work_that_failed_keeps_its_place_in_front_of_later_work(lanes: PostgresLanes) -> None:
    await lanes.put([work("asha", "m1")])
    (job,) = await claim(lanes)
    await lanes.put([work("asha", "m2")])
    assert [w.key for w in await lanes.behind(job)] == ["m2"]
    await lanes.later(job, 0)
    (again,) = await claim(lanes)
    assert again.work.key == "m1"


async def test_new_work_wakes_a_resting_lane_but_not_one_that_is_held(lanes: PostgresLanes) -> None:
    await lanes.put([work("asha", "a1"), work("ben", "b1")])
    asha, ben = await claim(lanes)
    await lanes.later(asha, 60)
    await lanes.later(ben, 60, hold=True)
    assert await claim(lanes) == []
    await lanes.put([work("asha", "a2"), work("ben", "b2")])
    assert [job.work.key for job in await claim(lanes)] == ["a1"]


async def test_work_that_is_set_aside_does_not_block_the_lane(lanes: PostgresLanes) -> None:
    await lanes.put([work("asha", "poison"), work("asha", "m2")])
    (job,) = await claim(lanes)
    await lanes.aside(job, "malformed", Effects())
    (nxt,) = await claim(lanes)
    assert nxt.work.key == "m2"


async def test_a_worker_takes_no_work_of_a_channel_it_does_not_serve(lanes: PostgresLanes) -> None:
    await lanes.put([work("asha", "m1")])
    assert await lanes.claim(1, ["telegram"], 10) == []
    assert await lanes.next_ready(["telegram"]) is None


async def test_the_lanes_of_a_living_worker_are_not_recovered(lanes: PostgresLanes, database_url: str) -> None:
    alive = await connect(database_url)
    await alive.execute("select pg_advisory_lock($1, $2)", LIVENESS, 5)
    await lanes.put([work("asha", "m1")])
    await claim(lanes, owner=5)
    assert await lanes.recover() == 0
    await alive.close()
    assert await lanes.recover() == 1


async def test_concurrent_senders_of_one_lane_are_done_in_the_order_of_their_commits(lanes: PostgresLanes) -> None:
    await asyncio.gather(*(lanes.put([work("asha", f"m{n}")]) for n in range(50)))
    done = []
    while jobs := await claim(lanes):
        done.append(jobs[0].work.seq)
        await lanes.done(jobs[0], Effects())
    assert done == sorted(done)
    assert len(done) == 50


async def test_two_workers_share_the_lanes_and_do_every_work_once_in_order(
    engine: AsyncEngine, lanes: PostgresLanes, database_url: str
) -> None:
    done: dict[str, list[str]] = {}
    everything = asyncio.Event()

    async def handler(job: Job) -> None:
        await asyncio.sleep(0.001)
        await lanes.done(job, Effects())
        done.setdefault(job.work.lane, []).append(job.work.key)
        if sum(map(len, done.values())) == 200:
            everything.set()

    workers = [asyncio.create_task(Worker(engine, database_url, CHANNELS, handler, 8).run()) for _ in range(2)]
    for n in range(10):
        await lanes.put([work(f"learner{lane}", f"{lane}/{n}") for lane in range(20)])
    await asyncio.wait_for(everything.wait(), 20)
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    for lane, keys in done.items():
        number = lane.removeprefix("turn:learner")
        assert keys == [f"{number}/{n}" for n in range(10)]


async def test_held_work_is_taken_up_when_it_is_due_and_not_at_the_next_look(
    engine: AsyncEngine, lanes: PostgresLanes, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chat takes a message a second: the second one went out up to a second later than that."""
    monkeypatch.setattr("storage.worker.POLL_SECONDS", 600.0)
    done = asyncio.Semaphore(0)

    async def handler(job: Job) -> None:
        await lanes.done(job, Effects(), hold=0.1)
        done.release()

    worker = asyncio.create_task(Worker(engine, database_url, CHANNELS, handler).run())
    await lanes.put([work("asha", "m1"), work("asha", "m2")])
    async with asyncio.timeout(20):
        await done.acquire()
        await done.acquire()
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)


async def test_a_stopping_worker_finishes_what_it_has_in_hand(
    engine: AsyncEngine, lanes: PostgresLanes, database_url: str
) -> None:
    begun, finished = asyncio.Event(), []

    async def handler(job: Job) -> None:
        begun.set()
        await asyncio.sleep(0.2)
        await lanes.done(job, Effects())
        finished.append(job.work.key)

    worker = asyncio.create_task(Worker(engine, database_url, CHANNELS, handler).run())
    await lanes.put([work("asha", "m1")])
    await asyncio.wait_for(begun.wait(), 5)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    assert finished == ["m1"]


async def test_a_worker_that_lost_its_connection_goes_on_with_what_it_has_in_hand(
    engine: AsyncEngine, lanes: PostgresLanes, database_url: str
) -> None:
    may_end, finished, begun = asyncio.Event(), asyncio.Event(), list[str]()

    async def handler(job: Job) -> None:
        begun.append(job.work.key)
        await may_end.wait()
        await lanes.done(job, Effects())
        finished.set()

    worker = asyncio.create_task(Worker(engine, database_url, CHANNELS, handler).run())
    await lanes.put([work("asha", "m1")])
    await until(database_url, "exists (select 1 from lane where owner is not null)")
    ((before,),) = await rows(database_url, "select owner from lane")
    await cut(database_url)
    await until(database_url, "exists (select 1 from lane where owner <> $1)", before)
    assert await lanes.recover() == 0, "the lanes are those of the living"
    may_end.set()
    await asyncio.wait_for(finished.wait(), 5)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    assert begun == ["m1"]


async def test_work_that_was_given_away_while_a_worker_had_no_connection_ends_there(
    engine: AsyncEngine, lanes: PostgresLanes, database_url: str
) -> None:
    """Found by chaos: it went on asking the model for what the other worker had stored."""
    ended = asyncio.Event()

    async def handler(_: Job) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    worker = asyncio.create_task(Worker(engine, database_url, CHANNELS, handler).run())
    await lanes.put([work("asha", "m1")])
    await until(database_url, "exists (select 1 from lane where owner is not null)")
    await rows(database_url, "update lane set fence = fence + 1, owner = 0, lease_until = now() + interval '1 hour'")
    await cut(database_url)
    await asyncio.wait_for(ended.wait(), 20)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)


async def cut(database_url: str) -> None:
    """Ends every connection to the database but our own."""
    await rows(
        database_url,
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()",
    )


async def test_work_that_somebody_began_and_never_ended_is_in_doubt(lanes: PostgresLanes) -> None:
    await lanes.put([work("asha", "m1"), work("asha", "m2")])
    (first,) = await claim(lanes)
    assert not first.in_doubt
    await lanes.recover()
    (second,) = await claim(lanes)
    assert second.in_doubt
    await lanes.later(second, 0)
    (third,) = await claim(lanes)
    assert third.in_doubt, "a later refusal does not tell what became of the first try"
    await lanes.done(third, Effects())
    (other,) = await claim(lanes)
    assert not other.in_doubt


async def test_work_that_was_handed_back_undone_is_in_no_doubt(lanes: PostgresLanes) -> None:
    await lanes.put([work("asha", "m1")])
    (first,) = await claim(lanes)
    await lanes.later(first, 0, failed=True)
    (second,) = await claim(lanes)
    assert not second.in_doubt
