"""Viva in one process over real PostgreSQL and a loopback platform, for learners who send what nobody expects.

A `Line` is one learner's view: what is sent, and Viva's next message. Model and grader repeat whatever the learner
wrote, as a real model may, so that every platform has to show it.
"""

from __future__ import annotations

import asyncio
import copy
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bots.slack.channel import SlackChannel
from bots.slack.receive import SlackReceiver
from bots.telegram.channel import TelegramChannel
from bots.telegram.receive import Inbox, Poller
from engine.grading import Assessment, Evidence, Feedback, GradingTask
from engine.hearing.listener import SpeechListener
from engine.ports import Audio, Channel, Job, Moment, Move, OnText, Transcript
from engine.work.desk import Desk, Patience
from engine.work.handle import handle
from storage.database import open_engine
from storage.lanes import PostgresLanes
from storage.lease import PostgresLeases
from storage.library import PostgresLibrary
from storage.worker import Worker
from tests.loopback.slack import Channel as Place
from tests.loopback.slack import FakeSlack, Message, User
from tests.loopback.telegram import Chat, FakeTelegram
from tests.loopback.telegram_bot import real_bot
from tests.loopback.telegram_messages import found_entities
from tests.packs import small_pack

SHOWN = 300  # characters of an answer that the doubles repeat
HEARD = "I would compare the two numbers with each other."
QUICK = Patience(crossing=0.5, crossing_look=0.02, grades_look=0.05, back_off=0.02, back_off_longest=0.1)
BEGIN = "data-science 5"


class Echo:
    """An interviewer, a grader and ears. The first two repeat the learner; no grade comes for an answer that is
    withheld, before it is released."""

    def __init__(self) -> None:
        self.hears = HEARD
        self.listened = 0
        self._withheld: dict[str, asyncio.Event] = {}

    def withhold(self, answer: str) -> None:
        self._withheld[answer] = asyncio.Event()

    def release(self, answer: str) -> None:
        self._withheld.pop(answer).set()

    def release_all(self) -> None:
        for answer in tuple(self._withheld):
            self.release(answer)

    async def next_move(self, moment: Moment, on_text: OnText) -> Move:
        return Move((), None, f"You said: {moment.answer[:SHOWN]}", "echo")

    async def assess(self, task: GradingTask) -> Assessment:
        if task.answer in self._withheld:
            await self._withheld[task.answer].wait()
        quote = f"“{task.answer[:SHOWN]}”"
        feedback = Feedback(f"You said {quote}.", f"To {quote} belongs a reason.", f"Say more than {quote}.")
        covered = tuple(Evidence(point.id, task.answer) for point in task.question.key_points)
        return Assessment({criterion.id: 5 for criterion in task.pack.criteria}, covered, (), feedback, "echo")

    async def transcribe(self, audio: Audio) -> Transcript:
        self.listened += 1
        return Transcript(self.hears, "echo", audio.seconds)


@dataclass
class Backstage:
    """What is behind a platform: `rows` looks into the database, `echo` is everybody's interviewer and grader."""

    engine: AsyncEngine
    echo: Echo

    async def rows(self, statement: str, **values: object) -> list[dict[str, Any]]:
        async with self.engine.begin() as connection:
            return [dict(row) for row in (await connection.execute(text(statement), values)).mappings()]

    async def set_aside(self, kind: str = "%") -> list[str]:
        """Why what was set aside for the operator was, oldest first."""
        found = await self.rows(
            "select aside from work where aside is not null and kind like :kind order by done_at", kind=kind
        )
        return [row["aside"] for row in found]

    async def until(self, statement: str, **values: object) -> None:
        """Until the query finds something."""
        async with asyncio.timeout(10):
            while not await self.rows(statement, **values):  # noqa: ASYNC110 - what it waits for is in the database
                await asyncio.sleep(0.01)

    async def until_quiet(self, whose: str = "") -> None:
        """Until everything that came in is done and answered; of those alone whose lanes end with `whose`."""
        waiting = "select 1 from lane where last_seq > done_seq and (key like :turns or key like :sends)"
        lanes = {"turns": f"turn:%{whose}", "sends": f"send:%{whose}"}
        async with asyncio.timeout(10):
            while await self.rows(waiting, **lanes):  # noqa: ASYNC110 - what it waits for is in the database
                await asyncio.sleep(0.01)


