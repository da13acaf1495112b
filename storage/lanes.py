"""Lanes: work that is done in order, one at a time per lane, once; over any number of processes and machines.

A lane is a row with an owner, a lease and a fence. A worker claims lanes that are ready, does the oldest work of each
with no transaction open, and records its effects together with its being done, under the fence. A worker whose lane was
given away finds the fence changed and can change nothing. See DECISIONS.md for why this is not a queue library.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.failures import Fenced
from engine.ports import Effects, Job, NewWork, Work
from storage.database import each_alone
from storage.effects import record
from storage.rows import AnyRow
from storage.transactions import begin

LEASE_SECONDS = 30
LIVENESS = 7  # the class of the advisory locks by which workers show that they live
CHANNEL = "viva_work"

_RANK = {"turn": 0, "grade": 1, "score": 2, "send": 3}

_COLUMNS = ("lanes", "conversations", "keys", "kinds", "payloads", "times")
# In the order of `place`: PostgreSQL calls a function that changes something only after sorting.
_PUT = text("""
    select enqueue(lane, conversation, key, kind, payload, at)
    from unnest(cast(:lanes as text[]), cast(:conversations as text[]), cast(:keys as text[]), cast(:kinds as text[]),
        cast(:payloads as bytea[]), cast(:times as timestamptz[]))
        with ordinality as new (lane, conversation, key, kind, payload, at, place)
    order by place""")

# Lock first and read the work in the next statement: read together, the work would come from before the lock,
# and a message that was done a moment ago would be done again.
_CLAIM = text(f"""
    with free as (
        select key, in_doubt from lane
        where channel = any(:channels) and ready_at <= now() and (hold_until is null or hold_until <= now())
        order by ready_at limit :limit for update skip locked)
    update lane set owner = :owner, fence = fence + 1, ready_at = null, in_doubt = true,
        lease_until = now() + interval '{LEASE_SECONDS} s'
    from free where lane.key = free.key
    returning lane.key, lane.fence, lane.done_seq, lane.attempts, free.in_doubt""")

_HEADS = text("""
    select distinct on (work.lane) work.*
    from unnest(cast(:lanes as text[]), cast(:dones as bigint[])) as mine (lane, done)
    join work on work.lane = mine.lane and work.seq > mine.done
    order by work.lane, work.seq""")

_OURS = "key = :lane and fence = :fence and owner is not null"

_DONE = text(f"""
    update lane set done_seq = :seq, attempts = 0, in_doubt = false, owner = null, lease_until = null,
        ready_at = case when last_seq > :seq then now() end,
        hold_until = now() + make_interval(secs => nullif(cast(:hold as float8), 0))
    where {_OURS}""")

_WORK_DONE = text("""
    update work set done_at = now(), aside = :aside, result = coalesce(cast(:result as jsonb), result)
    where lane = :lane and seq = :seq""")

_LATER = text(f"""
    update lane set owner = null, lease_until = null, attempts = attempts + :failed, in_doubt = :in_doubt,
        ready_at = now() + make_interval(secs => :seconds),
        hold_until = case when :hold then now() + make_interval(secs => :seconds) end
    where {_OURS}""")

_RELEASE = text(f"""
    update lane set owner = null, lease_until = null, in_doubt = false,
        ready_at = case when last_seq > done_seq then now() end
    where {_OURS}""")

_PROGRESS = text(f"""
    update work set result = cast(:result as jsonb)
    where lane = :lane and seq = :seq and exists (select 1 from lane where {_OURS} for update)""")

_BEHIND = text("select * from work where lane = :lane and seq > :seq order by seq limit 20")

_AHEAD = text("""
    select ahead.* from work as mine join work as ahead on ahead.lane = mine.lane and ahead.seq = mine.seq - :back
    where mine.lane = :lane and mine.seq = :seq and (ahead.done_at is null or ahead.done_at > mine.received_at)""")

_WAKE = text("""
    update lane set ready_at = least(ready_at, now())
    where key = any(:lanes) and owner is null and last_seq > done_seq""")

_NOTIFY = text(f"select pg_notify('{CHANNEL}', '')")

_RENEW = text(f"update lane set lease_until = now() + interval '{LEASE_SECONDS} s' where owner = :owner")

_ADOPT = text(f"""
    update lane set owner = :owner, lease_until = now() + interval '{LEASE_SECONDS} s'
    from unnest(cast(:lanes as text[]), cast(:fences as bigint[])) as mine (key, fence)
    where lane.key = mine.key and lane.fence = mine.fence and lane.owner is not null
    returning lane.key, lane.fence""")

_RECOVER = text(f"""
    update lane set owner = null, lease_until = null, ready_at = now()
    where owner is not null and (lease_until < now() or not exists (
        select 1 from pg_locks
        where locktype = 'advisory' and classid = {LIVENESS} and objid = lane.owner and objsubid = 2 and granted
            and database = (select oid from pg_database where datname = current_database())))""")

_BUSY = text("select exists (select 1 from lane where key = any(:lanes) and last_seq > done_seq)")

_NEXT_READY = text("""
    select extract(epoch from min(greatest(ready_at, hold_until)) - now()) from lane
    where channel = any(:channels) and ready_at is not null""")


class PostgresLanes:
    """`engine.ports.Lanes` over PostgreSQL, with what a worker needs to claim work and to give back that of the
    dead."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._alone = each_alone(engine)

    async def put(self, works: Sequence[NewWork]) -> None:
        async with begin(self._engine) as connection:
            await enqueue(connection, works)

    async def claim(self, owner: int, channels: Sequence[str], limit: int) -> list[Job]:
        """Up to `limit` lanes' next works of these channels, the longest ready first. A lane without work is released
        again."""
        async with begin(self._alone) as connection:
            lanes = (
                await connection.execute(_CLAIM, {"owner": owner, "channels": list(channels), "limit": limit})
            ).all()
            if not lanes:
                return []
            found = await connection.execute(
                _HEADS, {"lanes": [lane.key for lane in lanes], "dones": [lane.done_seq for lane in lanes]}
            )
            heads = {row.lane: work_from(row) for row in found}
            for lane in lanes:
                if lane.key not in heads:
                    await connection.execute(_RELEASE, {"lane": lane.key, "fence": lane.fence})
        return [Job(heads[lane.key], lane.fence, lane.attempts, lane.in_doubt) for lane in lanes if lane.key in heads]

    async def done(
        self, job: Job, effects: Effects, result: Mapping[str, object] | None = None, hold: float = 0.0
    ) -> None:
        await self._finish(job, effects, result, aside=None, hold=hold)

    async def aside(self, job: Job, reason: str, effects: Effects) -> None:
        await self._finish(job, effects, None, aside=reason, hold=0.0)

    async def _finish(
        self, job: Job, effects: Effects, result: Mapping[str, object] | None, aside: str | None, hold: float
    ) -> None:
        async with begin(self._engine) as connection:
            await _fenced(connection, job, _DONE, seq=job.work.seq, hold=float(hold))
            await connection.execute(
                _WORK_DONE,
                {"lane": job.work.lane, "seq": job.work.seq, "aside": aside, "result": _json(result)},
            )
            await record(connection, job.work.conversation, effects)
            await enqueue(connection, effects.works)
            if effects.wake:
                await connection.execute(_WAKE, {"lanes": sorted(effects.wake)})
                await connection.execute(_NOTIFY)

    async def later(
        self, job: Job, seconds: float, *, failed: bool = False, hold: bool = False, in_doubt: bool = False
    ) -> None:
        values = {"seconds": float(seconds), "failed": int(failed), "hold": hold, "in_doubt": in_doubt or job.in_doubt}
        async with begin(self._alone) as connection:
            await _fenced(connection, job, _LATER, **values)

    async def progress(self, job: Job, result: Mapping[str, object]) -> None:
        async with begin(self._alone) as connection:
            await _fenced(connection, job, _PROGRESS, seq=job.work.seq, result=_json(result))

    async def behind(self, job: Job) -> tuple[Work, ...]:
        async with begin(self._alone) as connection:
            found = await connection.execute(_BEHIND, {"lane": job.work.lane, "seq": job.work.seq})
            return tuple(work_from(row) for row in found)

    async def ahead(self, job: Job, back: int) -> Work | None:
        async with begin(self._alone) as connection:
            values = {"lane": job.work.lane, "seq": job.work.seq, "back": back}
            row = (await connection.execute(_AHEAD, values)).first()
        return work_from(row) if row else None

    async def renew(self, owner: int) -> None:
        """Prolongs the leases of all lanes that `owner` holds."""
        async with begin(self._alone) as connection:
            await connection.execute(_RENEW, {"owner": owner})

    async def adopt(self, owner: int, jobs: Collection[Job]) -> set[tuple[str, int]]:
        """Makes these works in hand `owner`'s; the lanes, with their fences, of those that nobody else has by now."""
        values = {"lanes": [job.work.lane for job in jobs], "fences": [job.fence for job in jobs]}
        async with begin(self._alone) as connection:
            return {(row.key, row.fence) for row in await connection.execute(_ADOPT, {"owner": owner, **values})}

    async def recover(self) -> int:
        """Frees the lanes whose owner is dead or did not renew its lease; how many."""
        async with begin(self._alone) as connection:
            return (await connection.execute(_RECOVER)).rowcount

    async def idle(self, lanes: Sequence[str]) -> bool:
        """Whether all work of these lanes is done."""
        async with begin(self._alone) as connection:
            return not (await connection.execute(_BUSY, {"lanes": list(lanes)})).scalar_one()

    async def next_ready(self, channels: Sequence[str]) -> float | None:
        """Seconds until some lane becomes ready (0 or less: now); None when nothing waits."""
        async with begin(self._alone) as connection:
            seconds = (await connection.execute(_NEXT_READY, {"channels": list(channels)})).scalar_one()
            return None if seconds is None else float(seconds)


