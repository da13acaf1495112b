"""What a learner said, in terms no platform owns: the input of a turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeVar

Address = Mapping[str, str | int | None]
"""Where a channel sends to. Its keys belong to the channel; the engine only keeps it."""

CommandName = Literal["start", "hint", "skip", "grade", "progress", "cancel", "history", "help"]
COMMANDS: tuple[CommandName, ...] = ("start", "hint", "skip", "grade", "progress", "history", "cancel", "help")


@dataclass(frozen=True)
class Heard:
    """How a spoken answer became text: model, length of the audio in seconds, and its language when the model told
    it."""

    model: str
    seconds: float
    language: str | None = None


@dataclass(frozen=True)
class Text:
    text: str
    heard: Heard | None = None


@dataclass(frozen=True)
class Recording:
    """A voice note, audio file or clip that is still on the platform. `file` is what the channel needs to download it.

    `seconds` and `size` (bytes) are the platform's claims: hints, never trusted.
    """

    file: Mapping[str, str]
    seconds: float | None = None
    size: int | None = None


@dataclass(frozen=True)
class Command:
    name: CommandName
    argument: str = ""


@dataclass(frozen=True)
class UnknownCommand:
    name: str


@dataclass(frozen=True)
class Press:
    """A button: `action` with the words that follow it, as `engine.reply.Button.action` was written ("hint ab12 3")."""

    action: str


@dataclass(frozen=True)
class Edit:
    """A message of the learner's that now reads otherwise; `ref` is the platform's id of it."""

    ref: str
    text: str


@dataclass(frozen=True)
class Unsupported:
    """Something Viva has no use for; `what` is in the learner's words: "a sticker", "a photo"."""

    what: str


Said = Text | Recording | Command | UnknownCommand | Press | Edit | Unsupported


@dataclass(frozen=True)
class Learner:
    """The person who answers. `key` is the platform account within its workspace: "telegram:7:42", "slack:T1:U1".

    `name` is empty where an event does not tell it.
    """

    key: str
    name: str
    language: str | None = None


SaidOrLearner = TypeVar("SaidOrLearner", bound=Said | Learner)


@dataclass(frozen=True)
class Conversation:
    """One learner's place of interview.

    `place` names that place as incoming messages show it. It is None until the platform has given the place its name:
    a Slack thread is named by the first message in it.
    """

    key: str
    channel: str
    learner: str
    chat: str
    address: Address
    place: str | None


@dataclass(frozen=True)
class Incoming:
    """One event, parsed.

    `place` is None when the event does not tell which conversation is meant (a slash command, a message at the root of
    a Slack app's tab): then it is the learner's open interview in `chat`. `opens` is the place to open for a new
    interview
    when none is meant; `address` is where an answer to this very event goes.
    `position` orders events and sent messages of one chat as the platform itself does. `to_viva` is False for a
    message that is
    not addressed to Viva unless it stands in the learner's own conversation.
    """

    channel: str
    learner: Learner
    chat: str
    place: str | None
    opens: str | None
    address: Address
    said: Said
    ref: str
    position: int
    to_viva: bool = True


@dataclass(frozen=True)
class Moved:
    """A chat that got a new identity: its conversations keep their interviews under the new one.

    `address` holds the keys of the address that change. A place begins with its chat's key.
    """

    channel: str
    old_chat: str
    new_chat: str
    address: Address


def legible(incoming: Incoming) -> Incoming:
    """The event without what no database and no server takes: NUL, and halves of characters."""
    return replace(incoming, learner=_legible(incoming.learner), said=_legible(incoming.said))


def _legible(value: SaidOrLearner) -> SaidOrLearner:
    values: dict[str, Any] = {field.name: getattr(value, field.name) for field in fields(value)}
    cleaned: dict[str, Any] = {name: _cleaned(text) for name, text in values.items() if isinstance(text, str)}
    return replace(value, **cleaned)


def _cleaned(text: str) -> str:
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
