"""The Bot API's methods that put something into a chat, change it or take it away."""

import time

from telegram.constants import ChatAction, ReactionEmoji

from tests.loopback.telegram_chats import Chat
from tests.loopback.telegram_content import (
    ENTITY,
    LINK_PREVIEW,
    LONGEST_CAPTION,
    MARKUP,
    REPLY_PARAMETERS,
    checked_markup,
    formatted,
    sent_file,
)
from tests.loopback.telegram_files import StoredFile
from tests.loopback.telegram_messages import Message
from tests.loopback.telegram_methods import Handler, method
from tests.loopback.telegram_rooms import Sighting
from tests.loopback.telegram_wire import (
    BOOLEAN,
    CHAT,
    FILE,
    INTEGER,
    STRING,
    Arguments,
    Json,
    Kind,
    array,
    illegal,
    one_of,
    thing,
    unlucky,
)
from tests.loopback.telegram_world import World

_PLACE: dict[str, Kind] = {
    "message_thread_id": INTEGER,
    "disable_notification": BOOLEAN,
    "protect_content": BOOLEAN,
    "message_effect_id": STRING,
    "reply_parameters": REPLY_PARAMETERS,
    "reply_markup": MARKUP,
}
_TEXT: dict[str, Kind] = {"parse_mode": STRING, "entities": array(ENTITY)}
_CAPTION: dict[str, Kind] = {"caption": STRING, "parse_mode": STRING, "caption_entities": array(ENTITY)}
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)


@method("sendMessage", _PLACE | _TEXT | {"link_preview_options": LINK_PREVIEW}, sends=True, chat_id=CHAT, text=STRING)
def send_message(world: World, call: Arguments) -> Json:
    return _post(world, call, _text_content(call)).wire


def _text_content(call: Arguments) -> Json:
    text = formatted(call)
    if not text.text:
        raise illegal("text must be non-empty")
    return {"text": text.text} | ({"entities": list(text.entities)} if text.entities else {})


def _caption_content(call: Arguments) -> Json:
    caption = formatted(call, "caption", LONGEST_CAPTION)
    marks = {"caption_entities": list(caption.entities)} if caption.entities else {}
    return ({"caption": caption.text} if caption.text else {}) | marks


def _post(world: World, call: Arguments, content: Json, file: bytes | None = None) -> Message:
    chat = _open_chat(world, call)
    markup = checked_markup(call, private=chat.is_private)
    place = chat.place(_answered(world, chat, call), call.get("message_thread_id"))
    if "message_effect_id" in call and not chat.is_private:
        raise illegal("message effects are available in private chats only")
    return chat.post(place | content | _kept_markup(markup), markup, file)


def _open_chat(world: World, call: Arguments) -> Chat:
    chat = world.chat(call["chat_id"])
    chat.admit()
    chat.check_thread(call.get("message_thread_id"))
    return chat


def _kept_markup(markup: Json) -> Json:
    """Only inline keyboards are part of the message."""
    return {"reply_markup": markup} if markup.get("inline_keyboard") else {}


def _answered(world: World, chat: Chat, call: Arguments) -> Message | None:
    reply: Json | None = call.get("reply_parameters")
    if reply is None:
        return None
    target = world.chat(reply.get("chat_id", chat.id)).find(reply["message_id"])
    if target is None and not reply.get("allow_sending_without_reply"):
        raise illegal("message to be replied not found")
    if target is not None and reply.get("quote", "") not in target.text:
        raise illegal("QUOTE_TEXT_INVALID")
    return target


# Files


def _sends_file(kind: str, described: dict[str, Kind]) -> Handler:
    """Registers sendVoice and its like. `described` are the arguments that come back in the message."""

    def send(world: World, call: Arguments) -> Json:
        stored = sent_file(call, kind, world.files)
        about = {name: call[name] for name in described if name in call}
        return _post(world, call, {kind: _as_sent(kind, stored, about)} | _caption_content(call), stored.data).wire

    name = "send" + kind.title().replace("_", "")
    caption = {} if kind == "video_note" else _CAPTION
    return method(name, _PLACE | caption | described, sends=True, chat_id=CHAT, **{kind: FILE})(send)


def _as_sent(kind: str, stored: StoredFile, about: Json) -> Json | list[Json]:
    if kind == "photo":
        return [stored.wire | {"width": 90, "height": 90}]
    timed = {"duration": 0} if kind in ("voice", "audio", "video_note") else {}
    shaped = {"length": 240} if kind == "video_note" else {}
    return stored.wire | timed | shaped | about


send_voice = _sends_file("voice", {"duration": INTEGER})
send_audio = _sends_file("audio", {"duration": INTEGER, "performer": STRING, "title": STRING})
send_video_note = _sends_file("video_note", {"duration": INTEGER, "length": INTEGER})
send_document = _sends_file("document", {"disable_content_type_detection": BOOLEAN})
send_photo = _sends_file("photo", {"show_caption_above_media": BOOLEAN, "has_spoiler": BOOLEAN})


