"""What a key point is about: its telling words, and how strongly a text speaks of them in one place.

Phrases find a point that is put in a way the pack knows; the gist finds it in other words too. Each telling word that
stands in one place of the text counts 1, and less if it is a common word, or the question's own, or shared with another
key point, or only a synonym.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from engine.matching import Passage, Slot, Span, content_words, read
from engine.negation import is_negative
from engine.rolepack import KeyPoint, Question
from engine.vocabulary import COMMON_TERMS, fold, stem, terms

PLACE = 16
"""So many words of one sentence are one place in a text."""
SPOKEN = 1.6
"""From this strength on a text speaks of the point: two telling words, one of them perhaps by a synonym."""
TOUCHED = 1.2
"""From this strength on it touches on it."""

_MOST_PLACES = 1500

_COMMON, _ASKED, _SHARED, _SYNONYM = 0.35, 0.2, 0.6, 0.7


@dataclass(frozen=True)
class Gist:
    """Weights of a key point's telling words. Those in `negatable` count although they are negated: the pack's
    phrases negate them."""

    weights: Mapping[Slot, float]
    negatable: frozenset[Slot]


@dataclass(frozen=True)
class Trace:
    """How strongly a text speaks of a point in one place, and where."""

    strength: float
    span: Span


def trace(gist: Gist, passage: Passage, *, ignore_negation: bool = False) -> Trace | None:
    """The strongest place; None when no telling word stands in the text."""
    hits = sorted(_hits(gist, passage, ignore_negation))
    best: Trace | None = None
    for start, first in enumerate(hits[:_MOST_PLACES]):
        place = [hit for hit in hits[start : start + 3 * PLACE] if _in_one_place(first, hit, passage)]
        found = _once_each(place)
        strength = sum(hit.weight for hit in found)
        if best is None or strength > best.strength:
            at = tuple(sorted(hit.position for hit in found))
            best = Trace(strength, Span(at[0], at[-1], at))
    return best


def _in_one_place(first: _Hit, hit: _Hit, passage: Passage) -> bool:
    sentences = passage.negations.sentence
    return hit.position - first.position < PLACE and sentences[hit.position] == sentences[first.position]


class _Hit(NamedTuple):
    position: int
    weight: float
    slot: Slot


def _once_each(place: Sequence[_Hit]) -> list[_Hit]:
    """The heaviest hits, each word of the text and each telling word once."""
    kept: list[_Hit] = []
    for hit in sorted(place, key=lambda hit: -hit.weight):
        if all(hit.position != other.position and hit.slot != other.slot for other in kept):
            kept.append(hit)
    return kept


def _hits(gist: Gist, passage: Passage, ignore_negation: bool) -> Iterator[_Hit]:
    for slot, weight in gist.weights.items():
        own = set(passage.where.get(slot[0], ()))
        for position in passage.positions(slot):
            if ignore_negation or slot in gist.negatable or not passage.negations.flips((position,)):
                yield _Hit(position, weight if position in own else weight * _SYNONYM, slot)


@lru_cache(maxsize=512)
def gists(question: Question) -> Mapping[str, Gist]:
    """The gist of each of the question's key points by id."""
    asked = {stem(word) for word in content_words(question.text)}
    words = {point.id: set(_telling(point)) for point in question.key_points}
    owners = Counter(stem_ for said in words.values() for stem_ in {stem(word) for word in said})
    return {point.id: _gist(point, words[point.id], asked, owners) for point in question.key_points}


def _telling(point: KeyPoint) -> Iterable[str]:
    for said in (*point.says, point.point):
        yield from content_words(said)


def _gist(point: KeyPoint, words: set[str], asked: set[str], owners: Counter[str]) -> Gist:
    weights: dict[Slot, float] = {}
    for word in words:
        slot = terms(word)
        weights[slot] = max(weights.get(slot, 0.0), _weight(stem(word), asked, owners))
    return Gist(weights, frozenset(_negatable(point)))


def _weight(word: str, asked: set[str], owners: Counter[str]) -> float:
    weight = _COMMON if word in COMMON_TERMS else 1.0
    if word in asked:
        weight = min(weight, _ASKED)
    return weight * (_SHARED if owners[word] > 1 else 1.0)


def _negatable(point: KeyPoint) -> Iterable[Slot]:
    for said in (*point.says, point.point):
        if is_negative([fold(word) for word in said.split()]):
            yield from (terms(word) for word in content_words(said))


def place_of(point: KeyPoint, question: Question, text: str, *, ignore_negation: bool = False) -> Trace | None:
    """How strongly a text speaks of one key point of the question, and where."""
    return trace(gists(question)[point.id], read(text), ignore_negation=ignore_negation)


@lru_cache(maxsize=512)
def telling_words(question: Question) -> frozenset[str]:
    """Stems of the words that belong to what is asked or to its answer, the common ones left out."""
    points = (said for point in question.key_points for said in (*point.says, *point.misconceptions, point.point))
    said = (word for text in (question.text, question.reference, *points) for word in content_words(text))
    return frozenset(stem(word) for word in said) - COMMON_TERMS
