"""Signs that an answer can be followed: an example, and sentences that give reasons. Never how long it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from engine.offline.orders import without_orders

_REACH = 300
_END = re.compile(r"[.!?\n]")

_EXAMPLE = re.compile(
    r"""\bfor\ (?:example|instance)\b | \be\.?g\b | \bsuch\ as\b | \blike\ (?:when|if)\b | \bsay,?\s | \bimagine\b
    | \bsuppose\b | \blet['’]?s\ say\b | \bin\ (?:my|our)\ (?:last|previous|own|old|team|company|project)\b
    | \bI\ (?:once|had|used|worked|saw)\b | \bwe\ (?:once|had|used|saw)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_REASON = re.compile(
    r"""\b(?:because|since|so|therefore|otherwise|means|as\ a\ result|in\ order\ to|whereas|while|although|but|then
    |first|finally|until|instead|rather\ than|depends?|leads?\ to)\b""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Signs:
    example: bool
    connected: bool


def signs(answer: str, quotes: Iterable[str]) -> Signs:
    """Only the sentences with the quotes and those right after them count: nothing else makes an answer clearer."""
    heard = without_orders(answer)
    around = [_around(heard, quote) for quote in quotes]
    return Signs(any(map(_EXAMPLE.search, around)), any(map(_REASON.search, around)))


def _around(text: str, quote: str) -> str:
    """From the beginning of the quote's sentence to the end of the next one; at most _REACH characters either way."""
    at = text.find(quote)
    if at < 0:
        return ""
    start = max(at - _REACH, *(text.rfind(mark, 0, at) + 1 for mark in ".!?\n"))
    own = _END.search(text, at + len(quote), at + len(quote) + _REACH)
    next_one = _END.search(text, own.end() + 1, own.end() + _REACH) if own else None
    return text[start : next_one.end() if next_one else at + len(quote) + _REACH]
