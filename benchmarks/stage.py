"""The stage: a database, the lean platform, and Viva's processes as the Procfile names them; and what they use."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import psutil

from benchmarks.loopback import Platform
from storage.migrate import upgrade
from tests.end_to_end.viva import Process, Viva, viva
from tests.postgres import database_from, running_server

MIB = 1 << 20


@dataclass
class Stage:
    platform: Platform
    viva: Viva
    server: psutil.Process
    """The parent of the embedded PostgreSQL's processes."""
    database: str

    def named(self, name: str) -> list[Process]:
        return [process for process in self.viva.processes if process.name == name and process.running]


@asynccontextmanager
async def stage(processes: Sequence[str], model_seconds: float = 0.0) -> AsyncIterator[Stage]:
    with running_server() as url:
        server = newest_child()
        async with database_from(url) as database, Platform(model_seconds) as platform:
            await upgrade(database)
            async with viva(database, platform.environment, start=processes) as running:
                yield Stage(platform, running, server, database)


def newest_child() -> psutil.Process:
    return max(psutil.Process().children(), key=lambda child: child.create_time())


@dataclass(frozen=True)
class Use:
    """CPU seconds used so far, and resident memory in MiB."""

    cpu: float
    memory: float


def use(pid: int) -> Use:
    """Of a process without its children."""
    process = psutil.Process(pid)
    times = process.cpu_times()
    return Use(times.user + times.system, process.memory_info().rss / MIB)


def use_below(parent: psutil.Process) -> Use:
    """Of a process with all that come from it; memory that they share is counted once, as far as the system tells."""
    cpu = memory = 0.0
    for process in _family(parent):
        try:
            times = process.cpu_times()
            cpu += times.user + times.system + times.children_user + times.children_system
            memory += getattr(process.memory_full_info(), "pss", 0) / MIB
        except psutil.NoSuchProcess:
            continue
    return Use(cpu, memory)


def _family(parent: psutil.Process) -> Iterator[psutil.Process]:
    yield parent
    yield from parent.children(recursive=True)


@dataclass
class Meter:
    """What was used between `start` and `stop`, in CPU seconds by name, and for how long."""

    stage: Stage
    seconds: float = 0.0

    def start(self) -> None:
        self._begun, self._before = time.perf_counter(), self._now()

    def stop(self) -> dict[str, float]:
        self.seconds = time.perf_counter() - self._begun
        after = self._now()
        return {name: after[name] - self._before[name] for name in after}

    def _now(self) -> dict[str, float]:
        mine: dict[str, float] = {"postgres": use_below(self.stage.server).cpu, "bench": use(psutil.Process().pid).cpu}
        for process in self.stage.viva.processes:
            mine[process.name] = mine.get(process.name, 0.0) + use(process.pid).cpu
        return mine


@dataclass(frozen=True)
class Written:
    """What a database has done so far: commits, bytes of its log (WAL), bytes of its files."""

    commits: int
    log: int
    files: int


async def written(url: str) -> Written:
    connection = await asyncpg.connect(url)
    try:
        row = await connection.fetchrow("""
            select xact_commit, (pg_current_wal_lsn() - '0/0')::bigint, pg_database_size(current_database())
            from pg_stat_database where datname = current_database()""")
        assert row
        return Written(*row)
    finally:
        await connection.close()
