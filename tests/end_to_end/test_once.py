"""However often something comes, and whoever is killed when: one turn, one model call, one reply, one scorecard."""

from __future__ import annotations

import asyncio
from collections import Counter

from tests.end_to_end.brains import assessment
from tests.end_to_end.viva import Viva, openai_environment, telegram_environment, viva
from tests.end_to_end.watch import rows, until, until_quiet
from tests.loopback.openai import ChatRequest, FakeOpenAI
from tests.loopback.slack import FakeSlack
from tests.loopback.telegram import Chat, FakeTelegram

GOOD = "I would compare the training error with the validation error and then choose the simpler model of the two"
CHAT = "/chat/completions"
MOVE, ASSESSMENT = "nextmove", "answerassessment"


def environments(telegram: FakeTelegram, openai: FakeOpenAI) -> tuple[dict[str, str], dict[str, str]]:
    return telegram_environment(telegram.url, telegram.token), openai_environment(openai.base_url, openai.api_key)


def asked(openai: FakeOpenAI) -> Counter[str | None]:
    """How often the model was asked for what."""
    return Counter(request.schema_name for request in openai.chats)


def questions(chat: Chat) -> list[int]:
    """How many questions each of the bot's messages asks."""
    return [message.text.count("Question") for message in chat.said_by_bot]


async def replaced(running: Viva, name: str, count: int) -> None:
    """All of these processes are killed, and as many are started."""
    for process in running.processes:
        if process.name == name:
            await process.kill()
    await running.start(*[name] * count)


