"""Which key points an answer contains, touches and contradicts, by what stands in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from engine.claims import quote_against
from engine.gist import SPOKEN, TOUCHED, place_of
from engine.matching import quote_for, read
from engine.offline.orders import without_orders
from engine.rolepack import KeyPoint, Question


@dataclass(frozen=True)
class Coverage:
    """Printable quotes of the answer by key point id. A key point is in one of the three at most."""

    said: Mapping[str, str]
    touched: Mapping[str, str]
    contradicted: Mapping[str, str]


def coverage(question: Question, answer: str) -> Coverage:
    """What the answer says of each key point. Orders to the grader earn nothing, but hide no mistake either."""
    said: dict[str, str] = {}
    touched: dict[str, str] = {}
    contradicted: dict[str, str] = {}
    heard = without_orders(answer)
    for point in question.key_points:
        wrong = quote_against(point.misconceptions, answer)
        if wrong:
            contradicted[point.id] = _printable(wrong)
            continue
        quote, strength = _evidence(point, question, heard)
        if strength >= TOUCHED:
            at = heard.index(quote)
            (said if strength >= SPOKEN else touched)[point.id] = _printable(answer[at : at + len(quote)])
    return Coverage(said, touched, contradicted)


def _evidence(point: KeyPoint, question: Question, answer: str) -> tuple[str, float]:
    """The words that speak for the point, and how strongly they do."""
    phrase = quote_for(point.says, answer)
    if phrase:
        return phrase, SPOKEN
    place = place_of(point, question, answer)
    return (read(answer).quote(place.span), place.strength) if place else ("", 0.0)


def _printable(quote: str) -> str:
    """The quote without what cannot be seen or stored: line breaks, controls, marks of direction, lone surrogates."""
    seen = (" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in quote)
    return " ".join("".join(seen).split())
