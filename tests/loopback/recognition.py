"""Ears for synthetic speech: tells which of some known phrases an audio file says, by the shape of its loudness.

That is enough to prove that the right learner's words arrived, whole, through every conversion on the way.
"""

import math
import operator
from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache

from tests.loopback import speech

RATE, FRAME = 8_000, 160
AUDIBLE, ALIKE = 0.02, 0.9
SHIFTS = range(-3, 4)
Shape = tuple[float, ...]


def heard(audio: bytes, phrases: Iterable[tuple[str, bytes]] | None = None) -> str:
    """The phrase that the file says, or "". `phrases`: texts and their PCM; by default all that `speak` has said."""
    shape = _shape(speech.decode(audio, RATE), RATE)
    known = speech.spoken() if phrases is None else phrases
    likeness, text = max(((_likeness(shape, _shape(pcm, speech.RATE)), text) for text, pcm in known), default=(0.0, ""))
    return text if likeness >= ALIKE else ""


def seconds(audio: bytes) -> float:
    """How long the file really plays, whatever its headers claim."""
    return len(speech.decode(audio, RATE)) / 2 / RATE


@lru_cache(maxsize=256)
def _shape(pcm: bytes, rate: int) -> Shape:
    """Loudness per 20 ms, from the first audible frame to the last."""
    loudness = list(_loudness(pcm, rate * FRAME // RATE))
    threshold = AUDIBLE * max(loudness, default=0.0)
    audible = [index for index, value in enumerate(loudness) if value > threshold]
    return tuple(loudness[audible[0] : audible[-1] + 1]) if audible else ()


def _loudness(pcm: bytes, frame: int) -> Iterator[float]:
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    for start in range(0, len(samples) - frame + 1, frame):
        part = samples[start : start + frame]
        yield math.sqrt(sum(map(operator.mul, part, part)) / frame)


def _likeness(one: Shape, other: Shape) -> float:
    """Correlation at the best small shift, from -1 to 1; -1 when one is much longer than the other."""
    if not one or not other or abs(len(one) - len(other)) > 5 + 0.03 * len(other):
        return -1.0
    return max(_correlation(one[max(shift, 0) :], other[max(-shift, 0) :]) for shift in SHIFTS)


def _correlation(one: Shape, other: Shape) -> float:
    length = min(len(one), len(other))
    if length < 2:
        return -1.0
    a, b = _centred(one[:length]), _centred(other[:length])
    size = math.sqrt(sum(map(operator.mul, a, a)) * sum(map(operator.mul, b, b)))
    return sum(map(operator.mul, a, b)) / size if size else -1.0


def _centred(shape: Shape) -> list[float]:
    mean = sum(shape) / len(shape)
    return [value - mean for value in shape]
