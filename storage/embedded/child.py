"""A program of PostgreSQL's as a child of this process."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from storage.embedded import launch
from storage.embedded.account import Account

METHOD = "kernel" if sys.platform == "linux" else "watch"


class Child:
    """It gets SIGINT when this process dies, however that happens.

    On Linux the signal is tied to the thread that started the child: an event loop's own thread, never an executor's.
    """

    def __init__(self, process: asyncio.subprocess.Process, lifeline: int) -> None:
        self._process = process
        self._lifeline = lifeline

    @classmethod
    async def start(cls, account: Account | None, output: Path, *command: str) -> Child:
        """Output and errors replace what the file `output` held. Descendants get no environment but the C locale."""
        pipe_end, lifeline = os.pipe()
        try:
            with output.open("wb") as log:
                process = await asyncio.create_subprocess_exec(
                    *_launcher(account),
                    *command,
                    stdin=pipe_end,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={"PATH": os.defpath, "LC_ALL": "C"},
                    start_new_session=True,  # Ctrl-C in our terminal is for us alone
                )
        except BaseException:
            os.close(lifeline)
            raise
        finally:
            os.close(pipe_end)
        return cls(process, lifeline)

    @property
    def ended(self) -> bool:
        return self._process.returncode is not None

    async def wait(self) -> int:
        code = await self._process.wait()
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1
        return code

    async def stop(self, grace: float) -> None:
        """A fast shutdown; after `grace` seconds an immediate one, from which the next start recovers."""
        if not self.ended:
            self._process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(self.wait(), grace)
        except TimeoutError:
            if not self.ended:
                self._process.send_signal(signal.SIGQUIT)
            await self.wait()


def _launcher(account: Account | None) -> list[str]:
    uid, gid = (account.uid, account.gid) if account else (-1, -1)
    return [sys.executable, "-I", "-S", launch.__file__, METHOD, str(os.getpid()), str(uid), str(gid)]
