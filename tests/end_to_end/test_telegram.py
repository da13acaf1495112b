"""Whole interviews on Telegram: real processes, the real client library, real PostgreSQL, real voice."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from tests.end_to_end.brains import polite
from tests.end_to_end.viva import openai_environment, telegram_environment, viva
from tests.loopback import speech
from tests.loopback.openai import FakeOpenAI
from tests.loopback.telegram import Chat, FakeTelegram

GOOD = "I would compare the training error with the validation error and then choose the simpler model of the two"


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest_asyncio.fixture
async def openai() -> AsyncIterator[FakeOpenAI]:
    async with FakeOpenAI() as fake:
        yield polite(fake)


def environment(telegram: FakeTelegram, openai: FakeOpenAI | None = None) -> list[dict[str, str]]:
    found = [telegram_environment(telegram.url, telegram.token)]
    return [*found, openai_environment(openai.base_url, openai.api_key)] if openai else found


async def answer_all(chat: Chat, length: int, answer: str = GOOD, first: int = 1) -> None:
    for number in range(first, length + 1):
        await chat.wait_for(f"Question {number}/{length}")
        await chat.say(answer)


async def test_a_whole_interview_by_text_without_a_model(database_url: str, telegram: FakeTelegram) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    async with viva(database_url, *environment(telegram), start=("telegram", "worker")):
        await chat.say("/start")
        await chat.wait_for("Which role")
        await chat.press("Data Science")
        await chat.wait_for("how many questions")
        await chat.press("5")
        await answer_all(chat, 5)
        card = await chat.wait_for("Scorecard: Data Science", timeout=30)
        assert "Overall" in card.text
        assert "offline estimate" in card.text
        await chat.wait_for("Work on next")
    said = "\n".join(message.text for message in chat.said_by_bot)
    assert len(re.findall(r"Grade: \d+/10", said)) == 5
    assert chat.said_by_bot[-1].text.rstrip().count("Work on next") == 1


async def test_a_spoken_interview_with_a_model(database_url: str, telegram: FakeTelegram, openai: FakeOpenAI) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    words = "the training error is low but the validation error is high so the model is too complex"
    note = speech.ogg_opus(speech.speak(words))
    async with viva(database_url, *environment(telegram, openai), start=("telegram", "worker")):
        await chat.say("/start data-science 5")
        for number in range(1, 6):
            await chat.wait_for(f"Question {number}/5")
            await chat.send_voice(note, 6, "audio/ogg")
            heard = await chat.wait_for("I heard:", timeout=30)
            assert words in heard.text.lower()
            chat.skip_to_now() if number == 5 else None
        await chat.wait_until(lambda: any("Scorecard" in m.text for m in chat.said_by_bot), timeout=30)
    asked = openai.transcriptions[0]
    assert "K-means" in " ".join(asked.keywords or [])
    said = "\n".join(message.text for message in chat.said_by_bot)
    assert len(re.findall(r"Grade: \d+/10", said)) == 5
    openai.assert_clean()
