"""Several processes of a kind: one Telegram poller works and the others stand by, all else shares the work."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Sequence

import aiohttp

from tests.end_to_end.viva import (
    ROOT,
    Process,
    Viva,
    free_port,
    listening,
    openai_environment,
    telegram_environment,
    viva,
)
from tests.end_to_end.watch import named, nothing_can_be_stored, rows, until, until_quiet, workers_ready
from tests.loopback.network import Network
from tests.loopback.openai import FakeOpenAI
from tests.loopback.slack import App, FakeSlack, Timing
from tests.loopback.telegram import Chat, FakeTelegram

GOOD = "I would compare the training error with the validation error and then choose the simpler model of the two"
SECRET = "open-sesame"
ASKED = """exists (select 1 from pg_stat_activity
    where application_name = $1 and (query like '%lease%' or query like 'COMMIT%') and query_start > $2)"""


def environment(telegram: FakeTelegram) -> dict[str, str]:
    return telegram_environment(telegram.url, telegram.token)


async def two_pollers(running: Viva, telegram: FakeTelegram, database_url: str, first_url: str) -> tuple[Process, ...]:
    """The first polls; the second has asked for the lease, and stands by."""
    (first,) = await running.start("telegram", DATABASE_URL=named(first_url, "first"))
    await telegram.wait_for_call("getUpdates")
    (second,) = await running.start("telegram", DATABASE_URL=named(database_url, "second"))
    await until_asked(database_url, "second")
    return first, second


async def until_asked(database_url: str, name: str) -> None:
    """Until a process has asked for the lease since now."""
    (now,) = (await rows(database_url, "select clock_timestamp()"))[0]
    await until(database_url, ASKED, name, now)


async def renewed(database_url: str) -> None:
    """Until the lease has just been prolonged: the worst moment for those who wait for its end."""
    await until(database_url, "until > $1 from lease", (await rows(database_url, "select until from lease"))[0][0])


def conflicts(telegram: FakeTelegram) -> int:
    return sum(refusal.status == 409 for _, refusal in telegram.refusals)


async def test_when_the_telegram_poller_is_killed_another_polls_within_five_seconds(
    database_url: str, telegram: FakeTelegram
) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    async with viva(database_url, environment(telegram), start=()) as running:
        first, _ = await two_pollers(running, telegram, database_url, database_url)
        await telegram.until_confirmed((await chat.say("to the first")).update)
        await renewed(database_url)
        killed = time.monotonic()
        await first.kill()
        confirmed = await telegram.until_confirmed((await chat.say("to the second")).update)
    assert confirmed - killed < 5
    assert conflicts(telegram) == 0, "nobody polled beside the one whose turn it was"
    assert len(await rows(database_url, "select key from work")) == 2


async def test_a_frozen_poller_is_replaced_and_stands_by_when_it_wakes_up(
    database_url: str, telegram: FakeTelegram
) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    async with viva(database_url, environment(telegram), start=()) as running:
        first, second = await two_pollers(running, telegram, database_url, database_url)
        frozen = time.monotonic()
        first.freeze()
        during = await chat.say("while it is frozen")
        assert await telegram.until_confirmed(during.update) - frozen < 30
        first.thaw()
        await until_asked(database_url, "first")
        await telegram.until_confirmed((await chat.say("when it is awake")).update)
        await until_asked(database_url, "first")
        assert conflicts(telegram) <= 1, "one for the request that was open when it froze, none for a new one"
        assert await second.stop() == 0
        stopped = time.monotonic()
        assert await telegram.until_confirmed((await chat.say("its turn again")).update) - stopped < 5
    assert len(await rows(database_url, "select key from work")) == 3


async def test_a_poller_that_has_lost_its_database_stops_polling_and_another_takes_over(
    database_url: str, telegram: FakeTelegram
) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    async with Network(database_url) as network, viva(database_url, environment(telegram), start=()) as running:
        first, _ = await two_pollers(running, telegram, database_url, network.url)
        vanished, so_far = time.monotonic(), len(telegram.calls)
        network.vanish()
        await telegram.wait_for_call("getUpdates", since=so_far)
        said = await chat.say("to the second")
        assert await telegram.until_confirmed(said.update) - vanished < 30
        polls = len(telegram.calls_of("getUpdates"))
        await asyncio.sleep(3.5)  # then a poller that was refused would have tried again
        assert len(telegram.calls_of("getUpdates")) == polls, "the other one waits in its long poll"
        asked = time.monotonic()
        assert await first.stop() == 0, "it must also stop without a database"
        assert time.monotonic() - asked < 10
    assert len(await rows(database_url, "select key from work")) == 1


async def test_socket_mode_processes_divide_the_events_and_a_killed_ones_are_delivered_to_the_other(
    database_url: str,
) -> None:
    app = App.from_manifest(ROOT / "bots" / "slack_manifest.yaml")
    async with FakeSlack(app, timing=Timing(ack_within=1.0)) as slack:
        asha = slack.user("U1", "Asha")
        cohort = slack.channel("C1", "ds-cohort", [asha])
        async with viva(database_url, slack.env(), start=("slack", "worker")) as running:
            await slack.connected(1)
            await running.start("slack")
            await slack.connected(2)
            first, _, second = running.processes
            await cohort.say(asha, "@viva data-science 5")
            thread = (await cohort.wait_for("Question 1/5")).thread
            async with nothing_can_be_stored(database_url):
                await thread.say(asha, GOOD)
                got_it = await slack.until(lambda: holders(slack, GOOD))
                await (first, second)[got_it[0]].kill()
            await thread.wait_for("Question 2/5")
            await slack.settled()
            await until_quiet(database_url)
        slack.assert_clean()
    assert [message.shown.count("Question") for message in thread.messages if message.by_app] == [1, 1]
    assert sorted(holders(slack, GOOD)) == [0, 1], "given to the one that was killed, then to the other"
    assert len(holders(slack, "data-science 5")) == 2, "the message and its mention went to one each"


def holders(slack: FakeSlack, text: str) -> list[int]:
    """To which connections an event with these words was given."""
    connections = slack.sockets.connections
    return [n for n, each in enumerate(connections) for envelope in each.envelopes if text in json.dumps(envelope)]


async def test_an_update_that_comes_to_two_web_processes_is_one_turn(database_url: str) -> None:
    ports = [free_port(), free_port()]
    hook = {"TELEGRAM_WEBHOOK_URL": "https://viva.example/telegram", "TELEGRAM_WEBHOOK_SECRET": SECRET}
    async with FakeTelegram(webhook_at=f"http://127.0.0.1:{ports[0]}") as telegram:
        chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
        async with viva(database_url, environment(telegram), hook, start=("worker",)) as running:
            for port in ports:
                await running.start("web", PORT=str(port))
            await asyncio.gather(*map(listening, ports))
            await telegram.wait_for_call("setWebhook")
            for text, answer in (("/start data-science 5", "Question 1/5"), (GOOD, "Question 2/5")):
                said = await chat.say(text)
                assert await asyncio.gather(*(post(port, said.update) for port in ports * 2)) == [200] * 4
                await chat.wait_for(answer)
            await until_quiet(database_url)
    assert [message.text.count("Question") for message in chat.said_by_bot] == [1, 1]


async def post(port: int, update: object) -> int:
    """Delivers an update as Telegram does; the status of the answer."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    url = f"http://127.0.0.1:{port}/telegram"
    async with aiohttp.ClientSession() as session, session.post(url, json=update, headers=headers) as response:
        return response.status


