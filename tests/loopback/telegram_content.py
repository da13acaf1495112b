"""What a bot may put into a message: formatted text within its limits, keyboards, files."""

from typing import Any

from tests.loopback.telegram_files import LARGEST_UPLOAD, Files, StoredFile, is_voice
from tests.loopback.telegram_text import BadMarkup, Formatted, cleaned, from_html, trimmed, utf16_length
from tests.loopback.telegram_wire import (
    BOOLEAN,
    CHAT,
    INTEGER,
    STRING,
    Arguments,
    Json,
    Kind,
    Refused,
    Upload,
    array,
    illegal,
    one_of,
    thing,
)

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
WIDEST_ROW = 8
MOST_BUTTONS = 100

ENTITY = thing(
    {"url": STRING, "language": STRING, "custom_emoji_id": STRING}, type=STRING, offset=INTEGER, length=INTEGER
)
REPLY_PARAMETERS = thing(
    {
        "chat_id": CHAT,
        "allow_sending_without_reply": BOOLEAN,
        "quote": STRING,
        "quote_parse_mode": STRING,
        "quote_position": INTEGER,
    },
    message_id=INTEGER,
)
LINK_PREVIEW = thing(
    {
        "is_disabled": BOOLEAN,
        "url": STRING,
        "prefer_small_media": BOOLEAN,
        "prefer_large_media": BOOLEAN,
        "show_above_text": BOOLEAN,
    }
)
_STYLE = {"style": one_of("primary", "success", "danger"), "icon_custom_emoji_id": STRING}
_INLINE_ACTIONS = {
    "url": STRING,
    "callback_data": STRING,
    "switch_inline_query": STRING,
    "switch_inline_query_current_chat": STRING,
    "copy_text": thing(text=STRING),
}
_KEY = thing(_STYLE | {"request_contact": BOOLEAN, "request_location": BOOLEAN}, text=STRING)
_PLACEHOLDER = {"input_field_placeholder": STRING, "selective": BOOLEAN}
_FLAGS = {"is_persistent": BOOLEAN, "resize_keyboard": BOOLEAN, "one_time_keyboard": BOOLEAN}
_MARKUPS = {
    "inline_keyboard": thing(inline_keyboard=array(array(thing(_STYLE | _INLINE_ACTIONS, text=STRING)))),
    "keyboard": thing(_FLAGS | _PLACEHOLDER, keyboard=array(array(_KEY))),
    "remove_keyboard": thing({"selective": BOOLEAN}, remove_keyboard=BOOLEAN),
    "force_reply": thing(_PLACEHOLDER, force_reply=BOOLEAN),
}
ANY_OBJECT = thing()
MARKUP = Kind("a reply markup", ANY_OBJECT.read, lambda value, where: _markup_complaints(value, where))


def _markup_complaints(value: object, where: str) -> Any:
    shape = next((_MARKUPS[name] for name in _MARKUPS if isinstance(value, dict) and name in value), ANY_OBJECT)
    yield from shape.complain(value, where)


def formatted(call: Arguments, name: str = "text", longest: int = LONGEST_TEXT) -> Formatted:
    """The argument's text and entities; raises Refused as the server would, and blames what it drops in silence."""
    entities = call.get("entities" if name == "text" else "caption_entities", [])
    parsed = trimmed(_parsed(cleaned(call.get(name, "")), call.get("parse_mode", ""), entities))
    call.blame(*(f"the server drops {loss}" for loss in parsed.lost))
    if utf16_length(parsed.text) > longest:
        raise illegal("message is too long" if name == "text" else "message caption is too long")
    return parsed


def _parsed(text: str, mode: str, entities: list[Json]) -> Formatted:
    if not mode:
        return Formatted(text, tuple(_within(text, entities)))
    if mode.lower() != "html":
        raise illegal("unsupported parse_mode")
    try:
        return from_html(text)
    except BadMarkup as broken:
        raise illegal(f"can't parse entities: {broken}") from None


def _within(text: str, entities: list[Json]) -> list[Json]:
    end = utf16_length(text)
    for entity in entities:
        if entity["offset"] < 0 or entity["length"] <= 0 or entity["offset"] + entity["length"] > end:
            raise illegal(f"entity beyond the text: {entity}")
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def checked_markup(call: Arguments, *, inline_only: bool = False, private: bool = True) -> Json:
    """The reply markup, or nothing. Raises Refused for what no server shows."""
    markup: Json = call.get("reply_markup", {})
    if inline_only and markup and "inline_keyboard" not in markup:
        raise illegal("inline keyboard expected")
    rows: list[list[Json]] = markup.get("inline_keyboard") or markup.get("keyboard") or []
    if any(len(row) > WIDEST_ROW for row in rows) or sum(map(len, rows)) > MOST_BUTTONS:
        raise illegal(f"reply markup is too long: at most {WIDEST_ROW} buttons in a row and {MOST_BUTTONS} in all")
    for button in (button for row in rows for button in row):
        _check_button(button, inline="inline_keyboard" in markup, private=private)
    if len(markup.get("input_field_placeholder", "")) > 64:
        raise illegal("input_field_placeholder is longer than 64 characters")
    return markup


def _check_button(button: Json, *, inline: bool, private: bool) -> None:
    if not button["text"].strip():
        raise illegal("keyboard button text must be non-empty")
    actions = [name for name in _INLINE_ACTIONS if name in button]
    if inline and len(actions) != 1:
        raise illegal("Text buttons are unallowed in the inline keyboard" if not actions else f"button with {actions}")
    if not 1 <= len(button.get("callback_data", "-").encode()) <= 64:
        raise illegal("BUTTON_DATA_INVALID")
    if not private and ("request_contact" in button or "request_location" in button):
        raise illegal("phone number can be requested in private chats only")


def sent_file(call: Arguments, kind: str, files: Files) -> StoredFile:
    """The file in the argument `kind`: uploaded now, or known by its id. Raises Refused; blames careless uploads."""
    given = call[kind]
    given = call.get(given.removeprefix("attach://"), given) if isinstance(given, str) else given
    if isinstance(given, str):
        return files.find(given)
    return files.keep(_upload(call, given, kind), kind)


def _upload(call: Arguments, upload: Upload, kind: str) -> bytes:
    if len(upload.data) > (10 * 1024 * 1024 if kind == "photo" else LARGEST_UPLOAD):
        raise Refused(413, "Request Entity Too Large", wrong=True)
    if not upload.data:
        raise illegal("file must be non-empty")
    if upload.filename in ("", "application.octet-stream"):
        call.blame("a file was sent without a name")
    if kind == "voice" and not is_voice(upload):
        call.blame("this is no OGG/Opus, MP3 or M4A, and is not shown as a voice note")
    return upload.data
