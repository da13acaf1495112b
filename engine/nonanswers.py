"""What is no answer at all, told by rule: nothing said, "I don't know", keys hit at random, a greeting.

In doubt a text is an answer: a short correct term, code, an acronym or another language must never be taken for none.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, assert_never

from engine.gibberish import is_gibberish, is_one_word
from engine.gist import telling_words
from engine.grading import Feedback
from engine.matching import read
from engine.phrasebook import ALONE, ASIDES, GREETINGS, OFF_TOPIC, UNKNOWN
from engine.rolepack import Question
from engine.vocabulary import is_function_word, stem

Kind = Literal["unknown", "empty", "gibberish", "off_topic"]
"""unknown: the learner does not know, or asks for the answer, a hint, the question again. empty: emoji, punctuation."""

_LONGEST = 600
"""Whoever writes more characters than this has at least tried: only `empty` and `gibberish` are possible then."""


def kind_of(text: str, question: Question) -> Kind | None:
    """The kind of non-answer the text is; None when it is an answer, however bad. Takes any length and content."""
    if _is_empty(text):
        return "empty"
    words = read(text).words
    telling = any(stem(word) in telling_words(question) for word in words[:2000])
    if len(text) <= _LONGEST:
        plain = _plain(text)
        if _is_unknown(plain, question):
            return "unknown"
        if not telling and (_is_greeting(plain) or OFF_TOPIC.fullmatch(plain)):
            return "off_topic"
    return "gibberish" if is_one_word(words) or (not telling and is_gibberish(words)) else None


def _is_empty(text: str) -> bool:
    return all(
        unicodedata.category(letter)[0] in "PZCM" or unicodedata.category(letter) in ("So", "Sk") for letter in text
    )


def _plain(text: str) -> str:
    """Words in lower case with one space between them, without apostrophes, punctuation and what cannot be seen."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(letter for letter in folded if unicodedata.category(letter) != "Cf" and letter not in "'’`\u00b4")
    return " ".join(re.sub(r"[^\w\u0900-\u097f]|_", " ", seen).split())


def _is_unknown(plain: str, question: Question) -> bool:
    """Whether only "I don't know" remains when asides and the question's own words are taken away."""
    rest, found = UNKNOWN.subn(" ", plain)
    left = {word for word in rest.split() if word in ALONE or not (word in ASIDES or is_function_word(word))}
    if not found:
        return bool(left) and left <= ALONE
    asked = set(map(stem, read(question.text).words))
    return all(stem(word) in asked for word in left - ALONE)


def _is_greeting(plain: str) -> bool:
    words = plain.split()
    return bool(words) and all(word in GREETINGS for word in words)


def feedback_on(kind: Kind | Literal["skipped"]) -> Feedback:
    """Kind words for the scorecard about what was no answer; nothing in them is praise, and nothing is an answer."""
    match kind:
        case "skipped":
            return Feedback("", "You left this one out, so there is nothing to judge yet.", _TRY)
        case "unknown":
            return Feedback("", "You did not know this one yet. That is what practice is for.", _TRY)
        case "empty":
            return Feedback(
                "",
                "There were no words in this answer that could be judged.",
                "Say one or two full sentences, even a first guess.",
            )
        case "gibberish":
            return Feedback(
                "",
                "No words could be made out in this answer.",
                "Take a breath and put your first thought into one plain sentence.",
            )
        case "off_topic":
            return Feedback(
                "",
                "This did not speak about the question.",
                "Repeat the question in your own words first, then answer just that.",
            )
        case _:
            assert_never(kind)


_TRY = "Look the topic up and try it again: even a partial answer with your own reasoning counts for more than none."
