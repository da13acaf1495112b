"""Misfortune for the database: its server restarted, all connections gone."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

import asyncpg

from tests.chaos.database import Mode
from tests.chaos.log import Log
from tests.chaos.world import World

AWAY = (0.5, 3.0)
NOT_THERE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Databases:
    """The server is restarted, or every connection to the database is cut."""

    def __init__(self, chance: random.Random, world: World, log: Log, background: asyncio.TaskGroup) -> None:
        self._chance = chance
        self._log = log
        self._server = world.server
        self._url = world.database_url
        self._background = background
        self._restarting = False

    async def restart(self) -> None:
        if not self._restarting:
            self._restarting = True
            modes: tuple[Mode, ...] = ("fast", "immediate")
            mode = self._chance.choice(modes)
            self._log.note(f"PostgreSQL {mode} restart")
            self._background.create_task(self._restart(mode, self._chance.uniform(*AWAY)))

    async def _restart(self, mode: Mode, seconds: float) -> None:
        await self._server.stop(mode)
        await asyncio.sleep(seconds)
        await self._server.start()
        self._log.note("(PostgreSQL is back)")
        self._restarting = False

    async def cut(self) -> None:
        with suppress(*NOT_THERE):
            connection = await asyncpg.connect(self._url)
            try:
                await connection.execute(_CUT)
                self._log.note("PostgreSQL connections cut")
            finally:
                await connection.close()


_CUT = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()"""
