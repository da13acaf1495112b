"""Words made comparable: spelling folded, stem taken, synonyms known. Words of other languages compare by spelling.

A word's *terms* are its stem and the names of its groups of synonyms: two words that share a term mean about the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import lru_cache

import snowballstemmer

from engine.wordlists import COMMON_WORDS, FUNCTION_WORDS, IRREGULAR, NUMBERS, SYNONYMS

_stemmer = snowballstemmer.stemmer("english")

_FUNCTION_WORDS = frozenset((*FUNCTION_WORDS, *(word.replace("'", "") for word in FUNCTION_WORDS))) - {
    "shed",
    "hell",
    "shell",
}


def is_function_word(word: str) -> bool:
    """Whether a folded word carries no point of its own, its apostrophe written or not."""
    return word in _FUNCTION_WORDS


def fold(word: str) -> str:
    """The word in lower case, each letter in its one form, without invisible characters."""
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFKC", word).casefold().replace("’", "'")
    return "".join(letter for letter in folded if unicodedata.category(letter) != "Cf")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem of a folded word; British and American spellings and irregular forms have the same one."""
    word = word.removesuffix("'s").replace("'", "")
    word = IRREGULAR.get(word, word)
    if len(word) <= 2 or not word.isascii():
        return word
    word = _american(word)
    if verb := _MADE_VERB.fullmatch(word):
        return verb[1]
    stemmed: str = _stemmer.stemWord(word)
    return stemmed[:-1] if stemmed.endswith("ll") else stemmed


# "regularize" is not about what is regular, nor "normalize" about what is normal.
_MADE_VERB = re.compile(r"(\w{3,}iz)(?:e|ed|es|er|ers|ing|able|ation|ations)")

_AMERICAN = (
    (re.compile(r"isation(s?)$"), r"ization\1"),
    (re.compile(r"(?<=\w{3})is(e|ed|es|er|ers|ing)$"), r"iz\1"),
    (re.compile(r"ys(e|ed|es|ing)$"), r"yz\1"),
    (re.compile(r"(?<=\w{2})our(?=(s|ed|ing|able|al|ite|ful|ably|hood)*$)"), "or"),
    (re.compile(r"(?<=\w{2})ogue(s?)$"), r"og\1"),
    (re.compile(r"ence(s?)$"), r"ense\1"),
    (re.compile(r"(?<=\w{2})tre(s?)$"), r"ter\1"),
    (re.compile(r"(?<=gr)amme(s?)$"), r"am\1"),
)


def _american(word: str) -> str:
    """One spelling for words that British and American English spell differently. It is applied to every word alike."""
    for pattern, replacement in _AMERICAN:
        word = pattern.sub(replacement, word)
    return word


def _senses() -> dict[str, tuple[str, ...]]:
    """The names of the groups that a stem belongs to."""
    found: dict[str, list[str]] = defaultdict(list)
    for number, group in enumerate(SYNONYMS):
        for word in {stem(word) for word in group}:
            found[word].append(f"~{number}")
    return {word: tuple(names) for word, names in found.items()}


_SENSES = _senses()


def is_known(word: str) -> bool:
    """Whether a stem is of a word in the lists, and so no misspelling of another."""
    return word in _SENSES or word in COMMON_TERMS


@lru_cache(maxsize=65_536)
def terms(word: str) -> tuple[str, ...]:
    """What a folded word compares by, its own stem first. Numbers are the same in words and in figures."""
    number = NUMBERS.get(word)
    own = number or stem(word)
    return (own, *_SENSES.get(own, ()))


def figures(tens: str, ones: str) -> str | None:
    """The figures of a number of two words, such as "ninety nine"; None for other words."""
    first, second = NUMBERS.get(tens, ""), NUMBERS.get(ones, "")
    return first[0] + second if first in _TENS and second in _ONES else None


_TENS = frozenset(str(number) for number in range(20, 100, 10))
_ONES = frozenset(str(number) for number in range(1, 10))

COMMON_TERMS = frozenset(map(stem, COMMON_WORDS))
"""Stems of words that are said about anything."""
