"""Whether a text claims something wrong: a misconception said and meant, not one that is named to be rejected."""

from __future__ import annotations

from collections.abc import Iterable

from engine.matching import Passage, Phrase, Span, phrases, read
from engine.vocabulary import COMMON_TERMS
from engine.wordlists import listed

_SHARE = 0.8
"""How much of a long misconception must be said: it may be worded a little differently."""
_COMMON = 0.4
_FEWEST = 3
"""A misconception of fewer content words is looked for with its function words too."""

_REJECTIONS = frozenset(
    listed(
        """
        wrong mistake mistaken myth misconception false incorrect untrue misunderstanding misunderstand fallacy
        misleading nonsense trap tempting temptation pitfall avoid shouldn't mustn't wouldn't dangerous contrary
        misread misinterpret
        """
    )
)


def quote_against(misconceptions: Iterable[str], answer: str) -> str | None:
    """The words of the answer that claim one of the misconceptions, within one sentence; None when none is claimed.

    Unlike those of a point, the words must stand in their order: who blocks whom makes all the difference.
    """
    passage = read(answer)
    for said in misconceptions:
        for phrase in phrases(said, least=_FEWEST):
            span = _claimed(passage, phrase)
            if span:
                return passage.quote(span)
    return None


def _claimed(passage: Passage, phrase: Phrase) -> Span | None:
    for wording in _wordings(phrase):
        for span in passage.find(wording, in_order=True):
            if passage.in_one_sentence(span) and _meant(passage, phrase, span) and not _rejected(passage, span):
                return span
    return None


def _meant(passage: Passage, phrase: Phrase, span: Span) -> bool:
    """Whether the words are negated where the phrase is, and none of them where it is not."""
    if phrase.negative:
        return passage.negations.flips(span.hits, loosely=True)
    return not any(passage.negations.flips((hit,)) for hit in span.hits)


def _wordings(phrase: Phrase) -> Iterable[Phrase]:
    """The phrase, and if it is long the phrase without one of its lesser words."""
    yield phrase
    weights = [_COMMON if slot[0] in COMMON_TERMS else 1.0 for slot in phrase.slots]
    if len(weights) >= 4:
        for n, weight in enumerate(weights):
            if weight <= (1 - _SHARE) * sum(weights):
                yield Phrase(phrase.slots[:n] + phrase.slots[n + 1 :], phrase.negative)


def _rejected(passage: Passage, span: Span) -> bool:
    """Whether the sentence, or the beginning of the next one, calls it wrong."""
    sentences = passage.negations.sentence
    here = sentences[span.first]
    nearby = range(max(0, span.first - 15), min(len(passage.words), span.last + 15))
    own = (n for n in nearby if sentences[n] == here)
    after = [n for n in nearby if sentences[n] == here + 1][:5]
    return any(passage.words[n] in _REJECTIONS for n in (*own, *after))
