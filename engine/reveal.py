"""Never revealing: whether something Viva is about to say gives a part of the answer away."""

from __future__ import annotations

from collections.abc import Collection

from engine.matching import content_words, phrases, read
from engine.rolepack import KeyPoint, Question

TELLING_SHARE = 0.6
LEAST_TELLING = 3


def reveals(said: str, question: Question, heard: Collection[str] = ()) -> bool:
    """True when the text states a key point that is not in `heard` (ids): in one of the ways people say it, or by
    most of
    the words that tell it and that the question itself does not use."""
    if not said.strip():
        return False
    own = {said.strip() for said in _own_words(question)}
    if said.strip() in own:
        return False
    known = _stems(question.text) | {s for p in question.key_points if p.id in heard for s in _stems(_all_of(p))}
    return any(_states(point, said, known) for point in question.key_points if point.id not in heard)


def _own_words(question: Question) -> list[str]:
    """What the pack's author wrote to be said aloud."""
    return [point.hint for point in question.key_points] + [follow_up.text for follow_up in question.follow_ups]


def _states(point: KeyPoint, said: str, known: set[str]) -> bool:
    passage = read(said)
    for way in point.says:
        telling = _stems(way) - known
        if telling and any(passage.says(phrase) for phrase in phrases(way)):
            return True
    telling = _stems(point.point) - known
    shared = telling & _stems(said)
    return len(shared) >= LEAST_TELLING and len(shared) >= TELLING_SHARE * len(telling)


def _all_of(point: KeyPoint) -> str:
    return f"{point.point} {' '.join(point.says)}"


def _stems(text: str) -> set[str]:
    return {slot for phrase in phrases(" ".join(content_words(text))) for slots in phrase.slots for slot in slots[:1]}
