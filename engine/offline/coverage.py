"""Which key points an answer contains, touches and contradicts, by what stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.claims import quote_against
from engine.gist import SPOKEN, TOUCHED, place_of
from engine.matching import quote_for, read
from engine.rolepack import KeyPoint, Question


@dataclass(frozen=True)
class Coverage:
    """Quotes of the answer by key point id. A key point is in one of the three at most."""

    said: Mapping[str, str]
    touched: Mapping[str, str]
    contradicted: Mapping[str, str]


def coverage(question: Question, answer: str) -> Coverage:
    said: dict[str, str] = {}
    touched: dict[str, str] = {}
    contradicted: dict[str, str] = {}
    for point in question.key_points:
        wrong = quote_against(point.misconceptions, answer)
        if wrong:
            contradicted[point.id] = wrong
            continue
        quote, strength = _evidence(point, question, answer)
        if strength >= SPOKEN:
            said[point.id] = quote
        elif strength >= TOUCHED:
            touched[point.id] = quote
    return Coverage(said, touched, contradicted)


def _evidence(point: KeyPoint, question: Question, answer: str) -> tuple[str, float]:
    """The words that speak for the point, and how strongly they do."""
    phrase = quote_for(point.says, answer)
    if phrase:
        return phrase, SPOKEN
    place = place_of(point, question, answer)
    return (read(answer).quote(place.span), place.strength) if place else ("", 0.0)
