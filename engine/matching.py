"""Whether a text contains a point: its phrases are looked for by stems and synonyms, minding negations.

A phrase is a few words. It is found where all its content words stand close together, in any order and not negated; a
negative phrase is found only where something is negated. "this or that" in a phrase means either.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from engine.negation import Negations, is_negative
from engine.vocabulary import figures, fold, is_function_word, is_known, terms

WINDOW = 12
"""So many words a phrase may be spread over."""
LONGEST_READ = 20_000
"""So many words of a text are looked at."""
_ANCHORS = 300
_LONGEST_WORD = 60
_MOST_UNKNOWN = 3000
_OTHERS = frozenset(("e", "ee", "er", "or", "ist"))
"""Endings that make another word of a word."""

_WORD = re.compile(r"[^\W_]+(?:[’'\u00ad\u200b-\u200d\u2060\ufeff\u0300-\u036f]+[^\W_]+)*[\u0300-\u036f]*|%")

Slot = tuple[str, ...]
"""The terms of one word of a phrase; any of them will do."""


@dataclass(frozen=True)
class Phrase:
    slots: tuple[Slot, ...]
    negative: bool


@dataclass(frozen=True)
class Span:
    """A stretch of a passage from word `first` to word `last`, and the words in it that were looked for."""

    first: int
    last: int
    hits: tuple[int, ...]


@dataclass(eq=False)
class Passage:
    """A text, read for looking things up in it. The same passage must not be used by two threads."""

    text: str
    words: list[str]
    spans: list[tuple[int, int]]
    where: dict[str, list[int]]
    negations: Negations
    _found: dict[Slot, list[int]] = field(default_factory=dict)
    _stems: list[str] = field(default_factory=list)

    def quote(self, span: Span) -> str:
        """The exact words of the text."""
        start, end = self.spans[span.first][0], self.spans[span.last][1]
        return self.text[start:end]

    def in_one_sentence(self, span: Span) -> bool:
        return self.negations.sentence[span.first] == self.negations.sentence[span.last]

    def positions(self, slot: Slot) -> list[int]:
        """Where the word of a phrase stands, or one that means or nearly reads the same."""
        if slot not in self._found:
            exact = sorted({position for term in slot for position in self.where.get(term, ())})
            self._found[slot] = exact or self._misspelled(slot[0]) or self._in_two_words(slot[0])
        return self._found[slot]

    def _misspelled(self, stem: str) -> list[int]:
        """Where a word that is in no list differs from the stem by a letter or two, its ending aside."""
        if len(stem) < 5 or not stem.isascii():
            return []
        if not self._stems:
            unknown = (term for term in self.where if term[0] not in "~=" and not is_known(term))
            self._stems.extend(islice(unknown, _MOST_UNKNOWN))
        heads = [other[: len(stem)] for other in self._stems]
        tolerance = 1 if len(stem) < 9 else 2
        near = process.extract(stem, heads, scorer=OSA.distance, score_cutoff=tolerance, limit=5)
        others = [self._stems[index] for _, _, index in near]
        return sorted({p for other in others if _same_word(stem, other) for p in self.where[other]})

    def _in_two_words(self, stem: str) -> list[int]:
        """Where "over fitting" stands for overfitting."""
        splits = ((stem[:cut], stem[cut:]) for cut in range(2, len(stem) - 1)) if len(stem) >= 6 else ()
        return sorted({p for head, tail in splits for p in self._pairs(head, tail)})

    def _pairs(self, head: str, tail: str) -> Iterator[int]:
        for position in self.where.get(f"={head}", ())[:_ANCHORS]:
            after = position + 1
            if after < len(self.words) and terms(self.words[after])[0] == terms(tail)[0]:
                yield position

    def find(self, phrase: Phrase, *, in_order: bool = False) -> Iterator[Span]:
        """Where the phrase's words stand close together, negated or not; in the phrase's own order if so wished."""
        if in_order:
            yield from self._find_in_order(phrase)
            return
        places = sorted((self.positions(slot) for slot in phrase.slots), key=len)
        for anchor in places[0][:_ANCHORS] if places else ():
            hits = [anchor]
            for others in places[1:]:
                nearest = _nearest(others, anchor, hits)
                if nearest is None:
                    break
                hits.append(nearest)
            if len(hits) == len(places) and max(hits) - min(hits) < WINDOW:
                yield Span(min(hits), max(hits), tuple(sorted(hits)))

    def _find_in_order(self, phrase: Phrase) -> Iterator[Span]:
        places = [self.positions(slot) for slot in phrase.slots]
        for anchor in places[0][:_ANCHORS] if places else ():
            hits = [anchor]
            for others in places[1:]:
                after = bisect_right(others, hits[-1])
                if after == len(others):
                    return
                hits.append(others[after])
            if hits[-1] - anchor < WINDOW:
                yield Span(anchor, hits[-1], tuple(hits))

    def says(self, phrase: Phrase) -> Span | None:
        """The first place where the phrase is said and meant."""
        for span in self.find(phrase):
            if self.in_one_sentence(span) and phrase.negative == self.negations.flips(span.hits, phrase.negative):
                return span
        return None


def _nearest(positions: Sequence[int], anchor: int, taken: Sequence[int]) -> int | None:
    """The position nearest to the anchor that no other word of the phrase has taken."""
    at = bisect_left(positions, anchor - WINDOW)
    near = [p for p in positions[at : at + 2 * WINDOW + 1] if p not in taken and abs(p - anchor) < WINDOW]
    return min(near, key=lambda p: abs(p - anchor), default=None)


def _same_word(stem: str, other: str) -> bool:
    """Whether a near spelling is a misspelling: valid and invalid are opposites, contract and contractor two things."""
    ending = other[len(stem) :]
    return stem[0] == other[0] and other.isalpha() and len(ending) <= 5 and ending not in _OTHERS


@lru_cache(maxsize=32)
def read(text: str) -> Passage:
    """Reads a text of any length and content; no more than its first LONGEST_READ words count."""
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    where: dict[str, list[int]] = {}
    for position, match in enumerate(_WORD.finditer(text)):
        if position == LONGEST_READ:
            break
        word = "percent" if match[0] == "%" else fold(match[0][:_LONGEST_WORD])
        words.append(word)
        spans.append(match.span())
        for term in (*terms(word), f"={word}"):
            where.setdefault(term, []).append(position)
    for position, number in _two_word_numbers(words):
        where.setdefault(number, []).append(position)
    return Passage(text, words, spans, where, Negations.of(words, _gaps(text, spans)))


def _gaps(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    """What stands before each word and after the one before it."""
    return [text[before[1] : after[0]] for before, after in zip([(0, 0), *spans], spans, strict=False)]


def _two_word_numbers(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Where numbers such as "ninety nine" begin, and their figures."""
    for position, (tens, ones) in enumerate(pairwise(words)):
        number = figures(tens, ones)
        if number:
            yield position, number


