"""A platform in memory, and a desk over real PostgreSQL whose work is done when the test says so.

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

from engine.failures import Unusable
from engine.grading import Assessment, Evidence, Feedback, GradingTask
from engine.interview import Interview
from engine.ports import Effects, Job, Listening, Sent, Speech
from engine.reply import Reply
from engine.said import Address, Command, Edit, Heard, Incoming, Learner, Moved, Press, Recording, Said, Text
from engine.work import kinds
from engine.work.desk import Desk, Patience
from engine.work.handle import handle
from storage.database import open_engine
from storage.lanes import PostgresLanes
from storage.library import PostgresLibrary
from storage.worker import Worker
from tests.dialogue import AttentiveInterviewer, text_of
from tests.packs import small_pack

OWNER = 1


class Killed(BaseException):
    """kill -9: nothing that would be done in the end is done."""


@dataclass(frozen=True)
class Post:
    """A message that the room shows."""

    ref: str
    chat: object
    reply: Reply

    @property
    def text(self) -> str:
        return text_of(self.reply)


class Room:
    """A channel. An event is JSON: who says what, and where.

    `trouble` is raised by the next sends and edits, one each; None is no trouble. An address whose thread is "new" opens
    a place.
    """

    name = "room"
    pace = 0.0

    def __init__(self, limit: int = 4000) -> None:
        self.limit = limit
        self.posts: list[Post] = []
        self.edits: list[Post] = []
        self.trouble: list[BaseException | None] = []
        self.clock = itertools.count(1000)
        self._news = asyncio.Condition()

    def measure(self, text: str) -> int:
        return len(text)

    def parse(self, body: bytes) -> Incoming | Moved | None:
        event = json.loads(body)
        if event is None:
            return None
        if "malformed" in event:
            raise Unusable("malformed")
        if "moved" in event:
            return Moved(self.name, event["moved"], event["to"], {"chat": event["to"]})
        learner = Learner(f"room:{event['who']}", event.get("name", event["who"]))
        chat = event.get("chat", f"room:{event['who']}:c")
        place = event.get("place", f"{chat}:0")
        address = {"chat": chat, "thread": event.get("thread")}
        to_viva = event.get("to_viva", True)
        said = _said(event)
        return Incoming(self.name, learner, chat, place, place, address, said, event["ref"], event["at"], to_viva)

    def chat_of(self, address: Address) -> str:
        return str(address["chat"])

    @asynccontextmanager
    async def download(self, recording: Recording) -> AsyncIterator[AsyncIterator[bytes]]:
        yield _bytes(recording.file["id"])

    async def send(self, address: Address, reply: Reply) -> Sent:
        if self.trouble and (trouble := self.trouble.pop(0)):
            raise trouble
        position = next(self.clock)
        await self._show(self.posts, Post(str(position), address["chat"], reply))
        opens = f"{address['chat']}:t{position}" if address.get("thread") == "new" else None
        named: dict[str, str | int | None] = {**address, "thread": "named"}
        return Sent(str(position), position, opens, named if opens else None)

    async def edit(self, address: Address, ref: str, reply: Reply) -> None:
        if self.trouble and (trouble := self.trouble.pop(0)):
            raise trouble
        await self._show(self.edits, Post(ref, address["chat"], reply))

    async def preview(self, address: Address, text: str | None) -> None:
        """Nobody looks."""

    async def _show(self, where: list[Post], post: Post) -> None:
        async with self._news:
            where.append(post)
            self._news.notify_all()

    async def wait_until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Until it holds, which is looked at whenever something was posted or edited."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(condition)

    def with_text(self, fragment: str) -> list[Post]:
        return [post for post in (*self.posts, *self.edits) if fragment in post.text]

    @property
    def texts(self) -> list[str]:
        return [post.text for post in self.posts]

    @property
    def last(self) -> str:
        return self.posts[-1].text


def _said(event: Mapping[str, str]) -> Said:
    if "voice" in event:
        return Recording({"id": event["voice"]}, 3.0)
    if "edited" in event:
        return Edit(event["edited"], event["text"])
    if "press" in event:
        return Press(event["press"])
    if event["text"].startswith("/"):
        name, _, argument = event["text"][1:].partition(" ")
        return Command(name, argument)  # type: ignore[arg-type]
    return Text(event["text"])


async def _bytes(content: str) -> AsyncIterator[bytes]:
    yield content.encode()


@dataclass
class WordsGrader:
    """Gives as many points as an answer has words. `trouble` is raised first, one each; `meanwhile` is what happens then."""

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
