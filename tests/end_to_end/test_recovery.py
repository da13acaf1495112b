"""Processes that die or freeze with work in hand, and who takes it up how soon."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path

from tests.end_to_end.viva import openai_environment, telegram_environment, viva
from tests.end_to_end.watch import expire_leases, kept, until_quiet, workers_ready
from tests.loopback.openai import ChatRequest, FakeOpenAI
from tests.loopback.openai_brains import ChatBrain
from tests.loopback.telegram import Chat, FakeTelegram
from tests.postgres import open_folder

GOOD = "I would compare the training error with the validation error and then choose the simpler model of the two"
CHAT = "/chat/completions"
FOR_EVER = True


def environments(telegram: FakeTelegram, openai: FakeOpenAI) -> tuple[dict[str, str], dict[str, str]]:
    return telegram_environment(telegram.url, telegram.token), openai_environment(openai.base_url, openai.api_key)


async def begin(chat: Chat) -> None:
    await chat.say("/start data-science 5")
    await chat.wait_for("Question 1/5")


async def answered_while_the_model_hangs(chat: Chat, openai: FakeOpenAI, hang: bool | asyncio.Event) -> None:
    """An answer is in the hands of a worker, which waits for the model; the next call will be answered."""
    before = len([call for call in openai.calls if call.path == CHAT])
    openai.fail(CHAT, schema="nextmove", hang=hang)
    await chat.say(GOOD)
    await openai.called(CHAT, before + 1)


def questions(chat: Chat) -> list[int]:
    """How many questions each of the bot's messages asks."""
    return [message.text.count("Question") for message in chat.said_by_bot]


async def test_a_killed_workers_turn_is_taken_up_by_another_within_five_seconds(
    database_url: str, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    async with viva(database_url, *environments(telegram, openai), start=("telegram", "worker")) as running:
        doomed = running.processes[1]
        await begin(chat)
        await answered_while_the_model_hangs(chat, openai, FOR_EVER)
        await running.start("worker")
        await workers_ready(database_url, 2)
        killed = time.monotonic()
        await doomed.kill()
        await chat.wait_for("Question 2/5")
        assert time.monotonic() - killed < 5
        await until_quiet(database_url)
    assert questions(chat) == [1, 1]
    assert openai.calls[0].given_up, "the killed worker had asked the model"


async def test_a_restarted_worker_takes_up_at_once_what_it_had_in_hand_when_it_was_killed(
    database_url: str, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    async with viva(database_url, *environments(telegram, openai), start=("telegram", "worker")) as running:
        await begin(chat)
        await answered_while_the_model_hangs(chat, openai, FOR_EVER)
        await running.processes[1].kill()
        await workers_ready(database_url, 0)
        await running.start("worker")
        await workers_ready(database_url, 1)
        ready = time.monotonic()
        await chat.wait_for("Question 2/5")
        assert time.monotonic() - ready < 2
        await until_quiet(database_url)
    assert questions(chat) == [1, 1]


async def test_a_frozen_workers_turn_is_done_once_and_when_it_wakes_up_it_changes_nothing(
    database_url: str, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    openai.on_chat(say_which_call(openai), schema="nextmove")
    late = asyncio.Event()
    async with viva(database_url, *environments(telegram, openai), start=("telegram", "worker")) as running:
        frozen = running.processes[1]
        await begin(chat)
        await answered_while_the_model_hangs(chat, openai, late)
        frozen.freeze()
        await expire_leases(database_url)
        (other,) = await running.start("worker")
        assert "call 0" not in (await chat.wait_for("Question 2/5")).text
        await chat.say(GOOD)
        await chat.wait_for("Question 3/5")
        await until_quiet(database_url)
        before = await kept(database_url), chat.transcript()
        late.set()
        frozen.thaw()
        await frozen.until_logged("was given to another worker")
        assert (await kept(database_url), chat.transcript()) == before
        await other.stop()
        await chat.say(GOOD)
        await chat.wait_for("Question 4/5")
    assert questions(chat) == [1, 1, 1, 1]


def say_which_call(openai: FakeOpenAI) -> ChatBrain:
    """An interviewer who says which of all calls is being answered, from 0."""

    def brain(request: ChatRequest) -> Mapping[str, object]:
        number = next(n for n, chat in enumerate(openai.chats) if chat is request)
        return {"heard": [], "follow_up": "", "bridge": f"This answers call {number}."}

    return brain


async def test_when_the_owner_of_the_embedded_database_is_killed_the_others_serve_on_within_five_seconds(
    telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    with open_folder() as home:
        here = {"HOME": str(home), "DATABASE_URL": ""}
        async with viva("", *environments(telegram, openai), here, start=("worker",)) as running:
            await exists(home / ".local/share/viva/postgres/data/postmaster.pid")
            owner = running.processes[0]
            await running.start("telegram", "worker")
            await begin(chat)
            await chat.say(GOOD)
            await chat.wait_for("Question 2/5")
            killed = time.monotonic()
            await owner.kill()
            await chat.say(GOOD)
            await chat.wait_for("Question 3/5")
            assert time.monotonic() - killed < 5
            await chat.say("/grade")
            await chat.wait_for("Work on next")
    assert questions(chat)[:3] == [1, 1, 1]


async def exists(path: Path) -> None:
    async with asyncio.timeout(30):
        while not path.exists():  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.05)
