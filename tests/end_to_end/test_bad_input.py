"""Everything that nobody expects, sent by a crowd, while one learner takes an interview: real processes throughout."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import asyncpg

from tests.bad_input.test_slack import PICTURE, envelope
from tests.bad_input.test_slack import UNREADABLE as UNREADABLE_IN_SLACK
from tests.bad_input.test_telegram import OF_NO_USE, UNKNOWN, UNREADABLE
from tests.bad_input.test_text import ANSWERS, NO_ANSWERS
from tests.bad_input.test_voice import NO_ANSWERS as NO_SPEECH
from tests.end_to_end.viva import ROOT, Viva, openai_environment, telegram_environment, viva
from tests.loopback.openai import FakeOpenAI
from tests.loopback.slack import App, Channel, FakeSlack, User
from tests.loopback.telegram import Chat, FakeTelegram

GOOD = "I would compare the training error with the validation error and then choose the simpler model of the two"
TEXTS = ANSWERS | NO_ANSWERS


async def set_aside(database_url: str) -> list[str]:
    connection = await asyncpg.connect(database_url)
    found = await connection.fetch("select aside from work where aside is not null")
    await connection.close()
    return sorted(row["aside"] for row in found)


def nothing_broke(running: Viva) -> None:
    assert " failed: " not in running.log
    assert "Traceback" not in running.log


class TelegramCrowd:
    """Each sends one thing from a chat of their own, and has an answer."""

    def __init__(self, fake: FakeTelegram) -> None:
        self._fake = fake
        self._numbers = itertools.count(1000)

    def newcomer(self, name: str = "Somebody") -> Chat:
        return self._fake.private_chat(self._fake.learner(next(self._numbers), name))

    async def say(self, text: str) -> None:
        chat = self.newcomer()
        await chat.say(text)
        await chat.wait_for("Which role")

    async def show(self, content: dict[str, Any], name: str) -> None:
        chat = self.newcomer()
        assert chat.learner
        chat.deliver(chat.learner, content)
        await chat.wait_for(f"I cannot use {name}.")

    async def record(self, audio: bytes, expected: str) -> None:
        chat = self.newcomer()
        await chat.say("/start data-science 5")
        await chat.wait_for("Question 1/5")
        await chat.send_voice(audio, 3, "audio/ogg")
        await chat.wait_for(expected, timeout=60)

    async def everything(self) -> None:
        for update in (UNREADABLE | UNKNOWN).values():
            await self._fake.inject(update)
        await asyncio.gather(
            *(self.say(text) for text in TEXTS.values()),
            *(self.show(content, name) for content, name in OF_NO_USE.values()),
            *(self.record(note.audio(), note.expected) for note in NO_SPEECH.values() if note.mime == "audio/ogg"),
        )


async def interview_on_telegram(chat: Chat) -> None:
    await chat.say("/start data-science 5")
    for number in range(1, 6):
        await chat.wait_for(f"Question {number}/5")
        await chat.say(GOOD)
    await chat.wait_for("Work on next", timeout=60)


async def test_on_telegram(database_url: str, openai: FakeOpenAI) -> None:
    async with FakeTelegram() as telegram:
        crowd = TelegramCrowd(telegram)
        asha = crowd.newcomer("Asha Rao")
        environment = telegram_environment(telegram.url, telegram.token)
        model = openai_environment(openai.base_url, openai.api_key)
        async with viva(database_url, environment, model, start=("telegram", "worker")) as running:
            await asyncio.gather(interview_on_telegram(asha), crowd.everything())
            nothing_broke(running)
    assert await set_aside(database_url) == ["malformed"] * len(UNREADABLE) + ["unknown"] * len(UNKNOWN)
    assert len(asha.said_by_bot) == 7, asha.transcript()


class SlackCrowd:
    """Each sends one thing in a conversation of their own, and has an answer."""

    def __init__(self, fake: FakeSlack) -> None:
        self._fake = fake
        self._numbers = itertools.count(1000)

    def newcomer(self) -> User:
        return self._fake.user(f"U{next(self._numbers)}", "Somebody")

    async def say(self, text: str) -> None:
        person = self.newcomer()
        await self._fake.dm(person).say(person, text)
        await self._fake.dm(person).wait_for("Which role")

    async def share(self) -> None:
        person = self.newcomer()
        await self._fake.dm(person).share_audio(person, b"x", **PICTURE)
        await self._fake.dm(person).wait_for("I cannot use this kind of file.")

    async def record(self, audio: bytes, expected: str) -> None:
        person = self.newcomer()
        begun = await self._fake.dm(person).say(person, "start data-science 5")
        await begun.thread.wait_for("Question 1/5")
        await begun.thread.share_audio(person, audio, duration_ms=3000)
        await begun.thread.wait_for(expected, timeout=60)

    async def everything(self) -> None:
        for number, inner in enumerate(UNREADABLE_IN_SLACK.values()):
            said = {"type": "message", "channel": "D9", "user": "U9", "ts": f"17000000{number:02}.000001", "text": "x"}
            await self._fake.raw("events_api", envelope(**said | inner) | {"event_id": f"Ev-odd-{number}"})
        await asyncio.gather(
            self.share(),
            *(self.say(text) for text in TEXTS.values()),
            *(self.record(note.audio(), note.expected) for note in NO_SPEECH.values()),
        )
        await self._fake.settled()


async def interview_in_slack(slack: FakeSlack, asha: User, cohort: Channel) -> None:
    await slack.slash(asha, cohort, "/interview", "data-science 5")
    seen = await cohort.wait_for("Question 1/5")
    for number in range(2, 6):
        await seen.thread.say(asha, GOOD)
        seen = await seen.thread.wait_for(f"Question {number}/5", after=seen)
    await seen.thread.say(asha, GOOD)
    await seen.thread.wait_for("Work on next", timeout=60)


async def test_in_slack(database_url: str, openai: FakeOpenAI) -> None:
    async with FakeSlack(App.from_manifest(ROOT / "bots" / "slack_manifest.yaml")) as slack:
        asha = slack.user("U1", "Asha")
        cohort = slack.channel("C1", "cohort", [asha, slack.user("U2", "Ben")])
        model = openai_environment(openai.base_url, openai.api_key)
        async with viva(database_url, slack.env(), model, start=("slack", "worker")) as running:
            await slack.connected()
            await asyncio.gather(interview_in_slack(slack, asha, cohort), SlackCrowd(slack).everything())
            nothing_broke(running)
    assert await set_aside(database_url) == ["malformed"] * len(UNREADABLE_IN_SLACK)
    assert not slack.pings
    slack.assert_clean()
    assert len([message for message in cohort.messages if message.by_app]) == 7, slack.transcript()
