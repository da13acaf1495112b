"""From an update to what a learner said. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import timedelta

from telegram import (
    Audio,
    CallbackQuery,
    Chat,
    Document,
    Message,
    MessageEntity,
    Update,
    User,
    Video,
    VideoNote,
    Voice,
)
from telegram.error import TelegramError

from engine.failures import Unusable
from engine.said import (
    COMMANDS,
    Address,
    Command,
    Edit,
    Incoming,
    Learner,
    Moved,
    Press,
    Recording,
    Said,
    Text,
    UnknownCommand,
    Unsupported,
    sound,
)

NAME = "telegram"

_UNSUPPORTED = {
    "sticker": "a sticker",
    "photo": "a photo",
    "animation": "an animation",
    "document": "this kind of file",
    "contact": "a contact",
    "location": "a location",
    "venue": "a place",
    "poll": "a poll",
    "checklist": "a checklist",
    "dice": "a die",
    "game": "a game",
    "story": "a story",
    "paid_media": "paid media",
    "giveaway": "a giveaway",
}

# OSError and OverflowError are those of dates that no calendar has.
_MALFORMED = (
    *(TelegramError, ValueError, TypeError, KeyError, AttributeError),
    *(OSError, OverflowError, RecursionError),
)


@dataclass(frozen=True)
class Me:
    """The bot itself; `username` is None until Telegram has told it."""

    id: int
    username: str | None


def parse(body: bytes, me: Me) -> Incoming | Moved | None:
    """None for what does not concern Viva. Raises Unusable('malformed' or 'unknown')."""
    try:
        found = _found(Update.de_json(json.loads(body), None), me)
    except _MALFORMED as error:
        raise Unusable("malformed", type(error).__name__) from None
    return sound(found) if isinstance(found, Incoming) else found


def _found(update: Update, me: Me) -> Incoming | Moved | None:
    if update.callback_query:
        return _press(update.callback_query, me)
    if update.edited_message:
        return _edit(update.edited_message, me)
    if update.message:
        return _message(update.message, me)
    if update.api_kwargs:
        raise Unusable("unknown", ", ".join(update.api_kwargs))
    return None


def _message(message: Message, me: Me) -> Incoming | Moved | None:
    if message.migrate_to_chat_id:
        chat = f"{NAME}:{me.id}:"
        new = message.migrate_to_chat_id
        return Moved(NAME, f"{chat}{message.chat.id:d}", f"{chat}{new:d}", {"chat_id": new})
    sender = message.from_user
    said = _said(message, me)
    if sender is None or sender.is_bot or said is None:
        return None
    if not (_is_private(message.chat) or _addressed(message, said, me)):
        return None
    return replace(_incoming(message, sender, said, me), said_at=message.date.timestamp())


def _edit(message: Message, me: Me) -> Incoming | None:
    sender = message.from_user
    if sender is None or sender.is_bot or not message.text:
        return None
    return _incoming(message, sender, Edit(str(message.message_id), message.text), me)


def _press(query: CallbackQuery, me: Me) -> Incoming | None:
    if not isinstance(query.message, Message):
        if query.message is None or not query.data:
            return None
        return _located(query.message.chat, None, query.message.message_id, query.from_user, Press(query.data), me)
    return _incoming(query.message, query.from_user, Press(query.data or ""), me) if query.data else None


def _incoming(message: Message, sender: User, said: Said, me: Me) -> Incoming:
    thread = message.message_thread_id if message.is_topic_message else None
    return _located(message.chat, thread, message.message_id, sender, said, me)


def _located(chat: Chat, thread: int | None, message_id: int, sender: User, said: Said, me: Me) -> Incoming:
    """In a group everybody has an interview of their own, in each topic. Raises ValueError or TypeError for ids that
    are no numbers."""
    key = f"{NAME}:{me.id}:{chat.id:d}"
    private = _is_private(chat)
    place = f"{key}:{thread or 0:d}" if private else f"{key}:{thread or 0:d}:{sender.id:d}"
    address: Address = {"chat_id": chat.id, "thread_id": thread, "group": 0 if private else 1}
    learner = Learner(f"{NAME}:{me.id}:{sender.id:d}", sender.full_name, sender.language_code)
    return Incoming(NAME, learner, key, place, place, address, said, str(message_id), message_id)


def _is_private(chat: Chat) -> bool:
    return chat.type == Chat.PRIVATE


def _said(message: Message, me: Me) -> Said | None:
    """None for service messages and for commands to other bots."""
    if message.text:
        length = _command_length(message)
        return _command(message, message.text, length, me) if length else _text(message.text, me)
    recording = message.voice or message.audio or message.video_note or message.video or _audio_file(message)
    if recording:
        return Recording({"file_id": recording.file_id}, _seconds(recording), recording.file_size)
    what = next((text for name, text in _UNSUPPORTED.items() if getattr(message, name, None)), None)
    return Unsupported(what) if what else None


def _seconds(recording: Voice | Audio | VideoNote | Video | Document) -> float | None:
    duration = None if isinstance(recording, Document) else recording.duration
    return duration.total_seconds() if isinstance(duration, timedelta) else duration


def _audio_file(message: Message) -> Document | None:
    document = message.document
    return document if document and (document.mime_type or "").startswith(("audio/", "video/")) else None


def _command_length(message: Message) -> int:
    """Of the command that the message begins with, without what is written close behind it; 0 for none."""
    return next((e.length for e in message.entities if e.type == MessageEntity.BOT_COMMAND and e.offset == 0), 0)


def _command(message: Message, text: str, length: int, me: Me) -> Said | None:
    name, _, whom = text[1:length].partition("@")
    if whom and me.username and whom.lower() != me.username.lower():
        return None
    known = next((command for command in COMMANDS if command == name.lower()), None)
    if known:
        return Command(known, text[length:].strip(" \n\t.,:;!?"))
    return UnknownCommand(name) if whom or _is_private(message.chat) else None


def _addressed(message: Message, said: Said, me: Me) -> bool:
    """In a group: a command, a reply to one of Viva's messages, or a message that names Viva."""
    if isinstance(said, Command | UnknownCommand):
        return True
    replied = message.reply_to_message
    if replied and replied.from_user and replied.from_user.id == me.id:
        return True
    return bool(me.username and f"@{me.username}".lower() in (message.text or "").lower())


def _text(text: str, me: Me) -> Said:
    """The text without Viva's name. Whoever writes nothing but that wants something of Viva, and answers nothing."""
    if not me.username:
        return Text(text)
    rest = re.sub(rf"@{me.username}\b", "", text, flags=re.IGNORECASE).strip()
    return Text(rest) if rest or rest == text.strip() else Command("start")
