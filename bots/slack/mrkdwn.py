"""Slack's own text: what a person typed out of what came over the wire, and what goes over the wire out of our text.
Pure."""

from __future__ import annotations

import re

from engine.reply import sendable

_TOKEN = re.compile(r"<([^<>]*)>")
_ENTITY = re.compile(r"&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}
_CALL = re.compile(r"@(?=(?:channel|here|everyone)\b)", re.IGNORECASE)


def readable(wire: str) -> str:
    """What a person reads: links by their label, mentions by name where Slack tells it, entities decoded.

    What people type never holds "<": Slack sends it as "&lt;". So every token is Slack's own.
    """
    return _ENTITY.sub(lambda match: _ENTITIES[match[1]], _TOKEN.sub(lambda match: _token(match[1]), wire))


def _token(inner: str) -> str:
    target, _, label = inner.partition("|")
    match target[:1]:
        case "@":
            return f"@{label or target[1:]}"
        case "#":
            return f"#{label or target[1:]}"
        case "!":
            return label or f"@{target[1:]}"
        case _:
            return label or target.removeprefix("mailto:")


def without_mention(wire: str, users: frozenset[str]) -> str:
    """The text without the mentions of these users."""
    return _TOKEN.sub(lambda match: "" if _mentioned(match[1]) in users else match[0], wire).strip()


def mentions(wire: str, users: frozenset[str]) -> bool:
    return any(_mentioned(inner) in users for inner in _TOKEN.findall(wire))


def _mentioned(inner: str) -> str:
    return inner.partition("|")[0].removeprefix("@") if inner.startswith("@") else ""


def escaped(text: str) -> str:
    """Text that Slack shows as it is: no control sequence in it works, and nobody is called by it."""
    text = sendable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _CALL.sub("@\N{WORD JOINER}", text)
