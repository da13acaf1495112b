"""The tables. Every one that grows carries the conversation's key, so that a distributed PostgreSQL can share them
out by it.

`pack` holds the snapshots of role packs by their digest: an interview keeps the pack it began with, however the file
changes.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    }
)

_NOW = func.now()


def _time(name: str, *, required: bool = True, now: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=not required, server_default=_NOW if now else None)


learner = Table(
    "learner",
    metadata,
    Column("key", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("language", Text),
    _time("created_at", now=True),
)

conversation = Table(
    "conversation",
    metadata,
    Column("key", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("learner", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("place", Text),
    Column("address", JSONB, nullable=False),
    _time("created_at", now=True),
    Index("conversation_place_key", "channel", "place", unique=True),
    Index("conversation_learner_idx", "learner"),
    Index("conversation_chat_idx", "channel", "chat"),
)

pack = Table(
    "pack",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("pack", JSONB, nullable=False),
    _time("created_at", now=True),
)

interview = Table(
    "interview",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation", Text, nullable=False),
    Column("learner", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("pack", Text, nullable=False),
    Column("length", Integer, nullable=False),
    Column("avoid", JSONB, nullable=False),
    Column("status", Text, nullable=False),
    _time("started_at"),
    _time("ended_at", required=False),
    _time("scored_at", required=False),
    Index("interview_conversation_idx", "conversation", "started_at"),
    Index("interview_learner_idx", "learner", "started_at"),
    Index("interview_open_key", "conversation", unique=True, postgresql_where=text("status = 'open'")),
)

exchange = Table(
    "exchange",
    metadata,
    Column("interview", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("conversation", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("probes", JSONB, nullable=False),
    Column("parts", JSONB, nullable=False),
    Column("hints", JSONB, nullable=False),
    Column("heard", JSONB, nullable=False),
    Column("unknowns", Integer, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("skipped", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("asked_at", BigInteger),
    ForeignKeyConstraint(["interview"], ["interview.id"], ondelete="CASCADE"),
)

grade = Table(
    "grade",
    metadata,
    Column("interview", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("conversation", Text, nullable=False),
    Column("grade", Integer, nullable=False),
    Column("judgement", JSONB, nullable=False),
    _time("graded_at", now=True),
    ForeignKeyConstraint(["interview", "number"], ["exchange.interview", "exchange.number"], ondelete="CASCADE"),
)

model_call = Table(
    "model_call",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("conversation", Text, nullable=False),
    Column("interview", Text),
    Column("purpose", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("input_tokens", Integer, nullable=False),
    Column("cached_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("audio_seconds", Double, nullable=False),
    Column("latency", Double, nullable=False),
    Column("cost", Double),
    _time("called_at", now=True),
    Index("model_call_interview_idx", "interview"),
)

lane = Table(
    "lane",
    metadata,
    Column("key", Text, primary_key=True),
    Column("conversation", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("last_seq", BigInteger, nullable=False, server_default="0"),
    Column("done_seq", BigInteger, nullable=False, server_default="0"),
    _time("ready_at", required=False),
    _time("hold_until", required=False),
    Column("owner", Integer),
    Column("fence", BigInteger, nullable=False, server_default="0"),
    _time("lease_until", required=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("in_doubt", Boolean, nullable=False, server_default="false"),
    Index("lane_ready_idx", "ready_at", postgresql_where=text("ready_at is not null")),
    Index("lane_owned_idx", "owner", postgresql_where=text("owner is not null")),
    postgresql_with={"fillfactor": "70"},
)

work = Table(
    "work",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("result", JSONB, nullable=False, server_default="{}"),
    Column("aside", Text),
    _time("received_at", now=True),
    _time("done_at", required=False),
    Index("work_key_key", "key", unique=True),
)

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    _time("until"),
)
