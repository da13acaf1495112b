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
FRAME = SECOND // 50

QUIETEST = 20 * math.log10(1 / 32768)
"""dBFS of the smallest sample that is not zero: -90.3."""

# Limits in dBFS, dB and windows of 0.1 s; see _is_speechless.
INAUDIBLE = -70.0
STEADY = 4.0
STEADY_TREBLE = 3.0
FEWEST_WINDOWS = 15
STANDS_OUT = 3

# Limits in dB and frames of 0.02 s; see _speech_seconds.
CLEAR = 10.0
LONGEST_STOP = 10


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
    return Energy(_level(pcm), _speech_seconds(pcm, levels), _is_speechless(pcm, levels))


def _is_speechless(pcm: bytes, levels: Sequence[float]) -> bool:
    """Speech goes up and down all the time; hiss and hum do not.

    Three windows of 0.1 s must stand out, so that a click is no speech and a single "yes" in twenty seconds is. The
    second look is without the bass, where a fan or the mains would cover a quiet voice. Measured with white, pink and
    brown noise, a fan and a hum, at -60 to -25 dBFS, plain and through Opus: noise 3.6 dB at the most, 2.8 dB without
    bass; a voice 20 dB below a normal one 18 dB in a quiet room, 7 and 18 dB next to a fan as loud as itself.
    """
    if max(levels) < INAUDIBLE:
        return True
    if len(levels) < FEWEST_WINDOWS or _contrast(levels) >= STEADY:
        return False
    return _contrast([max(_level(_without_bass(window)), INAUDIBLE) for window in _cut(pcm, WINDOW)]) < STEADY_TREBLE


def _speech_seconds(pcm: bytes, levels: Sequence[float]) -> float | None:
    frames = [_level(frame) for frame in _cut(pcm, FRAME)]
    floor = _low(frames)
    contrast = _high(levels) - floor
    if contrast < CLEAR:
        return None
    limit = floor + min(max(0.38 * contrast, 4.5), 15.0)
    runs = [(spoken, len(list(run))) for spoken, run in groupby(level > limit for level in frames)]
    inner = runs[1:-1]
    stops = sum(length for spoken, length in inner if not spoken and length <= LONGEST_STOP)
    return (sum(length for spoken, length in runs if spoken) + stops) * FRAME / SECOND


def _cut(pcm: bytes, size: int) -> list[bytes]:
    return [pcm[start : start + size] for start in range(0, len(pcm) - size + 1, size)]


def _level(pcm: bytes) -> float:
    """dBFS."""
    return 20 * math.log10(max(audioop.rms(pcm, WIDTH), 1) / 32768)


def _without_bass(pcm: bytes) -> bytes:
    """Each sample less the one before: 50 Hz loses 34 dB, 1 kHz 8 dB, 3 kHz nothing."""
    return audioop.add(pcm[WIDTH:], audioop.mul(pcm[:-WIDTH], WIDTH, -1), WIDTH)


def _contrast(levels: Sequence[float]) -> float:
    return _high(levels) - _low(levels)


def _high(levels: Sequence[float]) -> float:
    return sorted(levels)[-STANDS_OUT:][0]


def _low(levels: Sequence[float]) -> float:
    return sorted(levels)[len(levels) // 20]
