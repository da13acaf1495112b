"""Voice: what a minute of audio costs the worker's machine, and what a conversion adds to somebody else's reply."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections.abc import Sequence
from contextlib import suppress

import psutil

from benchmarks.loopback import Platform, mark
from benchmarks.stage import MIB, Stage, stage
from benchmarks.table import Table
from benchmarks.turns import ANSWER
from tests.loopback import speech

SPOKEN = "I would first look at how the data came about and then compare a simple model with what we do today. "
_QUESTION = re.compile(r"Question \d+/")


def recording(minutes: float) -> bytes:
    """OGG/Opus as Telegram makes it, of espeak's voice."""
    pcm, length = speech.speak(SPOKEN * 8), int(minutes * 60 * speech.RATE) * 2
    return speech.ogg_opus((pcm * (length // len(pcm) + 1))[:length])


class Speaker:
    """Learner 1, who answers by voice only; `heard` is set for every reply."""

    def __init__(self, platform: Platform, minutes: float) -> None:
        self.platform, self.minutes, self.heard = platform, minutes, asyncio.Event()
        self.typist: Typist | None = None

    async def on_message(self, chat: int, text: str, arrived: float) -> None:
        if chat == 1:
            self.heard.set()
        elif self.typist:
            self.typist.on_message(text, arrived)

    async def answer(self) -> float:
        """Seconds from the note to the next question."""
        self.heard.clear()
        said = self.platform.speak(1, int(self.minutes * 60))
        await asyncio.wait_for(self.heard.wait(), 120)
        return time.perf_counter() - said


class Typist:
    """Learner 2, who types; `waits` are the seconds until each reply."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.waits, self.said, self.number = platform, list[float](), 0.0, 0
        self.replied = asyncio.Event()

    def on_message(self, text: str, arrived: float) -> None:
        if self.said:
            self.waits.append(arrived - self.said)
        self.replied.set()

    async def type(self, turns: int) -> None:
        for _ in range(turns):
            self.replied.clear()
            await asyncio.sleep(1.05)  # a chat takes a message a second
            self.number += 1
            self.said = self.platform.say(2, ANSWER.format(mark=mark(2, self.number)))
            await asyncio.wait_for(self.replied.wait(), 60)


async def one_note(minutes: float) -> Sequence[str]:
    async with stage(("telegram", "worker")) as on:
        on.platform.recording = recording(minutes)
        speaker = await _begun(on, minutes)
        worker = psutil.Process(on.named("worker")[0].pid)
        before, memory = _cpu(worker), worker.memory_info().rss / MIB
        watching = asyncio.create_task(_peak(worker))
        took = await speaker.answer()
        await asyncio.sleep(0.3)
        watching.cancel()
        cpu, peak = _cpu(worker) - before, await watching
    return f"{minutes:g} min", f"{took:.2f} s", f"{cpu / minutes:.2f} s", f"{peak - memory:.0f} MiB"


async def _begun(on: Stage, minutes: float) -> Speaker:
    speaker = Speaker(on.platform, minutes)
    on.platform.on_message = speaker.on_message
    on.platform.say(1, "/start data-science 25")
    await asyncio.wait_for(speaker.heard.wait(), 30)
    return speaker


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


async def _peak(process: psutil.Process) -> float:
    """The most memory that the process and its children held together, in MiB, until cancelled."""
    peak = 0.0
    with suppress(asyncio.CancelledError):
        while True:
            family = [process, *process.children(recursive=True)]
            with suppress(psutil.NoSuchProcess):
                peak = max(peak, sum(member.memory_info().rss for member in family) / MIB)
            await asyncio.sleep(0.02)
    return peak


async def neighbour(turns: int, minutes: float) -> Sequence[str]:
    """A typist alone, then beside somebody whose long notes are converted one after the other."""
    async with stage(("telegram", "worker")) as on:
        on.platform.recording = recording(minutes)
        speaker = await _begun(on, minutes)
        speaker.typist = typist = Typist(on.platform)
        on.platform.say(2, "/start data-science 25")
        await asyncio.wait_for(typist.replied.wait(), 30)
        await typist.type(turns)
        alone, typist.waits = typist.waits, []
        speaking = asyncio.create_task(_speak_on(speaker))
        await typist.type(turns)
        speaking.cancel()
    beside = typist.waits
    added = (statistics.median(beside) - statistics.median(alone)) * 1000
    worst = (max(beside) - max(alone)) * 1000
    return f"{minutes:g} min each", f"{statistics.median(alone) * 1000:.0f} ms", f"{added:+.0f} ms", f"{worst:+.0f} ms"


async def _speak_on(speaker: Speaker) -> None:
    while True:
        await speaker.answer()


async def notes(quick: bool) -> Table:
    rows = [await one_note(minutes) for minutes in ((1,) if quick else (0.5, 1, 5, 10))]
    head = ("voice note", "to the reply", "CPU per minute of audio", "memory above idle, ffmpeg included")
    return Table("A voice note, heard by a server that answers at once", head, rows)


async def neighbours(quick: bool) -> Table:
    rows = [await neighbour(4 if quick else 10, minutes) for minutes in ((10,) if quick else (1, 10))]
    head = ("notes beside", "a typed answer alone", "median beside", "slowest beside")
    return Table("What conversions add to somebody else's reply", head, rows)