# Fleeting things


@method("sendMessageDraft", _TEXT | {"message_thread_id": INTEGER, "text": STRING}, chat_id=INTEGER, draft_id=INTEGER)
def send_message_draft(world: World, call: Arguments) -> bool:
    chat = _open_chat(world, call)
    if not chat.is_private:
        raise illegal("drafts can be sent to private chats only")
    if call["draft_id"] == 0:
        raise illegal("draft_id must be non-zero")
    shown = formatted(call).text
    world.see(chat.drafts, Sighting(shown, time.monotonic(), call.get("message_thread_id"), call["draft_id"]))
    return True


_ACTION = one_of(*(str(action.value) for action in ChatAction))


@method("sendChatAction", {"message_thread_id": INTEGER}, chat_id=CHAT, action=_ACTION)
def send_chat_action(world: World, call: Arguments) -> bool:
    chat = _open_chat(world, call)
    world.see(chat.actions, Sighting(call["action"], time.monotonic(), call.get("message_thread_id")))
    return True


_EMOJI = one_of(*(str(emoji.value) for emoji in ReactionEmoji))
_REACTION = thing(type=one_of("emoji"), emoji=_EMOJI)


@method("setMessageReaction", {"reaction": array(_REACTION), "is_big": BOOLEAN}, chat_id=CHAT, message_id=INTEGER)
def set_message_reaction(world: World, call: Arguments) -> bool:
    chat = world.chat(call["chat_id"])
    chat.admit()
    message = _existing(chat, call["message_id"], "message to react not found")
    if len(call.get("reaction", [])) > 1:
        raise illegal("REACTIONS_TOO_MANY")
    what = "".join(reaction["emoji"] for reaction in call.get("reaction", []))
    world.see(chat.reactions, Sighting(what, time.monotonic(), message_id=message.id))
    chat.note(f"{world.bot['first_name']} reacts {what or 'no more'}")
    return True


# Changes


def _existing(chat: Chat, message_id: int, otherwise: str) -> Message:
    """What never existed is the bot's mistake; what was deleted meanwhile is not."""
    found = chat.find(message_id)
    if found is None:
        raise unlucky(otherwise) if chat.existed(message_id) else illegal(otherwise)
    return found


def _edited(world: World, call: Arguments, new: Json, drops: tuple[str, ...], needs: str = "") -> Json:
    chat = world.chat(call["chat_id"])
    chat.admit()
    old = _existing(chat, call["message_id"], "message to edit not found")
    if not old.from_bot:
        raise illegal("message can't be edited")
    if needs and (needs == "text") != ("text" in old.wire):
        raise illegal(f"there is no {needs} in the message to edit")
    markup = checked_markup(call, inline_only=True, private=chat.is_private)
    before = {name: value for name, value in old.wire.items() if name != "edit_date"}
    kept = {name: value for name, value in before.items() if name not in (*drops, "reply_markup")}
    wire = kept | new | _kept_markup(markup)
    if wire == before:
        raise unlucky(_NOT_MODIFIED)
    return chat.amend(old, wire, markup).wire


_EDIT: dict[str, Kind] = {"reply_markup": MARKUP}


@method(
    "editMessageText",
    _EDIT | _TEXT | {"link_preview_options": LINK_PREVIEW},
    sends=True,
    chat_id=CHAT,
    message_id=INTEGER,
    text=STRING,
)
def edit_message_text(world: World, call: Arguments) -> Json:
    return _edited(world, call, _text_content(call), ("text", "entities"), "text")


@method("editMessageCaption", _EDIT | _CAPTION, sends=True, chat_id=CHAT, message_id=INTEGER)
def edit_message_caption(world: World, call: Arguments) -> Json:
    return _edited(world, call, _caption_content(call), ("caption", "caption_entities"), "caption")


@method("editMessageReplyMarkup", _EDIT, sends=True, chat_id=CHAT, message_id=INTEGER)
def edit_message_reply_markup(world: World, call: Arguments) -> Json:
    return _edited(world, call, {}, ())


@method("deleteMessage", chat_id=CHAT, message_id=INTEGER)
def delete_message(world: World, call: Arguments) -> bool:
    chat = world.chat(call["chat_id"])
    chat.admit()
    message = _existing(chat, call["message_id"], "message to delete not found")
    if not message.from_bot and not chat.is_private:
        raise illegal("message can't be deleted")
    chat.remove(message, by=str(world.bot["first_name"]))
    return True


@method("deleteMessages", chat_id=CHAT, message_ids=array(INTEGER))
def delete_messages(world: World, call: Arguments) -> bool:
    """Messages that are not there are passed over."""
    if not 1 <= len(call["message_ids"]) <= 100:
        raise illegal("Too many message identifiers specified" if call["message_ids"] else "no message identifiers")
    chat = world.chat(call["chat_id"])
    for message in filter(None, map(chat.find, call["message_ids"])):
        delete_message(world, Arguments({"chat_id": chat.id, "message_id": message.id}))
    return True
