"""What stands around a span of a transcript: a term is believed where words stand that go with it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from engine.rolepack import GlossaryTerm
from engine.terms.words import Word, words_of
from engine.vocabulary import is_function_word, is_known

REACH = 8
FAR = 16
"""How many words away a word still says something about a short term, and about one that is not easily mistaken."""

_BESIDE = 2
_NEAR = 1


class Context:
    """A transcript's words, to look up what stands near a span of them (`start` to `end`, exclusive)."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._places: dict[str, list[int]] = defaultdict(list)
        # How many words that are no function words stand before each place.
        self._content = [0]
        for place, word in enumerate(words):
            self._places[word.stem].append(place)
            self._content.append(self._content[-1] + (not is_function_word(word.letters)))

    def has_any(self, stems: Iterable[str]) -> bool:
        return any(stem in self._places for stem in stems)

    def support(self, stems: Iterable[str], start: int, end: int, reach: int) -> int:
        """How much speaks for a term: 2 for each of its words beside the span, 1 for each within `reach` words."""
        return sum(self._says(self._places.get(stem, ()), start, end, reach) for stem in stems)

    def _says(self, places: Sequence[int], start: int, end: int, reach: int) -> int:
        before = bisect_left(places, start)
        after = bisect_left(places, end)
        gaps = [(place + 1, start) for place in places[before - 1 : before]] if before else []
        gaps += [(end, place) for place in places[after : after + 1]]
        return max((self._bears(*gap, reach) for gap in gaps), default=0)

    def _bears(self, start: int, end: int, reach: int) -> int:
        """How much a word says across the gap from `start` to `end`: one function word between does not part them."""
        gap = end - start
        if gap == 0 or (gap == 1 and self._content[end] == self._content[start]):
            return _BESIDE
        return _NEAR if gap <= reach else 0


@lru_cache(maxsize=4096)
def stems_near(term: GlossaryTerm) -> frozenset[str]:
    """The stems of the words that stand near the term when it is meant."""
    return frozenset(word.stem for near in term.near for word in words_of(near))


def is_everyday(word: Word) -> bool:
    return is_function_word(word.letters) or is_known(word.stem)
