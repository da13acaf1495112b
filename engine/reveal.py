"""Whether something that is to be said would give a question's answer away.

Naming a topic is fair; stating a key point is not, even as a question, and even with a "not" in it. The words of the
question and of what was heard already are free. The pack's own hints and follow-ups are fair and never held back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from engine.gist import Gist, gists, trace
from engine.matching import Passage, content_words, phrases, read
from engine.rolepack import KeyPoint, Question
from engine.vocabulary import COMMON_TERMS, stem
from engine.wordlists import listed

GIVEN_AWAY = 1.5
"""From this strength on a text gives a key point away."""
_FREE = 0.2
_ALWAYS_FREE = tuple(
    map(stem, listed("example instance detail explain reason step work own case give real time moment"))
)
_COPIED = 6
"""So many words in a row are no coincidence."""


def reveals(said: str, question: Question, heard: Collection[str] = ()) -> bool:
    """Whether `said` states a key point of the question whose id is not in `heard`, or repeats the reference answer."""
    hidden = [point for point in question.key_points if point.id not in heard]
    passage = read(_without_own_words(said, question))
    if not hidden or not passage.words:
        return False
    free = _free_words(question, frozenset(heard))
    return _copies(passage, question) or any(_states(point, question, passage, free) for point in hidden)


def _states(point: KeyPoint, question: Question, passage: Passage, free: frozenset[str]) -> bool:
    if _says_it(point, passage, free):
        return True
    place = trace(_hidden_gist(question, point.id, free), passage, ignore_negation=True)
    return place is not None and place.strength >= GIVEN_AWAY


def _says_it(point: KeyPoint, passage: Passage, free: frozenset[str]) -> bool:
    """Whether one of the point's phrases stands there; one of common words only must stand there word by word."""
    for phrase in (phrase for way in point.says for phrase in phrases(way)):
        words = [slot[0] for slot in phrase.slots]
        if all(word in free for word in words):
            continue
        telling = [word for word in words if word not in free and word not in COMMON_TERMS]
        enough = (
            any(word in passage.where for word in telling) if telling else all(word in passage.where for word in words)
        )
        if enough and any(telling or passage.in_one_sentence(span) for span in passage.find(phrase)):
            return True
    return False


@lru_cache(maxsize=1024)
def _hidden_gist(question: Question, point_id: str, free: frozenset[str]) -> Gist:
    """The point's gist when the free words say next to nothing."""
    gist = gists(question)[point_id]
    weights = {slot: min(weight, _FREE) if slot[0] in free else weight for slot, weight in gist.weights.items()}
    return Gist(weights, gist.negatable)


@lru_cache(maxsize=512)
def _free_words(question: Question, heard: frozenset[str]) -> frozenset[str]:
    """Stems that give nothing away: the question's, and those of the key points that were heard."""
    known = [slot[0] for point in heard if (gist := gists(question).get(point)) for slot in gist.weights]
    return frozenset((*_ALWAYS_FREE, *map(stem, content_words(question.text)), *known))


def _copies(passage: Passage, question: Question) -> bool:
    runs = set(_runs([stem(word) for word in read(question.reference).words]))
    return any(run in runs for run in _runs([stem(word) for word in passage.words]))


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    yield from (tuple(words[at : at + _COPIED]) for at in range(len(words) - _COPIED + 1))


def _without_own_words(said: str, question: Question) -> str:
    """What is left when the pack's own question, hints and follow-ups are taken out."""
    for own in _own_words(question):
        said = said.replace(own, " ")
    return said


def _own_words(question: Question) -> Iterator[str]:
    yield question.text
    yield from (point.hint for point in question.key_points)
    yield from (follow_up.text for follow_up in question.follow_ups)