@lru_cache(maxsize=16_384)
def phrases(said: str, least: int = 1) -> tuple[Phrase, ...]:
    """The phrases that one way to say a thing stands for: two when it has an "or" in it and words enough without.

    With fewer than `least` content words a phrase is told by all its words.
    """
    words = [fold(match[0]) for match in _WORD.finditer(said)]
    for position, number in reversed(list(_two_word_numbers(words))):
        words[position : position + 2] = [number]
    negative = is_negative(words)
    either = _either(words)
    ways = [[w for n, w in enumerate(words) if n not in left_out] for left_out in either]
    return tuple(dict.fromkeys(Phrase(_slots(way, least), negative) for way in ways))


def _either(words: Sequence[str]) -> list[set[int]]:
    """For each alternative of "this or that", the positions of the words that it does without."""
    at = words.index("or") if "or" in words[1:-1] else None
    if at is None or len(_content(words)) < 3:
        return [set()]
    return [{at, at + 1}, {at - 1, at}]


def _slots(words: Sequence[str], least: int) -> tuple[Slot, ...]:
    content = _content(words)
    return tuple(dict.fromkeys(terms(word) for word in (content if len(content) >= least else words)))


def content_words(text: str) -> list[str]:
    """The folded words of a short text that are no function words."""
    return _content([fold(match[0]) for match in _WORD.finditer(text)])


def _content(words: Sequence[str]) -> list[str]:
    return [word for word in words if not is_function_word(word)]


def quote_for(says: str | Iterable[str], answer: str) -> str | None:
    """The words of the answer, letter by letter, that say one of the phrases; None when none is said."""
    passage = read(answer)
    for said in (says,) if isinstance(says, str) else says:
        for phrase in phrases(said):
            span = passage.says(phrase)
            if span:
                return passage.quote(span)
    return None
