"""Where a transcript has its terms right, so that nothing is to be read into them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from engine.rolepack import GlossaryTerm
from engine.terms.forms import inner_words, own_words
from engine.terms.words import Word, words_of
from engine.vocabulary import is_function_word


class Right:
    """The places of a transcript that need no reading: they hold a term as it is written, but for case, marks and a
    plural, or words that stand in the `known` text as well."""

    def __init__(self, words: Sequence[Word], terms: Iterable[GlossaryTerm], known: str) -> None:
        self._letters = [word.letters for word in words]
        self._terms: dict[int, set[str]] = defaultdict(set)
        for term in terms:
            for start, end in occurrences(term.term, words):
                for place in range(start, end):
                    self._terms[place].add(term.term)
        self._known = f" {' '.join(word.letters for word in words_of(known))} "

    def allows(self, start: int, end: int, term: str) -> bool:
        """A term stays what it is, unless it is a piece of a longer one: in "HR BP" of HRBP, but not of HRIS in "HR
        is"."""
        letters = self._letters[start:end]
        if f" {' '.join(letters)} " in self._known:
            return False
        own = [place for place in range(start, end) if place in self._terms]
        if any(term in self._terms[place] for place in own):
            return False
        rest = (word for place, word in enumerate(letters, start) if place not in own and not is_function_word(word))
        whole = "".join(own_words(term))
        return not own or (any(rest) and all(self._letters[place] in whole for place in own))


def occurrences(term: str, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """The spans of words that are the term."""
    for written in {own_words(term), inner_words(term)}:
        for start in range(len(words) - len(written) + 1):
            if _is_written(written, words[start : start + len(written)]):
                yield start, start + len(written)


def _is_written(written: Sequence[str], words: Sequence[Word]) -> bool:
    *first, last = (word.letters for word in words)
    return tuple(first) == tuple(written[:-1]) and last in (written[-1], f"{written[-1]}s", f"{written[-1]}es")
