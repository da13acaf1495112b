"""A lease: one holder at a time over all processes and machines, taken over when it is not renewed."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

SECONDS = 4.0

_HOLD = text("""
    insert into lease (name, owner, until) values (:name, :owner, now() + make_interval(secs => :seconds))
    on conflict (name) do update set owner = excluded.owner, until = excluded.until
        where lease.owner = excluded.owner or lease.until < now()
    returning 1""")

_RELEASE = text("delete from lease where name = :name and owner = :owner")


class Leases:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def hold(self, name: str, owner: str, seconds: float = SECONDS) -> bool:
        """Takes or prolongs the lease; False while somebody else has it."""
        async with self._engine.begin() as connection:
            values = {"name": name, "owner": owner, "seconds": seconds}
            return (await connection.execute(_HOLD, values)).first() is not None

    async def release(self, name: str, owner: str) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(_RELEASE, {"name": name, "owner": owner})
