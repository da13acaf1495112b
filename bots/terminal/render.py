"""From a reply to lines on a terminal: wrapped, coloured where there are colours, choices numbered. Pure."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
import unicodedata
from collections.abc import Sequence

from engine.reply import Block, Button, Reply

_STYLES = {"heading": "1;36", "strong": "1", "quote": "3", "note": "2", "plain": ""}
WIDEST = 100


def paint(reply: Reply, choices: Sequence[Button], *, color: bool) -> str:
    color = color and "NO_COLOR" not in os.environ
    width = min(WIDEST, shutil.get_terminal_size().columns)
    sections = ["\n".join(_lines(block, width, color) for block in section) for section in reply.sections]
    numbered = "\n".join(f"  {n}. {button.label}" for n, button in enumerate(choices, 1))
    return "\n" + "\n\n".join([*sections, numbered] if numbered else sections)


def _lines(block: Block, width: int, color: bool) -> str:
    prefix = "  | " if block.style == "quote" else ""
    wrapped = (
        textwrap.fill(line, width, initial_indent=prefix, subsequent_indent=prefix, break_long_words=False)
        for line in _printable(block.text).splitlines()
    )
    text = "\n".join(wrapped)
    style = _STYLES[block.style]
    return f"\033[{style}m{text}\033[0m" if color and style else text


def _printable(text: str) -> str:
    """Without control characters, which could drive somebody's terminal."""
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return re.sub(r"[\r\v\f]", "", "".join(kept))
