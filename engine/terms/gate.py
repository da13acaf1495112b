"""Whether a span that sounds like a term is one: the more ordinary it reads, the more must speak for the term."""

from __future__ import annotations

from collections.abc import Sequence

from engine.terms.context import is_everyday
from engine.terms.forms import Form
from engine.terms.sounds import is_letter_name
from engine.terms.words import Word, is_telling
from engine.vocabulary import is_function_word

# How much must stand around a span (see `Context.support`) before it may be a term that also has other meanings.
_FOR_ONE_EVERYDAY_WORD = 4
_FOR_ONE_WORD = 3
_FOR_ORDINARY_WORDS = 2
_FOR_LETTERS = 1

# How alike a span must sound (see `likeness`).
_ALONE = 0.80
_ALONE_IF_EXPECTED = 0.75
_SUPPORTED = 0.74
_WELL_SUPPORTED = 0.68
_FROM_PACK = 0.88
_EASIER_IF_EXPECTED = 0.08
_LEAST = 0.66
_HARDER_IF_EVERYDAY = 0.06
_HARDER_IF_SHORT = 0.12

SPELLED_OUT = 3
"""That many single letters in a row are an abbreviation, whatever stands around them."""

SHORT = 3.2
"""Mass of sounds that are too few to be sure of: "DOM" is like "team"."""

CLEAR = 5.0
"""Mass of sounds that are not easily mistaken."""

AMBIGUOUS = 4.0
"""Mass of sounds below which a term is never believed without support, whatever its pack says."""


def is_guarded(near: Sequence[str], form: Form) -> bool:
    """Whether the form may be something else as well, so that it is believed only near a word that goes with it."""
    return bool(near) or form.mass < AMBIGUOUS


def support_needed(span: Sequence[Word], *, is_listed: bool) -> int:
    """`is_listed`: the pack names this very mis-hearing."""
    telling = len(span) if is_listed else sum(map(is_telling, span))
    everyday = all(map(is_everyday, span))
    if telling <= 1:
        return _FOR_ONE_EVERYDAY_WORD if everyday else _FOR_ONE_WORD
    return _FOR_LETTERS if not everyday and _has_letters(span) else _FOR_ORDINARY_WORDS


def _has_letters(span: Sequence[Word]) -> bool:
    """Whether it reads like an abbreviation: one letter that is no word, or two words that sound like letters."""
    names = sum(is_letter_name(word.sounds) for word in span)
    return names > 1 or any(word.is_letter and not is_function_word(word.letters) for word in span)


def likeness_needed(form: Form, span: Sequence[Word], *, guarded: bool, support: int, expected: bool) -> float:
    if form.from_pack:
        return _FROM_PACK
    needed = _by_sound_alone(form, guarded=guarded, support=support, expected=expected)
    return needed + _HARDER_IF_EVERYDAY if all(map(is_everyday, span)) else needed


def _by_sound_alone(form: Form, *, guarded: bool, support: int, expected: bool) -> float:
    if not guarded:
        return _ALONE_IF_EXPECTED if expected else _ALONE
    needed = _SUPPORTED if support < _FOR_ORDINARY_WORDS else _WELL_SUPPORTED
    if expected:
        needed = max(needed - _EASIER_IF_EXPECTED, _LEAST)
    return needed + _HARDER_IF_SHORT if form.mass < SHORT else needed
