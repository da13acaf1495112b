"""What Viva says, in terms no platform owns: the output of a turn. Channels render it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Style = Literal["plain", "strong", "heading", "quote", "note"]
Kind = Literal["talk", "question", "scorecard"]

_TURNS = re.compile("[\u202a-\u202e]")


def sendable(text: str) -> str:
    """Without what no server takes (NUL and lone surrogates), and without what turns the letters after it around."""
    return _TURNS.sub("", text.replace("\0", "").encode("utf-8", "replace").decode("utf-8"))


@dataclass(frozen=True)
class Block:
    """One paragraph. `quote` holds a learner's words; `note` is small print."""

    text: str
    style: Style = "plain"


Section = tuple[Block, ...]
"""Blocks that are never torn apart by a platform's length limit (unless one alone is longer than the limit)."""


@dataclass(frozen=True)
class Button:
    """`action` comes back as `said.Press.action`: words separated by spaces, at most 64 bytes."""

    label: str
    action: str


@dataclass(frozen=True)
class Reply:
    """One message; long ones are split by `split`.

    `exchange` is the number of the exchange that a `question` opens. `private` is for one person's eyes where others
    read along.
    `answer_to` is the platform's id of the message that this answers. `growing` are the indices of sections that will
    be edited to
    a longer text later: each gets a message of its own.
    """

    sections: tuple[Section, ...]
    kind: Kind = "talk"
    buttons: tuple[tuple[Button, ...], ...] = ()
    exchange: int | None = None
    private: bool = False
    answer_to: str | None = None
    growing: tuple[int, ...] = ()


def say(*paragraphs: str | Block, buttons: Iterable[Sequence[Button]] = (), private: bool = False) -> Reply:
    """A short message: one section of the paragraphs given."""
    blocks = tuple(Block(part) if isinstance(part, str) else part for part in paragraphs)
    return Reply(sections=(blocks,), buttons=tuple(tuple(row) for row in buttons), private=private)


def led_by(reply: Reply, blocks: Iterable[Block]) -> Reply:
    """The reply with these blocks in front of its first section's."""
    return replace(reply, sections=((*blocks, *reply.sections[0]), *reply.sections[1:]))


def split(reply: Reply, limit: int, measure: Callable[[str], int] = len) -> tuple[Reply, ...]:
    """The reply as messages whose text measures at most `limit` each; buttons stay under the last one.

    Cuts between sections; inside a section only when it alone is too long, and then between blocks, lines or words.
    """
    groups: list[list[Section]] = []
    room = -1
    for section, alone in _pieces(reply, limit, measure):
        size = _size(section, measure)
        if alone or size > room:
            groups.append([])
            room = limit
        groups[-1].append(section)
        room = -1 if alone else room - size
    last = len(groups) - 1
    return tuple(
        replace(reply, sections=tuple(group), buttons=reply.buttons if n == last else (), growing=())
        for n, group in enumerate(groups)
    )


def _size(section: Section, measure: Callable[[str], int]) -> int:
    return sum(measure(block.text) + 2 for block in section)


def _pieces(reply: Reply, limit: int, measure: Callable[[str], int]) -> Iterable[tuple[Section, bool]]:
    """The sections, those that are too long in pieces, each with whether it must stand alone."""
    for index, section in enumerate(reply.sections):
        if _size(section, measure) <= limit:
            yield section, index in reply.growing
            continue
        for block in section:
            for text in _cut(block.text, limit - 2, measure):
                yield (replace(block, text=text),), False


def _cut(text: str, limit: int, measure: Callable[[str], int]) -> Iterable[str]:
    """Pieces of at most `limit`, cut at the last line end, else space, else anywhere."""
    while measure(text) > limit:
        fitting = bisect_right(range(1, limit + 1), limit, key=lambda end: measure(text[:end]))
        end = _gap(text, fitting) or max(1, fitting)
        piece = text[:end].rstrip()
        if piece:
            yield piece
        text = text[end:].lstrip()
    if text:
        yield text


def _gap(text: str, end: int) -> int:
    """Where the last line ends in the second half of text[:end], else where the last word does; 0 for nowhere."""
    gaps = (text.rfind(white, max(1, end // 2), end + 1) for white in ("\n", " "))
    return next((gap for gap in gaps if gap > 0), 0)
