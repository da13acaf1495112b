"""What an answer waves away: "caching plays no role", "no need to measure", "Pay I leave open".

Who dismisses what a complete answer contains contradicts it, in whatever words the pack puts it. A thing that the pack
itself speaks of with a "not" may be dismissed: "accuracy is useless here" can be the point.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine.gist import Gist
from engine.matching import Passage, Slot, Span, read
from engine.negation import is_negative
from engine.rolepack import KeyPoint
from engine.vocabulary import terms
from engine.wordlists import listed

_BEFORE, _AFTER = 8, 6
"""So many words in front of the words of dismissal and after them may be what is dismissed."""
ENOUGH = 0.75
"""So strongly must what is dismissed be the key point's own."""
_SYNONYM = 0.6

_WORTHLESS = r"""(?:irrelevant|pointless|useless|unnecessary|superfluous|redundant|needless|meaningless|worthless
    |immaterial|negligible|secondary|overrated|overkill|cosmetic|obsolete|outdated|old-fashioned|nonsense
        |optional|futile
    |forbidden|prohibited|disrespectful|counterproductive|harmless|unimportant|unfair|impossible
    |(?:a|an|mere|only\ a|just\ a|pure)\ (?:\w+\ )?(?:waste|luxury|formality|distraction|mistake|burden
        |bureaucracy|detail|fad)
    |(?:wasted|bureaucracy|theatre|noise))\b"""
