"""From a file that a stranger sent to samples that may be trusted, and from those to what is uploaded.

Only ffmpeg, locked down and in a process of its own, opens the stranger's file (see `ffmpeg.py`); pydub makes the
upload from the samples (see `encode.py`). Neither blocks the event loop.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from asyncio import AbstractEventLoop, Semaphore
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

from engine.failures import Unavailable, Unusable
from engine.hearing.child import Ended, environment, limited, run
from engine.hearing.energy import SECOND, measure
from engine.hearing.ffmpeg import decode_command, find_ffmpeg
from engine.hearing.workspace import workspace

log = logging.getLogger(__name__)

LONGEST = 600
PROCESSORS = os.cpu_count() or 1
LONGEST_WORK = 30.0
LARGEST_MP3 = 64 << 20
SHORTEST = 0.1
KILLED = -9


@dataclass(frozen=True)
class Speech:
    """What was decoded. `pcm` is 16 kHz mono s16le; `loudness_dbfs` the mean level.

    `speech_seconds` is about how long somebody speaks, rather too long than too short; None when the background is too
    loud to tell. `cut_off`: less than 90 % arrived of what the platform had announced.
    """

    pcm: bytes = field(repr=False)
    seconds: float
    loudness_dbfs: float
    speech_seconds: float | None
    cut_off: bool


async def to_speech(path: Path, *, max_seconds: int = LONGEST, claimed_seconds: float | None = None) -> Speech:
    """The speech in the first audio track of an audio or video file, which lies in a folder of ours under our name.

    Raises Unusable: `not_audio` (nothing that we can decode), `no_audio` (no sound in it), `too_long`, `silent`
    (nobody speaks: silence, or hiss or hum alone). Raises Unavailable without ffmpeg, or when the machine is too busy.
    """
    async with _turns():
        ffmpeg = await asyncio.to_thread(find_ffmpeg)
        command = decode_command(ffmpeg, path, max_seconds)
        ended = await run(command, most=(max_seconds + 1) * SECOND, seconds=LONGEST_WORK)
    pcm = _samples(ended, max_seconds)
    energy = await asyncio.to_thread(measure, pcm)
    if energy.speechless:
        raise Unusable("silent", f"nobody speaks in {len(pcm) / SECOND:.1f} s at {energy.loudness_dbfs:.0f} dBFS")
    seconds = len(pcm) / SECOND
    return Speech(pcm, seconds, energy.loudness_dbfs, energy.speech_seconds, _is_cut_off(seconds, claimed_seconds))


async def to_upload(speech: Speech) -> bytes:
    """The same as an MP3 of 16 kHz mono at 64 kbit/s: half a megabyte a minute. Raises Unavailable."""
    async with _turns(), workspace() as work:
        ffmpeg = await asyncio.to_thread(find_ffmpeg)
        # -P: the modules that lie beside the program are none of its own.
        command = [sys.executable, "-P", "-W", "ignore", str(Path(__file__).with_name("encode.py")), ffmpeg]
        ended = await run(
            limited(command, cpu=int(LONGEST_WORK), file_size=LARGEST_MP3),
            most=LARGEST_MP3,
            seconds=LONGEST_WORK,
            feed=speech.pcm,
            env=environment("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE") | {"TMPDIR": str(work.path)},
        )
    if ended.code or not ended.out:
        raise Unavailable(f"no MP3 could be made: {ended.complaint[-400:]}")
    return ended.out


def _samples(ended: Ended, max_seconds: int) -> bytes:
    """Judged by what came out, not by the exit code: half a file ends with 0, one with a damaged end with an error."""
    pcm = ended.out[: len(ended.out) // 2 * 2]
    if len(pcm) > max_seconds * SECOND:
        raise Unusable("too_long", f"more than {max_seconds} s")
    if len(pcm) >= SHORTEST * SECOND:
        return pcm
    if ended.code == KILLED:
        raise Unavailable("ffmpeg was killed, perhaps for want of memory")
    nothing_in_it = ended.code == 0 or "matches no streams" in ended.complaint
    raise Unusable("no_audio" if nothing_in_it else "not_audio", ended.complaint[-400:])


def _is_cut_off(seconds: float, claimed: float | None) -> bool:
    """Platforms announce whole seconds, so up to one may be missing."""
    return claimed is not None and seconds < 0.9 * claimed and seconds < claimed - 1


_semaphores: WeakKeyDictionary[AbstractEventLoop, Semaphore] = WeakKeyDictionary()


def _turns() -> Semaphore:
    """As many conversions at a time as there are processors. A semaphore belongs to one event loop."""
    return _semaphores.setdefault(asyncio.get_running_loop(), Semaphore(PROCESSORS))
