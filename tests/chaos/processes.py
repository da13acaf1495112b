"""Misfortune for the processes: killed, stopped, frozen."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress

from tests.chaos.calls import GRADING
from tests.chaos.log import Log
from tests.chaos.world import World
from tests.end_to_end.viva import Process, Viva

FROZEN = (0.5, 6.0)
STOPS_WITHIN = 10.0
AIM_SECONDS = 2.0


class Processes:
    """`wrong`: who did not end as it should when it was told to."""

    def __init__(
        self, chance: random.Random, viva: Viva, world: World, log: Log, background: asyncio.TaskGroup
    ) -> None:
        self._chance = chance
        self._log = log
        self._viva = viva
        self._world = world
        self._background = background
        self._frozen: set[Process] = set()
        self._stopping: set[Process] = set()
        self.wrong: list[str] = []

    async def kill(self) -> None:
        """kill -9, at any instant."""
        await self._kill(self._chance.choice(self._running()))

    async def kill_while_grading(self) -> None:
        await self._kill_worker_at_the_next(self._gradings)

    async def kill_while_sending(self) -> None:
        """Between the platform's acceptance and our record of it, if it meets the one that sends."""
        await self._kill_worker_at_the_next(self._sends)

    async def stop(self) -> None:
        """SIGTERM, as at every deployment. One that is not ready yet has no good order to end in."""
        ready = [process for process in self._running() if process.ready and process not in self._frozen]
        if ready:
            process = self._chance.choice(ready)
            self._stopping.add(process)
            self._log.note(f"SIGTERM {process.name}")
            self._background.create_task(self._stop(process))

    async def freeze(self) -> None:
        """SIGSTOP: alive for the system, gone for everybody else, and back when its work is somebody else's."""
        process = self._chance.choice(self._running())
        process.freeze()
        self._frozen.add(process)
        self._log.note(f"SIGSTOP {process.name}")
        self._background.create_task(self._thaw(process, self._chance.uniform(*FROZEN)))

    def _gradings(self) -> int:
        return sum(chat.schema_name == GRADING for chat in self._world.openai.chats)

    def _sends(self) -> int:
        return len(self._world.telegram.calls_of("sendMessage")) + len(self._world.slack.called("chat.postMessage"))

    def _running(self) -> list[Process]:
        return [process for process in self._viva.processes if process.running and process not in self._stopping]

    async def _kill(self, process: Process) -> None:
        self._log.note(f"kill -9 {process.name}")
        await process.kill()
        await self._viva.start(process.name)

    async def _kill_worker_at_the_next(self, count: Callable[[], int]) -> None:
        """At once when there is one more of what is counted; not at all when none comes for a while."""
        before = count()
        with suppress(TimeoutError):
            async with asyncio.timeout(AIM_SECONDS):
                while count() <= before:  # noqa: ASYNC110 - both platforms have signals of their own
                    await asyncio.sleep(0.002)
            workers = [process for process in self._running() if process.name == "worker"]
            if workers:
                await self._kill(self._chance.choice(workers))

    async def _stop(self, process: Process) -> None:
        try:
            async with asyncio.timeout(STOPS_WITHIN):
                code = await process.stop()
            self._log.note(f"({process.name} has stopped)")
            if code:
                self.wrong.append(f"{process.name} ended with {code} after SIGTERM")
        except TimeoutError:
            self.wrong.append(f"{process.name} did not end within {STOPS_WITHIN:g} s of SIGTERM:\n{process.log}")
        await self._viva.start(process.name)

    async def _thaw(self, process: Process, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        finally:
            self._frozen.discard(process)
            if process.running:
                self._log.note(f"({process.name} thaws)")
                process.thaw()
