"""From a reply to a Telegram message: HTML, its plain text, and buttons. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from engine.reply import Block, Reply, sendable

LONG_QUOTE = 300

_CALL = re.compile(r"(?<!\w)@(?=\w)")

Markup = InlineKeyboardMarkup | ForceReply


def html(reply: Reply) -> str:
    return _joined(reply, _html)


def plain(reply: Reply) -> str:
    return _joined(reply, lambda block: _quiet(block.text))


def markup(reply: Reply, group: bool) -> Markup | None:
    """Buttons; in groups a question asks for a reply instead, because there the bot sees nothing but replies and
    commands."""
    if reply.kind == "question" and group:
        return ForceReply(selective=True, input_field_placeholder="Your answer")
    rows = [[InlineKeyboardButton(b.label, callback_data=b.action) for b in row] for row in reply.buttons]
    return InlineKeyboardMarkup(rows) if rows else None


def measure(text: str) -> int:
    """Telegram counts UTF-16 code units."""
    return len(_quiet(text).encode("utf-16-le")) // 2


def _joined(reply: Reply, render: Callable[[Block], str]) -> str:
    return "\n\n".join("\n".join(render(block) for block in section) for section in reply.sections)


def _html(block: Block) -> str:
    text = escape(_quiet(block.text), quote=False)
    match block.style:
        case "heading" | "strong":
            return f"<b>{text}</b>"
        case "note":
            return f"<i>{text}</i>"
        case "quote":
            expandable = " expandable" if len(block.text) > LONG_QUOTE else ""
            return f"<blockquote{expandable}>{text}</blockquote>"
        case _:
            return text


def _quiet(text: str) -> str:
    """As it can be sent, and calling nobody: Telegram makes a mention of every "@name" in a text."""
    return _CALL.sub("@\N{WORD JOINER}", sendable(text))
