"""Whether an answer is made of sentences: words that are only strung together say nothing about how they belong."""

from __future__ import annotations

import re
from itertools import pairwise

from engine.matching import Passage, read
from engine.vocabulary import is_function_word

_FEWEST = 8
"""A shorter answer may be a mere term."""
_LOOSE = 0.34
"""Sentences and spoken language have a larger share of words such as "the", "is" and "with" than this."""
_SENTENCE = 6
_MARK = re.compile(r"[.,;:!?\n()\[\]=→•·|–—]|\s[-/&+]\s")


def is_word_salad(answer: str) -> bool:
    """Words without any mark or order between them: hardly a function word among them, or many said twice in a row.

    A list with commas, a note in keywords and a transcript without punctuation are no salad.
    """
    passage = read(answer)
    words = passage.words
    if len(words) < _FEWEST or _marked(passage):
        return False
    doubled = sum(word == following for word, following in pairwise(words))
    return (
        _function_share(words) < _LOOSE
        or (doubled >= 2 and 10 * doubled >= len(words))
        or 3 * len({*words}) <= len(words)
    )


def has_sentence(text: str) -> bool:
    """Whether some stretch between two marks reads like a sentence and not like a list of terms."""
    stretches = (read(part).words for part in _MARK.split(text))
    return any(len(words) >= _SENTENCE and _function_share(words) >= 0.3 for words in stretches)


def _marked(passage: Passage) -> bool:
    """Whether some mark stands between the words: one in fifteen is enough."""
    gaps = pairwise(passage.spans)
    marks = sum(bool(_MARK.search(passage.text[before[1] : after[0]])) for before, after in gaps)
    return 15 * marks >= len(passage.words)


def _function_share(words: list[str]) -> float:
    return sum(map(is_function_word, words)) / len(words)
