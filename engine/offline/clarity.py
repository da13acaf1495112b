"""Signs that an answer can be followed: an example, and sentences that give reasons. Never how long it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from engine.gist import telling_words
from engine.matching import read
from engine.rolepack import Question
from engine.vocabulary import stem

_EXAMPLE = re.compile(
    r"""\bfor\ (?:example|instance)\b | \be\.?g\b | \bsuch\ as\b | \blike\ (?:when|if)\b | \bsay,?\s | \bimagine\b
    | \bsuppose\b | \d | \blet['’]?s\ say\b | \bin\ (?:my|our)\ (?:last|previous|own|old|team|company|project)\b
    | \bI\ (?:once|had|used|worked|saw)\b    | \bwe\ (?:once|had|used|saw)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_REASON = re.compile(
    r"""\b(?:because|since|so|therefore|otherwise|means|as\ a\ result|in\ order\ to|whereas|while|although|but|then
    |first|finally|until|instead|rather\ than|depends?|leads?\ to)\b""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Signs:
    example: bool
    connected: bool


def signs(question: Question, answer: str) -> Signs:
    """Only sentences that speak of the question's matter count: nothing else in an answer makes it clearer."""
    sentences = list(_on_the_matter(question, answer))
    return Signs(any(map(_EXAMPLE.search, sentences)), any(map(_REASON.search, sentences)))


def _on_the_matter(question: Question, answer: str) -> Iterator[str]:
    passage, telling = read(answer), telling_words(question)
    numbered = enumerate(passage.negations.sentence)
    for _, group in groupby(numbered, key=lambda item: item[1]):
        words = [position for position, _ in group]
        if any(stem(passage.words[position]) in telling for position in words):
            yield answer[passage.spans[words[0]][0] : passage.spans[words[-1]][1]]
