"""What Telegram delivers, and what a learner said by it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bots.telegram.events import event
from bots.telegram.parse import Me, parse
from engine.failures import Unusable
from engine.said import Command, Edit, Incoming, Moved, Press, Recording, Said, Text, UnknownCommand, Unsupported

ME = Me(7, "viva_bot")
ASHA = {"id": 42, "is_bot": False, "first_name": "Asha", "language_code": "en"}
PRIVATE = {"id": 42, "type": "private", "first_name": "Asha"}
GROUP = {"id": -100, "type": "supergroup", "title": "Cohort"}
BOT = {"id": 7, "is_bot": True, "first_name": "Viva"}


def message(text: str | None = None, *, chat: dict[str, Any] = PRIVATE, **more: Any) -> dict[str, Any]:
    inner: dict[str, Any] = {"message_id": 5, "date": 1_700_000_000, "chat": chat, "from": ASHA} | more
    if text is not None:
        inner["text"] = text
        if text.startswith("/"):
            inner["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return {"update_id": 1, "message": inner}


def parsed(update: dict[str, Any]) -> Incoming:
    incoming = parse(json.dumps(update).encode(), ME)
    assert isinstance(incoming, Incoming)
    return incoming


@pytest.mark.parametrize(
    ("update", "said"),
    [
        (message("K-means"), Text("K-means")),
        (message("/start data-science"), Command("start", "data-science")),
        (message("/Hint@VIVA_bot"), Command("hint")),
        (message("/foo"), UnknownCommand("foo")),
        (message(voice={"file_id": "F", "file_unique_id": "U", "duration": 3, "file_size": 9}),
         Recording({"file_id": "F"}, 3, 9)),
        (message(video_note={"file_id": "F", "file_unique_id": "U", "duration": 3, "length": 240}),
         Recording({"file_id": "F"}, 3, None)),
        (message(document={"file_id": "F", "file_unique_id": "U", "mime_type": "audio/ogg"}),
         Recording({"file_id": "F"}, None, None)),
        (message(document={"file_id": "F", "file_unique_id": "U", "mime_type": "text/plain"}),
         Unsupported("this kind of file")),
        (message(contact={"phone_number": "1", "first_name": "B"}), Unsupported("a contact")),
    ],
)  # fmt: skip
def test_what_was_said(update: dict[str, Any], said: Said) -> None:
    assert parsed(update).said == said


def test_a_private_chat_is_a_place_and_a_learner_in_a_group_is_one_too() -> None:
    assert parsed(message("x")).place == "telegram:7:42:0"
    command = parsed(message("/hint", chat=GROUP))
    assert command.place == "telegram:7:-100:0:42"
    topic = parsed(message("/hint", chat=GROUP, message_thread_id=9, is_topic_message=True))
    assert topic.place == "telegram:7:-100:9:42"


def test_in_a_group_only_what_is_addressed_to_viva_counts() -> None:
    assert parse(json.dumps(message("hello all", chat=GROUP)).encode(), ME) is None
    assert parse(json.dumps(message("/hint@other_bot", chat=GROUP)).encode(), ME) is None
    reply = {"message_id": 4, "date": 1, "chat": GROUP, "from": BOT, "text": "Question 1/5"}
    assert parsed(message("my answer", chat=GROUP, reply_to_message=reply)).said == Text("my answer")
    assert parsed(message("@viva_bot my answer", chat=GROUP)).said == Text("my answer")


def test_buttons_edits_and_migrations() -> None:
    asked = {"message_id": 4, "date": 1, "chat": PRIVATE, "from": BOT, "text": "Question 1/5"}
    query = {"id": "1", "from": ASHA, "chat_instance": "c", "data": "hint ab 1", "message": asked}
    assert parsed({"update_id": 2, "callback_query": query}).said == Press("hint ab 1")
    edited = message("better", edit_date=1_700_000_100)["message"]
    assert parsed({"update_id": 3, "edited_message": edited}).said == Edit("5", "better")
    moved = parse(
        json.dumps(message(chat={"id": -7, "type": "group", "title": "C"}, migrate_to_chat_id=-100)).encode(), ME
    )
    assert moved == Moved("telegram", "telegram:7:-7", "telegram:7:-100", {"chat_id": -100})


def test_bots_and_service_messages_are_passed_over() -> None:
    assert parse(json.dumps(message("hi") | {"message": message("hi")["message"] | {"from": BOT}}).encode(), ME) is None
    assert parse(json.dumps(message(new_chat_title="x", chat=GROUP)).encode(), ME) is None
    assert parse(json.dumps({"update_id": 9, "my_chat_member": None}).encode(), ME) is None


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"17", b'{"update_id": 1, "message": {"message_id": "no"}}'])
def test_what_cannot_be_read_is_unusable_and_nothing_else(body: bytes) -> None:
    with pytest.raises(Unusable):
        parse(body, ME)


def test_an_update_is_known_by_its_number_and_its_time() -> None:
    """After a quiet week Telegram numbers updates anew: a number alone could hide a new update behind an old one."""
    old, again = event(7, message("x")), event(7, message("x"))
    assert old.key == again.key
    assert event(7, message("x", date=1_700_999_999)).key != old.key


@pytest.mark.parametrize("update", [None, 5, "x", [], {}, {"update_id": "x"}, {"update_id": 1, "message": []}])
def test_anything_can_be_stored(update: object) -> None:
    assert event(7, update).lane == "turn:telegram:7:nobody"