class Line(Protocol):
    """One learner and Viva."""

    home: Backstage

    async def begin(self) -> str:
        """An interview of five questions; the first question."""
        ...

    async def say(self, text: str) -> object: ...

    async def command(self, name: str, argument: str = "") -> None: ...

    async def hears(self) -> str:
        """Viva's next message to this learner."""
        ...

    async def edit(self, message: object, text: str) -> None: ...

    async def press(self, label: str, number: int = -1) -> None:
        """The button on the newest message that has it, or on the `number`th of those, oldest first."""
        ...

    def called(self) -> list[str]:
        """Whom Viva's messages have called, and what in them was taken for markup."""
        ...


async def answer_to(line: Line, said: str) -> str:
    await line.say(said)
    return await line.hears()


async def progress_of(line: Line) -> str:
    """What /progress brings. It comes next only if nothing else is on its way: what was sent before was not
    answered."""
    await line.command("progress")
    return await line.hears()


async def scorecard_of(line: Line) -> str:
    """What ends the interview at once."""
    await line.command("grade")
    assert "I am preparing your scorecard" in await line.hears()
    return await line.hears()


def fresh(said: str = "I would compare the two numbers") -> str:
    """An answer that nobody has given yet."""
    return f"{said}, attempt {next(_attempts)}"


_attempts = itertools.count(1)

ODD: list[Any] = [
    *(None, True, 5, -1.5, 10**18, 10**30, float("inf")),
    *("", "x", "1.2.3", "\0\ud800", [], ["x"], [[]], {}, {"id": "x"}),
]


def damaged(value: Any) -> Iterator[Any]:
    """The value with itself, and each of its parts, replaced by everything odd, one at a time."""
    yield from copy.deepcopy(ODD)
    if isinstance(value, dict | list):
        for name in value if isinstance(value, dict) else range(len(value)):
            for part in damaged(value[name]):
                broken = copy.copy(value)
                broken[name] = part
                yield broken


# Telegram


class QuickTelegram(TelegramChannel):
    pace = 0.0


@dataclass
class TelegramLine:
    home: Backstage
    chat: Chat

    async def begin(self) -> str:
        await self.command("start", BEGIN)
        return await self.hears()

    async def say(self, text: str) -> object:
        return await self.chat.say(text)

    async def command(self, name: str, argument: str = "") -> None:
        await self.chat.say(f"/{name} {argument}".strip())

    async def hears(self) -> str:
        return (await self.chat.wait_for(lambda _: True, 10)).text

    async def edit(self, message: object, text: str) -> None:
        await self.chat.edit(message, text)  # type: ignore[arg-type]

    async def press(self, label: str, number: int = -1) -> None:
        shown = [m for m in self.chat.said_by_bot if any(label == b.text for row in m.buttons for b in row)]
        await self.chat.press(label, shown[number])

    def called(self) -> list[str]:
        said = self.chat.said_by_bot
        found = [str(e) for m in said for e in found_entities(m.text) if e["type"] == "mention"]
        return found + [str(e) for m in said for e in m.entities if e["type"] not in ("bold", "italic", "blockquote")]


@dataclass
class TelegramHouse(Backstage):
    fake: FakeTelegram
    channel: TelegramChannel
    _ids: Any = field(default_factory=lambda: itertools.count(1001))

    def newcomer(self, name: str = "Asha Rao") -> TelegramLine:
        return TelegramLine(self, self.fake.private_chat(self.fake.learner(next(self._ids), name)))


@asynccontextmanager
async def telegram_house(url: str, patience: Patience = QUICK) -> AsyncIterator[TelegramHouse]:
    async with FakeTelegram() as fake, real_bot(fake) as bot:
        number = fake.bot["id"]
        channel = QuickTelegram(bot, number)
        await channel.introduce()
        async with _working(url, channel, patience) as (engine, echo):
            inbox = Inbox(bot, number, PostgresLanes(engine))
            async with _running(Poller(bot, number, inbox, PostgresLeases(engine)).run):
                yield TelegramHouse(engine, echo, fake, channel)
            fake.assert_clean()


