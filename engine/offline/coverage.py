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
    """What the answer says of each key point; orders to the grader in it say nothing."""
    said: dict[str, str] = {}
    touched: dict[str, str] = {}
    contradicted: dict[str, str] = {}
    heard = without_orders(answer)
    for point in question.key_points:
        wrong = quote_against(point.misconceptions, heard)
        quote, strength = (wrong, 0.0) if wrong else _evidence(point, question, heard)
        if wrong:
            contradicted[point.id] = _printable(quote, heard, answer)
        elif strength >= TOUCHED:
            (said if strength >= SPOKEN else touched)[point.id] = _printable(quote, heard, answer)
    return Coverage(said, touched, contradicted)


def _evidence(point: KeyPoint, question: Question, answer: str) -> tuple[str, float]:
    """The words that speak for the point, and how strongly they do."""
    phrase = quote_for(point.says, answer)
    if phrase:
        return phrase, SPOKEN
    place = place_of(point, question, answer)
    return (read(answer).quote(place.span), place.strength) if place else ("", 0.0)


def _printable(quote: str, heard: str, answer: str) -> str:
    """The quote as it stands in the answer, without what cannot be seen or stored: controls, lone surrogates."""
    at = heard.index(quote)
    own = answer[at : at + len(quote)]
    seen = (" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in own)
    return " ".join("".join(seen).split())
