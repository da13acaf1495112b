"""What is in a Telegram chat, as a reader of the screen sees it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.loopback.telegram_text import Entity, utf16_length, utf16_slice
from tests.loopback.telegram_wire import Json

KINDS = (
    "text", "voice", "audio", "video_note", "video", "document", "photo", "sticker", "poll", "contact",
    "new_chat_members", "forum_topic_created", "migrate_to_chat_id", "migrate_from_chat_id",
)  # fmt: skip


@dataclass(frozen=True)
class Button:
    text: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Message:
    """One message as it now is. `wire` is Telegram's JSON of it, `markup` the reply markup as the bot sent it (the wire
    keeps inline keyboards only), `file` what the bot uploaded, `update` what the bot was sent about it, if anything."""

    id: int
    chat: int
    sender: str
    from_bot: bool
    wire: Json = field(repr=False, compare=False)
    markup: Json = field(default_factory=dict, compare=False)
    edited: bool = False
    deleted: bool = False
    time: float = field(default=0.0, compare=False)
    file: bytes | None = field(default=None, repr=False, compare=False)
    update: Json | None = field(default=None, repr=False, compare=False)

    @property
    def kind(self) -> str:
        return next((kind for kind in KINDS if kind in self.wire), "unknown")

    @property
    def text(self) -> str:
        """The text or the caption, without markup."""
        return str(self.wire.get("text", self.wire.get("caption", "")))

    @property
    def entities(self) -> list[Entity]:
        return [*self.wire.get("entities", ()), *self.wire.get("caption_entities", ())]

    @property
    def thread(self) -> int | None:
        thread: int | None = self.wire.get("message_thread_id")
        return thread

    @property
    def reply_to(self) -> int | None:
        answered: int | None = self.wire.get("reply_to_message", {}).get("message_id")
        return answered

    @property
    def buttons(self) -> list[list[Button]]:
        rows = self.markup.get("inline_keyboard", [])
        return [[Button(key["text"], key.get("callback_data"), key.get("url")) for key in row] for row in rows]

    def marked(self, style: str) -> list[str]:
        """The stretches of text with this kind of entity, such as "bold"."""
        marks = [entity for entity in self.entities if entity["type"] == style]
        return [utf16_slice(self.text, entity["offset"], entity["length"]) for entity in marks]

    def __str__(self) -> str:
        notes = " (edited)" if self.edited else ""
        body = self.text if self.kind == "text" else f"<{self.kind}> {self.text}".rstrip()
        return f"{self.sender}{notes}: {body}" + "".join(f"\n    {_row(row)}" for row in self.buttons)


def _row(buttons: list[Button]) -> str:
    return " ".join(f"[{button.text}]" for button in buttons)


Match = str | re.Pattern[str] | Callable[[Message], object]


def matches(message: Message, match: Match) -> bool:
    """A fragment of its text, a pattern found in it, or a question that it answers with yes."""
    if isinstance(match, str):
        return match in message.text
    if isinstance(match, re.Pattern):
        return match.search(message.text) is not None
    return bool(match(message))


def without_replies(wire: Json) -> Json:
    """A message inside another one: Telegram nests one level only."""
    return {name: value for name, value in wire.items() if name != "reply_to_message"}


_FOUND = re.compile(r"(?<![\w/@])(?:(?P<bot_command>/\w{1,32}(?:@\w{5,32})?)(?!\w)|(?P<mention>@\w{4,32}))")


def found_entities(text: str) -> list[Entity]:
    """Commands and mentions, which Telegram finds in a text by itself."""
    return [
        {"type": found.lastgroup, "offset": utf16_length(text[: found.start()]), "length": utf16_length(found.group())}
        for found in _FOUND.finditer(text)
    ]
