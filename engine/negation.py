"""Negation: which words of a text a "not" turns into their opposite.

A negation reaches a few words forward within its clause. "Not only" and "no doubt" negate nothing, "not until" asserts,
and what is said so that something does *not* happen still speaks of it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from engine.wordlists import listed

REACH = 5

_NEGATORS = frozenset(
    listed(
        """
        not never no without cannot nobody none nothing neither nor hardly barely nowhere aint arent cant couldnt
        didnt doesnt dont hadnt hasnt havent isnt mustnt neednt shouldnt wasnt werent wont wouldnt
        """
    )
)
_NOT_REALLY = {
    "not": {"only", "just", "merely", "sure"},
    "no": {"doubt", "matter", "wonder", "idea"},
    "nothing": {"but"},
}
_CLAUSE_WORDS = frozenset(
    listed(
        """
        but because since so whereas while although though if when unless otherwise which who hence therefore then
        """
    )
)
_LIMITS = frozenset(listed("until till unless before except"))
_PURPOSE = re.compile(r"\b(?:so that|so as|in order|ensure|make sure|otherwise|prevent|avoid)\b")
_DENIALS = frozenset(
    listed(
        """
        needed necessary important useful required true correct right good helpful relevant possible matter help work
        make need
        """
    )
)
_CLAUSE_MARKS = re.compile(r"[.,;:!?()\n–—…।]|\s-\s")
_SENTENCE_MARKS = re.compile(r"[.!?\n…।](?:[\s\"”’')]|$)|\n")


@dataclass(frozen=True)
class Negations:
    """`clause` and `sentence` number the words' clauses and sentences; `at` are the positions of the negators."""

    words: Sequence[str]
    clause: Sequence[int]
    sentence: Sequence[int]
    at: Sequence[int]

    @classmethod
    def of(cls, words: Sequence[str], gaps: Sequence[str]) -> Negations:
        """`gaps` are the characters in front of each word."""
        clause, sentence = [], []
        clauses = sentences = 0
        for word, gap in zip(words, gaps, strict=True):
            sentences += bool(_SENTENCE_MARKS.search(gap))
            clauses += bool(_CLAUSE_MARKS.search(gap)) or word in _CLAUSE_WORDS
            clause.append(clauses)
            sentence.append(sentences)
        at = [n for n in range(len(words)) if _negates(words, n)]
        return cls(words, clause, sentence, at)

    def flips(self, hits: Sequence[int], loosely: bool = False) -> bool:
        """Whether some negation turns around what the words at `hits` say; `loosely`: any negation about them."""
        near = self.at[bisect_left(self.at, hits[0] - REACH) : bisect_right(self.at, hits[-1] + REACH)]
        if loosely:
            return any(self.sentence[n] in (self.sentence[hits[0]], self.sentence[hits[-1]]) for n in near)
        return any(self._reaches(n, hits) or self._denies(n, hits) for n in near)

    def _reaches(self, negator: int, hits: Sequence[int]) -> bool:
        """A negator in front of what it negates: all of the phrase in its clause, or most of it in its reach."""
        if self._asserts(negator):
            return False
        clause = self.clause[negator]
        reached = [h for h in hits if negator < h <= negator + REACH and self.clause[h] == clause]
        together = all(self.clause[h] == clause for h in hits)
        return bool(reached) and (together or 2 * len(reached) > len(hits))

    def _denies(self, negator: int, hits: Sequence[int]) -> bool:
        """A negator after the phrase that denies it: "… is not necessary"."""
        after = self.words[negator + 1 : negator + 4]
        close = hits[-1] < negator <= hits[-1] + 3 and self.clause[negator] == self.clause[hits[-1]]
        return close and any(word in _DENIALS for word in after)

    def _asserts(self, negator: int) -> bool:
        """Whether "not … until" or "so that nothing …" affirms rather than denies."""
        clause = self.clause[negator]
        later = range(negator + 1, min(negator + 10, len(self.words)))
        limited = any(self.words[n] in _LIMITS and self.clause[n] == clause for n in later)
        return limited or bool(_PURPOSE.search(" ".join(self.words[max(0, negator - 5) : negator])))


def is_negative(words: Sequence[str]) -> bool:
    """Whether a phrase is itself a negative one."""
    return any(_negates(words, n) for n in range(len(words)))


def _negates(words: Sequence[str], n: int) -> bool:
    word = words[n]
    following = words[n + 1] if n + 1 < len(words) else ""
    if (word, following) in (("rather", "than"), ("instead", "of")):
        return True
    if n and words[n - 1] == "or" and word == "not":
        return False
    plain = word.replace("'", "")
    return (plain in _NEGATORS or word.endswith("n't")) and following not in _NOT_REALLY.get(word, ())
