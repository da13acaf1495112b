"""Viva as an operator runs it: the Procfile's processes, started from the environment alone."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 12.0


def procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {name: command.strip() for name, _, command in (line.partition(":") for line in lines if line.strip())}


class Process:
    """One line of the Procfile, running. What it logs is kept for the test's failure message."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self._process = process
        self._log = bytearray()
        self._logged = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stderr
        while chunk := await self._process.stderr.read(1 << 14):
            self._log += chunk
            self._logged.set()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.decode("utf-8", "replace")

    async def until_logged(self, words: str, within: float = 20.0) -> None:
        """Until it has logged these words."""
        async with asyncio.timeout(within):
            while words not in self.log:
                self._logged.clear()
                await self._logged.wait()

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    @property
    def ready(self) -> bool:
        """Whether it catches SIGTERM, so that it ends in good order when told to. Only Linux tells."""
        status = Path(f"/proc/{self.pid}/status")
        caught = re.search(r"^SigCgt:\s*(\w+)", status.read_text(), re.MULTILINE) if status.exists() else None
        return caught is not None and bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)

    def freeze(self) -> None:
        """SIGSTOP: it lives and keeps its connections, but does nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    async def kill(self) -> None:
        """kill -9: no last word."""
        if self.running:
            self._process.kill()
        await self._process.wait()
        await self._reading

    async def stop(self) -> int:
        """SIGTERM, as every host sends it; the exit code. Fails when it takes longer than a host waits."""
        if self.running:
            self._process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        await self._reading
        return code


class Viva:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self.processes: list[Process] = []

    async def start(self, *names: str, **more: str) -> list[Process]:
        """Starts these lines of the Procfile, or `run`; `more` is added to their environment."""
        return [await self._start(name, more) for name in names]

    async def _start(self, name: str, more: Mapping[str, str]) -> Process:
        program, *arguments = (procfile() | {"run": "viva run"})[name].split()
        assert program == "viva"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bots", *arguments),
            cwd=ROOT,
            env={**self._environment, **more},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        self.processes.append(Process(name, process))
        return self.processes[-1]

    @property
    def log(self) -> str:
        return "\n".join(f"--- {process.name}\n{process.log}" for process in self.processes)


@asynccontextmanager
async def viva(database_url: str, *environments: Mapping[str, str], start: Sequence[str]) -> AsyncIterator[Viva]:
    """Processes over one database; they are stopped in the end, and must stop in good order."""
    environment = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG", "PYTHONPATH") if name in os.environ}
    environment |= {"DATABASE_URL": database_url, "HOME": "/nonexistent", "PYTHONWARNINGS": "ignore"}
    for more in environments:
        environment |= more
    running = Viva(environment)
    try:
        await running.start(*start)
        yield running
        codes = [await process.stop() for process in running.processes if process.running]
        assert codes == [0] * len(codes), running.log
    except BaseException:
        print(running.log)
        raise
    finally:
        for process in running.processes:
            await process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def listening(port: int) -> None:
    """Until the web process answers on its health page."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(20):
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/health") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)


def telegram_environment(url: str, token: str) -> dict[str, str]:
    return {"TELEGRAM_BOT_TOKEN": token, "TELEGRAM_API_URL": url}


def openai_environment(base_url: str, api_key: str) -> dict[str, str]:
    return {"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": api_key}
