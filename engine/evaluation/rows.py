"""The rows of a labelled set: an answer, and from which to which grade an expert would find right for it.

A set is JSONL, one row a line. It is read and validated here, at the border; behind it is trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

from engine.rolepack import Line, Paragraph, Question, RolePack, RolePacks, Slug

Kind = Literal["perfect", "good", "partial", "wrong", "evasive", "gibberish", "off_topic", "injection"]
KINDS: tuple[Kind, ...] = get_args(Kind)
BAD_UP_TO = 3
"""The highest grade that is right for a bad answer."""


class BadSet(ValueError):
    """A labelled set that cannot be used. The text names file, line and what is wrong, one problem a line."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class BroughtPoint(_Data):
    """A key point that a row brings along. Without `says` only its own words tell that it was said."""

    id: Slug
    point: Line
    says: tuple[Line, ...] = ()
    misconceptions: tuple[Line, ...] = ()


def _form(value: object) -> str:
    return "text" if isinstance(value, str) else "point"


class Row(_Data):
    """An answer to a question, which is an id or a text of the role's pack, or a text of one's own.

    `low` and `high` are the band of grades. `key_points` and `reference` stand for the pack's, if it has any.
    `half` is for who tunes a grader: on "a", with "b" unseen.
    """

    id: Line
    role: Slug
    question: Paragraph
    answer: str
    low: int = Field(ge=1, le=10)
    high: int = Field(ge=1, le=10)
    kind: Kind
    half: Literal["a", "b"] | None = None
    key_points: tuple[
        Annotated[Annotated[Line, Tag("text")] | Annotated[BroughtPoint, Tag("point")], Discriminator(_form)], ...
    ] = ()
    reference: Paragraph | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low is {self.low}, but high is {self.high}")
        ids = [point.id for point in self.points]
        if len(set(ids)) < len(ids):
            raise ValueError("key_points: two have the same id")
        return self

    @property
    def points(self) -> tuple[BroughtPoint, ...]:
        """The key points that it brings, those without an id by their number."""
        return tuple(
            BroughtPoint(id=f"point-{number}", point=given) if isinstance(given, str) else given
            for number, given in enumerate(self.key_points, 1)
        )

    @property
    def label(self) -> float:
        """The middle of its band."""
        return (self.low + self.high) / 2

    @property
    def is_bad(self) -> bool:
        return self.kind not in ("perfect", "good", "partial") and self.high <= BAD_UP_TO


def asked_in(pack: RolePack, question: str) -> Question | None:
    """The pack's question of that id or text."""
    return next((known for known in pack.questions if question in (known.id, known.text)), None)


def read_rows(paths: Sequence[Path], packs: RolePacks) -> tuple[Row, ...]:
    """All rows of the files. Raises BadSet that lists every problem of every file at once."""
    rows: dict[str, Row] = {}
    problems: list[str] = []
    for path in paths:
        for number, line in _lines(path):
            try:
                row = _row(line, packs)
                if rows.setdefault(row.id, row) is not row:
                    raise BadSet(f"id: '{row.id}' stands twice")
            except BadSet as error:
                problems += [f"{path}: line {number}: {problem}" for problem in str(error).splitlines()]
    if problems or not rows:
        raise BadSet("\n".join(problems) or f"{', '.join(map(str, paths))}: there is no row in it")
    return tuple(rows.values())


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers. Line ends are line feeds alone: JSON may hold others."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise BadSet(f"{path}: cannot be read: {reason}") from None
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _row(line: str, packs: RolePacks) -> Row:
    try:
        row = Row.model_validate_json(line)
    except ValidationError as error:
        raise BadSet("\n".join(_problem(item["loc"], item["msg"]) for item in error.errors())) from None
    if row.role not in packs:
        raise BadSet(f"role: there is no role pack '{row.role}', only {', '.join(packs)}")
    # An id that no pack has is a slip of the pen, never a question that somebody would ask.
    if re.fullmatch(r"[\w-]+", row.question) and not asked_in(packs[row.role], row.question):
        raise BadSet(f"question: the pack {row.role} has no '{row.question}': write its id or text, or a text of yours")
    return row


def _problem(location: tuple[int | str, ...], message: str) -> str:
    where = ".".join(map(str, location))
    message = message.removeprefix("Value error, ")
    return f"{where}: {message}" if where else message
