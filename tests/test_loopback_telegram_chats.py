"""The strict Telegram, seen by the real python-telegram-bot: groups, topics, presses, blocks, and trouble on demand."""

import asyncio
import urllib.request
from collections.abc import AsyncIterator

import pytest
from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyParameters,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from bots.telegram.channel import seconds
from tests.loopback.telegram import Chat, FakeTelegram
from tests.loopback.telegram_bot import blamed, real_bot

# The client warns that this attribute's type will change.
pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`")

OPUS = b"OggS" + bytes(24) + b"OpusHead" + bytes(40)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(poll_rules=False) as server:
        yield server


@pytest.fixture
async def bot(fake: FakeTelegram) -> AsyncIterator[Bot]:
    async with real_bot(fake) as client:
        yield client


@pytest.fixture
def chat(fake: FakeTelegram) -> Chat:
    return fake.private_chat(fake.learner(42, "Ada Lovelace"))


def keyboard(*data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(one.title(), callback_data=one) for one in data]])


async def updates_of(bot: Bot) -> list[Update]:
    return list(await bot.get_updates())


async def test_anybody_in_a_group_can_press(fake: FakeTelegram, bot: Bot) -> None:
    ada, bob, group = fake.learner(42, "Ada"), fake.learner(43, "Bob"), fake.group(-7, "Cohort")
    await bot.send_message(-7, "Which?", reply_markup=keyboard("law", "data"))
    await group.press("data", by=bob)
    query = (await updates_of(bot))[0].callback_query
    assert query
    assert (query.data, query.from_user.id) == ("data", bob.id)
    waiting = asyncio.create_task(group.wait_until(lambda: group.queries[0].answered))
    await query.answer("Yours", show_alert=True)
    await waiting
    with pytest.raises(AssertionError, match=r"(?s)no button 'poetry' in.*Viva: Which"):
        await group.press("poetry", by=ada)


async def test_groups_have_no_drafts(fake: FakeTelegram, bot: Bot) -> None:
    fake.group(-7, "Cohort")
    with blamed(fake, "private chats only"), pytest.raises(BadRequest):
        await bot.send_message_draft(-7, 1, "x")


async def test_edited_words_come_as_an_edit(bot: Bot, chat: Chat) -> None:
    said = await chat.say("K-means")
    again = await chat.edit(said, "K-medoids")
    first, second = await updates_of(bot)
    assert first.message
    assert second.edited_message
    assert (first.message.text, second.edited_message.text) == ("K-means", "K-medoids")
    assert again.update
    assert [message.text for message in chat.messages] == ["K-medoids"]


async def test_blocking_is_told_and_then_everything_is_forbidden(bot: Bot, chat: Chat) -> None:
    await chat.block()
    (update,) = await updates_of(bot)
    assert update.my_chat_member
    assert update.my_chat_member.new_chat_member.status == "kicked"
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(42, "hello?")
    await chat.unblock()
    await bot.send_message(42, "hello")
    await chat.deactivate()
    with pytest.raises(Forbidden, match="deactivated"):
        await bot.send_message(42, "hello?")


async def test_privacy_mode_hides_what_is_not_for_the_bot(fake: FakeTelegram, bot: Bot) -> None:
    ada, group = fake.learner(42, "Ada"), fake.group(-7, "Cohort")
    asked = await bot.send_message(-7, "What is bias?", reply_markup=ForceReply(selective=True))
    heard = [
        await group.say("/start", by=ada),
        await group.say("/grade@viva_test_bot now", by=ada),
        await group.say("well @Viva_Test_Bot, hm", by=ada),
        await group.say("an error", by=ada, reply_to=asked.message_id),
        await group.send_voice(OPUS, by=ada, reply_to=asked.message_id),
    ]
    hidden = [
        await group.say("hi all", by=ada),
        await group.say("/grade@other_bot", by=ada),
        await group.send_voice(OPUS, by=ada),
        await group.say("me too", by=ada, reply_to=heard[0]),
    ]
    assert all(message.update for message in heard)
    assert not any(message.update for message in hidden)
    assert len(await updates_of(bot)) == len(heard)
    assert group.said_by_bot[0].markup == {"force_reply": True, "selective": True}
    assert (await fake.group(-8, "Ours", admin=True).say("hi", by=ada)).update


async def test_topics_stay_apart(fake: FakeTelegram, bot: Bot) -> None:
    ada, forum = fake.learner(42, "Ada"), fake.group(-1007, "Forum", forum=True)
    thread = await forum.topic("Ada's interview", by=ada)
    said = await forum.say("/start", by=ada, thread=thread)
    update = (await updates_of(bot))[-1]
    assert update.message
    assert (update.message.message_thread_id, update.message.is_topic_message) == (thread, True)
    assert update.message.reply_to_message
    assert update.message.reply_to_message.forum_topic_created
    await bot.send_message(-1007, "Welcome", message_thread_id=thread, reply_parameters=ReplyParameters(said.id))
    assert forum.said_by_bot[0].thread == thread
    with blamed(fake, "message thread not found"), pytest.raises(BadRequest):
        await bot.send_message(-1007, "x", message_thread_id=thread + 100)


async def test_a_reply_in_a_plain_supergroup_carries_a_thread_that_is_no_topic(fake: FakeTelegram, bot: Bot) -> None:
    ada, group = fake.learner(42, "Ada"), fake.group(-1008, "Large")
    asked = await bot.send_message(-1008, "Why?")
    answer = await group.say("Because", by=ada, reply_to=asked.message_id)
    assert answer.thread == asked.message_id
    assert "is_topic_message" not in answer.wire
    await bot.send_message(-1008, "I see", message_thread_id=answer.thread)
    assert group.said_by_bot[-1].thread is None


async def test_private_chats_have_topics_when_the_bot_does() -> None:
    async with FakeTelegram(topics=True) as fake, real_bot(fake) as bot:
        chat = fake.private_chat(fake.learner(42, "Ada"))
        thread = await chat.topic("Law")
        await chat.say("/start", thread=thread)
        await bot.send_message(42, "hi", message_thread_id=thread)
        assert chat.said_by_bot[0].thread == thread


async def test_a_group_that_became_a_supergroup_says_where_it_went(fake: FakeTelegram, bot: Bot) -> None:
    group = fake.group(-7, "Cohort")
    large = await fake.migrate(group)
    left, joined = [update.message for update in await updates_of(bot)]
    assert left
    assert joined
    assert (left.chat.id, left.migrate_to_chat_id) == (-7, large.id)
    assert (joined.chat.id, joined.migrate_from_chat_id) == (large.id, -7)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-7, "x")
    assert moved.value.new_chat_id == large.id
    await bot.send_message(large.id, "here")


async def test_the_bot_is_told_when_it_joins_and_goes(fake: FakeTelegram, bot: Bot) -> None:
    ada, group = fake.learner(42, "Ada"), fake.group(-7, "Cohort")
    await group.add_bot(by=ada)
    joined, service = await updates_of(bot)
    assert joined.my_chat_member
    assert joined.my_chat_member.new_chat_member.status == "member"
    assert service.message
    assert service.message.new_chat_members[0].id == bot.id
    await bot.leave_chat(-7)
    with pytest.raises(Forbidden):
        await bot.send_message(-7, "x")


async def test_commands_and_profile_are_kept(fake: FakeTelegram, bot: Bot) -> None:
    await bot.set_my_commands([("grade", "End and see the scorecard")], language_code="en")
    assert (await bot.get_my_commands(language_code="en"))[0].command == "grade"
    await bot.set_my_short_description("Mock interviews")
    assert fake.profile == {("short_description", ""): "Mock interviews"}
    fake.group(-7, "Cohort")
    assert (await bot.get_chat(-7)).title == "Cohort"
    assert (await bot.get_chat_member(-7, bot.id)).status == "member"


async def test_a_fault_answers_in_place_of_the_method(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    fake.fail("sendMessage", status=502, body=b"<html>")
    with pytest.raises(NetworkError, match="502"):
        await bot.send_message(42, "x")
    fake.fail("sendMessage", status=400, body="Bad Request: can't parse entities: nobody knows why")
    with pytest.raises(BadRequest, match="nobody knows why"):
        await bot.send_message(42, "x")
    fake.fail("sendMessage", 2, status=403, where=lambda params: params["text"] == "y")
    await bot.send_message(42, "x")
    with pytest.raises(Forbidden):
        await bot.send_message(42, "y")
    assert [message.text for message in chat.messages] == ["x"]


async def test_a_dropped_call_may_have_had_its_effect(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    lost, done = fake.fail("sendMessage", drop="before"), fake.fail("sendMessage", drop="after")
    for text in ("lost", "done"):
        with pytest.raises(NetworkError):
            await bot.send_message(42, text)
    assert lost.hit.is_set()
    assert done.hits == 1
    assert [message.text for message in chat.messages] == ["done"]


async def test_a_hanging_call_times_out_in_the_client(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    fake.fail("sendMessage", hang=60)
    with pytest.raises(TimedOut):
        await bot.send_message(42, "x", read_timeout=0.05)
    await bot.send_message(42, "y")
    assert [message.text for message in chat.messages] == ["y"]


async def test_a_broken_download_is_asked_for_with_the_path(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    said = await chat.send_voice(OPUS)
    fake.fail("download", status=500, where=lambda params: str(params["path"]).startswith("voice/"))
    file = await bot.get_file(said.wire["voice"]["file_id"])
    with pytest.raises(NetworkError):
        await file.download_as_bytearray()
    assert bytes(await file.download_as_bytearray()) == OPUS


async def test_not_waiting_for_retry_after_is_a_violation(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    fake.fail("sendMessage", retry_after=1)
    with pytest.raises(RetryAfter):
        await bot.send_message(42, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(42, "a call that was under way")
    await asyncio.sleep(0.3)
    with blamed(fake, "before the end of retry_after"), pytest.raises(RetryAfter) as told:
        await bot.send_message(42, "x")
    assert seconds(told.value.retry_after) == 1
    await asyncio.sleep(0.8)
    await bot.send_message(42, "x")
    assert len(chat.messages) == 1


async def test_a_flood_is_stopped_chat_by_chat() -> None:
    async with FakeTelegram(flood=True, per_second=2) as fake, real_bot(fake) as bot:
        for number in (1, 2):
            fake.private_chat(fake.learner(number, "Ada"))
        for number in (1, 2, 1, 2):
            await bot.send_message(number, "x")
        with pytest.raises(RetryAfter):
            await bot.send_message(1, "x")
        await bot.send_chat_action(1, "typing")


def test_a_thread_of_its_own_serves_a_test_without_a_loop() -> None:
    with FakeTelegram.in_thread() as fake:
        chat = fake.private_chat(fake.learner(42, "Ada"))
        fake.do(chat.say("/start"))
        with urllib.request.urlopen(f"{fake.url}/bot{fake.token}/sendMessage?chat_id=42&text=Hello") as answer:  # noqa: S310
            assert answer.status == 200
        assert fake.do(chat.wait_for("Hello")).id == 2
        assert fake.calls_of("sendMessage")[0].params == {"chat_id": 42, "text": "Hello"}


async def test_trouble_that_was_healed_does_not_come(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    fake.fail("sendMessage", times=3, status=500)
    fake.heal()
    await bot.send_message(42, "x")
    assert chat.said_by_bot[-1].text == "x"
