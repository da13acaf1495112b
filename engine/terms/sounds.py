"""How English sounds: a word by its letters, an abbreviation by their names, a number by its words.

A sound is one character; `engine.terms.letters` lists them. Nothing is downloaded and no dictionary is needed: what
is compared are two texts that were both put into sounds here, so that a rule that errs mostly errs on both sides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache

from engine.terms.letters import EXCEPTIONS, LETTER_NAMES, RULES

SPELLED = 3
"""Capitals up to this many are taken for an abbreviation that is spelled; longer ones ("JSON") for a word."""

_RUNS = re.compile(r"[A-Za-z]+|[0-9]+")
_VOWEL = re.compile(r"[aeiouy]", re.IGNORECASE)
_DOUBLED = re.compile(r"([pbtdkgfvTDszSZCjmnNlrwh])\1")
_SLURRED = re.compile(r"(?<=n)t(?=[sS])|(?<=m)p(?=t)")
_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


@dataclass(frozen=True)
class _Rule:
    """`letters` sound as `sounds` where `before` and `after` match the rest of the word; the first such rule holds."""

    before: re.Pattern[str] | None
    letters: str
    after: re.Pattern[str] | None
    sounds: str

    def holds(self, word: str, at: int) -> bool:
        if not word.startswith(self.letters, at):
            return False
        if self.before and not self.before.search(word, 0, at):
            return False
        return self.after is None or self.after.match(word, at + len(self.letters)) is not None


@lru_cache(maxsize=65_536)
def sounds_of(token: str) -> str:
    """The sounds of an ASCII word, abbreviation or number as it is written ("means", "GPM", "B2B", "360")."""
    return "".join(_run(run) for run in _RUNS.findall(token))


@lru_cache(maxsize=65_536)
def word_sounds(word: str) -> str:
    """The sounds of a word in small letters a to z, read as a word whatever it looks like."""
    known = _exceptions().get(word)
    if known is not None:
        return known
    at, sounds = 0, []
    while at < len(word):
        rule = next((rule for rule in _rules()[word[at]] if rule.holds(word, at)), None)
        sounds.append(rule.sounds if rule else "")
        at += len(rule.letters) if rule else 1
    return "".join(sounds)


def run_together(sounds: str) -> str:
    """As it is said in one go: two equal consonants are one ("bad data"), and "prints" and "prince" are the same."""
    return _SLURRED.sub("", _DOUBLED.sub(r"\1", sounds))


def letter_sounds(letters: str) -> str:
    """The names of the letters, as an abbreviation is spelled."""
    return "".join(_letter_names()[letter] for letter in letters.lower())


def is_letter_name(sounds: str) -> bool:
    """Whether a letter is called so: "see", "pea" and "you" are."""
    return sounds in _letter_names().values()


def can_be_said(word: str) -> bool:
    """Whether there is a vowel to say it with."""
    return _VOWEL.search(word) is not None


def _run(run: str) -> str:
    if run.isdigit():
        return "".join(word_sounds(word) for word in _number(run))
    if len(run) == 1 or not can_be_said(run) or (run.isupper() and len(run) <= SPELLED):
        return letter_sounds(run)
    return word_sounds(run.lower())


def _number(figures: str) -> list[str]:
    """As one says it in a name: "360" is three sixty; what is longer is said figure by figure."""
    if len(figures) > 3:
        return [_ONES[int(figure)] for figure in figures]
    value = int(figures)
    if value < 20:
        return [_ONES[value]]
    if value < 100:
        return [_TENS[value // 10], *_number(figures[-1])] if value % 10 else [_TENS[value // 10]]
    return [_ONES[value // 100], *(_number(figures[-2:]) if value % 100 else ["hundred"])]


@cache
def _rules() -> defaultdict[str, list[_Rule]]:
    """The rules by the first of their letters."""
    rules: defaultdict[str, list[_Rule]] = defaultdict(list)
    for line in RULES.strip().splitlines():
        before, letters, after, sounds = ("" if column == "-" else column for column in line.split())
        pattern_before = re.compile(f"(?:{before})$") if before else None
        rules[letters[0]].append(_Rule(pattern_before, letters, re.compile(after) if after else None, sounds))
    return rules


@cache
def _exceptions() -> dict[str, str]:
    return _pairs(EXCEPTIONS)


@cache
def _letter_names() -> dict[str, str]:
    return _pairs(LETTER_NAMES)


def _pairs(listed: str) -> dict[str, str]:
    words = listed.split()
    return dict(zip(words[::2], words[1::2], strict=True))