_NOT = r"(?:not|n['’]?t|never|hardly|no\ longer)"
_OBJECT_FIRST = re.compile(
    rf"""
    \b(?:is|are|was|were|be|being|becomes?|remains?|['’]s|['’]re)\s(?:\w+ly\s|quite\s|just\s|rather\s|then\s
        |also\s|in\s\w+\s)?{_WORTHLESS}
    | \b(?:is|are|was|were|be|do|does|did|would|will|ca|wo|can)(?:\s)?{_NOT}\s(?:\w+\s){{0,2}}?
        (?:needed|necessary|required|important|relevant|worth|useful|helpful|matter|count|belong|apply|interest|concern
        |make\ sense|make\ (?:a|any)\ difference|play\ (?:a|any)\ (?:role|part)|have\ to\ be|need\ to\ be
            |(?:an?|my)\ (?:issue|concern|job))\b
    | \b(?:plays?|ha[sd]|have)\s(?:no|hardly\sany|little)\s(?:role|part|place|bearing|effect|influence|meaning
        |relevance|value|say)\b
    | \b(?:makes?|made)\sno\s(?:difference|sense)\b
    | \b(?:tells?|says?|proves?|brings?|adds?|gains?|helps?)\s(?:you\s|us\s|me\s|them\s)?(?:nothing|nobody|no\sone)\b
    | \bcan\s(?:safely\s|easily\s)?(?:be\s(?:ignored|skipped|left\s(?:out|aside)|dropped|omitted|forgotten
        |neglected)|wait)\b
    | \b(?:only|merely|just)\s(?:wastes?|costs?|confuses?|slows?|fuels?|limits?|annoys?|delays?|distracts?|complicates?
        |scares?|disturbs?|punish(?:es)?|hurts?|unsettles?|creates?\s(?:bad|trouble|work|confusion|bureaucracy|noise))\b
    | \bhinders?\b | \b(?:would|will)\s(?:only\s)?(?:limit|hinder|slow|confuse|annoy|spoil|delay|distract)\b
    | \bI(?:['’]d|['’]ll|\swould|\swill)?\s(?:rather\s|simply\s|also\s|therefore\s)*
        (?:avoid|skip|omit|ignore|drop|leave\s(?:it\s|them\s)?(?:out|aside|open|away)|keep\s(?:it\s|them\s)?out)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OBJECT_LAST = re.compile(
    rf"""
    \b(?:no|without\sany)\s(?:need\s(?:for|to|of)|(?:point|sense|use|value)\sin|reason\sto)\b
    | \b(?:do|does|did|would|will|wo|need|should|is|are)(?:\s)?{_NOT}\s(?:\w+\s)?(?:need|have\sto|bother|care
        |mind|worry)\b
    | \b(?:needn['’]?t|need\snot|never\s(?:bother|mind))\b
    | \b(?:do|does|did|would|will)(?:\s)?{_NOT}\s(?:really\s|even\s)?matter\b
    | \b(?:it['’]s|it\sis|it\swould\sbe|I\s(?:find|consider)(?:\sit)?)\s(?:\w+ly\s)?{_WORTHLESS}
    | \bnothing\sto\sdo\swith\b
    | \b(?:I|we|you|one|they|can|could|should|simply|just|rather|to|also)\s(?:would\s|['’]d\s)?(?:skip|ignore
        |forget(?:\sabout)?
        |omit|abolish|dispense\swith|do\swithout|neglect|leave\sout)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TWO_SIDED = re.compile(r"\bno\s(?:\w+\s){1,6}?(?:is|are|was|were)\s(?:needed|required|necessary)\b", re.IGNORECASE)
_REPORTED = re.compile(
    r"""\b(?:(?:some|many|most|people|they|you|one)\s(?:\w+\s)?(?:say|think|believe|claim|assume|argue|tell)
    |it\swould\sbe\swrong|wrong\sto|mistake\sto|myth\sthat|not\smean|n['’]t\smean|even\sif|unless)\b""",
    re.IGNORECASE | re.VERBOSE,
)


_CONDITIONS = frozenset(listed("if when where whenever unless once"))
_ANYTHING = frozenset(listed("whatever that which who what those these this it they and or"))


@dataclass(frozen=True)
class Dismissal:
    """The words that were dismissed, and the stretch from the first of the whole to the last."""

    words: range
    span: Span


@lru_cache(maxsize=32)
def dismissals(passage: Passage) -> tuple[Dismissal, ...]:
    """Everything that a text dismisses, whatever it is about."""
    return tuple(
        found for found in _all(passage) if not (_hypothetical(passage, found) or _only_reported(passage, found.span))
    )


def weight_in(point: KeyPoint, gist: Gist, passage: Passage, dismissal: Dismissal) -> float:
    """How much of a key point is dismissed: the weights of its telling words that the pack does not deny itself."""
    total = 0.0
    for slot in gist.weights.keys() - _denied(point):
        here = [n for n in passage.positions(slot) if n in dismissal.words]
        if here:
            own = any(n in here for n in passage.where.get(slot[0], ()))
            total += gist.weights[slot] * (1.0 if own else _SYNONYM)
    return total


@lru_cache(maxsize=2048)
def _denied(point: KeyPoint) -> frozenset[Slot]:
    """The words that the point denies, and those of its negative phrases."""
    stated = read(point.point)
    denied = {terms(word) for n, word in enumerate(stated.words) if stated.negations.flips((n,))}
    phrases = (read(said).words for said in point.says)
    return frozenset(denied.union(*(map(terms, words) for words in phrases if is_negative(words))))


def _all(passage: Passage) -> Iterator[Dismissal]:
    for match in _OBJECT_FIRST.finditer(passage.text):
        first, last = _words_of(passage, match)
        start = _clause_start(passage, first)
        if start < first:
            yield Dismissal(range(start, first), Span(start, last, ()))
    for match in _OBJECT_LAST.finditer(passage.text):
        first, last = _words_of(passage, match)
        end = _clause_end(passage, last)
        if end > last:
            yield Dismissal(range(last + 1, end + 1), Span(first, end, ()))
    for match in _TWO_SIDED.finditer(passage.text):
        first, last = _words_of(passage, match)
        yield Dismissal(range(first, last + 1), Span(first, last, ()))


def _words_of(passage: Passage, match: re.Match[str]) -> tuple[int, int]:
    """The first and the last word that the match touches."""
    ends = [end for _, end in passage.spans]
    first = bisect_left(ends, match.start() + 1)
    last = bisect_left(ends, match.end())
    top = len(ends) - 1
    return min(first, top), min(last, top)


def _clause_start(passage: Passage, first: int) -> int:
    """Where the clause of a word begins, at most _BEFORE words in front of it."""
    clause = passage.negations.clause
    start = first
    while start > max(0, first - _BEFORE) and clause[start - 1] == clause[first]:
        start -= 1
    return start


def _clause_end(passage: Passage, last: int) -> int:
    """Where the clause of what follows a word ends, at most _AFTER words after it."""
    clause = passage.negations.clause
    end = last
    while end < min(len(clause) - 1, last + _AFTER) and clause[end + 1] == clause[last]:
        end += 1
    return end


def _hypothetical(passage: Passage, dismissal: Dismissal) -> bool:
    """Whether it is dismissed under a condition only, or is itself what does not hold: "what is not used can wait"."""
    negated = any(n in dismissal.words for n in passage.negations.at) and dismissal.words.start == dismissal.span.first
    begin = dismissal.span.first
    conditional = not _CONDITIONS.isdisjoint(passage.words[max(0, begin - 1) : begin + 1])
    return conditional or (negated and passage.words[begin] != "no") or passage.words[dismissal.words[-1]] in _ANYTHING


def _only_reported(passage: Passage, span: Span) -> bool:
    """Whether the sentence says that others dismiss it, or that it would be wrong to."""
    sentence = passage.negations.sentence
    first, last = bisect_left(sentence, sentence[span.first]), bisect_left(sentence, sentence[span.last] + 1) - 1
    return bool(_REPORTED.search(passage.quote(Span(first, last, ()))))
