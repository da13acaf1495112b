"""How loud samples are, and whether anybody may be speaking in them. Pure; samples are 16 kHz mono s16le."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

with warnings.catch_warnings():
    # Deprecated in 3.11 and gone in 3.13, where the package audioop-lts, which pydub needs too, brings the same module.
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

WIDTH = 2
SECOND = 16_000 * WIDTH
WINDOW = SECOND // 10

QUIETEST = 20 * math.log10(1 / 32768)
"""dBFS of the smallest sample that is not zero: -90.3."""

# Limits in dBFS, dB and windows of 0.1 s.
INAUDIBLE = -70.0
STEADY = 5.0
CLEAR = 8.0
FEWEST_WINDOWS = 15
LONGEST_STOP = 2


@dataclass(frozen=True)
class Energy:
    """`loudness_dbfs` is the mean level, -90.3 at the least.

    `speechless` is said only when it is certain enough to spare a transcription: nothing audible, or the same hiss or
    hum from beginning to end. `speech_seconds` is about how long somebody speaks (or another sound stands out), rather
    too long than too short; None when the background is too loud to tell.
    """

    loudness_dbfs: float
    speech_seconds: float | None
    speechless: bool


def measure(pcm: bytes) -> Energy:
    """Wants 0.1 s of samples at least."""
    levels = [_level(window) for window in _cut(pcm, WINDOW)]
    return Energy(_level(pcm), _speech_seconds(levels), _is_speechless(pcm, levels))


def _is_speechless(pcm: bytes, levels: Sequence[float]) -> bool:
    """Speech goes up and down all the time; hiss, hum and fans do not. The second look is without the bass, where a fan
    or the mains would cover a quiet voice."""
    if max(levels) < INAUDIBLE:
        return True
    if len(levels) < FEWEST_WINDOWS or not _is_even(levels):
        return False
    return _is_even([max(_level(_without_bass(window)), INAUDIBLE) for window in _cut(pcm, WINDOW)])


def _is_even(levels: Sequence[float]) -> bool:
    """Measured at -60 to -25 dBFS, plain and through Opus: white, pink and brown noise, hum and fans keep within 4.5 dB
    and swing to both sides. A voice 20 dB below a normal one rises 11 dB in a quiet room and 6 next to a fan as loud as
    itself; one "yes" in twenty seconds of hiss, 5 dB above it, rises 4.6 dB where the hiss swings by 0.2.
    """
    low, middle, high = _low(levels), sorted(levels)[len(levels) // 2], _high(levels)
    return high - low < STEADY and high - middle < 2 * (middle - low) + 1


def _speech_seconds(levels: Sequence[float]) -> float | None:
    floor = _low(levels)
    contrast = _high(levels) - floor
    if contrast < CLEAR:
        return None
    # At most 8 dB above the floor: a slammed door must not turn a quiet voice into background.
    limit = floor + min(max(0.25 * contrast, STEADY), 8.0)
    runs = [(spoken, len(list(run))) for spoken, run in groupby(level > limit for level in levels)]
    stops = sum(length for spoken, length in runs[1:-1] if not spoken and length <= LONGEST_STOP)
    return (sum(length for spoken, length in runs if spoken) + stops) * WINDOW / SECOND


def _cut(pcm: bytes, size: int) -> list[bytes]:
    return [pcm[start : start + size] for start in range(0, len(pcm) - size + 1, size)]


def _level(pcm: bytes) -> float:
    """dBFS."""
    return 20 * math.log10(max(audioop.rms(pcm, WIDTH), 1) / 32768)


def _without_bass(pcm: bytes) -> bytes:
    """Each sample less the one before: 50 Hz loses 34 dB, 1 kHz 8 dB, 3 kHz nothing."""
    return audioop.add(pcm[WIDTH:], audioop.mul(pcm[:-WIDTH], WIDTH, -1), WIDTH)


def _high(levels: Sequence[float]) -> float:
    """The third highest, so that a click is no speech."""
    return sorted(levels)[-3:][0]


def _low(levels: Sequence[float]) -> float:
    return sorted(levels)[len(levels) // 20]
