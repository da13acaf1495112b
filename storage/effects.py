"""Recording what a piece of work changed: the rows of learners, conversations, interviews, exchanges and grades."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import Table, func, select, text, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.interview import Interview
from engine.ports import Delivered, Effects, Graded
from engine.said import Conversation, Learner, Moved
from storage import tables
from storage.rows import exchange_row, interview_row, judgement_row, pack_row


async def record(connection: AsyncConnection, conversation: str, effects: Effects) -> None:
    if effects.learner:
        await _learner(connection, effects.learner)
    if effects.conversation:
        await _conversation(connection, effects.conversation)
    if effects.moved:
        await _moved(connection, effects.moved)
    await _interviews(connection, effects)
    if effects.delivered:
        await _delivered(connection, effects.delivered)
    if effects.graded:
        await _graded(connection, conversation, effects.graded)


async def _interviews(connection: AsyncConnection, effects: Effects) -> None:
    for interview in effects.interviews:
        await _interview(connection, interview)
    if effects.exchanges:
        await _exchanges(connection, effects)
    if effects.scored:
        scored = update(tables.interview).where(tables.interview.c.id == effects.scored)
        await connection.execute(scored.values(scored_at=func.now()))


async def _learner(connection: AsyncConnection, learner: Learner) -> None:
    """What an event does not tell stays as it was known: Slack's messages carry no name."""
    await connection.execute(_LEARNER, {"key": learner.key, "name": learner.name, "language": learner.language})


async def _conversation(connection: AsyncConnection, conversation: Conversation) -> None:
    row = {
        "key": conversation.key,
        "channel": conversation.channel,
        "learner": conversation.learner,
        "chat": conversation.chat,
        "place": conversation.place,
        "address": dict(conversation.address),
    }
    await _upsert(connection, tables.conversation, [row], ("key",), ("place", "address"))


async def _moved(connection: AsyncConnection, moved: Moved) -> None:
    """Every conversation of the chat gets the new chat in its place and address, unless the new chat has that place
    already.

    Positions begin anew in the new chat, so every question counts as asked before anything that is said there.
    """
    values = {
        "channel": moved.channel,
        "old": moved.old_chat,
        "new": moved.new_chat,
        "address": json.dumps(dict(moved.address)),
    }
    moved_here = (await connection.execute(_MOVE, values)).scalars().all()
    await connection.execute(_ASK_BEFORE_ALL, {"conversations": list(moved_here)})


_LEARNER = text("""
    insert into learner as known (key, name, language) values (:key, :name, :language)
    on conflict (key) do update set
        name = coalesce(nullif(excluded.name, ''), known.name), language = coalesce(excluded.language, known.language)
    where (nullif(excluded.name, ''), excluded.language) is distinct from (known.name, known.language)""")

_MOVE = text("""
    update conversation set chat = :new, place = :new || substr(place, length(:old) + 1),
        address = address || cast(:address as jsonb)
    where channel = :channel and chat = :old and not exists (
        select 1 from conversation other where other.channel = :channel
            and other.place = :new || substr(conversation.place, length(:old) + 1))
    returning key""")

_ASK_BEFORE_ALL = text("""
    update exchange set asked_at = 0
    where conversation = any(:conversations) and asked_at is not null""")


async def _interview(connection: AsyncConnection, interview: Interview) -> None:
    """A known interview changes its status only; a new one brings its pack's snapshot."""
    table = tables.interview
    known = update(table).where(table.c.id == interview.id)
    changed = await connection.execute(known.values(status=interview.status, ended_at=interview.ended_at))
    if changed.rowcount == 0:
        await connection.execute(insert(tables.pack).on_conflict_do_nothing(), pack_row(interview.pack))
        await connection.execute(insert(table), interview_row(interview))


async def _exchanges(connection: AsyncConnection, effects: Effects) -> None:
    """`asked_at` is not among what changes: it belongs to whoever delivers the question."""
    conversations = {interview.id: interview.conversation for interview in effects.interviews}
    rows = [exchange_row(interview, conversations[interview], exchange) for interview, exchange in effects.exchanges]
    changing = ("parts", "hints", "heard", "unknowns", "closed", "skipped", "revision")
    await _upsert(connection, tables.exchange, rows, ("interview", "number"), changing)


async def _delivered(connection: AsyncConnection, delivered: Delivered) -> None:
    """The first delivery counts: a question that is shown again does not move."""
    table = tables.exchange
    await connection.execute(
        update(table)
        .where(table.c.interview == delivered.interview, table.c.number == delivered.number, table.c.asked_at.is_(None))
        .values(asked_at=delivered.position)
    )


async def _graded(connection: AsyncConnection, conversation: str, graded: Graded) -> None:
    """Stores the grade if the answer still has the revision that was judged."""
    table = tables.exchange
    current = select(table.c.number).where(
        table.c.interview == graded.interview,
        table.c.number == graded.number,
        table.c.revision == graded.revision,
    )
    if (await connection.execute(current.with_for_update())).first():
        await connection.execute(insert(tables.grade).on_conflict_do_nothing(), judgement_row(conversation, graded))


async def _upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    key: tuple[str, ...],
    changing: tuple[str, ...],
) -> None:
    await connection.execute(_upsert_into(table, key, changing), list(rows))


@cache
def _upsert_into(table: Table, key: tuple[str, ...], changing: tuple[str, ...]) -> Insert:
    statement = insert(table)
    changes = {name: statement.excluded[name] for name in changing}
    return statement.on_conflict_do_update(index_elements=key, set_=changes)
