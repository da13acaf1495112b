"""What an operator sees of running processes with psql, and waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from storage.lanes import LIVENESS

LOOK_EVERY = 0.02

Rows = list[tuple[object, ...]]


def named(database_url: str, name: str) -> str:
    """The same database for a process whose connections go by this name."""
    return f"{database_url}&application_name={name}"


async def rows(database_url: str, statement: str, *arguments: object) -> Rows:
    connection = await asyncpg.connect(database_url)
    try:
        return [tuple(row) for row in await connection.fetch(statement, *arguments)]
    finally:
        await connection.close()


async def until(database_url: str, condition: str, *arguments: object, within: float = 20.0) -> None:
    """Until the database says that the condition is true."""
    connection = await asyncpg.connect(database_url)
    try:
        async with asyncio.timeout(within):
            while not await connection.fetchval(f"select {condition}", *arguments):  # noqa: ASYNC110 - what it waits for is in the database
                await asyncio.sleep(LOOK_EVERY)
    finally:
        await connection.close()


async def workers_ready(database_url: str, count: int) -> None:
    """Until so many workers live: each shows it by a lock."""
    locks = "from pg_locks where locktype = 'advisory' and classid = $1 and objsubid = 2 and granted"
    ours = "database = (select oid from pg_database where datname = current_database())"
    await until(database_url, f"count(*) = $2 {locks} and {ours}", LIVENESS, count)


async def until_quiet(database_url: str, within: float = 30.0) -> None:
    """Until no lane has work left."""
    await until(database_url, "not exists (select 1 from lane where last_seq > done_seq)", within=within)


async def expire_leases(database_url: str) -> None:
    """As if whoever has work in hand had not been heard of for half a minute."""
    await rows(database_url, "update lane set lease_until = now() - interval '1 s' where owner is not null")


@asynccontextmanager
async def nothing_can_be_stored(database_url: str) -> AsyncIterator[None]:
    """Whoever wants to store what came in has to wait for so long."""
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            await connection.execute("lock table work in exclusive mode")
            yield
    finally:
        await connection.close()


async def kept(database_url: str) -> list[Rows]:
    """All that was recorded of interviews, and all work with its results."""
    return [await rows(database_url, statement) for statement in _KEPT]


_KEPT = (
    "select id, status, ended_at, scored_at from interview order by id",
    "select interview, number, asked, parts, closed, revision, asked_at from exchange order by interview, number",
    "select interview, number, revision, judgement from grade order by interview, number, revision",
    "select key, kind, payload, result, aside, done_at from work order by key",
)
