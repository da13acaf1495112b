"""The storm: seeded misfortune, one at a time, for processes, platforms, models and the database."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg

from tests.chaos.learners import SimulatedLearner
from tests.end_to_end.viva import Process, Viva
from tests.loopback.openai import FakeOpenAI
from tests.loopback.telegram import FakeTelegram

PAUSE = (0.2, 1.2)
FROZEN = (0.5, 6.0)


class Storm:
    """`done` counts what was done to whom."""

    def __init__(
        self,
        seed: int,
        viva: Viva,
        telegram: FakeTelegram,
        openai: FakeOpenAI,
        learners: Sequence[SimulatedLearner],
        database_url: str,
    ) -> None:
        self._random = random.Random(seed)
        self._viva = viva
        self._telegram = telegram
        self._openai = openai
        self._learners = learners
        self._database_url = database_url
        self._frozen: set[asyncio.Task[None]] = set()
        self.done: Counter[str] = Counter()

    async def rage(self, seconds: float) -> None:
        """For so many seconds; then whoever was frozen goes on, and all trouble ends."""
        misfortunes: list[Callable[[], Awaitable[None]]] = [
            self._kill, self._kill, self._freeze, self._trouble_telegram, self._trouble_telegram,
            self._trouble_model, self._trouble_model, self._redeliver, self._cut_database,
        ]  # fmt: skip
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            await asyncio.sleep(self._random.uniform(*PAUSE))
            misfortune = self._random.choice(misfortunes)
            await misfortune()
            self.done[misfortune.__name__.strip("_").replace("_", " ")] += 1
        await asyncio.gather(*self._frozen)
        self._openai.heal()
        self._telegram.heal()

    def _process(self) -> Process:
        return self._random.choice([process for process in self._viva.processes if process.running])

    async def _kill(self) -> None:
        process = self._process()
        await process.kill()
        await self._viva.start(process.name)

    async def _freeze(self) -> None:
        """SIGSTOP: alive for the system, gone for everybody else, and back when its work is somebody else's."""
        process = self._process()
        os.kill(process.pid, signal.SIGSTOP)
        task = asyncio.create_task(self._thaw(process, self._random.uniform(*FROZEN)))
        self._frozen.add(task)
        task.add_done_callback(self._frozen.discard)

    async def _thaw(self, process: Process, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        finally:
            if process.running:
                os.kill(process.pid, signal.SIGCONT)

    async def _trouble_telegram(self) -> None:
        method = self._random.choice(["sendMessage", "sendMessage", "getUpdates", "*"])
        trouble: dict[str, Any] = self._random.choice(
            [{"retry_after": 1}, {"status": 500}, {"status": 502, "body": "<html>"}, {"drop": "before"},
             {"drop": "after"}, {"hang": 2}]
        )  # fmt: skip
        self._telegram.fail(method, times=self._random.randint(1, 3), **trouble)

    async def _trouble_model(self) -> None:
        trouble: dict[str, Any] = self._random.choice(
            [{"status": 500}, {"status": 429, "retry_after": 1}, {"cut_stream_after": 2}, {"no_done": True},
             {"html": True}, {"malformed_json": True}, {"refusal": True}, {"finish_reason": "length"},
             {"empty_choices": True}, {"hang": 2}]
        )  # fmt: skip
        self._openai.fail("/chat/completions", times=self._random.randint(1, 3), **trouble)

    async def _redeliver(self) -> None:
        sent = [message for learner in self._learners for message in learner.sent]
        if sent:
            await self._telegram.redeliver(self._random.choice(sent).update)

    async def _cut_database(self) -> None:
        """What a restart of the database looks like from outside: every connection is gone at once."""
        connection = await asyncpg.connect(self._database_url)
        try:
            await connection.execute("""
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid()""")
        finally:
            await connection.close()
