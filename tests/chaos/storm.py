"""The storm: seeded misfortune, one after the other, while some of it still goes on."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable

from tests.chaos.faults import Faults, Redelivery
from tests.chaos.log import Log
from tests.chaos.outages import Databases
from tests.chaos.processes import Processes
from tests.chaos.world import World
from tests.end_to_end.viva import Viva

PAUSE = (0.1, 0.9)

Misfortune = Callable[[], Awaitable[None]]


class Storm:
    """`log` has what was done to whom; `met` which of the planned faults came about; `wrong` what Viva's processes did
    wrong when they were told to stop."""

    def __init__(self, seed: int, viva: Viva, world: World) -> None:
        self.log = Log()
        self.met: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._chance = random.Random(seed)
        self._viva = viva
        self._world = world

    async def rage(self, seconds: float) -> None:
        """Deals from a shuffled deck, so that each misfortune comes before any comes again. When this returns all
        trouble is over."""
        faults = Faults(self._chance, self._world, self.log)
        async with asyncio.TaskGroup() as background:
            processes = Processes(self._chance, self._viva, self._world, self.log, background)
            databases = Databases(self._chance, self._world, self.log, background)
            redelivery = Redelivery(self._chance, self._world, self.log)
            await self._deal(_misfortunes(processes, databases, faults, redelivery), seconds)
        faults.end()
        self.met, self.wrong = faults.met, processes.wrong

    async def _deal(self, misfortunes: list[Misfortune], seconds: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        deck: list[Misfortune] = []
        while loop.time() < end:
            await asyncio.sleep(self._chance.uniform(*PAUSE))
            deck = deck or self._chance.sample(misfortunes, len(misfortunes))
            await deck.pop()()


def _misfortunes(
    processes: Processes, databases: Databases, faults: Faults, redelivery: Redelivery
) -> list[Misfortune]:
    return [
        processes.kill, processes.kill, processes.kill_while_grading, processes.kill_while_sending, processes.stop,
        processes.freeze, databases.restart, databases.cut, faults.telegram, faults.telegram_files, faults.slack,
        faults.slack_files, faults.sockets, faults.model, faults.model, faults.ears, redelivery.redeliver,
        redelivery.redeliver,
    ]  # fmt: skip
