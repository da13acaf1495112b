"""What Viva's database holds of an interview, and when it was stored."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

# When a result that was paid for was stored, which Viva itself does not keep: of an event, by the result's name; of an
# interview's grading, by the answer that was graded.
WATCH = """
    create table stored (owner text, name text, at timestamptz default clock_timestamp());
    create function note_results() returns trigger language plpgsql as $$
    begin
        insert into stored (owner, name)
        select new.key, name from jsonb_object_keys(new.result) as name where not old.result ? name;
        return new;
    end $$;
    create trigger note_results after update of result on work for each row execute function note_results();
    create function note_grade() returns trigger language plpgsql as $$
    begin
        insert into stored (owner, name)
        select new.interview, string_agg(part ->> 'text', E'\n' order by n)
        from exchange, jsonb_array_elements(parts) with ordinality as said (part, n)
        where interview = new.interview and number = new.number;
        return new;
    end $$;
    create trigger note_grade after insert on grade for each row execute function note_grade();
"""


@dataclass(frozen=True)
class Part:
    ref: str
    text: str


@dataclass(frozen=True)
class Exchange:
    """`graded`: the revisions that have a grade."""

    number: int
    parts: tuple[Part, ...]
    hints: int
    closed: bool
    revision: int
    asked_at: int | None
    graded: tuple[int, ...]


@dataclass(frozen=True)
class Sending:
    """A message out: the work's name, and the platform's ids of its parts."""

    work: str
    refs: tuple[str, ...]


@dataclass(frozen=True)
class Interview:
    id: str
    status: str
    exchanges: tuple[Exchange, ...]

    @property
    def parts(self) -> list[tuple[Exchange, Part]]:
        """All that was kept as answers, in the order of the interview."""
        return [(exchange, part) for exchange in self.exchanges for part in exchange.parts]

    @property
    def responses(self) -> list[Exchange]:
        return [exchange for exchange in self.exchanges if exchange.closed]


@dataclass(frozen=True)
class Kept:
    """`stored`: when a result was stored, in seconds since the epoch; see `WATCH`."""

    interviews: Sequence[Interview]
    sendings: Sequence[Sending]
    stored: dict[tuple[str, str], float]


async def read(connection: asyncpg.Connection, learner: str) -> Kept:
    """Of the learner with this key."""
    interviews = await connection.fetch("select id, status from interview where learner = $1", learner)
    return Kept(
        [Interview(row["id"], row["status"], await _exchanges(connection, row["id"])) for row in interviews],
        [_sending(row) for row in await connection.fetch(_SENDINGS, learner)],
        {(row["owner"], row["name"]): row["at"].timestamp() for row in await connection.fetch(_STORED, learner)},
    )


async def _exchanges(connection: asyncpg.Connection, interview: str) -> tuple[Exchange, ...]:
    return tuple(_exchange(row) for row in await connection.fetch(_EXCHANGES, interview))


def _exchange(row: asyncpg.Record) -> Exchange:
    return Exchange(
        number=row["number"],
        parts=tuple(Part(part["ref"], part["text"]) for part in json.loads(row["parts"])),
        hints=len(json.loads(row["hints"])),
        closed=row["closed"],
        revision=row["revision"],
        asked_at=row["asked_at"],
        graded=tuple(row["graded"]),
    )


def _sending(row: asyncpg.Record) -> Sending:
    return Sending(row["key"], tuple(part["ref"] for part in json.loads(row["result"]).get("parts", [])))


_EXCHANGES = """
    select exchange.*,
        array(select revision from grade where grade.interview = $1 and grade.number = exchange.number) as graded
    from exchange where interview = $1 order by number"""

_SENDINGS = """
    select key, result from work
    where kind = 'say' and (conversation = $1 or conversation in (
        select key from conversation where learner = $1)) order by seq"""

_STORED = """
    select * from stored
    where owner in (select key from work where conversation = $1 union select id from interview where learner = $1)"""