# Slack


class QuickSlack(SlackChannel):
    pace = 0.0


@dataclass
class SlackLine:
    """A learner in a channel of a cohort, where others could be called; the interview's thread is there."""

    home: Backstage
    fake: FakeSlack
    place: Place
    user: User
    _read: set[str] = field(default_factory=set)

    async def begin(self) -> str:
        await self.command("start", BEGIN)
        question = await self.hears()
        await self.home.until_quiet(self.user.id[1:])  # nobody answers before Viva has noted which thread it is
        return question

    @property
    def thread(self) -> str:
        """That of the newest interview."""
        return [m.ts for m in self.place.messages if m.by_app and m.thread_ts is None][-1]

    async def say(self, text: str) -> object:
        return await self.place.say(self.user, text, self.thread)

    async def command(self, name: str, argument: str = "") -> None:
        await self.fake.slash(self.user, self.place, "/interview", f"{name} {argument}".strip())

    async def hears(self) -> str:
        try:
            message: Message = await self.fake.until(self._next)
        except TimeoutError:
            raise AssertionError(f"Viva says nothing more in\n{self._transcript()}") from None
        self._read.add(message.ts)
        return message.shown

    def _transcript(self) -> str:
        return "\n".join(f"{message.ts} {message.user}: {message.shown}"[:300] for message in self.place.log)

    def _next(self) -> Message | None:
        shown = [
            m for m in self.place.log if m.by_app and m.only_for in (None, self.user.id) and m.ts not in self._read
        ]
        return min(shown, key=lambda m: m.ts, default=None)

    async def edit(self, message: object, text: str) -> None:
        await self.fake.edit(self.user, message, text)  # type: ignore[arg-type]

    async def press(self, label: str, number: int = -1) -> None:
        shown = [m for m in self.place.messages if m.by_app and f"[{label}]" in m.shown]
        await self.fake.press(self.user, shown[number], label)

    def called(self) -> list[str]:
        return [str(ping) for ping in self.fake.pings if ping.channel == self.place.id]


@dataclass
class SlackHouse(Backstage):
    fake: FakeSlack
    channel: SlackChannel
    _ids: Any = field(default_factory=lambda: itertools.count(1001))

    def newcomer(self, name: str = "Asha") -> SlackLine:
        number = next(self._ids)
        user = self.fake.user(f"U{number}", f"{name}{number}")
        place = self.fake.channel(f"C{number}", f"cohort-{number}", [user, self.fake.user("U1", "Ben")])
        return SlackLine(self, self.fake, place, user)


@asynccontextmanager
async def slack_house(url: str, patience: Patience = QUICK) -> AsyncIterator[SlackHouse]:
    async with FakeSlack() as fake:
        channel = QuickSlack(fake.bot_token, fake.api_url, fake.files_url)
        try:
            async with _working(url, channel, patience) as (engine, echo):
                receiver = SlackReceiver(fake.bot_token, fake.app_token, None, fake.api_url, PostgresLanes(engine))
                async with _running(receiver.socket_mode):
                    await fake.connected()
                    yield SlackHouse(engine, echo, fake, channel)
                    fake.assert_clean()
        finally:
            await channel.close()


# Behind both


@asynccontextmanager
async def _working(url: str, channel: Channel, patience: Patience) -> AsyncIterator[tuple[AsyncEngine, Echo]]:
    engine, echo = open_engine(url), Echo()
    desk = Desk(
        packs={"data-science": small_pack()},
        interviewer=echo,
        grader=echo,
        listener=SpeechListener(echo),
        lanes=PostgresLanes(engine),
        library=PostgresLibrary(engine),
        channels={channel.name: channel},
        patience=patience,
    )

    async def work(job: Job) -> None:
        await handle(job, desk)

    try:
        async with _running(Worker(engine, url, [channel.name], work).run):
            yield engine, echo
            echo.release_all()
    finally:
        await engine.dispose()


@asynccontextmanager
async def _running(service: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(service())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
