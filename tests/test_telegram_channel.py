"""Sending on Telegram, and what its refusals mean."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bots.telegram.channel import LARGEST_DOWNLOAD, TelegramChannel
from engine.failures import Unavailable, Unusable
from engine.reply import Block, Button, Reply, say
from engine.said import Recording
from tests.loopback.telegram import Chat, FakeTelegram
from tests.loopback.telegram_bot import real_bot

PRIVATE = {"chat_id": 42, "thread_id": None, "group": 0}


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(poll_rules=False) as fake:
        yield fake


@pytest.fixture
async def channel(telegram: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    async with real_bot(telegram) as bot:
        yield TelegramChannel(bot, telegram.bot["id"])


@pytest.fixture
def chat(telegram: FakeTelegram) -> Chat:
    return telegram.private_chat(telegram.learner(42, "Asha Rao"))


async def test_what_a_learner_wrote_is_shown_letter_by_letter(channel: TelegramChannel, chat: Chat) -> None:
    await channel.send(PRIVATE, say(Block("<b>5 < 6</b> & _so_ on\0\ud800", "quote")))
    assert chat.said_by_bot[-1].text == "<b>5 < 6</b> & _so_ on?"


async def test_a_message_that_telegram_cannot_parse_goes_out_as_plain_text(
    telegram: FakeTelegram, channel: TelegramChannel, chat: Chat
) -> None:
    telegram.fail("sendMessage", status=400, body="Bad Request: can't parse entities: unsupported start tag")
    sent = await channel.send(PRIVATE, say(Block("Scorecard", "heading")))
    assert chat.said_by_bot[-1].text == "Scorecard"
    assert chat.said_by_bot[-1].marked("bold") == []
    assert sent.position == chat.said_by_bot[-1].id


async def test_buttons_come_back_as_they_were_written(channel: TelegramChannel, chat: Chat) -> None:
    await channel.send(PRIVATE, say("Which?", buttons=[[Button("Law", "role law")]]))
    pressed = (await chat.press("Law")).update
    assert pressed
    assert pressed["callback_query"]["data"] == "role law"


async def test_in_a_group_a_question_asks_its_learner_for_a_reply(
    telegram: FakeTelegram, channel: TelegramChannel
) -> None:
    asha, group = telegram.learner(42, "Asha"), telegram.group(-7, "Cohort")
    asked = await group.say("/start", by=asha)
    question = Reply(((Block("Question 1/5"),),), kind="question", exchange=1, answer_to=str(asked.id))
    await channel.send({"chat_id": -7, "thread_id": None, "group": 1}, question)
    shown = group.said_by_bot[-1]
    assert shown.markup
    assert shown.markup["force_reply"]
    assert shown.markup["selective"]
    assert shown.reply_to is not None


async def test_a_chat_that_has_moved_is_followed(telegram: FakeTelegram, channel: TelegramChannel) -> None:
    group = telegram.group(-7, "Cohort")
    moved = await telegram.migrate(group)
    await channel.send({"chat_id": -7, "thread_id": None, "group": 1}, say("still here"))
    assert moved.said_by_bot[-1].text == "still here"


async def test_an_edit_that_changes_nothing_is_fine(channel: TelegramChannel, chat: Chat) -> None:
    sent = await channel.send(PRIVATE, say("as it is"))
    await channel.edit(PRIVATE, sent.ref, say("as it is"))
    await channel.edit(PRIVATE, sent.ref, say("better"))
    assert chat.said_by_bot[-1].text == "better"


async def test_a_flood_limit_says_how_long_to_wait(
    telegram: FakeTelegram, channel: TelegramChannel, chat: Chat
) -> None:
    telegram.fail("sendMessage", retry_after=7)
    with pytest.raises(Unavailable) as refused:
        await channel.send(PRIVATE, say("x"))
    assert refused.value.retry_after == 7
    assert not refused.value.in_doubt, "Telegram said no, so nothing was sent"


async def test_a_send_without_an_answer_may_have_worked(
    telegram: FakeTelegram, channel: TelegramChannel, chat: Chat
) -> None:
    telegram.fail("sendMessage", drop="after")
    with pytest.raises(Unavailable) as refused:
        await channel.send(PRIVATE, say("x"))
    assert refused.value.in_doubt
    assert chat.said_by_bot[-1].text == "x"


async def test_a_learner_who_blocked_the_bot_is_not_written_to_again(channel: TelegramChannel, chat: Chat) -> None:
    await chat.block()
    with pytest.raises(Unusable) as refused:
        await channel.send(PRIVATE, say("x"))
    assert refused.value.reason == "blocked"


async def test_a_recording_is_fetched_whole(channel: TelegramChannel, chat: Chat) -> None:
    voice = await chat.send_voice(b"OggS" + bytes(5000), 3, "audio/ogg")
    assert voice.update
    file = voice.update["message"]["voice"]["file_id"]
    async with channel.download(Recording({"file_id": file})) as chunks:
        assert len(b"".join([chunk async for chunk in chunks])) == 5004


async def test_a_recording_that_is_too_big_is_not_asked_for(telegram: FakeTelegram, channel: TelegramChannel) -> None:
    with pytest.raises(Unusable) as refused:
        async with channel.download(Recording({"file_id": "F"}, size=LARGEST_DOWNLOAD + 1)):
            pass
    assert refused.value.reason == "too_big"
    assert telegram.calls_of("getFile") == []


async def test_drafts_are_shown_in_private_chats_and_at_most_one_a_second(channel: TelegramChannel, chat: Chat) -> None:
    for text in ("One.", "One. Two.", "One. Two. Three."):
        await channel.preview(PRIVATE, text)
    assert [draft.what for draft in chat.drafts] == ["One."]


async def test_a_preview_that_fails_is_nobodys_problem(
    telegram: FakeTelegram, channel: TelegramChannel, chat: Chat
) -> None:
    telegram.fail("*", times=2, status=500)
    await channel.preview(PRIVATE, None)
    await channel.preview(PRIVATE, "One.")
    await channel.send(PRIVATE, say("the record"))
    assert chat.said_by_bot[-1].text == "the record"
