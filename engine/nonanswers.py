"""What is no answer at all, told by rule: "I don't know", nothing but emoji, a mashed keyboard, a plain change of
subject.

In doubt it is an answer: a real one that is taken for none would hurt a learner more than the other way round.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, assert_never

from engine.grading import Feedback
from engine.matching import content_words
from engine.rolepack import Question

Kind = Literal["unknown", "empty", "gibberish", "off_topic"]

LONGEST_UNKNOWN = 14
LONGEST_OFF_TOPIC = 12

_UNKNOWN = re.compile(
    r"""\b(?:
        (?:i\s*)?(?:really\s+|honestly\s+)?(?:do\s*n[o']?t|dont|don’t|do\snot)\s+(?:know|remember|recall|have\s+(?:an?y?\s+)?(?:idea|clue|answer))
        | (?:i(?:'ve|\s+have)?\s+)?(?:got\s+)?no\s+(?:idea|clue) | idk | dunno | not\s+sure | no\s+clue
        | can(?:'|no)?t\s+(?:think\s+of|remember|recall|answer) | never\s+heard\s+of | haven'?t\s+(?:a\s+)?(?:the\s+)?(?:idea|clue|faintest)
        | pass | skip | next(?:\s+question)?(?:\s+please)? | no\s+lo\s+s[eé] | ni\s+idea | je\s+(?:ne\s+)?sais\s+pas | aucune\s+id[ée]e
        | (?:ich\s+)?wei(?:ß|ss)\s+(?:ich\s+|es\s+)?nicht | keine\s+ahnung | pata\s+nahi | मुझे\s+नहीं\s+पता | पता\s+नहीं
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_FILLERS = frozenset(
    [
        "um",
        "uh",
        "er",
        "hmm",
        "well",
        "sorry",
        "oh",
        "honestly",
        "really",
        "so",
        "just",
        "i",
        "to",
        "this",
        "that",
        "it",
        "one",
        "the",
        "a",
        "an",
        "answer",
        "question",
        "about",
        "please",
        "thanks",
        "thank",
        "you",
        "am",
        "im",
        "is",
        "be",
        "let",
        "lets",
        "us",
        "go",
        "on",
        "move",
        "at",
        "all",
        "sure",
        "of",
        "here",
        "what",
        "say",
        "im",
        "afraid",
        "actually",
        "anything",
        "much",
        "for",
        "me",
        "can",
        "we",
    ]
)
_SMALL_TALK = re.compile(
    r"""^\W*(?:(?:hello|hi|hey|good\s+(?:morning|afternoon|evening)|thanks|thank\s+you|ok(?:ay)?|yes|no|sure|great|cool|lol)\W*)+(?:viva|there)?\W*$
    | \b(?:weather|pizza|joke|football|movie|recipe|girlfriend|boyfriend|horoscope|lottery)\b
    | \b(?:tell|give|show)\s+me\s+(?:the\s+)?(?:right\s+|correct\s+)?(?:answer|solution)\b
    | \bwhat(?:'s|\s+is)\s+(?:the\s+)?(?:right\s+|correct\s+)?answer\b | \bwho\s+are\s+you\b | \bare\s+you\s+(?:a\s+)?(?:bot|human|ai)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_MASHED = re.compile(
    r"asdf|sdfg|dfgh|fghj|ghjk|hjkl|qwert|wert|zxcv|xcvb|jkjk|(.)\1{3,}|[bcdfghjklmnpqrstvwxz]{6,}", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def kind_of(text: str, question: Question) -> Kind | None:
    """Why the text is no answer to the question; None when it is one."""
    words = _WORD.findall(text)
    if not any(_says_something(letter) for letter in text):
        return "empty"
    if _is_unknown(text, words):
        return "unknown"
    if _is_gibberish(words):
        return "gibberish"
    return "off_topic" if _is_off_topic(text, words, question) else None


def feedback_on(kind: Kind | Literal["skipped"]) -> Feedback:
    """What the scorecard says of it: kind, and no praise."""
    match kind:
        case "skipped" | "unknown":
            return Feedback(
                "", "You left this one out.", "Next time say whatever you do know, or ask for a hint: a part counts."
            )
        case "empty":
            return Feedback(
                "", "There were no words in your answer.", "Say one or two sentences, even if you are not sure."
            )
        case "gibberish":
            return Feedback(
                "",
                "I could not make sense of your answer.",
                "Take a breath, and say one full sentence about the question.",
            )
        case "off_topic":
            return Feedback(
                "",
                "Your answer did not speak about the question.",
                "Read the question once more and begin with its main term.",
            )
        case _:
            assert_never(kind)


def _says_something(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LN" or letter in "=<>+*/%∑√"


def _is_unknown(text: str, words: list[str]) -> bool:
    """The whole message says so: what is left without it are fillers. "I don't know the formula, but …" goes on to
    answer."""
    if not words or len(words) > LONGEST_UNKNOWN or not _UNKNOWN.search(text):
        return False
    left = _WORD.findall(_UNKNOWN.sub(" ", text).lower())
    return all(word.replace("’", "'").replace("'", "") in _FILLERS for word in left)


def _is_gibberish(words: list[str]) -> bool:
    """Mashed keys, or one word over and over. Scripts other than Latin are never judged."""
    if not all(word.isascii() for word in words) or not words:
        return False
    letters = [word for word in words if word.isalpha() and not word.isupper() and len(word) > 3]
    mashed = [word for word in letters if _MASHED.search(word)]
    if letters and len(mashed) * 2 > len(letters) and len(words) <= 30 and len(letters) * 2 >= len(words):
        return True
    return len(words) >= 4 and len({word.lower() for word in words}) == 1


def _is_off_topic(text: str, words: list[str], question: Question) -> bool:
    if len(words) > LONGEST_OFF_TOPIC or not _SMALL_TALK.search(text):
        return False
    topic = " ".join((question.text, question.topic, *(f"{p.point} {' '.join(p.says)}" for p in question.key_points)))
    return not set(content_words(text)) & set(content_words(topic))
