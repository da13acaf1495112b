"""Which key points an answer contains, touches and contradicts, by what stands in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from engine.claims import quote_against
from engine.gist import SPOKEN, TOUCHED, gists, place_of
from engine.matching import Passage, Phrase, Span, phrases, read
from engine.negation import is_negative
from engine.offline.dismissals import ENOUGH, Dismissal, dismissals, weight_in
from engine.offline.orders import without_orders
from engine.offline.prose import is_word_salad
from engine.rolepack import KeyPoint, Question
from engine.vocabulary import COMMON_TERMS

_TELLING_PHRASE = 2
"""A phrase of so many telling words speaks for its point by itself; one of common words may be about something else."""
_BY_GIST = ((3.0, 1.0), (2.2, 0.8), (SPOKEN, 0.5), (TOUCHED, 0.25))
"""What words that are none of the pack's phrases are worth, by how many of the point's telling words are among them."""
_COMMON_PHRASE = 0.7
_WHOLE = 3.0
_BEGINNING = 5
"""A point that has a "not" among so many first words denies something as a whole."""


@dataclass(frozen=True)
class Coverage:
    """Printable quotes of the answer by key point id. A key point is in one of the three at most.

    `worth` says how surely what was found speaks for the key point, from 0 to 1.
    """

    said: Mapping[str, str]
    touched: Mapping[str, str]
    contradicted: Mapping[str, str]
    worth: Mapping[str, float]


class _Evidence(NamedTuple):
    span: Span
    strength: float
    worth: float


def coverage(question: Question, answer: str) -> Coverage:
    """What the answer says of each key point. Orders to the grader earn nothing, but hide no mistake either."""
    if is_word_salad(answer):
        return Coverage({}, {}, {}, {})
    heard = read(without_orders(answer))
    wrong = _contradicted(question, answer, heard)
    found = {point.id: _evidence(point, question, heard) for point in question.key_points if point.id not in wrong}
    kept = {point: evidence for point, evidence in found.items() if evidence}
    quotes = {point: _quote(heard, answer, evidence.span) for point, evidence in kept.items()}
    return Coverage(
        said={point: quotes[point] for point, evidence in kept.items() if evidence.strength >= SPOKEN},
        touched={point: quotes[point] for point, evidence in kept.items() if evidence.strength < SPOKEN},
        contradicted=wrong,
        worth={point: evidence.worth for point, evidence in kept.items()},
    )


def _quote(heard: Passage, answer: str, span: Span) -> str:
    return _printable(answer[heard.spans[span.first][0] : heard.spans[span.last][1]])


def _contradicted(question: Question, answer: str, heard: Passage) -> dict[str, str]:
    """The misconceptions that the answer claims, and what it waves away although a complete answer contains it."""
    quotes = {point.id: quote_against(point.misconceptions, answer) for point in question.key_points}
    for dismissal in dismissals(heard):
        point_id = _dismissed(question, heard, dismissal)
        if point_id and not quotes[point_id]:
            quotes[point_id] = heard.quote(dismissal.span)
    return {point_id: _printable(quote) for point_id, quote in quotes.items() if quote}


def _dismissed(question: Question, heard: Passage, dismissal: Dismissal) -> str | None:
    """The key point that is dismissed most; none that denies something itself, or is put in just these words."""
    weights = {
        point.id: _weight(point, question, heard, dismissal)
        for point in question.key_points
        if not is_negative(read(point.point).words[:_BEGINNING]) and not _meant_so(point, heard, dismissal)
    }
    most = max(weights, key=weights.__getitem__, default=None)
    return most if most and weights[most] >= ENOUGH else None


def _weight(point: KeyPoint, question: Question, heard: Passage, dismissal: Dismissal) -> float:
    """How much of the point is dismissed: one of its phrases, or some of its telling words."""
    whole = (
        span
        for way in point.says
        for phrase in phrases(way)
        if not phrase.negative and len(phrase.slots) > 1 and _telling(phrase)
        for span in heard.find(phrase)
    )
    if any(all(hit in dismissal.words for hit in span.hits) for span in whole):
        return _WHOLE
    return weight_in(point, gists(question)[point.id], heard, dismissal)


def _waved_away(point: KeyPoint, heard: Passage, span: Span, dismissal: Dismissal) -> bool:
    """Whether what speaks for the point stands in a dismissal, most of it, and is not meant so."""
    return 2 * sum(hit in dismissal.words for hit in span.hits) > len(span.hits) and not _meant_so(
        point, heard, dismissal
    )


def _meant_so(point: KeyPoint, heard: Passage, dismissal: Dismissal) -> bool:
    """Whether the dismissal is the point ("tables become useless"), or dismisses a misconception about it."""
    inside = range(dismissal.span.first, dismissal.span.last + 8)
    says = (span for way in point.says for phrase in phrases(way) for span in heard.find(phrase))
    if any(hit in inside and hit not in dismissal.words for span in says for hit in span.hits):
        return True
    wrong = (span for way in point.misconceptions for phrase in phrases(way) for span in heard.find(phrase))
    return any(span.hits[0] in dismissal.words for span in wrong)


def _evidence(point: KeyPoint, question: Question, heard: Passage) -> _Evidence | None:
    """What speaks for the point, unless it stands in a dismissal."""
    found = _strongest(point, question, heard)
    if found is None or any(_waved_away(point, heard, found.span, dismissal) for dismissal in dismissals(heard)):
        return None
    return found


def _strongest(point: KeyPoint, question: Question, heard: Passage) -> _Evidence | None:
    """The words that speak for the point: a phrase of the pack, or else its telling words in one place."""
    place = place_of(point, question, heard.text)
    strength = place.strength if place else 0.0
    phrase = _phrase_for(point, heard)
    if phrase:
        span, telling = phrase
        sure = telling >= _TELLING_PHRASE or strength >= SPOKEN
        return _Evidence(span, SPOKEN, 1.0 if sure else _COMMON_PHRASE)
    worth = next((worth for least, worth in _BY_GIST if strength >= least), 0.0)
    return _Evidence(place.span, strength, worth) if place and worth else None


def _phrase_for(point: KeyPoint, heard: Passage) -> tuple[Span, int] | None:
    """The most telling phrase of the point that is said, and how many of its words are telling."""
    said = [
        (_telling(phrase), -span.first, span)
        for way in point.says
        for phrase in phrases(way)
        if (span := heard.says(phrase))
    ]
    if not said:
        return None
    telling, _, span = max(said, key=lambda found: found[:2])
    return span, telling


def _telling(phrase: Phrase) -> int:
    return sum(slot[0] not in COMMON_TERMS for slot in phrase.slots)


def _printable(quote: str) -> str:
    """The quote without what cannot be seen or stored: line breaks, controls, marks of direction, lone surrogates."""
    seen = (" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in quote)
    return " ".join("".join(seen).split())
