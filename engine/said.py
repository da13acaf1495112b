"""What a learner said, in terms no platform owns: the input of a turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeVar

from engine.failures import Unusable

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
    interview when none is meant; `address` is where an answer to this very event goes.
    `position` orders events and sent messages of one chat as the platform itself does. `to_viva` is False for a
    message that is not addressed to Viva unless it stands in the learner's own conversation. `said_at` is when it was
    said, in seconds of the platform's clock; None where the platform does not tell.
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
    said_at: float | None = None


@dataclass(frozen=True)
class Moved:
    """A chat that got a new identity: its conversations keep their interviews under the new one.

    `address` holds the keys of the address that change. A place begins with its chat's key.
    """

    channel: str
    old_chat: str
    new_chat: str
    address: Address


def sound(incoming: Incoming) -> Incoming:
    """The event itself when everything in it is of its type, and every key one that a database takes: nobody has
    checked what comes over the wire. Raises Unusable('malformed')."""
    learner, place, opens = incoming.learner, incoming.place or "", incoming.opens or ""
    keys = all(map(_is_key, (learner.key, incoming.chat, incoming.ref, place, opens)))
    address = all(value is None or _is_key(value) or _is_number(value) for value in incoming.address.values())
    if not (keys and address and _is_number(incoming.position)):
        raise Unusable("malformed", "a key")
    language = "" if learner.language is None else learner.language
    if not (_are_words(learner.name, language) and _is_sound(incoming.said)):
        raise Unusable("malformed", type(incoming.said).__name__)
    return incoming


def _is_key(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


def _is_number(value: object) -> bool:
    return type(value) is int and abs(value) < 1 << 63


def _are_words(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)


def _is_sound(said: Any) -> bool:
    if isinstance(said, Recording):
        return (
            _are_words(*said.file.values())
            and isinstance(said.seconds, int | float | None)
            and isinstance(said.size, int | None)
        )
    return _are_words(*(getattr(said, field.name) for field in fields(said) if field.name != "heard"))


def legible(incoming: Incoming) -> Incoming:
    """The event without what no database and no server takes: NUL, and halves of characters."""
    return replace(incoming, learner=_legible(incoming.learner), said=_legible(incoming.said))


def _legible(value: SaidOrLearner) -> SaidOrLearner:
    values: dict[str, Any] = {field.name: getattr(value, field.name) for field in fields(value)}
    cleaned: dict[str, Any] = {name: _cleaned(text) for name, text in values.items() if isinstance(text, str)}
    return replace(value, **cleaned)


def _cleaned(text: str) -> str:
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
