"""Turns: what Viva adds to the model's own time, how many turns a worker takes in a second, and what one costs.

A turn begins when the learner's message can be fetched from the platform, and ends when the request with the next
question has arrived there. The model's time is from the arrival of the interviewer's request to its answer's last byte.
"""

from __future__ import annotations

import asyncio
import random
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.loopback import Platform, mark
from benchmarks.stage import Meter, stage, use, written
from benchmarks.table import Table

_QUESTION = re.compile(r"Question (\d+)/")
ANSWER = (
    "First I would find out what it is for and who decides with it, then look at the data itself, how it came about "
    "and what is missing, and only then choose a model as simple as possible and compare it with a baseline, {mark}."
)
LENGTH = 25


@dataclass(frozen=True)
class Turn:
    """Seconds: the whole turn, and the model's share of it."""

    whole: float
    model: float

    @property
    def overhead(self) -> float:
        return self.whole - self.model


@dataclass
class Crowd:
    """Learners who think for `think` seconds, answer, and begin anew when they have their scorecard."""

    platform: Platform
    size: int
    think: float
    measuring: bool = False
    turns: list[Turn] = field(default_factory=list)
    _said: dict[int, tuple[int, float]] = field(default_factory=dict)
    _round: dict[int, int] = field(default_factory=dict)

    def start(self) -> None:
        """Everybody begins within the time of one answer, so that they do not answer in step."""
        self.platform.on_message = self._on_message
        cycle = self.think + max(self.platform.model_seconds, 1.0)
        for chat in range(1, self.size + 1):
            asyncio.get_running_loop().call_later(random.uniform(0, cycle), self._begin, chat)

    def stop(self) -> None:
        self.platform.on_message = None

    def _begin(self, chat: int) -> None:
        self.platform.say(chat, f"/start data-science {LENGTH}")

    async def _on_message(self, chat: int, text: str, arrived: float) -> None:
        found = _QUESTION.findall(text)
        if found:
            self._count(chat, arrived)
            await asyncio.sleep(self.think * random.uniform(0.8, 1.2))
            self._answer(chat)
        elif "Work on next" in text:
            await asyncio.sleep(self.think)
            self._begin(chat)

    def _answer(self, chat: int) -> None:
        number = self._round.get(chat, 0) + 1
        self._round[chat] = number
        self._said[chat] = number, self.platform.say(chat, ANSWER.format(mark=mark(chat, number)))

    def _count(self, chat: int, arrived: float) -> None:
        number, said = self._said.pop(chat, (0, 0.0))
        asked = [a for a in self.platform.asked.get((chat, number), ()) if a.schema == "nextmove"]
        if self.measuring and asked:
            self.turns.append(Turn(arrived - said, sum(a.done - a.arrived for a in asked)))


async def overhead(size: int, think: float, seconds: float, model: float = 2.0) -> Sequence[str]:
    async with stage(("telegram", "worker"), model) as on:
        crowd = Crowd(on.platform, size, think)
        crowd.start()
        await asyncio.sleep(max(think, 1.0) + model + 3)
        meter = Meter(on)
        meter.start()
        crowd.measuring = True
        await asyncio.sleep(seconds)
        crowd.measuring = False
        used, memory = meter.stop(), max(use(p.pid).memory for p in on.viva.processes)
        crowd.stop()
    added = sorted(turn.overhead * 1000 for turn in crowd.turns)
    ratio = statistics.median(turn.whole / turn.model for turn in crowd.turns)
    worker = used["worker"] / meter.seconds
    return (
        f"{size}", f"{think:g} s", f"{len(added)}", f"{len(added) / meter.seconds:.1f}",
        f"{statistics.median(added):.0f}", f"{_percentile(added, 99):.0f}", f"{ratio:.3f}",
        f"{worker:.0%}", f"{memory:.0f} MiB",
    )  # fmt: skip


def _percentile(values: Sequence[float], percent: int) -> float:
    return values[min(len(values) - 1, len(values) * percent // 100)]


async def overheads(quick: bool) -> Table:
    rows = [
        await overhead(1, 0.0, 6 if quick else 30),
        await overhead(50, 0.0, 6 if quick else 30),
        await overhead(500, 20.0, 10 if quick else 60),
    ]
    return Table(
        "A turn's own overhead, with a model that takes 2 s",
        ("interviews", "thinking", "turns", "turns/s", "p50 ms", "p99 ms", "time ÷ model's", "worker's CPU", "memory"),
        rows,
    )


async def throughput(workers: int, size: int, seconds: float) -> Sequence[str]:
    async with stage(("telegram", *["worker"] * workers)) as on:
        crowd = Crowd(on.platform, size, 0.0)
        crowd.start()
        await asyncio.sleep(6)
        before = await written(on.database)
        meter = Meter(on)
        meter.start()
        crowd.measuring = True
        await asyncio.sleep(seconds)
        crowd.measuring = False
        used, after = meter.stop(), await written(on.database)
        crowd.stop()
    count = len(crowd.turns)

    def per_turn(name: str) -> str:
        return f"{used[name] * 1000 / count:.1f}"

    return (
        f"{workers}", f"{count / meter.seconds:.1f}", per_turn("worker"), per_turn("telegram"), per_turn("postgres"),
        f"{used['worker'] / meter.seconds / workers:.0%}", f"{(after.commits - before.commits) / count:.1f}",
        f"{(after.log - before.log) / count / 1024:.1f} KiB", f"{(after.files - before.files) / count / 1024:.1f} KiB",
        f"{used['bench'] * 1000 / count:.1f}",
    )  # fmt: skip


async def throughputs(quick: bool) -> Table:
    seconds = 8 if quick else 30
    rows = [await throughput(1, 150, seconds), await throughput(2, 250, seconds)]
    return Table(
        "Turns with a model that answers at once, grades included (CPU in ms per turn)",
        (
            "workers",
            "turns/s",
            "worker",
            "poller",
            "PostgreSQL",
            "one worker's CPU",
            "commits per turn",
            "its log",
            "its files",
            "the loopback platform",
        ),
        rows,
    )
