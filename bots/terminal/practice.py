"""A practice session in the terminal: one line at a time, each answered before the next is read."""

from __future__ import annotations

import asyncio
import secrets
import sys
import threading
from dataclasses import dataclass
from typing import Protocol, TextIO

from bots.terminal.channel import TerminalChannel
from engine.ports import Lanes, Leases, Library
from engine.work import kinds

LOOK_SECONDS = 0.02
OTHER_TERMINAL = "Viva is already practising with you in another terminal. Close that one first."


class IdleLanes(Lanes, Protocol):
    async def idle(self, lanes: list[str]) -> bool: ...


@dataclass(frozen=True)
class Practice:
    channel: TerminalChannel
    lanes: IdleLanes
    library: Library
    leases: Leases

    async def run(self, stdin: TextIO = sys.stdin) -> int:
        """Until the input ends, which grades what is open. The exit code: 0, or 1 when another terminal practises
        already."""
        name, me = f"practice:{self.channel.name}", secrets.token_hex(8)
        if not await self._alone(name, me):
            print(OTHER_TERMINAL, file=sys.stderr)
            return 1
        keeping = asyncio.create_task(self._keep(name, me))
        try:
            await self._talk(stdin)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await self.leases.release(name, me)
        return 0

    async def _alone(self, name: str, me: str) -> bool:
        """A session that was killed a moment ago still holds its lease for some seconds."""
        for _ in range(int(self.leases.lease_seconds) + 2):
            if await self.leases.hold(name, me):
                return True
            await asyncio.sleep(1.0)
        return False

    async def _keep(self, name: str, me: str) -> None:
        while await self.leases.hold(name, me):  # noqa: ASYNC110 - what it waits for is in the database
            await asyncio.sleep(self.leases.lease_seconds / 3)

    async def _talk(self, stdin: TextIO) -> None:
        lines = _read(stdin)
        await self._say("/start")
        while True:
            if stdin.isatty():
                print("\n> ", end="", flush=True)
            line = await lines.get()
            if line is None:
                break
            if line.strip():
                self._echo(stdin, line)
                await self._say(line)
        if await self._is_open():
            await self._say("/grade")

    def _echo(self, stdin: TextIO, line: str) -> None:
        """What was typed stands on the screen already; what came through a pipe is shown, so that the output reads as
        a talk."""
        if not stdin.isatty():
            print(f"\n> {line}", flush=True)

    async def _say(self, line: str) -> None:
        """Puts the line into the learner's lane and waits until everything that follows from it has been printed."""
        key = f"{self.channel.name}:{secrets.token_hex(8)}"
        learner = self.channel.learner.key
        await self.lanes.put([kinds.event(self.channel.name, learner, key, self.channel.body(line))])
        while not await self._settled(learner):  # noqa: ASYNC110 - what it waits for is in the database
            await asyncio.sleep(LOOK_SECONDS)

    async def _settled(self, learner: str) -> bool:
        chat = self.channel.chat_of({})
        interview = await self.library.latest_interview(chat)
        if interview and interview.status == "ended" and not interview.scored:
            return False
        return await self.lanes.idle([f"turn:{learner}", f"send:{chat}"])

    async def _is_open(self) -> bool:
        interview = await self.library.latest_interview(self.channel.chat_of({}))
        return interview is not None and interview.status == "open"


def _read(stdin: TextIO) -> asyncio.Queue[str | None]:
    """Lines as they come, then None. Read in a thread that may wait for ever without keeping the program from
    ending."""
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line.rstrip("\n"))
        loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, daemon=True).start()
    return lines
