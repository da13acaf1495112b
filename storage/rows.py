"""Rows and values: how interviews, exchanges and grades look in the tables, and how they come back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from engine.grading import Grade
from engine.interview import AnswerPart, Exchange, Interview
from engine.ports import Graded
from engine.rolepack import RolePack
from engine.said import Conversation

AnyRow = Row[Any]

_parts = TypeAdapter(tuple[AnswerPart, ...])
_grade = TypeAdapter(Grade)


@lru_cache(maxsize=256)
def _digest_of(pack_json: str) -> str:
    return hashlib.sha256(pack_json.encode()).hexdigest()


def digest(pack: RolePack) -> str:
    """What names the pack's snapshot: the SHA-256 of its JSON."""
    return _digest_of(pack.model_dump_json())


def pack_row(pack: RolePack) -> dict[str, object]:
    return {"digest": digest(pack), "role": pack.role, "pack": pack.model_dump(mode="json")}


def interview_row(interview: Interview) -> dict[str, object]:
    return {
        "id": interview.id,
        "conversation": interview.conversation,
        "learner": interview.learner,
        "role": interview.pack.role,
        "pack": digest(interview.pack),
        "length": interview.length,
        "avoid": list(interview.avoid),
        "status": interview.status,
        "started_at": interview.started_at,
        "ended_at": interview.ended_at,
    }


def exchange_row(interview: str, conversation: str, exchange: Exchange) -> dict[str, object]:
    return {
        "interview": interview,
        "number": exchange.number,
        "conversation": conversation,
        "question": exchange.question,
        "asked": exchange.asked,
        "probes": list(exchange.probes),
        "parts": _parts.dump_python(exchange.parts, mode="json"),
        "hints": list(exchange.hints),
        "heard": list(exchange.heard),
        "unknowns": exchange.unknowns,
        "closed": exchange.closed,
        "skipped": exchange.skipped,
        "revision": exchange.revision,
    }


def judgement_row(conversation: str, graded: Graded) -> dict[str, object]:
    return {
        "interview": graded.interview,
        "number": graded.number,
        "revision": graded.revision,
        "conversation": conversation,
        "grade": graded.grade.number,
        "judgement": _grade.dump_python(graded.grade, mode="json"),
    }


def conversation_from(row: AnyRow) -> Conversation:
    return Conversation(row.key, row.channel, row.learner, row.chat, row.address, row.place)


def interview_from(row: AnyRow, pack: RolePack, exchanges: Iterable[AnyRow]) -> Interview:
    return Interview(
        id=row.id,
        conversation=row.conversation,
        learner=row.learner,
        pack=pack,
        length=row.length,
        started_at=row.started_at,
        avoid=tuple(row.avoid),
        exchanges=tuple(_exchange_from(exchange) for exchange in exchanges),
        status=row.status,
        ended_at=row.ended_at,
        scored=row.scored_at is not None,
    )


def _exchange_from(row: AnyRow) -> Exchange:
    return Exchange(
        number=row.number,
        question=row.question,
        asked=row.asked,
        probes=tuple(row.probes),
        parts=_parts.validate_python(row.parts),
        hints=tuple(row.hints),
        unknowns=row.unknowns,
        closed=row.closed,
        skipped=row.skipped,
        revision=row.revision,
        heard=tuple(row.heard),
        asked_at=row.asked_at,
        grade=None if row.judgement is None else _grade.validate_python(row.judgement),
    )
