"""Words of a transcript, and phrases that a stuck model wrote over and over again. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

# Scripts that put no spaces between words: every letter counts as a piece.
UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_PIECE = re.compile(rf"\s*(?:[{UNSPACED}]|[^\s{UNSPACED}]+)")
_UNSPACED = re.compile(f"([{UNSPACED}])")

LONGEST_PHRASE = 30
FEWEST_TIMES = 4
FEWEST_PIECES = 12
FEWEST_REAL_PIECES = 5


def bare_words(text: str) -> list[str]:
    """Small letters without punctuation; where no spaces are written, letter by letter."""
    folded = unicodedata.normalize("NFC", text).casefold()
    letters = "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in folded)
    return _UNSPACED.sub(r" \1 ", letters).split()


def without_loops(text: str) -> str:
    """Keeps one of a phrase that stands there at least four times in a row and over at least twelve words."""
    pieces = _PIECE.findall(text)
    kept = [piece for at, phrase, _ in _runs(pieces) for piece in pieces[at : at + phrase]]
    return "".join(kept).strip()


def is_one_loop(text: str) -> bool:
    """Whether such repetitions, and fewer than five words around them, are all there is."""
    runs = list(_runs(_PIECE.findall(text)))
    around = sum(1 for _, phrase, run in runs if phrase == run)
    return around < len(runs) and around < FEWEST_REAL_PIECES


def _runs(pieces: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Where each run begins, the length of its phrase and of all its repetitions; (at, 1, 1) for a word by itself."""
    keys = [" ".join(bare_words(piece)) or piece.strip() for piece in pieces]
    at = 0
    while at < len(keys):
        phrase, run = _run(keys, at)
        yield at, phrase, run
        at += run


def _run(keys: Sequence[str], at: int) -> tuple[int, int]:
    for length in range(1, min(LONGEST_PHRASE, (len(keys) - at) // FEWEST_TIMES) + 1):
        times = _times(keys, at, length)
        if times >= FEWEST_TIMES and times * length >= FEWEST_PIECES:
            return length, times * length
    return 1, 1


def _times(keys: Sequence[str], at: int, length: int) -> int:
    phrase = keys[at : at + length]
    times = 1
    while keys[at + times * length : at + (times + 1) * length] == phrase:
        times += 1
    return times
