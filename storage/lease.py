"""A lease: one holder at a time over all processes and machines, taken over when it is not renewed."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import each_alone
from storage.transactions import begin

_HOLD = text("""
    insert into lease (name, owner, until) values (:name, :owner, now() + make_interval(secs => :seconds))
    on conflict (name) do update set owner = excluded.owner, until = excluded.until
        where lease.owner = excluded.owner or lease.until < now()
    returning 1""")

_RELEASE = text("delete from lease where name = :name and owner = :owner")


class PostgresLeases:
    """`engine.ports.Leases` over PostgreSQL, by its clock."""

    lease_seconds = 3.0

    def __init__(self, engine: AsyncEngine) -> None:
        self._alone = each_alone(engine)

    async def hold(self, name: str, owner: str) -> bool:
        async with begin(self._alone) as connection:
            values = {"name": name, "owner": owner, "seconds": self.lease_seconds}
            return (await connection.execute(_HOLD, values)).first() is not None

    async def release(self, name: str, owner: str) -> None:
        async with begin(self._alone) as connection:
            await connection.execute(_RELEASE, {"name": name, "owner": owner})
