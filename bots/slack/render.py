"""From a reply to Slack's blocks, and to plain text beside them. Pure.

Running text goes as rich text, in which nothing is markup: an asterisk stays an asterisk, and a learner's quoted words
can call nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import Any

from bots.slack.mrkdwn import escaped
from engine.reply import Block, Button, Reply, Section, sendable
from engine.said import COMMANDS

Json = dict[str, Any]

MOST_BLOCKS = 50
MOST_BUTTONS = 25
LONGEST_HEADER = 150
LONGEST_NOTE = 2000
LONGEST_LABEL = 75
LONGEST_TEXT = 3900  # chat.update takes 4,000

BEGIN = "start"
BEGIN_IN_CHANNEL = "/interview"

_COMMAND = re.compile(rf"(?<![\w/])/({'|'.join(COMMANDS)})\b(?![/-])")
_RUNNING = ("plain", "strong", "quote")


def blocks(reply: Reply, begin: str = BEGIN) -> list[Json]:
    """At most 50, with the buttons at the end. `begin` is what to type for a new interview."""
    buttons = list(_actions(list(chain.from_iterable(reply.buttons))))
    found = [block for section in reply.sections for block in _section(_visible(section), begin)]
    if len(found) + len(buttons) > MOST_BLOCKS:
        found = [_rich(_visible(chain.from_iterable(reply.sections)), begin)]
    return [*found, *buttons]


def text(reply: Reply, begin: str = BEGIN) -> str:
    """What notifications and screen readers get, and everybody when Slack refuses the blocks."""
    sections = ("\n".join(_line(block, begin) for block in _visible(section)) for section in reply.sections)
    return "\n\n".join(filter(None, sections))[:LONGEST_TEXT] or "…"


def measure(text: str) -> int:
    return len(escaped(text))


def _visible(section: Iterable[Block]) -> list[Block]:
    return [block for block in section if sendable(block.text).strip()]


def _line(block: Block, begin: str) -> str:
    if block.style == "quote":
        return "\n".join(f"> {line}" for line in escaped(block.text).splitlines())
    return "".join(escaped(words) for words, _ in _words(block.text, begin))


# Blocks


def _section(section: Section | list[Block], begin: str) -> Iterator[Json]:
    for running, group in groupby(section, key=_is_running):
        if running:
            yield _rich(list(group), begin)
        else:
            yield from (_apart(block, begin) for block in group)


def _is_running(block: Block) -> bool:
    longest = {"heading": LONGEST_HEADER, "note": LONGEST_NOTE}.get(block.style, 0)
    return block.style in _RUNNING or len(block.text) > longest


def _apart(block: Block, begin: str) -> Json:
    """A heading, or small print."""
    words = "".join(words for words, _ in _words(block.text, begin))
    if block.style == "heading":
        return {"type": "header", "text": _plain(words)}
    return {"type": "context", "elements": [_plain(words)]}


def _plain(words: str) -> Json:
    """`emoji` False: what looks like one (":id:") stays what was written."""
    return {"type": "plain_text", "text": words, "emoji": False}


def _rich(section: list[Block], begin: str) -> Json:
    elements: list[Json] = []
    for quoted, group in groupby(section, key=lambda block: block.style == "quote"):
        if quoted:
            elements += [
                {"type": "rich_text_quote", "elements": [{"type": "text", "text": sendable(block.text)}]}
                for block in group
            ]
        else:
            elements.append({"type": "rich_text_section", "elements": list(_lines(group, begin))})
    return {"type": "rich_text", "elements": elements}


def _lines(group: Iterable[Block], begin: str) -> Iterator[Json]:
    for n, block in enumerate(group):
        if n:
            yield {"type": "text", "text": "\n"}
        bold = {"bold": True} if block.style in ("strong", "heading") else {}
        for words, is_command in _words(block.text, begin):
            style = {"code": True} if is_command else bold
            yield {"type": "text", "text": words, **({"style": style} if style else {})}


def _words(text: str, begin: str) -> Iterator[tuple[str, bool]]:
    """Pieces of the text, each with whether it is a command to type.

    Slack knows no commands of ours but /grade and /interview, and none in threads, where the bare word does it.
    """
    done = 0
    clean = sendable(text)
    for match in _COMMAND.finditer(clean):
        if match.start() > done:
            yield clean[done : match.start()], False
        yield begin if match[1] == "start" else match[1], True
        done = match.end()
    if done < len(clean):
        yield clean[done:], False


def _actions(buttons: Sequence[Button]) -> Iterator[Json]:
    for start in range(0, len(buttons), MOST_BUTTONS):
        row = buttons[start : start + MOST_BUTTONS]
        yield {"type": "actions", "elements": [_button(start + n, button) for n, button in enumerate(row)]}


def _button(number: int, button: Button) -> Json:
    label = _plain(sendable(button.label)[:LONGEST_LABEL])
    return {"type": "button", "text": label, "action_id": f"viva.{number}", "value": button.action}
