"""A desk over real PostgreSQL whose work is done when the test says so, with a grader and ears that do as told.

`World.drain` does what is ready, one work after another, as a worker would. A worker that is killed leaves its work in
hand: `Killed` passes through everything, and `World.revive` frees the lanes as the next worker does.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.grading import Assessment, Evidence, Feedback, GradingTask
from engine.interview import Interview
from engine.ports import Effects, Job, Listening, Speech
from engine.said import Heard
from engine.work import kinds
from engine.work.desk import Desk, Patience
from engine.work.handle import handle
from storage.database import open_engine
from storage.lanes import PostgresLanes
from storage.library import PostgresLibrary
from storage.worker import Worker
from tests.dialogue import AttentiveInterviewer
from tests.packs import small_pack
from tests.room import Room

OWNER = 1


class Killed(BaseException):
    """kill -9: nothing that would be done in the end is done."""


@dataclass
class WordsGrader:
    """Gives as many points as an answer has words.

    `trouble` is raised first, one each; `meanwhile` is what happens while it thinks.
    """

    trouble: list[BaseException | None] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def assess(self, task: GradingTask) -> Assessment:
        self.asked.append(task.answer)
        if self.trouble and (trouble := self.trouble.pop(0)):
            raise trouble
        if self.meanwhile:
            await self.meanwhile()
        points = max(1, min(10, len(task.answer.split())))
        covered = tuple(Evidence(point.id, task.answer) for point in task.question.key_points)
        criteria = {criterion.id: points for criterion in task.pack.criteria}
        return Assessment(criteria, covered, (), Feedback("good", "missing", "improve"), "words")


@dataclass
class Ears:
    """Hears the same in each recording. `trouble` is raised first, one each; nothing is heard before `gate` opens."""

    says: str = "The model memorises the noise, and then the validation error rises."
    cut_off: bool = False
    gate: asyncio.Event | None = None
    trouble: list[BaseException | None] = field(default_factory=list)
    heard: list[Listening] = field(default_factory=list)

    async def listen(self, chunks: AsyncIterator[bytes], listening: Listening) -> Speech:
        self.heard.append(listening)
        if self.trouble and (trouble := self.trouble.pop(0)):
            raise trouble
        if self.gate:
            await self.gate.wait()
        return Speech(self.says, Heard("ears", 3.0), self.cut_off)


class MortalLanes(PostgresLanes):
    """Lanes of a worker that is killed at the end of its work in the lanes of one family, as often as `deaths` says."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self.deaths: dict[str, int] = {}

    async def done(
        self, job: Job, effects: Effects, result: Mapping[str, object] | None = None, hold: float = 0.0
    ) -> None:
        family = job.work.lane.partition(":")[0]
        if self.deaths.get(family, 0):
            self.deaths[family] -= 1
            raise Killed
        await super().done(job, effects, result, hold)


class World:
    def __init__(self, engine: AsyncEngine, url: str, room: Room, patience: Patience) -> None:
        self.engine = engine
        self.url = url
        self.room = room
        self.lanes = MortalLanes(engine)
        self.library = PostgresLibrary(engine)
        self.interviewer = AttentiveInterviewer()
        self.grader = WordsGrader()
        self.ears = Ears()
        self.desk = Desk(
            packs={"data-science": small_pack()},
            interviewer=self.interviewer,
            grader=self.grader,
            listener=self.ears,
            lanes=self.lanes,
            library=self.library,
            channels={room.name: room},
            patience=patience,
        )
        self._refs = itertools.count(1)

    def with_desk(self, **changes: object) -> None:
        self.desk = replace(self.desk, **changes)  # type: ignore[arg-type]

    async def put(self, who: str = "asha", **event: object) -> str:
        """An event has come in; its ref."""
        ref = f"m{next(self._refs)}"
        body = json.dumps({"who": who, "ref": ref, "at": next(self.room.clock), **event}).encode()
        await self.lanes.put([kinds.event("room", f"room:{who}", f"room:{ref}", body)])
        return ref

    async def say(self, *texts: str, who: str = "asha") -> None:
        """Each text comes in when everything that follows from the one before is done."""
        for said in texts:
            await self.put(who, text=said)
            await self.drain()

    async def drain(self) -> None:
        """Does all work that is ready, until there is none. Raises Killed when a worker dies of it."""
        while jobs := await self.claim():
            for job in jobs:
                await handle(job, self.desk)

    @asynccontextmanager
    async def working(self, workers: int = 1) -> AsyncIterator[None]:
        """Workers as they are, with their waits and wake-ups."""

        async def work(job: Job) -> None:
            await handle(job, self.desk)

        names = [self.room.name]
        tasks = [asyncio.create_task(Worker(self.engine, self.url, names, work).run()) for _ in range(workers)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def claim(self) -> Sequence[Job]:
        return await self.lanes.claim(OWNER, ["room"], 1)

    async def claim_from(self, family: str) -> Job:
        """The next work of these lanes; what comes before it in others is done."""
        while True:
            (job,) = await self.claim()
            if job.work.lane.startswith(family):
                return job
            await handle(job, self.desk)

    async def revive(self) -> None:
        """The dead worker's lanes are free again, and all of its work is done by the next."""
        await self.lanes.recover()
        await self.drain()

    async def until_done(self) -> None:
        """Like `drain`, and waits for what is to be taken up again in a moment."""
        await self.drain()
        while (seconds := await self.lanes.next_ready([self.room.name])) is not None:
            await asyncio.sleep(max(0.0, seconds))
            await self.drain()

    async def hasten(self) -> None:
        """Whatever rests is ready now."""
        await self.rows("update lane set ready_at = now(), hold_until = null where ready_at is not null returning 1")

    async def interview(self, who: str = "asha") -> Interview:
        found = await self.library.latest_interview(f"room:{who}:c:0")
        assert found is not None
        return found

    async def rows(self, statement: str, **values: object) -> list[dict[str, object]]:
        async with self.engine.begin() as connection:
            return [dict(row) for row in (await connection.execute(text(statement), values)).mappings()]

    async def lane(self, lane: str) -> dict[str, object]:
        """Its attempts, the seconds until it is ready, and those it is held."""
        (row,) = await self.rows(
            """select attempts, extract(epoch from ready_at - now())::float as ready,
            extract(epoch from hold_until - now())::float as held from lane where key = :lane""",
            lane=lane,
        )
        return row

    async def make_old(self, seconds: float) -> None:
        """Everything that waits has been waiting for so long."""
        await self.rows(
            "update work set received_at = now() - make_interval(secs => :seconds) where done_at is null returning 1",
            seconds=seconds,
        )


@asynccontextmanager
async def open_world(url: str, limit: int = 4000, patience: Patience | None = None) -> AsyncIterator[World]:
    engine = open_engine(url)
    try:
        yield World(engine, url, Room(limit), patience or Patience())
    finally:
        await engine.dispose()
