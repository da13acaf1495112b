"""The strict Telegram, seen by the real python-telegram-bot: messages, mistakes, files."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReactionTypeEmoji,
    ReplyParameters,
    Update,
)
from telegram.error import (
    BadRequest,
    EndPointNotFound,
    InvalidToken,
)

from tests.loopback.telegram import Chat, FakeTelegram
from tests.loopback.telegram_bot import blamed, real_bot
from tests.loopback.telegram_files import LARGEST_DOWNLOAD

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


async def test_a_whole_exchange_reads_like_a_screen(bot: Bot, chat: Chat) -> None:
    await chat.say("/start")
    (update,) = await updates_of(bot)
    assert update.message
    assert update.message.parse_entities(["bot_command"]) == {update.message.entities[0]: "/start"}
    await bot.send_message(42, "<b>Hello</b>, Ada &amp; all", parse_mode="HTML", reply_markup=keyboard("law", "data"))
    greeting = await chat.wait_for("Hello")
    assert (greeting.text, greeting.marked("bold")) == ("Hello, Ada & all", ["Hello"])
    await chat.press("Law")
    await bot.edit_message_text("Law it is.", 42, greeting.id)
    assert chat.transcript() == "Ada Lovelace: /start\nViva (edited): Law it is.\n  · Ada Lovelace presses [Law]"


async def test_waiting_is_over_when_the_message_arrives(bot: Bot, chat: Chat) -> None:
    waiting = asyncio.create_task(chat.wait_for(re.compile("second|third")))
    await bot.send_message(42, "first")
    await bot.send_message(42, "second")
    await bot.send_message(42, "third")
    assert (await waiting).text == "second"
    assert (await chat.wait_for(lambda message: message.from_bot)).text == "third"
    with pytest.raises(AssertionError, match=r"(?s)nothing like 'third' in.*Viva: first"):
        await chat.wait_for("third", timeout=0.01)


async def test_an_edit_is_news_too(bot: Bot, chat: Chat) -> None:
    sent = await bot.send_message(42, "not graded yet")
    await chat.wait_for("not graded")
    await bot.edit_message_text("8/10", 42, sent.message_id)
    seen = await chat.wait_for("8/10")
    assert seen.edited
    assert [message.text for message in chat.messages] == ["8/10"]


Doing = Callable[[Bot, Message], Awaitable[object]]
MISTAKES: dict[str, tuple[str, Doing]] = {
    "an empty text": ("message text is empty", lambda bot, old: bot.send_message(42, "")),
    "a blank text": ("text must be non-empty", lambda bot, old: bot.send_message(42, " \n ")),
    "a text of 4097": ("message is too long", lambda bot, old: bot.send_message(42, "x" * 4097)),
    "an emoji counted as two": ("message is too long", lambda bot, old: bot.send_message(42, "🎓" * 2048 + "x")),
    "a long edit": ("message is too long", lambda bot, old: bot.edit_message_text("x" * 4097, 42, old.message_id)),
    "a caption of 1025": (
        "message caption is too long",
        lambda bot, old: bot.send_voice(42, OPUS, filename="q.ogg", caption="x" * 1025),
    ),
    "an open tag": ("can't find end tag", lambda bot, old: bot.send_message(42, "<b>x", parse_mode="HTML")),
    "bare comparison": ("unsupported start tag", lambda bot, old: bot.send_message(42, "a < b", parse_mode="HTML")),
    "markdown": ("unsupported parse_mode", lambda bot, old: bot.send_message(42, "*x*", parse_mode="MarkdownV2")),
    "data of 65 bytes": (
        "button_data_invalid",
        lambda bot, old: bot.send_message(42, "x", reply_markup=keyboard("é" * 32 + "x")),
    ),
    "nine buttons in a row": (
        "reply markup is too long",
        lambda bot, old: bot.send_message(42, "x", reply_markup=keyboard(*"abcdefghi")),
    ),
    "a button that does nothing": (
        "text buttons are unallowed",
        lambda bot, old: bot.send_message(42, "x", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("A")]])),
    ),
    "an unknown field in a button": (
        "reply_markup.inline_keyboard[0][0].colour is unknown",
        lambda bot, old: bot.do_api_request(
            "sendMessage",
            {"chat_id": 42, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "A", "colour": 1}]]}},
        ),
    ),
    "a reply to nothing": (
        "message to be replied not found",
        lambda bot, old: bot.send_message(42, "x", reply_parameters=ReplyParameters(999)),
    ),
    "an edit of nothing": ("message to edit not found", lambda bot, old: bot.edit_message_text("x", 42, 999)),
    "an edit of the learner's words": ("message can't be edited", lambda bot, old: bot.edit_message_text("x", 42, 1)),
    "a keyboard that is not inline in an edit": (
        "inline keyboard expected",
        lambda bot, old: bot.edit_message_text("x", 42, old.message_id, reply_markup=ForceReply()),  # type: ignore[arg-type]
    ),
    "an unknown chat": ("chat not found", lambda bot, old: bot.send_message(43, "x")),
    "a thread that is none": (
        "message thread not found",
        lambda bot, old: bot.send_chat_action(42, "typing", message_thread_id=7),
    ),
    "a draft without a number": ("draft_id must be non-zero", lambda bot, old: bot.send_message_draft(42, 0, "x")),
    "a draft of 4097": ("message is too long", lambda bot, old: bot.send_message_draft(42, 1, "x" * 4097)),
    "an answer to no press": (
        "query is too old and response timeout expired or query id is invalid",
        lambda bot, old: bot.answer_callback_query("1"),
    ),
    "a strange chat action": ("action must be one of", lambda bot, old: bot.send_chat_action(42, "thinking")),
    "a strange reaction": (
        "must be one of",
        lambda bot, old: bot.set_message_reaction(42, old.message_id, ReactionTypeEmoji("🦷")),
    ),
    "a command in capitals": ("bot_command_invalid", lambda bot, old: bot.set_my_commands([("Grade", "ends")])),
    "a file nobody sent": ("wrong file identifier", lambda bot, old: bot.get_file("nothing")),
    "an unknown argument": (
        'unknown argument "receiver_user_id"',
        lambda bot, old: bot.send_message(42, "x", api_kwargs={"receiver_user_id": 1}),
    ),
    "a missing argument": ("chat_id is empty", lambda bot, old: bot.do_api_request("sendMessage", {"text": "x"})),
    "a word for a number": (
        "message_id must be an integer",
        lambda bot, old: bot.do_api_request("deleteMessage", {"chat_id": 42, "message_id": "last"}),
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Please use 'Bot")
@pytest.mark.parametrize(("words", "do"), MISTAKES.values(), ids=MISTAKES.keys())
async def test_a_mistake_is_refused_and_fails_the_test(
    fake: FakeTelegram, bot: Bot, chat: Chat, words: str, do: Doing
) -> None:
    await chat.say("hello")
    old = await bot.send_message(42, "old")
    with pytest.raises(BadRequest, match=f"(?i){re.escape(words)}"):
        await do(bot, old)
    assert fake.refusals[-1][1].status == 400
    assert [message.text for message in chat.messages] == ["hello", "old"]
    with pytest.raises(AssertionError, match=f"(?is)what no correct bot does.*{re.escape(words)}"):
        fake.assert_clean()
    fake.assert_clean(fake.violations[0].what)
    fake.violations.clear()


async def test_the_longest_legal_message_is_legal(bot: Bot, chat: Chat) -> None:
    await bot.send_message(42, "<b>" + "🎓" * 2048 + "</b> ", parse_mode="HTML", reply_markup=keyboard("é" * 32))
    assert len(chat.messages[0].text) == 2048


async def test_an_unknown_method_is_not_found(fake: FakeTelegram, bot: Bot) -> None:
    with blamed(fake, "sendRichMessage: unknown method"), pytest.raises(EndPointNotFound):
        await bot.do_api_request("sendRichMessage", {"chat_id": 42, "rich_message": {"html": "x"}})
    async with httpx.AsyncClient(base_url=fake.url) as client:
        assert (await client.get(f"/bot{fake.token}/GETME")).json()["result"]["username"] == "viva_test_bot"
        assert (await client.post(f"/bot{fake.token}/getMe", json={})).status_code == 200
        with blamed(fake, "no such path"):
            assert (await client.get("/")).status_code == 404
        assert (await client.post("/bot1:x/getMe")).status_code == 401
        assert (await client.post("/botx/getMe")).status_code == 404


async def test_a_wrong_token_is_no_violation(fake: FakeTelegram) -> None:
    with pytest.raises(InvalidToken):
        async with Bot("1:wrong", f"{fake.url}/bot"):
            pass
    assert fake.calls == []


async def test_what_bad_luck_brings_is_refused_but_no_violation(bot: Bot, chat: Chat) -> None:
    sent = await bot.send_message(42, "Which?", reply_markup=keyboard("law"))
    query = await chat.press("law")
    assert await bot.answer_callback_query(query.id, "Fine")
    assert query.answer["text"] == "Fine"
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_callback_query(query.id)
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("Which?", 42, sent.message_id, reply_markup=keyboard("law"))
    await bot.edit_message_text("Which?", 42, sent.message_id)
    assert chat.messages[0].buttons == []
    await chat.delete(sent.message_id)
    with pytest.raises(BadRequest, match="not found"):
        await bot.delete_message(42, sent.message_id)
    assert chat.transcript() == "  · Ada Lovelace presses [Law]\n  · Ada Lovelace deletes a message"


async def test_a_reply_may_outlive_its_target(bot: Bot, chat: Chat) -> None:
    said = await chat.say("hello")
    answer = await bot.send_message(42, "yes", reply_parameters=ReplyParameters(said.id))
    assert answer.reply_to_message
    assert answer.reply_to_message.text == "hello"
    await chat.delete(said)
    gone = ReplyParameters(said.id, allow_sending_without_reply=True)
    assert (await bot.send_message(42, "still", reply_parameters=gone)).reply_to_message is None


async def test_what_telegram_drops_in_silence_is_a_violation(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    with blamed(fake, "the server drops bold inside code"):
        await bot.send_message(42, "<code>a <b>b</b></code>", parse_mode="HTML")
    with blamed(fake, "the server drops entities after the first 100"):
        await bot.send_message(42, "<b>a</b> " * 101, parse_mode="HTML")
    assert [len(message.entities) for message in chat.messages] == [1, 100]


async def test_drafts_actions_and_reactions_are_seen_but_leave_nothing(bot: Bot, chat: Chat) -> None:
    said = await chat.say("hello")
    await bot.send_chat_action(42, "typing")
    await bot.send_message_draft(42, 7, "")
    await bot.send_message_draft(42, 7, "Tell me")
    assert [sighting.what for sighting in filter(None, [chat.draft])] == ["Tell me"]
    await bot.set_message_reaction(42, said.id, "👀")
    await bot.send_message(42, "Tell me more")
    assert chat.draft is None
    assert [sighting.what for sighting in chat.drafts] == ["", "Tell me"]
    assert [sighting.what for sighting in (*chat.actions, *chat.reactions)] == ["typing", "👀"]
    assert chat.actions[0].time < chat.drafts[0].time


async def test_captions_and_keyboards_change_and_messages_go(bot: Bot, chat: Chat) -> None:
    said = await chat.say("hello")
    sent = await bot.send_voice(42, OPUS, filename="q.ogg", caption="one", reply_markup=keyboard("law"))
    await bot.edit_message_caption(42, sent.message_id, caption="<b>two</b>", parse_mode="HTML")
    await bot.edit_message_reply_markup(42, sent.message_id, reply_markup=keyboard("data"))
    (shown,) = chat.said_by_bot
    assert (shown.text, shown.marked("bold"), shown.buttons[0][0].data) == ("two", ["two"], "data")
    await bot.delete_messages(42, [said.id, sent.message_id, 99])
    assert chat.messages == []
    assert chat.message(said.id).deleted


async def test_a_voice_note_is_read_through_get_file(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    await chat.send_voice(OPUS, duration=4)
    (update,) = await updates_of(bot)
    assert update.message
    assert update.message.voice
    file = await update.message.voice.get_file()
    assert file.file_path
    assert file.file_path.endswith(".oga")
    assert bytes(await file.download_as_bytearray()) == OPUS
    fake.files.expire()
    with blamed(fake, "a path that getFile has not given"), pytest.raises(InvalidToken):
        await file.download_as_bytearray()


async def test_a_file_over_20_mib_is_never_served(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    await chat.send_voice(OPUS, size=LARGEST_DOWNLOAD + 1)
    await chat.send_voice(OPUS, size=LARGEST_DOWNLOAD + 1, fields={"file_size": None})
    told, untold = [update.message.voice for update in await updates_of(bot) if update.message]
    assert told
    assert untold
    with blamed(fake, "file is too big"), pytest.raises(BadRequest, match="File is too big"):
        await told.get_file()
    assert untold.file_size is None
    with pytest.raises(BadRequest, match="File is too big"):
        await untold.get_file()


async def test_everything_a_learner_may_send_is_parsed_by_the_library(bot: Bot, chat: Chat) -> None:
    await chat.send_audio(b"ID3", caption="listen")
    await chat.send_video_note(b"mp4")
    await chat.send_video(b"mp4")
    await chat.send_document(b"%PDF", "cv.pdf", "application/pdf")
    await chat.send_photo(caption="look")
    await chat.send_sticker()
    await chat.send_poll()
    await chat.send_contact()
    kinds = [update.message.effective_attachment for update in await updates_of(bot) if update.message]
    names = [type(kind).__name__ for kind in kinds]
    assert names == ["Audio", "VideoNote", "Video", "Document", "tuple", "Sticker", "Poll", "Contact"]
    assert [message.kind for message in chat.messages] == [
        "audio", "video_note", "video", "document", "photo", "sticker", "poll", "contact",
    ]  # fmt: skip


async def test_files_the_bot_sends_are_kept(fake: FakeTelegram, bot: Bot, chat: Chat) -> None:
    sent = await bot.send_voice(42, OPUS, filename="q.ogg", duration=2, caption="<i>hm</i>", parse_mode="HTML")
    assert sent.voice
    await bot.send_voice(42, sent.voice.file_id)
    await bot.send_document(42, b"%PDF", filename="scorecard.pdf")
    await bot.send_photo(42, b"\xff\xd8", filename="chart.jpg")
    assert [message.file for message in chat.messages] == [OPUS, OPUS, b"%PDF", b"\xff\xd8"]
    assert chat.messages[0].marked("italic") == ["hm"]
    with blamed(fake, "without a name", "not shown as a voice note"):
        await bot.send_voice(42, b"RIFF....WAVE")


async def test_a_violation_fails_the_test_by_itself() -> None:
    async def wrong(fake: FakeTelegram) -> None:
        async with fake, real_bot(fake) as bot:
            with pytest.raises(BadRequest):
                await bot.send_message(1, "x")

    with pytest.raises(AssertionError, match="chat not found"):
        await wrong(FakeTelegram())
    await wrong(FakeTelegram(allow=("chat not found",)))