async def enqueue(connection: AsyncConnection, works: Sequence[NewWork]) -> None:
    """Puts works into their lanes within a transaction; always in the same order of lanes, so that two never wait for
    each other."""
    if works:
        columns = zip(*map(_row, sorted(works, key=_lane_order)), strict=True)
        await connection.execute(_PUT, dict(zip(_COLUMNS, map(list, columns), strict=True)))


def _row(item: NewWork) -> tuple[object, ...]:
    return item.lane, item.conversation, item.key, item.kind, item.payload, item.at


def _lane_order(item: NewWork) -> tuple[int, str]:
    family = item.lane.partition(":")[0]
    return _RANK.get(family, len(_RANK)), item.lane


async def _fenced(connection: AsyncConnection, job: Job, statement: TextClause, **values: object) -> None:
    """Runs an update that must touch exactly the job's own lane. Raises Fenced, which rolls the transaction back."""
    result = await connection.execute(statement, {"lane": job.work.lane, "fence": job.fence, **values})
    if result.rowcount != 1:
        raise Fenced(job.work.lane)


def work_from(row: AnyRow) -> Work:
    return Work(
        row.lane, row.seq, row.key, row.kind, row.conversation, bytes(row.payload), row.received_at, dict(row.result)
    )


def _json(value: Mapping[str, object] | None) -> str | None:
    return None if value is None else json.dumps(value)
