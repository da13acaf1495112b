"""Each process at rest: how soon it is ready, and what it uses while nobody says anything."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import asyncpg
import psutil

from benchmarks.loopback import Platform
from benchmarks.stage import newest_child, use, use_below
from benchmarks.table import Table
from storage.migrate import upgrade
from tests.end_to_end.viva import ROOT, free_port, listening, viva
from tests.loopback.slack import App, FakeSlack
from tests.postgres import database_from, running_server

Ready = Callable[[], Awaitable[object]]

LOOK_SECONDS = 0.01


async def at_rest(quick: bool) -> Table:
    seconds = 3.0 if quick else 15.0
    with running_server() as url:
        server = newest_child()
        async with (
            database_from(url) as database,
            Platform() as platform,
            FakeSlack(App.from_manifest(ROOT / "bots" / "slack_manifest.yaml")) as slack,
        ):
            await upgrade(database)
            rows = [
                await _measure("telegram", database, platform.environment, lambda: _polls(platform), seconds),
                await _measure("worker", database, platform.environment, lambda: _lives(database), seconds),
                await _web(database, slack, seconds),
                await _measure("slack", database, slack.env(), lambda: _connects(slack), seconds),
            ]
            rows.append(await _postgres(server, seconds))
    head = ("process", "start to ready", "CPU at rest", "memory")
    return Table("Processes at rest", head, rows)


async def _measure(
    name: str, database: str, environment: dict[str, str], ready: Ready, seconds: float
) -> Sequence[str]:
    async with viva(database, environment, start=()) as running:
        begun = time.perf_counter()
        [process] = await running.start(name)
        await ready()
        took = time.perf_counter() - begun
        await asyncio.sleep(1)
        before = use(process.pid)
        await asyncio.sleep(seconds)
        after = use(process.pid)
    return name, f"{took:.2f} s", f"{(after.cpu - before.cpu) / seconds:.2%}", f"{after.memory:.0f} MiB"


async def _web(database: str, slack: FakeSlack, seconds: float) -> Sequence[str]:
    """Taking Slack's events over HTTP."""
    port = free_port()
    environment = slack.env(http=True) | {"PORT": str(port)}
    return await _measure("web", database, environment, lambda: listening(port), seconds)


async def _postgres(server: psutil.Process, seconds: float) -> Sequence[str]:
    before = use_below(server)
    await asyncio.sleep(seconds)
    after = use_below(server)
    return "embedded PostgreSQL", "", f"{(after.cpu - before.cpu) / seconds:.2%}", f"{after.memory:.0f} MiB"


async def _polls(platform: Platform) -> None:
    while not platform.calls.get("getUpdates"):
        await asyncio.sleep(LOOK_SECONDS)
    platform.calls.clear()


async def _connects(slack: FakeSlack) -> None:
    await slack.connected(1)


async def _lives(database: str) -> None:
    """A worker shows that it lives by an advisory lock."""
    connection = await asyncpg.connect(database)
    try:
        while not await connection.fetchval("select count(*) from pg_locks where locktype = 'advisory'"):
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        await connection.close()
