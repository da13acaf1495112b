"""From a reply to Slack's blocks, and its plain text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from engine.reply import Block, Button, Reply

LONGEST_SECTION = 2900
LONGEST_HEADER = 150
LONGEST_CONTEXT = 1900
LONGEST_LABEL = 75

# Slack has no slash commands of ours besides /grade and /interview, and none at all in threads: there the word is
# typed.
_COMMAND = re.compile(r"(?<![\w/])/(start|hint|skip|progress|history|cancel|help|grade)\b")
_BROADCAST = re.compile(r"@(channel|here|everyone)\b", re.IGNORECASE)


def blocks(reply: Reply) -> list[dict[str, Any]]:
    found = [rendered for section in reply.sections for block in section for rendered in _rendered(block)]
    rows = ({"type": "actions", "elements": [_button(b) for b in row]} for row in reply.buttons)
    return [*found, *rows]


def plain(reply: Reply) -> str:
    """What notifications show, and what is sent when Slack refuses the blocks."""
    return "\n\n".join("\n".join(_text(block) for block in section) for section in reply.sections)


def _rendered(block: Block) -> Iterator[dict[str, Any]]:
    if block.style == "heading" and len(block.text) <= LONGEST_HEADER:
        yield {"type": "header", "text": {"type": "plain_text", "text": _sendable(block.text)}}
        return
    text = _text(block)
    if not text.strip():
        return
    if block.style == "note" and len(text) <= LONGEST_CONTEXT:
        yield {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}
        return
    for start in range(0, len(text), LONGEST_SECTION):
        yield {"type": "section", "text": {"type": "mrkdwn", "text": text[start : start + LONGEST_SECTION]}}


def _text(block: Block) -> str:
    match block.style:
        case "quote":
            return "\n".join(f"> {line}" for line in _escaped(block.text).splitlines() or [""])
        case "strong" | "heading":
            return "\n".join(f"*{line}*" if line else "" for line in _spoken(block.text).replace("*", "∗").splitlines())
        case _:
            return _spoken(block.text)


def _spoken(text: str) -> str:
    return _COMMAND.sub(r"`\1`", _escaped(text))


def _escaped(text: str) -> str:
    """Nothing in it is markup that calls somebody."""
    text = _sendable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _BROADCAST.sub("@\u200b\\1", text)


def _sendable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _button(button: Button) -> dict[str, Any]:
    label = {"type": "plain_text", "text": button.label[:LONGEST_LABEL]}
    return {"type": "button", "text": label, "action_id": button.action.replace(" ", "_"), "value": button.action}
