"""Whole interviews on Telegram: real processes, the real client library, real PostgreSQL, real voice."""

from __future__ import annotations

import asyncio
import re

import asyncpg

from tests.end_to_end.viva import free_port, openai_environment, telegram_environment, viva
from tests.loopback import speech
from tests.loopback.openai import FakeOpenAI
from tests.loopback.telegram import Chat, FakeTelegram

GOOD = "I would compare the training error with the validation error and then choose the simpler model of the two"


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
    said = "\n".join(message.text for message in chat.said_by_bot)
    assert len(re.findall(r"Grade: \d+/10", said)) == 5
    assert chat.said_by_bot[-1].text.rstrip().count("Work on next") == 1


async def test_a_spoken_interview_with_a_model(database_url: str, telegram: FakeTelegram, openai: FakeOpenAI) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    words = "the training error is low but the validation error is high so the model is too complex"
    note = speech.ogg_opus(speech.speak(words))
    async with viva(database_url, *environment(telegram, openai), start=("telegram", "worker")):
        await chat.say("/start data-science 5")
        await chat.wait_for("Question 1/5")
        for _ in range(5):
            await chat.send_voice(note, 5, "audio/ogg")
            heard = await chat.wait_for("I heard:", timeout=30)
            assert words in heard.text.lower()
        await chat.wait_for("Scorecard", timeout=30)
    asked = openai.transcriptions[0]
    assert "K-means" in " ".join(asked.keywords or [])
    said = "\n".join(message.text for message in chat.said_by_bot)
    assert len(re.findall(r"Grade: \d+/10", said)) == 5
    openai.assert_clean()


async def test_grade_ends_early_and_shows_the_same_scorecard_again(database_url: str, telegram: FakeTelegram) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    async with viva(database_url, *environment(telegram), start=("telegram", "worker")):
        await chat.say("/start data-science 10")
        await chat.wait_for("Question 1/10")
        await chat.say(GOOD)
        await chat.wait_for("Question 2/10")
        await chat.press("Grade me")
        first = await chat.wait_for("Scorecard")
        assert "1 response" in first.text
        await chat.say("/grade")
        second = await chat.wait_for("Scorecard")
    assert second.text == first.text


async def test_the_cap_of_25_is_a_cap(database_url: str, telegram: FakeTelegram) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    async with viva(database_url, *environment(telegram), start=("telegram", "worker")):
        await chat.say("/start data-science 25")
        await answer_all(chat, 25)
        await chat.say("One more answer, please grade this one too")
        await chat.wait_for("Scorecard", timeout=30)
        await chat.wait_until(lambda: "Work on next" in chat.said_by_bot[-1].text)
    said = "\n".join(message.text for message in chat.said_by_bot)
    assert len(re.findall(r"Grade: \d+/10", said)) == 25
    assert "Question 26" not in said
    entries = re.findall(r"^(\d+)\. ", said, re.MULTILINE)
    assert entries == [str(number) for number in range(1, 26)]


async def test_updates_that_are_delivered_again_change_nothing(database_url: str, telegram: FakeTelegram) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    async with viva(database_url, *environment(telegram), start=("telegram", "worker")):
        begun = await chat.say("/start data-science 5")
        await chat.wait_for("Question 1/5")
        answer = await chat.say(GOOD)
        await chat.wait_for("Question 2/5")
        for message in (begun, answer, answer):
            await telegram.redeliver(message.update)
        await chat.say(GOOD)
        await chat.wait_for("Question 3/5")
    assert [m.text.count("Question") for m in chat.said_by_bot] == [1, 1, 1]


