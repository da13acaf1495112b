"""Gibberish: keys hit at random, one thing repeated. Another language, code, an acronym or a rare term is none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.vocabulary import COMMON_TERMS, is_function_word, stem

_MOST = 0.5
"""This share of the letters must be in words that look like nothing."""
_LONGEST = 20
"""Longer words are compounds, whose seams have any letters."""
_MASHED = re.compile(
    r"""asdf|sdfg|dfgh|fghj|ghjk|hjkl|jkl$|zxcv|xcvb|cvbn|vbnm|qwert|werty|yuiop|uiop|lkjh|kjhg|jhgf|hgfd|gfds|fdsa|mnbv|nbvc|bvcx|vcxz|poiuy|oiuy|trewq
    |(.)\1{3,}|^(..)\2{2,}$|^(...+)\3+$""",
    re.VERBOSE,
)
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{7,}")
_ONE_SOUND = re.compile(r"sch|ch|ck|gh|ph|sh|th|ts|tz|zh|(?:ng)")
_NEVER_TOGETHER = re.compile(
    r"[bcdfgjklmpqvwxz][xq]|q[^u\W\d]|[jvw][bcdfghjkmpqtvxz]|[bcdfgkmpqtvwxz]j|[hjqvxz][bfgkmpvwx]|[fpx]k|[bfgkpvwxz]v|[gk][dfz]|d[kp]|s[gjxz]|[hx]k|[lf][hj]k"
)


def is_one_word(words: Sequence[str]) -> bool:
    """Whether the folded words of a text are one and the same, said again and again."""
    return len(words) >= 4 and len(set(words)) == 1


def is_gibberish(words: Sequence[str]) -> bool:
    """Whether the folded words of a text are mostly no words of any language."""
    if is_one_word(words) or _single_letters(words):
        return True
    letters = [word for word in words if word.isascii() and word.isalpha()]
    if (
        len(letters) < len(words)
        or not letters
        or any(is_function_word(word) or stem(word) in COMMON_TERMS for word in letters)
    ):
        return False
    nonsense = sum(len(word) for word in letters if _looks_like_nothing(word))
    return nonsense >= _MOST * sum(map(len, letters))


def _single_letters(words: Sequence[str]) -> bool:
    """Letters without a word among them: "x k q w p"."""
    return len(words) >= 6 and all(len(word) == 1 and word.isalpha() and word.isascii() for word in words)


def _looks_like_nothing(word: str) -> bool:
    """Letters that no word of any language in Latin script has in this order. Short ones are taken for acronyms."""
    if len(word) < 4:
        return False
    if _MASHED.search(word) or _CONSONANTS.search(_ONE_SOUND.sub("t", word)):
        return True
    vowels = len(re.findall(r"[aeiouy]", word))
    return (len(word) >= 7 and vowels == 0) or (6 <= len(word) <= _LONGEST and len(_NEVER_TOGETHER.findall(word)) >= 2)
