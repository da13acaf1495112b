"""SIGTERM to each kind of process while it has work in hand: it ends soon and in good order, and nothing is lost."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.end_to_end.viva import (
    Process,
    free_port,
    listening,
    openai_environment,
    telegram_environment,
    viva,
)
from tests.end_to_end.watch import nothing_can_be_stored, rows, until, until_quiet, workers_ready
from tests.loopback import speech
from tests.loopback.network import Network
from tests.loopback.openai import FakeOpenAI
from tests.loopback.slack import FakeSlack
from tests.loopback.telegram import Chat, FakeTelegram

GOOD = "I would compare the training error with the validation error and then choose the simpler model of the two"
SPOKEN = "the training error is low but the validation error is high so the model is too complex"
CHAT = "/chat/completions"
LONGEST_STOP = 10.0


def environments(telegram: FakeTelegram, openai: FakeOpenAI) -> tuple[dict[str, str], dict[str, str]]:
    return telegram_environment(telegram.url, telegram.token), openai_environment(openai.base_url, openai.api_key)


async def stopped(process: Process) -> None:
    """Told to stop it ends with 0 within ten seconds."""
    told = time.monotonic()
    assert await process.stop() == 0, process.log
    assert time.monotonic() - told < LONGEST_STOP


async def begun(telegram: FakeTelegram, *names: str) -> list[Chat]:
    """Learners who have been asked their first question."""
    chats = [telegram.private_chat(telegram.learner(42 + n, name)) for n, name in enumerate(names)]
    await asyncio.gather(*(begin(chat) for chat in chats))
    return chats


async def begin(chat: Chat) -> None:
    await chat.say("/start data-science 5")
    await chat.wait_for("Question 1/5")


def questions(chat: Chat) -> list[int]:
    """How many questions each of the bot's messages asks."""
    return [message.text.count("Question") for message in chat.said_by_bot]


