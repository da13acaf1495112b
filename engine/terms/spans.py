"""The spans of a transcript in which terms are looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.terms.likeness import mass
from engine.terms.sounds import run_together
from engine.terms.words import Word

SMALLEST = 0.6
"""A span of less than this share of a term's mass, or the other way round, is not the term."""

_MOST_WORDS = 9

# Sounds that are hardly told apart count as one when spans are looked over for the first time.
_ROUGH = str.maketrans(
    {
        **dict.fromkeys("iIeEaAOouUV@YWJ", "a"),
        **dict.fromkeys("pb", "p"),
        **dict.fromkeys("tdTD", "t"),
        **dict.fromkeys("kg", "k"),
        **dict.fromkeys("fvw", "f"),
        **dict.fromkeys("sz", "s"),
        **dict.fromkeys("SZCj", "S"),
        **dict.fromkeys("mnN", "n"),
        **dict.fromkeys("yh"),
    }
)


@dataclass(frozen=True)
class Span:
    """A few words in a row, from `start` to `end` (exclusive), with all their sounds and letters."""

    start: int
    end: int
    words: Sequence[Word]
    sounds: str
    letters: str


def spans_of(words: Sequence[Word], most: float) -> Iterator[Span]:
    """Every few words in a row, within a clause, that could be a term by their mass."""
    for start in range(len(words)):
        sounds = letters = ""
        for end in range(start + 1, min(start + _MOST_WORDS, len(words)) + 1):
            word = words[end - 1]
            if not word.sounds or (word.starts_anew and end > start + 1):
                break
            sounds = run_together(sounds + word.sounds)
            letters += word.letters
            if mass(sounds) > most:
                break
            yield Span(start, end, words[start:end], sounds, letters)


@lru_cache(maxsize=16_384)
def rough_sounds(sounds: str) -> str:
    """The sounds by what they sound like from afar."""
    return sounds.translate(_ROUGH)
