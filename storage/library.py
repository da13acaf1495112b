"""Reading what is kept: conversations, interviews with their exchanges and grades, a learner's history."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.interview import Interview
from engine.ports import ModelCall, Past, Work
from engine.rolepack import RolePack
from engine.said import Conversation
from storage import tables
from storage.database import each_alone
from storage.lanes import work_from
from storage.rows import AnyRow, conversation_from, interview_from
from storage.transactions import begin

KEPT_PACKS = 64
NAMED_WITHIN = timedelta(minutes=1)


class PostgresLibrary:
    """`engine.ports.Library` and `engine.ports.Ledger` over PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._alone = each_alone(engine)
        self._packs: dict[str, RolePack] = {}

    async def conversation(self, key: str) -> Conversation | None:
        found = await self._conversations(tables.conversation.c.key == key)
        return found[0] if found else None

    async def conversation_at(self, channel: str, place: str) -> Conversation | None:
        table = tables.conversation
        found = await self._conversations(and_(table.c.channel == channel, table.c.place == place))
        return found[0] if found else None

    async def open_conversations(self, learner: str, chat: str | None = None) -> tuple[Conversation, ...]:
        table, interviews = tables.conversation, tables.interview
        where = and_(
            table.c.learner == learner,
            select(interviews.c.id)
            .where(interviews.c.conversation == table.c.key, interviews.c.status == "open")
            .exists(),
            *([table.c.chat == chat] if chat else []),
        )
        return await self._conversations(where)

    async def latest_conversation(self, learner: str, chat: str) -> Conversation | None:
        table, interviews = tables.conversation, tables.interview
        statement = (
            select(table)
            .join(interviews, interviews.c.conversation == table.c.key)
            .where(table.c.learner == learner, table.c.chat == chat)
            .order_by(interviews.c.started_at.desc())
            .limit(1)
        )
        async with begin(self._alone) as connection:
            row = (await connection.execute(statement)).first()
        return conversation_from(row) if row else None

    async def unnamed_conversations(self, learner: str, chat: str) -> tuple[Conversation, ...]:
        table = tables.conversation
        return await self._conversations(
            and_(
                table.c.learner == learner,
                table.c.chat == chat,
                table.c.place.is_(None),
                table.c.created_at > func.now() - NAMED_WITHIN,
            )
        )

    async def _conversations(self, where: object) -> tuple[Conversation, ...]:
        table = tables.conversation
        statement = select(table).where(where).order_by(table.c.created_at.desc())  # type: ignore[arg-type]
        async with begin(self._alone) as connection:
            return tuple(conversation_from(row) for row in await connection.execute(statement))

    async def latest_interview(self, conversation: str) -> Interview | None:
        table = tables.interview
        newest = select(table).where(table.c.conversation == conversation).order_by(table.c.started_at.desc()).limit(1)
        return await self._interview(newest)

    async def interview(self, interview: str) -> Interview | None:
        return await self._interview(select(tables.interview).where(tables.interview.c.id == interview))

    async def _interview(self, statement: object) -> Interview | None:
        async with begin(self._alone) as connection:
            row = (await connection.execute(statement)).first()  # type: ignore[call-overload]
            if row is None:
                return None
            exchanges = (await connection.execute(_EXCHANGES.where(tables.exchange.c.interview == row.id))).all()
            return interview_from(row, await self._pack(connection, row.pack), exchanges)

    async def _pack(self, connection: AsyncConnection, digest: str) -> RolePack:
        """Snapshots never change, so they are read once."""
        if digest not in self._packs:
            statement = select(tables.pack.c.pack).where(tables.pack.c.digest == digest)
            data = (await connection.execute(statement)).scalar_one()
            while len(self._packs) >= KEPT_PACKS:
                self._packs.pop(next(iter(self._packs)))
            self._packs[digest] = RolePack.model_validate(data)
        return self._packs[digest]

    async def past(self, learner: str) -> tuple[Past, ...]:
        async with begin(self._alone) as connection:
            rows = (await connection.execute(_PAST.where(tables.interview.c.learner == learner))).all()
        return tuple(_past(row) for row in rows)

    async def newest(self, limit: int) -> tuple[Past, ...]:
        """The newest interviews of all learners, for the operator."""
        async with begin(self._alone) as connection:
            rows = (await connection.execute(_PAST.limit(limit))).all()
        return tuple(_past(row) for row in rows)

    async def asked_before(self, learner: str, role: str) -> tuple[str, ...]:
        table, interviews = tables.exchange, tables.interview
        statement = (
            select(table.c.question)
            .join(interviews, interviews.c.id == table.c.interview)
            .where(interviews.c.learner == learner, interviews.c.role == role)
            .order_by(interviews.c.started_at, table.c.number)
        )
        async with begin(self._alone) as connection:
            return tuple(dict.fromkeys((await connection.execute(statement)).scalars()))

    async def scorecard_messages(self, interview: str) -> Work | None:
        statement = select(tables.work).where(tables.work.c.key == f"scorecard:{interview}")
        async with begin(self._alone) as connection:
            row = (await connection.execute(statement)).first()
        return work_from(row) if row else None

    async def record_call(self, call: ModelCall) -> None:
        row = {
            "conversation": call.about.conversation,
            "interview": call.about.interview,
            "purpose": call.purpose,
            "model": call.model,
            "input_tokens": call.input_tokens,
            "cached_tokens": call.cached_tokens,
            "output_tokens": call.output_tokens,
            "audio_seconds": call.audio_seconds,
            "latency": call.latency,
            "cost": call.cost,
        }
        async with begin(self._alone) as connection:
            await connection.execute(_RECORD_CALL, row)


_RECORD_CALL = insert(tables.model_call)

_CURRENT_GRADE = and_(
    tables.grade.c.interview == tables.exchange.c.interview,
    tables.grade.c.number == tables.exchange.c.number,
    tables.grade.c.revision == tables.exchange.c.revision,
)

_EXCHANGES = (
    select(tables.exchange, tables.grade.c.judgement)
    .outerjoin(tables.grade, _CURRENT_GRADE)
    .order_by(tables.exchange.c.number)
)

_PAST = (
    select(
        tables.interview.c.id,
        tables.interview.c.status,
        tables.interview.c.started_at,
        tables.pack.c.pack["title"].astext.label("title"),
        func.count(tables.exchange.c.number).filter(tables.exchange.c.closed).label("responses"),
        func.avg(tables.grade.c.grade).filter(tables.exchange.c.closed).label("result"),
    )
    .join(tables.pack, tables.pack.c.digest == tables.interview.c.pack)
    .outerjoin(tables.exchange, tables.exchange.c.interview == tables.interview.c.id)
    .outerjoin(tables.grade, _CURRENT_GRADE)
    .group_by(tables.interview.c.id, tables.pack.c.digest)
    .order_by(tables.interview.c.started_at.desc())
)


def _past(row: AnyRow) -> Past:
    result = None if row.result is None else float(row.result)
    return Past(row.id, row.title, row.status, row.started_at, row.responses, result)