async def test_a_telegram_update_that_comes_again_and_again_is_one_turn_before_and_after_a_restart(
    database_url: str, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    async with viva(database_url, *environments(telegram, openai), start=("telegram", "worker")) as running:
        updates = [(await chat.say("/start data-science 5")).update]
        await chat.wait_for("Question 1/5")
        updates.append((await chat.say(GOOD)).update)
        await telegram.redeliver(updates[-1])
        await chat.wait_for("Question 2/5")
        for update in updates * 3:
            await telegram.redeliver(update)
        await telegram.until_confirmed((await chat.say("/progress")).update)
        await chat.wait_for("1/5 done")
        await until_quiet(database_url)
        await replaced(running, "telegram", 1)
        await replaced(running, "worker", 2)
        for update in updates * 3:
            await telegram.redeliver(update)
        updates.append((await chat.say(GOOD)).update)
        await chat.wait_for("Question 3/5")
        await until_quiet(database_url)
    assert questions(chat) == [1, 1, 0, 1]
    assert asked(openai) == {MOVE: 2, ASSESSMENT: 2}


async def test_a_slack_message_and_its_mention_delivered_again_and_again_are_one_turn_before_and_after_a_restart(
    database_url: str, slack: FakeSlack, openai: FakeOpenAI
) -> None:
    asha = slack.user("U1", "Asha")
    cohort = slack.channel("C1", "ds-cohort", [asha])
    model = openai_environment(openai.base_url, openai.api_key)
    async with viva(database_url, slack.env(), model, start=("slack", "worker")) as running:
        await slack.connected(1)
        said = [await cohort.say(asha, "@viva data-science 5")]
        thread = (await cohort.wait_for("Question 1/5")).thread
        said.append(await thread.say(asha, f"@viva {GOOD}"))
        await slack.redeliver(said[-1])
        await thread.wait_for("Question 2/5")
        for message in said * 2:
            await slack.redeliver(message)
        await until_quiet(database_url)
        await replaced(running, "slack", 2)
        await replaced(running, "worker", 1)
        await slack.connected(2)
        for message in said * 2:
            await slack.redeliver(message)
        await thread.say(asha, GOOD)
        await thread.wait_for("Question 3/5")
        await until_quiet(database_url)
    events = [delivery.event["type"] for delivery in slack.deliveries if delivery.about is said[1]]
    assert min(Counter(events).values()) >= 5, "both kinds came again and again"
    assert [message.shown.count("Question") for message in thread.messages if message.by_app] == [1, 1, 1]
    assert asked(openai) == {MOVE: 2, ASSESSMENT: 2}


async def test_one_scorecard_closes_the_interview_though_workers_are_killed_while_grading_and_between_its_parts(
    database_url: str, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    openai.on_chat(wordy, schema=ASSESSMENT)
    openai.fail(CHAT, schema=ASSESSMENT, hang=True)
    in_the_middle = telegram.fail("sendMessage", hang=60, where=lambda params: "2. " in params["text"])
    async with viva(database_url, *environments(telegram, openai), start=("telegram", "worker")) as running:
        await two_answers(chat)
        await chat.say("/grade")
        await chat.wait_for("preparing your scorecard")
        await all_sent(database_url)
        await replaced(running, "worker", 1)
        await asyncio.wait_for(in_the_middle.hit.wait(), 20)
        await replaced(running, "worker", 1)
        await chat.wait_for("Work on next")
        await until_quiet(database_url)
    card = [message.text for message in chat.said_by_bot if "Question" not in message.text][1:]
    assert len(card) >= 2, "in parts"
    assert [text.count("Scorecard: ") for text in card] == [1] + [0] * (len(card) - 1)
    assert ["Work on next" in text for text in card] == [False] * (len(card) - 1) + [True]
    assert await rows(database_url, "select number, revision from grade order by 1") == [(1, 1), (2, 1)]
    assert asked(openai) == {MOVE: 2, ASSESSMENT: 3}, "only the call that was cut off is made again"


async def all_sent(database_url: str) -> None:
    """Until it is also recorded: what a killed worker has sent, but not recorded, is sent again."""
    await until(database_url, "not exists (select 1 from work where kind = 'say' and done_at is null)")


async def two_answers(chat: Chat) -> None:
    await chat.say("/start data-science 5")
    for number in (1, 2):
        await chat.wait_for(f"Question {number}/5")
        await chat.say(GOOD)
    await chat.wait_for("Question 3/5")


def wordy(request: ChatRequest) -> dict[str, object]:
    """An assessment of which no two fit into one message."""
    much = "Say what you would do, why, and what could go wrong. " * 11
    return assessment(request) | {"good": much, "missing": much, "improve": much}


async def test_late_grades_edit_the_one_scorecard_in_place_though_the_worker_is_killed_in_the_middle_of_it(
    database_url: str, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    openai.fail(CHAT, times=2, schema=ASSESSMENT, hang=(graders_back := asyncio.Event()))
    async with viva(database_url, *environments(telegram, openai), start=("telegram", "worker")) as running:
        await two_answers(chat)
        await chat.say("/grade")
        await until(database_url, "exists (select 1 from work where key like 'score:%' and result <> '{}')")
        await rows(database_url, WAITED_LONG)
        await chat.wait_for(r"Overall: nothing graded yet")
        await all_sent(database_url)
        shown = len(chat.said_by_bot)
        in_the_middle = telegram.fail("editMessageText", hang=60, where=lambda params: "2. " in params["text"])
        graders_back.set()
        await asyncio.wait_for(in_the_middle.hit.wait(), 20)
        await replaced(running, "worker", 1)
        await until_quiet(database_url)
    assert len(chat.said_by_bot) == shown, "edited, and nothing posted"
    card = "\n".join(message.text for message in chat.said_by_bot[-4:])
    assert card.count("Scorecard: ") == 1
    assert card.count("Grade: 8/10") == 2
    assert "not graded yet" not in card
    assert "Work on next" in chat.said_by_bot[-1].text
    assert asked(openai) == {MOVE: 2, ASSESSMENT: 2}


# As if the scorecard had waited for its grades for a minute already.
WAITED_LONG = """
    update work set result = jsonb_build_object('waiting since', extract(epoch from now()) - 60)
    where key like 'score:%'"""