async def test_four_workers_take_twelve_interviews_each_in_order_and_once(
    database_url: str, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    chats = [telegram.private_chat(telegram.learner(100 + n, f"Learner{n}")) for n in range(12)]
    openai.pace.latency = 0.2
    model = openai_environment(openai.base_url, openai.api_key)
    processes = ("telegram", *["worker"] * 4)
    async with viva(database_url, environment(telegram), model, start=processes):
        await workers_ready(database_url, 4)
        await asyncio.gather(*(interview(chat) for chat in chats))
        await until_quiet(database_url)
    for chat in chats:
        assert numbers_of(chat) == ["1", "2", "3", "scorecard"]
    answers = await rows(database_url, "select parts #>> '{0,text}' from exchange order by interview, number")
    assert Counter(answers) == Counter((text,) for chat in chats for text in (answer(chat, 1), answer(chat, 2), None))
    assert len(openai.calls) == 12 * (2 + 2), "one move and one assessment for each answer"


async def interview(chat: Chat) -> None:
    """Two answers of one's own, then the scorecard."""
    await chat.say("/start data-science 5")
    for number in (1, 2):
        await chat.wait_for(f"Question {number}/5")
        await chat.say(answer(chat, number))
    await chat.wait_for("Question 3/5")
    await chat.say("/grade")
    await chat.wait_for("Work on next")


def answer(chat: Chat, number: int) -> str:
    return f"{chat.id} thinks of answer {number}: compare the training and the validation error, then choose"


def numbers_of(chat: Chat) -> Sequence[str]:
    """Which questions and scorecards the learner saw, in order."""
    found = re.findall(r"Question (\d+)/|(Scorecard): ", "\n".join(message.text for message in chat.said_by_bot))
    return [number or card.lower() for number, card in found]
