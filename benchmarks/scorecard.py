"""The scorecard: how long a learner waits for it after the last of 25 answers, or after /grade."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence

from benchmarks.loopback import Platform, mark
from benchmarks.stage import stage
from benchmarks.table import Table
from benchmarks.turns import ANSWER, LENGTH

MODEL = 2.0
_QUESTION = re.compile(r"Question (\d+)/")


class Learner:
    """Answers at once; after `answers` of them asks for the grade, unless that was the last question."""

    def __init__(self, platform: Platform, answers: int) -> None:
        self._platform = platform
        self._answers = answers
        self.finished = 0.0
        self.begins = 0.0
        self.ends = asyncio.Event()

    async def on_message(self, chat: int, text: str, arrived: float) -> None:
        if "Scorecard:" in text:
            self.begins = arrived
        if "Work on next" in text:
            self.ends.set()
        if found := _QUESTION.findall(text):
            self._answer(chat, int(found[-1]))

    def _answer(self, chat: int, number: int) -> None:
        if number > self._answers:
            self.finished = self._platform.say(chat, "/grade")
        else:
            self.finished = self._platform.say(chat, ANSWER.format(mark=mark(chat, number)))


async def _wait(answers: int, what: str) -> Sequence[str]:
    async with stage(("telegram", "worker"), MODEL) as on:
        learner = Learner(on.platform, answers)
        on.platform.on_message = learner.on_message
        on.platform.say(1, f"/start data-science {LENGTH}")
        await asyncio.wait_for(learner.ends.wait(), 300)
        whole = time.perf_counter() - learner.finished
    return what, f"{learner.begins - learner.finished:.1f} s", f"{whole:.1f} s"


async def scorecards(quick: bool) -> Table:
    rows = [await _wait(LENGTH, f"the last of {LENGTH} answers")]
    if not quick:
        rows.append(await _wait(LENGTH - 1, f"/grade after {LENGTH - 1} answers"))
    title = f"From the last word to the scorecard, with a model that takes {MODEL:g} s within a fifth"
    return Table(title, ("after", "its first message", "its last (a chat takes one a second)"), rows)