async def test_killed_in_the_middle_it_goes_on_where_it_was(
    database_url: str, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    async with viva(database_url, *environment(telegram, openai), start=("telegram", "worker")) as running:
        await chat.say("/start data-science 5")
        await chat.wait_for("Question 1/5")
        openai.pace.latency = 1.0
        asked = len(openai.calls)
        await chat.say(GOOD)
        await openai.called("/chat/completions", asked + 1, 10)
        for process in running.processes:
            await process.kill()
        openai.pace.latency = 0.0
        await running.start("telegram", "worker")
        await answer_all(chat, 5, first=2)
        await chat.wait_for("Scorecard", timeout=30)
    questions = [m.text for m in chat.said_by_bot if "Question" in m.text and "Scorecard" not in m.text]
    assert len(questions) == 5


async def test_two_learners_at_once_see_nothing_of_each_other(
    database_url: str, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    asha = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    ben = telegram.private_chat(telegram.learner(43, "Ben Okoro"))
    spoken = {
        asha: "regularisation makes the weights of the model smaller and so it overfits less on the data",
        ben: "customers who cancel their contract are often unhappy with the service that they received",
    }

    async def interview(chat: Chat, words: str) -> None:
        note = speech.ogg_opus(speech.speak(words))
        await chat.say("/start data-science 5")
        await chat.wait_for("Question 1/5")
        for _ in range(5):
            await chat.send_voice(note, 5, "audio/ogg")
            heard = await chat.wait_for("I heard:", timeout=30)
            assert words in heard.text.lower()
        await chat.wait_for("Scorecard", timeout=30)

    async with viva(database_url, *environment(telegram, openai), start=("telegram", "worker", "worker")):
        await asyncio.gather(*(interview(chat, words) for chat, words in spoken.items()))
    for chat, words in spoken.items():
        (other,) = {text for owner, text in spoken.items() if owner is not chat}
        assert other not in chat.transcript().lower()
        assert words in chat.transcript().lower()


async def test_a_message_that_crossed_with_the_next_question_belongs_to_the_answer_before(
    database_url: str, telegram: FakeTelegram, openai: FakeOpenAI
) -> None:
    chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
    async with viva(database_url, *environment(telegram, openai), start=("telegram", "worker")):
        await chat.say("/start data-science 5")
        await chat.wait_for("Question 1/5")
        openai.pace.latency = 0.5
        await chat.say(GOOD)
        await chat.say("And I would keep a test set that nobody looks at")
        await chat.wait_for("Question 2/5")
        await chat.wait_for("added it to your previous answer")
        await chat.say("/grade")
        card = await chat.wait_for("Scorecard", timeout=30)
        assert "1 response" in card.text
    connection = await asyncpg.connect(database_url)
    parts = await connection.fetchval("select jsonb_array_length(parts) from exchange where number = 1")
    grades = await connection.fetch("select revision from grade where number = 1")
    await connection.close()
    assert parts == 2
    assert 2 in {row["revision"] for row in grades}


async def test_by_webhook(database_url: str) -> None:
    port = free_port()
    async with FakeTelegram(webhook_at=f"http://127.0.0.1:{port}") as telegram:
        chat = telegram.private_chat(telegram.learner(42, "Asha Rao"))
        hook = {
            "TELEGRAM_WEBHOOK_URL": "https://viva.example/telegram",
            "TELEGRAM_WEBHOOK_SECRET": "open-sesame",
            "PORT": str(port),
        }
        async with viva(database_url, *environment(telegram), hook, start=("web", "worker")):
            await telegram.wait_for_call("setWebhook")
            await chat.say("/start data-science 5")
            await answer_all(chat, 5)
            await chat.wait_for("Scorecard", timeout=30)


async def test_in_a_group_everybody_has_an_interview_of_their_own(database_url: str, telegram: FakeTelegram) -> None:
    asha, ben = telegram.learner(42, "Asha Rao"), telegram.learner(43, "Ben Okoro")
    group = telegram.group(-7, "Cohort")
    async with viva(database_url, *environment(telegram), start=("telegram", "worker")):
        await group.say("/start data-science 5", by=asha)
        first = await group.wait_for("Question 1/5")
        await group.say("/start data-science 5", by=ben)
        await group.wait_for("Question 1/5")
        await group.say(GOOD, by=asha, reply_to=first)
        await group.wait_for("Question 2/5")
        moved = await telegram.migrate(group)
        await moved.say("/progress", by=ben)
        shown = await moved.wait_for("0/5 done")
        await moved.say(GOOD, by=ben, reply_to=shown)
        await moved.wait_for("Question 2/5", timeout=30)
        await moved.say("/grade", by=ben)
        card = await moved.wait_for("Scorecard", timeout=30)
        assert "1 response" in card.text
        await moved.say("/progress", by=asha)
        await moved.wait_for("1/5 done")
