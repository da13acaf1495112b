"""Signs that an answer can be followed: an example, and sentences that give reasons. Never how long it is."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from engine.offline.orders import without_orders
from engine.offline.prose import has_sentence

_REACH = 300
_END = re.compile(r"[.!?\n]")

_EXAMPLE = re.compile(
    r"""\bfor\ (?:example|instance)\b | \be\.?g\b | \bsuch\ as\b | \blike\ (?:when|if)\b | \bsay,?\s | \bimagine\b
    | \bsuppose\b | \blet['’]?s\ say\b | \bin\ (?:my|our)\ (?:last|previous|own|old|team|company|project)\b
    | \bI\ (?:once|had|used|worked|saw)\b | \bwe\ (?:once|had|used|saw)\b | \bonce\ (?:I|we|that|a)\b
    | \bin\ one\ (?:case|project|company|team)\b
    | \b(?:last|two|three)\ (?:years?|months?|spring|summer|autumn|winter)\ ago\b
    | \blast\ (?:year|month|spring|summer|autumn|winter)\b
    | [€$£]\s?\d | \d\s?(?:%|€|per\ ?cent|percent|euros?|dollars?)
    | \b(?:twenty|thirty|forty|fifty|hundred|thousand|million)s?\b""",
    re.IGNORECASE | re.VERBOSE,
)
_REASON = re.compile(
    r"""\b(?:because|since|so|therefore|otherwise|means|as\ a\ result|in\ order\ to|whereas|while|although|but|then
    |first|finally|until|instead|rather\ than|depends?|leads?\ to)\b""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Signs:
    """Whether there is an example, a reason, and any sentence at all: a list of terms has none."""

    example: bool
    connected: bool
    sentence: bool = True


def signs(answer: str, quotes: Collection[str]) -> Signs:
    """Only the sentences with the quotes and those right after them count: nothing else makes an answer clearer."""
    heard = without_orders(answer)
    around = [_around(heard, quote) for quote in quotes]
    sentence = any(has_sentence(_around(heard, quote, alone=True)) for quote in quotes)
    return Signs(any(map(_EXAMPLE.search, around)), any(map(_REASON.search, around)), sentence)


def _around(text: str, quote: str, *, alone: bool = False) -> str:
    """From the beginning of the quote's sentence to the end of the next one, or of its own if `alone`; at most _REACH
    characters either way."""
    at = text.find(quote)
    if at < 0:
        return ""
    start = max(at - _REACH, *(text.rfind(mark, 0, at) + 1 for mark in ".!?\n"))
    own = _END.search(text, at + len(quote), at + len(quote) + _REACH)
    if own and alone:
        return text[start : own.end()]
    next_one = _END.search(text, own.end() + 1, own.end() + _REACH) if own else None
    return text[start : next_one.end() if next_one else at + len(quote) + _REACH]