async def converting(process: Process) -> None:
    """Until it has a program of its own running, which is ffmpeg. Only Linux tells."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    async with asyncio.timeout(20):
        while not children.read_text():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.002)


async def test_a_worker_hands_back_what_it_cannot_finish_and_another_finishes_it_once(
    database_url: str, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    note = speech.ogg_opus(speech.speak(SPOKEN) + speech.silence(55))
    async with viva(database_url, *environments(telegram, openai), start=("telegram", "worker")) as running:
        worker = running.processes[1]
        asha, ben, carol = await begun(telegram, "Asha", "Ben", "Carol")
        told_to_wait = telegram.fail("sendMessage", retry_after=3, where=lambda params: params["chat_id"] == carol.id)
        await carol.say(GOOD)
        await asyncio.wait_for(told_to_wait.hit.wait(), 20)
        openai.fail(CHAT, schema="nextmove", hang=True)
        asked = len(openai.calls)
        await asha.say(GOOD)
        await openai.called(CHAT, asked + 1)
        await ben.send_voice(note, 60)
        await converting(worker)
        stopping = asyncio.create_task(stopped(worker))
        await running.start("worker")
        await carol.wait_for("Question 2/5")
        await asha.wait_for("Question 2/5")
        await stopping
        assert SPOKEN in (await ben.wait_for("I heard:")).text.lower()
        await until_quiet(database_url)
    assert [questions(chat) for chat in (asha, ben, carol)] == [[1, 1]] * 3
    assert len(openai.transcriptions) == 1, "what was being converted was finished, not begun anew"


async def test_all_in_one_process_finishes_what_it_has_in_hand_and_receives_no_more(
    database_url: str, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    answering = asyncio.Event()
    async with viva(database_url, *environments(telegram, openai), start=("run",)) as running:
        (chat,) = await begun(telegram, "Asha")
        openai.fail(CHAT, schema="nextmove", hang=answering)
        await chat.say(GOOD)
        await openai.called(CHAT, 1)
        stopping = asyncio.create_task(stopped(running.processes[0]))
        await until(database_url, "not exists (select 1 from lease)")
        after = await chat.say("And I would keep a test set that nobody looks at")
        answering.set()
        await stopping
        assert after.update in telegram.updates.pending, "nobody received it"
        (done,) = await rows(database_url, "select count(*) from work where kind like 'event%' and done_at is not null")
        assert done == (2,), "the turn that waited for the model was taken"
        await running.start("run")
        await chat.wait_for("Question 2/5")
        await chat.wait_for("added it to your previous answer")
        await until_quiet(database_url)
    assert questions(chat)[:2] == [1, 1]
    assert [request.schema_name for request in openai.chats].count("nextmove") == 1


async def test_a_telegram_poller_that_is_stopped_while_it_stores_loses_nothing_and_the_next_polls_at_once(
    database_url: str, telegram: FakeTelegram
) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha"))
    only_telegram = telegram_environment(telegram.url, telegram.token)
    async with viva(database_url, only_telegram, start=("telegram", "worker")) as running:
        await begin(chat)
        await workers_ready(database_url, 1)
        async with nothing_can_be_stored(database_url):
            await chat.say(GOOD)
            await somebody_waits(database_url)
            await stopped(running.processes[0])
        assert len(await rows(database_url, "select key from work where kind like 'event%'")) == 1
        await running.start("telegram")
        await chat.wait_for("Question 2/5")
        await until_quiet(database_url)
    assert questions(chat) == [1, 1]


async def somebody_waits(database_url: str) -> None:
    """Until a process wants to store what it has received, and cannot."""
    waiting = """exists (select 1 from pg_stat_activity
        where wait_event_type = 'Lock' and query like '%enqueue%' and datname = current_database())"""
    await until(database_url, waiting)


async def test_a_web_process_answers_what_it_has_in_hand_and_listens_no_more(database_url: str) -> None:
    port = free_port()
    hook = {
        "TELEGRAM_WEBHOOK_URL": "https://viva.example/telegram",
        "TELEGRAM_WEBHOOK_SECRET": "open-sesame",
        "PORT": str(port),
    }
    async with FakeTelegram(webhook_at=f"http://127.0.0.1:{port}") as telegram:
        chat = telegram.private_chat(telegram.learner(42, "Asha"))
        only_telegram = telegram_environment(telegram.url, telegram.token)
        async with viva(database_url, only_telegram, hook, start=("web", "worker")) as running:
            await telegram.wait_for_call("setWebhook")
            await begin(chat)
            async with nothing_can_be_stored(database_url):
                in_hand = await chat.say(GOOD)
                await somebody_waits(database_url)
                stopping = asyncio.create_task(stopped(running.processes[0]))
                await nobody_listens(port)
            await stopping
            await telegram.until_confirmed(in_hand.update, timeout=0.5)
            await chat.wait_for("Question 2/5")
            await chat.say(GOOD)
            await running.start("web")
            await listening(port)
            await chat.wait_for("Question 3/5")
            await until_quiet(database_url)
    assert questions(chat) == [1, 1, 1]


async def nobody_listens(port: int) -> None:
    async with asyncio.timeout(LONGEST_STOP):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                return
            writer.close()
            await asyncio.sleep(0.02)


async def test_a_socket_mode_process_that_is_stopped_while_it_stores_loses_nothing(
    database_url: str, slack: FakeSlack
) -> None:
    asha = slack.user("U1", "Asha")
    cohort = slack.channel("C1", "ds-cohort", [asha])
    async with viva(database_url, slack.env(), start=("slack", "worker")) as running:
        await slack.connected(1)
        await slack.slash(asha, cohort, "/interview", "data-science 5")
        thread = (await cohort.wait_for("Question 1/5")).thread
        async with nothing_can_be_stored(database_url):
            await thread.say(asha, GOOD)
            await somebody_waits(database_url)
            await stopped(running.processes[0])
        await running.start("slack")
        await thread.wait_for("Question 2/5")
        await slack.settled()
        await until_quiet(database_url)
    assert [message.shown.count("Question") for message in thread.messages if message.by_app] == [1, 1]


async def test_a_worker_stops_also_while_its_database_is_silent(
    database_url: str, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    async with Network(database_url) as network:
        slow = {"DATABASE_URL": network.url}
        async with viva(database_url, *environments(telegram, openai), start=("telegram",)) as running:
            [worker] = await running.start("worker", **slow)
            [asha] = await begun(telegram, "Asha")
            openai.fail(CHAT, schema="nextmove", hang=True)
            asked = len(openai.calls)
            await asha.say(GOOD)
            await openai.called(CHAT, asked + 1)
            network.vanish()
            await stopped(worker)
            openai.heal()
            # The silent server still has the dead worker's connection, so that only the lease tells.
            await rows(database_url, "update lane set lease_until = now() where owner is not null")
            await running.start("worker")
            await asha.wait_for("Question 2/5")
    assert questions(asha).count(1) == 2
