"""What Telegram lets people send besides text, chats that are closed to Viva, and updates that nobody can read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bots.telegram.events import event
from bots.telegram.parse import Me, parse
from engine import words
from engine.failures import Unusable
from engine.said import Command, Incoming, Recording, Text
from tests.bad_input.house import (
    BEGIN,
    TelegramHouse,
    TelegramLine,
    answer_to,
    damaged,
    fresh,
    progress_of,
    telegram_house,
)
from tests.loopback.telegram import Chat, Learner
from tests.postgres import TEMPLATE, database_from

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILE = {"file_id": "F", "file_unique_id": "U"}
PICTURE = FILE | {"width": 9, "height": 9}
POLL = {
    "id": "1", "question": "Which?", "options": [], "total_voter_count": 0, "is_closed": False, "is_anonymous": True,
    "type": "regular", "allows_multiple_answers": False, "allows_revoting": True, "members_only": False,
}  # fmt: skip
PLACE = {"latitude": 52.5, "longitude": 13.4}
STICKER = PICTURE | {"type": "regular", "is_animated": False, "is_video": False}
OF_NO_USE: dict[str, tuple[dict[str, Any], str]] = {
    "sticker": ({"sticker": STICKER}, "a sticker"),
    "photo": ({"photo": [PICTURE]}, "a photo"),
    "photo with an answer under it": ({"photo": [PICTURE], "caption": "I would compare the two numbers"}, "a photo"),
    "animation": ({"animation": PICTURE | {"duration": 2}, "document": FILE}, "an animation"),
    "PDF": ({"document": FILE | {"mime_type": "application/pdf"}}, "this kind of file"),
    "file of no kind": ({"document": FILE}, "this kind of file"),
    "contact": ({"contact": {"phone_number": "+1", "first_name": "B"}}, "a contact"),
    "location": ({"location": PLACE}, "a location"),
    "live location": ({"location": PLACE | {"live_period": 900}}, "a location"),
    "venue": ({"venue": {"location": PLACE, "title": "Here", "address": "There"}}, "a place"),
    "poll": ({"poll": POLL}, "a poll"),
    "checklist": ({"checklist": {"title": "To do", "tasks": []}}, "a checklist"),
    "dice": ({"dice": {"emoji": "🎲", "value": 6}}, "a die"),
    "game": ({"game": {"title": "G", "description": "D", "photo": [PICTURE]}}, "a game"),
    "story": ({"story": {"id": 1, "chat": {"id": 5, "type": "private"}}}, "a story"),
    "paid media": ({"paid_media": {"star_count": 1, "paid_media": []}}, "paid media"),
    "giveaway": ({"giveaway": {"chats": [], "winners_selection_date": 1, "winner_count": 1}}, "a giveaway"),
}
OF_NO_CONCERN: dict[str, dict[str, Any]] = {
    "pinned message": {"pinned_message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}}},
    "self-destruction": {"message_auto_delete_timer_changed": {"message_auto_delete_time": 60}},
    "new background": {"chat_background_set": {"type": {"type": "chat_theme", "theme_name": "x"}}},
    "nothing at all": {},
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(database_template: str) -> AsyncIterator[TelegramHouse]:
    async with database_from(database_template, f"TEMPLATE {TEMPLATE}") as url, telegram_house(url) as house:
        house.fake.allow("query is too old")  # some buttons are pressed here that Telegram knows nothing of
        yield house


@pytest.fixture
def line(house: TelegramHouse) -> TelegramLine:
    return house.newcomer()


def learner_of(line: TelegramLine) -> Learner:
    assert line.chat.learner
    return line.chat.learner


# Things that are no answer


@pytest.mark.parametrize("what", OF_NO_USE)
async def test_what_is_of_no_use_is_named_and_the_question_stays_open(line: TelegramLine, what: str) -> None:
    content, name = OF_NO_USE[what]
    line.chat.deliver(learner_of(line), content)
    assert await line.hears() == f"I cannot use {name}. I take text and voice notes; /start begins an interview."
    await line.begin()
    line.chat.deliver(learner_of(line), content)
    expected = f"I cannot use {name}. Please answer by text or with a voice note.\nQuestion 1 is still open."
    assert await line.hears() == expected
    assert "0/5 done" in await progress_of(line)
    assert "Question 2/5" in await answer_to(line, fresh())


@pytest.mark.parametrize("what", OF_NO_CONCERN)
async def test_what_only_telegram_says_is_not_answered(line: TelegramLine, what: str) -> None:
    await line.begin()
    line.chat.deliver(learner_of(line), OF_NO_CONCERN[what])
    assert "0/5 done" in await progress_of(line)


async def test_a_live_location_that_moves_is_mentioned_once(line: TelegramLine) -> None:
    await line.begin()
    sent = line.chat.deliver(learner_of(line), {"location": PLACE | {"live_period": 900}})
    assert "I cannot use a location." in await line.hears()
    for step in range(3):
        moved = sent.wire | {"location": PLACE | {"latitude": 52.6 + step}, "edit_date": sent.wire["date"] + step}
        line.chat.publish("edited_message", moved)
    assert "0/5 done" in await progress_of(line)


async def test_an_edited_caption_of_a_photo_is_no_answer(line: TelegramLine) -> None:
    await line.begin()
    photo = await line.chat.send_photo(caption="My notes")
    assert "I cannot use a photo." in await line.hears()
    await line.edit(photo, "I would compare the two numbers")
    assert "0/5 done" in await progress_of(line)


async def test_an_edit_before_anything_has_begun_is_passed_over(line: TelegramLine) -> None:
    said = await line.say("helo")
    assert "Which role" in await line.hears()
    await line.edit(said, "hello")
    assert "No interview is running here." in await progress_of(line)


async def test_a_forwarded_text_is_an_answer(line: TelegramLine) -> None:
    await line.begin()
    origin = {"type": "hidden_user", "sender_user_name": "Ben", "date": 1}
    line.chat.deliver(learner_of(line), {"text": "I would compare the two numbers", "forward_origin": origin})
    assert "Question 2/5" in await line.hears()


# Groups


@pytest.fixture
def group(house: TelegramHouse, line: TelegramLine) -> Chat:
    return house.fake.group(-learner_of(line).id, "Cohort")


async def test_an_answer_that_is_deleted_at_once_is_an_answer_all_the_same(line: TelegramLine, group: Chat) -> None:
    """Telegram tells no bot of it; the reply must not fail because what it answers is gone."""
    asha = learner_of(line)
    await group.say(f"/start {BEGIN}", by=asha)
    first = await group.wait_for("Question 1/5")
    answer = await group.say("I would compare the two numbers", by=asha, reply_to=first)
    await group.delete(answer)
    assert (await group.wait_for("Question 2/5")).reply_to is None


async def test_whoever_writes_nothing_but_vivas_name_is_asked_what_to_do(line: TelegramLine, group: Chat) -> None:
    asha, name = learner_of(line), line.home.fake.bot["username"]  # type: ignore[attr-defined]
    await group.say(f"@{name}", by=asha)
    await group.wait_for("Which role")
    await group.say(f"/start {BEGIN}", by=asha)
    await group.wait_for("Question 1/5")
    await group.say(f"@{name.upper()}", by=asha)
    await group.wait_for("Your Data Science interview is still running (0/5).")
    await group.say(f"@{name.upper()} I would compare the two numbers", by=asha)
    shown = await group.wait_for("Question 2/5")
    assert shown.text.startswith("You said: I would compare the two numbers\n")


async def test_the_buttons_of_somebody_elses_interview_change_nothing(
    house: TelegramHouse, line: TelegramLine, group: Chat
) -> None:
    asha, ben = learner_of(line), learner_of(house.newcomer("Ben Okoro"))
    await group.say("/start data-science", by=asha)
    lengths = await group.wait_for("how many questions")
    await group.say(f"/start {BEGIN}", by=asha)
    await group.wait_for("Question 1/5")
    (interview,) = await house.rows("select id from interview where learner like :who", who=f"%:{asha.id}")
    for data in (f"hint {interview['id']} 1", f"skip {interview['id']} 1", f"grade {interview['id']}"):
        press = {"id": data, "from": ben.wire, "chat_instance": "1", "message": lengths.wire, "data": data}
        await house.fake.inject({"callback_query": press})
        assert (await group.wait_for(lambda _: True)).text == words.STALE_BUTTON
    await group.say("/progress", by=asha)
    await group.wait_for("0/5 done")


async def test_another_bot_is_never_answered(line: TelegramLine, group: Chat) -> None:
    asha = learner_of(line)
    bot = Learner(line.chat.id + 500_000, "Echo Bot")
    sender = {"from": bot.wire | {"is_bot": True}}
    await group.say(f"/start {BEGIN}", by=asha)
    first = await group.wait_for("Question 1/5")
    for text in ("/start data-science 5", "/hint", "an answer of a bot"):
        await group.say(text, by=bot, reply_to=first, extra=sender)
    line.chat.deliver(bot, {"text": "hello"} | sender)
    await group.say("/progress", by=asha)
    assert "0/5 done" in (await group.wait_for(lambda _: True)).text
    await line.home.until_quiet()
    assert len(group.said_by_bot) == 2
    assert line.chat.said_by_bot == []


# Closed chats


async def test_a_learner_who_blocked_viva_is_written_to_once_and_goes_on_when_they_are_back(
    house: TelegramHouse, line: TelegramLine
) -> None:
    other = house.newcomer()
    await line.begin()
    await other.begin()
    since = len(house.fake.calls)
    await line.say(fresh())
    await line.chat.block()
    assert "Question 2/5" in await answer_to(other, fresh())
    await house.until_quiet()
    tried = [c for c in house.fake.calls[since:] if c.method == "sendMessage" and c.params["chat_id"] == line.chat.id]
    assert len(tried) == 1
    await line.chat.unblock()
    await line.command("start")
    assert "Your Data Science interview is still running (1/5)." in await line.hears()
    await line.press("Continue")
    assert "Question 2/5" in await line.hears()
    assert "Question 3/5" in await answer_to(line, fresh())


CLOSED = {
    "the account was deleted": (403, "Forbidden: user is deactivated"),
    "Viva was removed from the group": (403, "Forbidden: bot was kicked from the supergroup chat"),
    "the chat is gone": (400, "Bad Request: chat not found"),
    "writing is not allowed": (400, "Bad Request: not enough rights to send text messages to the chat"),
    "the topic was deleted": (400, "Bad Request: message thread not found"),
    "the topic was closed": (400, "Bad Request: TOPIC_CLOSED"),
    "an error that nobody knows": (400, "Bad Request: PEER_FLOODED_WITH_HOLOGRAMS"),
}


@pytest.mark.parametrize("why", CLOSED)
async def test_a_closed_chat_is_tried_once_and_holds_up_nobody(house: TelegramHouse, why: str) -> None:
    line, other = house.newcomer(), house.newcomer()
    status, body = CLOSED[why]
    await other.begin()
    closed = house.fake.fail("sendMessage", 99, status=status, body=body, where=lambda p: p["chat_id"] == line.chat.id)
    await line.command("start", BEGIN)
    assert "Question 2/5" in await answer_to(other, fresh())
    await house.until_quiet()
    house.fake.heal()
    assert closed.hits == 1
    assert (await house.set_aside("say"))[-1] in ("blocked", "refused")
    await line.command("start")
    assert "still running" in await line.hears()


async def test_a_scorecard_for_a_closed_chat_is_there_when_its_learner_is_back(
    house: TelegramHouse, line: TelegramLine
) -> None:
    answer = fresh()
    house.echo.withhold(answer)
    await line.begin()
    await answer_to(line, answer)
    await line.command("grade")
    await line.hears()
    await line.chat.block()
    aside = len(await house.set_aside("say"))
    house.echo.release(answer)
    await house.until(
        "select 1 where (select count(*) from work where aside is not null and kind = 'say') > :n", n=aside
    )
    await line.chat.unblock()
    await line.command("grade")
    assert "Overall 5.0 of 10 · 1 response" in await line.hears()


# What nobody can read


ASHA = {"id": 42, "is_bot": False, "first_name": "Asha", "language_code": "en"}
PRIVATE = {"id": 42, "type": "private", "first_name": "Asha"}
GROUP = {"id": -100, "type": "supergroup", "title": "Cohort"}
ME = Me(7, "viva_bot")
ASKED = {"message_id": 4, "date": 1, "chat": PRIVATE, "from": ASHA | {"id": 7, "is_bot": True}, "text": "Question"}
BASE = {"message_id": 5, "date": 1_700_000_000, "chat": PRIVATE, "from": ASHA}
PRESS = {"id": "1", "from": ASHA, "chat_instance": "c", "data": "hint ab 1", "message": ASKED}
COMMAND = {"text": "/hint@viva_bot x", "entities": [{"type": "bot_command", "offset": 0, "length": 14}]}
READABLE: list[dict[str, Any]] = [
    {"message": BASE | {"text": "an answer"}},
    {"message": BASE | COMMAND},
    {"message": BASE | COMMAND | {"chat": GROUP, "reply_to_message": ASKED, "message_thread_id": 9}},
    {"message": BASE | COMMAND | {"chat": GROUP, "is_topic_message": True, "message_thread_id": 9}},
    {"message": BASE | {"voice": FILE | {"duration": 3, "file_size": 9}}},
    {"message": BASE | {"document": FILE | {"mime_type": "audio/ogg"}}},
    {"message": BASE | {"chat": GROUP, "migrate_to_chat_id": -1001}},
    {"edited_message": BASE | {"text": "a better answer", "edit_date": 1_700_000_100}},
    {"callback_query": PRESS},
    {"callback_query": PRESS | {"message": {"message_id": 4, "date": 0, "chat": PRIVATE}}},
]


@pytest.mark.parametrize("number", range(len(READABLE)))
async def test_an_update_that_is_damaged_anywhere_is_read_right_or_not_at_all(number: int) -> None:
    """Whatever is read has the types that everything behind trusts, and keys that a database takes."""
    readable = 0
    for update in damaged({"update_id": 1} | READABLE[number]):
        work = event(7, update)
        assert work.lane.isprintable()
        assert work.key.isprintable()
        try:
            incoming = parse(work.payload, ME)
        except Unusable:
            continue
        readable += 1
        if isinstance(incoming, Incoming):
            check(incoming)
    assert readable


def check(incoming: Incoming) -> None:
    keys = (incoming.learner.key, incoming.chat, incoming.place, incoming.opens, incoming.ref)
    assert all(isinstance(key, str) and key.isprintable() for key in keys)
    assert type(incoming.position) is int
    assert abs(incoming.position) < 1 << 63
    assert type(incoming.address["chat_id"]) is int
    assert isinstance(incoming.learner.name, str)
    assert isinstance(incoming.learner.language, str | None)
    match incoming.said:
        case Recording(file, seconds, size):
            assert isinstance(file["file_id"], str)
            assert isinstance(seconds, int | float | None)
            assert isinstance(size, int | None)
        case Text(text) | Command(_, text):
            assert isinstance(text, str)


UNREADABLE: dict[str, dict[str, Any]] = {
    "a message that is a number": {"message": 5},
    "a message without a chat": {"message": {"message_id": 1, "date": 1, "from": ASHA, "text": "x"}},
    "a chat whose id is text": {"message": BASE | {"text": "x", "chat": PRIVATE | {"id": "x\0"}}},
    "a text that is an object": {"message": BASE | {"text": {"a": 1}}},
    "a number that no database takes": {"message": BASE | {"text": "x", "message_id": 10**30}},
    "a button pressed by nobody": {"callback_query": PRESS | {"from": None, "id": None}},
    "a year that does not exist": {"message": BASE | {"text": "x", "date": 10**18}},
}
UNKNOWN: dict[str, dict[str, Any]] = {
    "a kind from the future": {"hologram": {"from": ASHA, "text": "hello"}},
    "a kind from the future that is a number": {"hologram": 5},
}


@pytest.mark.parametrize("what", UNREADABLE | UNKNOWN)
async def test_what_cannot_be_read_is_kept_for_the_operator_at_once_and_holds_up_nobody(
    house: TelegramHouse, line: TelegramLine, what: str
) -> None:
    await line.begin()
    update = await house.fake.inject((UNREADABLE | UNKNOWN)[what])
    assert "Question 2/5" in await answer_to(line, fresh())
    assert update
    number = f"%:{update['update_id']}:%"
    await house.until("select 1 from work where key like :number and aside is not null", number=number)
    (row,) = await house.rows("select aside, payload from work where key like :number", number=number)
    assert row["aside"] == ("unknown" if what in UNKNOWN else "malformed")
    assert json.loads(bytes(row["payload"])) == update, "as it came"


async def test_a_damaged_message_of_a_learner_does_not_hold_up_their_next_one(
    house: TelegramHouse, line: TelegramLine
) -> None:
    await line.begin()
    await house.fake.inject({"message": BASE | {"text": ["x"], "from": learner_of(line).wire, "chat": line.chat.wire}})
    assert "Question 2/5" in await answer_to(line, fresh())


@pytest.mark.parametrize("data", ["", "dance", "begin data-science 99999999999999999999", "hint \0 \ud800", "x" * 5000])
async def test_a_button_that_nobody_made_does_nothing(house: TelegramHouse, line: TelegramLine, data: str) -> None:
    await line.begin()
    press = PRESS | {"from": learner_of(line).wire, "data": data}
    await house.fake.inject({"callback_query": press | {"message": line.chat.said_by_bot[-1].wire}})
    if data:
        reply = await line.hears()
        assert words.STALE_BUTTON in reply or "still running" in reply
    assert "0/5 done" in await progress_of(line)
