"""The ways a glossary's term may sound: spelled, said as a word, and as the role pack says it is misheard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from engine.terms.likeness import mass
from engine.terms.sounds import can_be_said, letter_sounds, run_together, sounds_of, word_sounds
from engine.terms.words import words_of

_PIECES = re.compile(r"[A-Za-z]+|[0-9]+|\+")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SPOKEN = {"+": ("plus",), "v": ("v", "versus")}
_SHORTEST_WORD = 3


@dataclass(frozen=True)
class Form:
    """One way to say a term. `letters` is it written in one word; `from_pack` if a mis-hearing that the pack lists."""

    sounds: str
    letters: str
    from_pack: bool

    @property
    def mass(self) -> float:
        return mass(self.sounds)


@lru_cache(maxsize=4096)
def forms_of(term: str, heard_as: tuple[str, ...]) -> tuple[Form, ...]:
    """Every way to say the term, each once, the term's own first."""
    letters = "".join(own_words(term))
    forms = [Form(sounds, letters, from_pack=False) for sounds in _said(term)]
    for heard in heard_as:
        words = words_of(heard)
        sounds = run_together("".join(word.sounds for word in words))
        forms.append(Form(sounds, "".join(word.letters for word in words), from_pack=True))
    return tuple({form.sounds: form for form in reversed(forms) if form.sounds}.values())[::-1]


@lru_cache(maxsize=4096)
def listed_letters(heard_as: tuple[str, ...]) -> frozenset[str]:
    """The mis-hearings that the pack lists, each written in one word."""
    return frozenset("".join(own_words(heard)) for heard in heard_as)


@lru_cache(maxsize=4096)
def own_words(term: str) -> tuple[str, ...]:
    """The words that the term is written with: "K-means" is k, means."""
    return tuple(word.letters for word in words_of(term))


@lru_cache(maxsize=4096)
def inner_words(term: str) -> tuple[str, ...]:
    """The words that are seen within it: "SameSite" is same, site; an abbreviation is one."""
    return tuple(part.lower() for word in _PIECES.findall(term) for part in (_PARTS.findall(word) or [word]))


def _said(term: str) -> Iterator[str]:
    for choice in product(*(_readings(piece) for piece in _PIECES.findall(term))):
        yield run_together("".join(choice))


def _readings(piece: str) -> tuple[str, ...]:
    if piece in _SPOKEN:
        return tuple(sounds_of(word) for word in _SPOKEN[piece])
    parts = _PARTS.findall(piece)
    in_parts = "".join(letter_sounds(part) if part.isupper() else sounds_of(part) for part in parts)
    whole = word_sounds(piece.lower()) if can_be_said(piece) and len(piece) >= _SHORTEST_WORD else ""
    return tuple(dict.fromkeys(reading for reading in (in_parts or sounds_of(piece), whole) if reading))
