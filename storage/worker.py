"""The worker: claims lanes, has their work done, keeps its leases, gives back the work of the dead, and outlives the
database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.failures import Unavailable
from engine.ports import Job
from storage.database import connect
from storage.lanes import CHANNEL, LEASE_SECONDS, LIVENESS, PostgresLanes
from storage.transactions import AWAY

log = logging.getLogger(__name__)

CONCURRENT = 200
POLL_SECONDS = 1.0
SHORTEST_REST_SECONDS = 0.02
GRACE_SECONDS = 8.0
AWAY_SECONDS = 0.3

Handler = Callable[[Job], Awaitable[None]]


class Worker:
    """Runs `handler` for every piece of work of these channels, up to `concurrent` lanes at once.

    `handler` takes care of its failures.
    """

    def __init__(
        self, engine: AsyncEngine, url: str, channels: Sequence[str], handler: Handler, concurrent: int = CONCURRENT
    ) -> None:
        self._lanes = PostgresLanes(engine)
        self._url = url
        self._channels = list(channels)
        self._handler = handler
        self._concurrent = concurrent
        self._wake = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], Job] = {}

    async def run(self) -> None:
        """Works until cancelled; a database that goes away is waited for. Then the work in hand has 8 s before it is
        handed back."""
        try:
            while True:
                try:
                    await self._session()
                except (Unavailable, asyncpg.PostgresError, *AWAY) as error:
                    log.warning("the database is away (%s), trying again", type(error).__name__)
                await asyncio.sleep(AWAY_SECONDS)
        finally:
            await self._finish()

    async def _session(self) -> None:
        """One connection's worth of work: it listens for new work, and its advisory lock shows that this worker
        lives."""
        connection = await connect(self._url)
        housekeeping: asyncio.Task[None] | None = None
        try:
            owner = await connection.fetchval("select nextval('worker_id')")
            await connection.execute("select pg_advisory_lock($1, $2)", LIVENESS, owner)
            await connection.add_listener(CHANNEL, self._on_notify)
            connection.add_termination_listener(self._on_lost)
            await self._go_on(owner)
            housekeeping = asyncio.create_task(self._housekeep(owner))
            housekeeping.add_done_callback(lambda _: self._wake.set())
            while True:
                if connection.is_closed() or housekeeping.done():
                    raise asyncpg.InterfaceError("the worker's connection is lost")
                await self._claim(owner)
        except asyncio.CancelledError:
            # While the connection lives, nobody takes the work in hand for that of a dead worker.
            await self._finish()
            raise
        finally:
            if housekeeping:
                housekeeping.cancel()
                await asyncio.gather(housekeeping, return_exceptions=True)
            connection.terminate()

    async def _go_on(self, owner: int) -> None:
        """Takes what is in hand over from a connection that was lost. Work that was given to somebody else meanwhile
        ends: it can change nothing any more, and would ask models and send messages in vain."""
        ours = await self._lanes.adopt(owner, self._tasks.values()) if self._tasks else set()
        for task, job in self._tasks.items():
            if (job.work.lane, job.fence) not in ours:
                task.cancel()

    async def _claim(self, owner: int) -> None:
        self._wake.clear()
        free = self._concurrent - len(self._tasks)
        jobs = await self._lanes.claim(owner, self._channels, free) if free else []
        for job in jobs:
            task = asyncio.create_task(self._do(job))
            self._tasks[task] = job
            task.add_done_callback(self._done)
        if not jobs:
            await self._rest(await self._lanes.next_ready(self._channels) if free else None)

    async def _rest(self, ready: float | None) -> None:
        """Until there is news, or until work that waits becomes ready. News can be missed, so never for long."""
        seconds = POLL_SECONDS if ready is None else min(POLL_SECONDS, max(SHORTEST_REST_SECONDS, ready))
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    async def _do(self, job: Job) -> None:
        await self._handler(job)

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        self._wake.set()

    def _on_notify(self, *_: object) -> None:
        self._wake.set()

    def _on_lost(self, *_: object) -> None:
        self._wake.set()

    async def _housekeep(self, owner: int) -> None:
        """Renews the leases, and frees the lanes of the dead."""
        renewed = 0.0
        loop = asyncio.get_running_loop()
        while True:
            if await self._lanes.recover():
                self._wake.set()
            if loop.time() - renewed > LEASE_SECONDS / 3:
                await self._lanes.renew(owner)
                renewed = loop.time()
            await asyncio.sleep(POLL_SECONDS)

    async def _finish(self) -> None:
        """Lets the work in hand come to its end for a while, then has it handed back."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
