"""A transcript's words as they were written and as they sound."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from engine.terms.sounds import is_letter_name, sounds_of
from engine.vocabulary import fold, is_function_word, stem

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_JOINS = re.compile(r"[\s\-\u2010\u2011–/+&]*")
_LISTS = re.compile(r"[\s.,]*")


@dataclass(frozen=True)
class Word:
    """`start` and `end` are its place in the text; `letters` its letters and figures, small, without accents.

    `starts_anew`: a mark stands before it that no term goes across.
    """

    start: int
    end: int
    letters: str
    stem: str
    sounds: str
    starts_anew: bool

    @property
    def is_letter(self) -> bool:
        return len(self.letters) == 1


def words_of(text: str) -> tuple[Word, ...]:
    words: list[Word] = []
    shouted = text.isupper()
    for found in _WORD.finditer(text):
        written = _bare(found.group())
        letters = written.lower()
        between = text[words[-1].end : found.start()] if words else "."
        spelled = bool(words) and words[-1].is_letter and len(letters) == 1
        anew = not (_JOINS.fullmatch(between) or (spelled and _LISTS.fullmatch(between)))
        sounds = sounds_of(written if written.isupper() and not shouted else letters)
        words.append(Word(found.start(), found.end(), letters, stem(fold(found.group())), sounds, anew))
    return tuple(words)


def is_telling(word: Word) -> bool:
    """Whether it may be a piece of a term: a word of its own, or one that sounds like a letter ("a", "are", "you")."""
    return is_letter_name(word.sounds) or not is_function_word(word.letters)


def _bare(written: str) -> str:
    """ASCII letters and figures alone: what is left of another script is nothing, which sounds like no term."""
    plain = unicodedata.normalize("NFKD", written).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain if letter.isalnum())
