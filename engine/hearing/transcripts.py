"""What speech recognition wrote: tidied, and doubted where nobody can have said it. Pure."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from engine.hearing.loops import UNSPACED, bare_words, is_one_loop, without_loops

# Words a second; fast talkers reach six for a moment. See _is_too_fast and _fits.
FASTEST = 7.0
FASTEST_WHILE_SPEAKING = 12.0
SLOWEST = 0.25

LONGEST_CREDIT = 14
ECHO = 4
SHORTEST_RECITAL = 12
ALMOST_ALL = 0.8

_MARKUP = re.compile(r"<\|[^|<>]*\|>|\[?(?:\d\d:)?\d\d:\d\d[.,]\d{3}\s*-->\s*(?:\d\d:)?\d\d:\d\d[.,]\d{3}\]?|[♪♫♬♩]+")
_BRACKETS = re.compile(r"\[([^\[\]]{1,40})\]|\(([^()]{1,40})\)|\uff08([^\uff08\uff09]{1,40})\uff09|\*([^*]{1,40})\*")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+|(?<=[。\uff01\uff1f])\s*")
_JOINERS = "\u200c\u200d"
_UNSPACED = re.compile(f"[{UNSPACED}]")


@dataclass(frozen=True)
class _Phantoms:
    """prompts/phantom_transcripts.toml, its phrases as bare words."""

    sounds: frozenset[str]
    marks: frozenset[str]
    credits: frozenset[str]
    closings: frozenset[str]
    doubtful: frozenset[str]


def clean(text: str) -> str:
    """The words alone, on one line: no control characters, no "[MUSIC]", no time stamps, no phrase over and over again,
    no subtitle credits and video closings around the answer. Empty when nothing is left."""
    return _without_edges(without_loops(_tidy(text)))


def is_hallucination(
    text: str, seconds: float, *, speech_seconds: float | None = None, prompt: str = "", keywords: Sequence[str] = ()
) -> bool:
    """Whether nobody can have said this, or nothing was said. `text` is as the model gave it, not cleaned.

    `seconds` and `speech_seconds` are those of the recording (see `convert.Speech`); `prompt` and `keywords` were the
    model's context, which it may repeat instead of listening. A short real answer ("Thank you.", "I don't know") is
    believed wherever the sound leaves time for it.
    """
    text = _tidy(text)
    words = bare_words(text)
    if not words or is_one_loop(text) or _is_too_fast(words, seconds, speech_seconds):
        return True
    spoken = seconds if speech_seconds is None else speech_seconds
    if _all(text, _is_doubtful):
        return not _fits(words, spoken)
    if _all(text, lambda sentence: _is_closing(sentence) or _is_doubtful(sentence)):
        return True
    return _is_echo(words, prompt, spoken) or _is_echo(words, " ".join(keywords), spoken)


def _tidy(text: str) -> str:
    text = "".join(_visible(letter) for letter in unicodedata.normalize("NFC", text))
    return " ".join(_BRACKETS.sub(_unless_a_sound, _MARKUP.sub(" ", text)).split())


def _visible(letter: str) -> str:
    """An invisible letter may turn the reading direction of a message; PostgreSQL takes neither NUL nor half a pair."""
    kind = unicodedata.category(letter)
    if kind == "Cc":
        return " "
    return "" if kind in ("Cf", "Co", "Cs") and letter not in _JOINERS else letter


def _unless_a_sound(bracketed: re.Match[str]) -> str:
    inside = next(group for group in bracketed.groups() if group)
    return " " if _bare(inside) in _phantoms().sounds else bracketed.group()


def _without_edges(text: str) -> str:
    sentences = _SENTENCE_ENDS.split(text)
    while sentences and _is_closing(sentences[-1]):
        sentences.pop()
    while sentences and _is_credit(sentences[0]):
        sentences.pop(0)
    return " ".join(sentences)


def _all(text: str, kind: Callable[[str], bool]) -> bool:
    """Whether the text or each of its sentences is of the kind."""
    return kind(text) or all(kind(sentence) for sentence in _SENTENCE_ENDS.split(text) if _bare(sentence))


def _is_doubtful(sentence: str) -> bool:
    return _bare(sentence) in _phantoms().doubtful


def _is_closing(sentence: str) -> bool:
    return _is_credit(sentence) or _bare(sentence) in _phantoms().closings


def _is_credit(sentence: str) -> bool:
    words = _bare(sentence)
    is_short = words.count(" ") < LONGEST_CREDIT
    return words in _phantoms().credits or (is_short and any(f" {mark} " in f" {words} " for mark in _phantoms().marks))


def _is_too_fast(words: Sequence[str], seconds: float, speech_seconds: float | None) -> bool:
    """With a few words of grace, since the shortest recordings are hard to time."""
    count = _count(words)
    too_fast = count > FASTEST * seconds + 3
    return too_fast or (speech_seconds is not None and count > FASTEST_WHILE_SPEAKING * (speech_seconds + 0.5))


def _fits(words: Sequence[str], spoken: float) -> bool:
    """Not three words out of a cough, and not one out of a minute of talk."""
    return SLOWEST * spoken <= _count(words) <= FASTEST * spoken + 0.5


def _count(words: Sequence[str]) -> float:
    return sum(0.5 if _UNSPACED.match(word) else 1.0 for word in words)


def _is_echo(words: Sequence[str], context: str, spoken: float) -> bool:
    """The context, not the recording. A whole recital is never speech; a part may be: learners repeat a question or
    name the very terms that were expected of them, and then the sound fits."""
    source = bare_words(context)
    if _share(words, source) < ALMOST_ALL:
        return False
    recital = len(source) >= SHORTEST_RECITAL and _share(source, words) >= ALMOST_ALL
    return recital or not _fits(words, spoken)


def _share(words: Sequence[str], source: Sequence[str]) -> float:
    """How much of `words` stands in `source` in the same order, four in a row at least."""
    known = {tuple(source[at : at + ECHO]) for at in range(len(source) - ECHO + 1)}
    starts = [at for at in range(len(words) - ECHO + 1) if tuple(words[at : at + ECHO]) in known]
    return len({at + step for at in starts for step in range(ECHO)}) / max(len(words), 1)


def _bare(text: str) -> str:
    return " ".join(bare_words(text))


@cache
def _phantoms() -> _Phantoms:
    listed = tomllib.loads(files("prompts").joinpath("phantom_transcripts.toml").read_text(encoding="utf-8"))
    return _Phantoms(**{kind: frozenset(map(_bare, phrases)) for kind, phrases in listed.items()})
