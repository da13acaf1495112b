"""Role packs: what an interview for one role is made of, as data.

A pack is one TOML file. It is read and validated here, at the border; inside the engine it is trusted and never
changes.
An interview keeps a snapshot of its pack, so that an edited file never changes an interview that is under way.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

Difficulty = Literal["foundation", "working", "expert"]
DIFFICULTIES: tuple[Difficulty, ...] = ("foundation", "working", "expert")

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]


class BadPack(ValueError):
    """A role pack that cannot be used. The text names the file, the place in it and the mend, one problem a line."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Band(_Data):
    """What a grade from `low` to `high` means, with an example of such an answer."""

    low: int = Field(ge=1, le=10)
    high: int = Field(ge=1, le=10)
    meaning: Line
    example: Line


class Criterion(_Data):
    """One thing that answers are judged on; weights are relative to each other."""

    id: Slug
    name: Line
    weight: int = Field(ge=1, le=10)
    looks_for: Line


class GlossaryTerm(_Data):
    """A term of the role for transcription: how it is misheard, and words that stand near it when it is really
    meant."""

    term: Line
    heard_as: tuple[Line, ...] = ()
    near: tuple[Line, ...] = ()


class KeyPoint(_Data):
    """One thing a complete answer contains.

    `says` are ways people put it: each a few content words that, in any order and inflection, stand close together in
    the answer.
    `misconceptions` are ways people put its opposite. `hint` points at it without revealing it.
    """

    id: Slug
    point: Line
    says: tuple[Line, ...] = Field(min_length=1)
    misconceptions: tuple[Line, ...] = ()
    hint: Line


class FollowUp(_Data):
    """What to ask when one of the key points in `missed` was not heard."""

    missed: tuple[Slug, ...] = Field(min_length=1)
    text: Line


class Question(_Data):
    id: Slug
    topic: Line
    difficulty: Difficulty
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=400)]
    reference: Paragraph
    key_points: tuple[KeyPoint, ...] = Field(min_length=2, max_length=6)
    follow_ups: tuple[FollowUp, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        known = [point.id for point in self.key_points]
        _refuse_repeats(known, f"question '{self.id}': key point id")
        for follow_up in self.follow_ups:
            for missed in follow_up.missed:
                if missed not in known:
                    raise ValueError(f"question '{self.id}': a follow-up names the unknown key point '{missed}'")
        return self

    def key_point(self, point_id: str) -> KeyPoint:
        return next(point for point in self.key_points if point.id == point_id)


class RolePack(_Data):
    role: Slug
    title: Line
    scope: Line | None = None
    persona: Paragraph
    opening: Paragraph
    criteria: tuple[Criterion, ...] = Field(min_length=1, max_length=5)
    bands: tuple[Band, ...] = Field(min_length=5, max_length=5)
    glossary: tuple[GlossaryTerm, ...] = ()
    questions: tuple[Question, ...] = Field(min_length=5)

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        _refuse_repeats((question.id for question in self.questions), "question id")
        _refuse_repeats((question.text for question in self.questions), "question text")
        _refuse_repeats((criterion.id for criterion in self.criteria), "criterion id")
        spans = [(band.low, band.high) for band in self.bands]
        if spans != [(9, 10), (7, 8), (5, 6), (3, 4), (1, 2)]:
            raise ValueError("bands must be 9-10, 7-8, 5-6, 3-4, 1-2 in this order")
        return self

    def question(self, question_id: str) -> Question:
        return next(question for question in self.questions if question.id == question_id)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics in the order of their first question."""
        return tuple(dict.fromkeys(question.topic for question in self.questions))


RolePacks = Mapping[str, RolePack]


def read_pack(path: Path) -> RolePack:
    """Reads one pack; its role is the file's name without `.toml`. Raises BadPack."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadPack(f"{path}: not valid TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadPack(f"{path}: cannot be read: {error}") from None
    try:
        pack = RolePack.model_validate(data)
    except ValidationError as error:
        raise BadPack("\n".join(f"{path}: {_problem(path, data, item)}" for item in error.errors())) from None
    if pack.role != path.stem:
        raise BadPack(f"{path}: role is '{pack.role}', but the file is called '{path.name}': make them agree")
    return pack


def read_packs(*folders: Path) -> dict[str, RolePack]:
    """Every pack of the folders by role, a later folder's pack replacing an earlier one's.

    Raises BadPack that lists every problem of every file at once.
    """
    packs: dict[str, RolePack] = {}
    problems: list[str] = []
    for folder in folders:
        if not folder.is_dir():
            problems.append(f"{folder}: no such folder: set VIVA_ROLES_DIR to a folder of role packs, or unset it")
        for path in sorted(folder.glob("*.toml")):
            try:
                pack = read_pack(path)
                packs[pack.role] = pack
            except BadPack as error:
                problems.append(str(error))
    if problems:
        raise BadPack("\n".join(problems))
    return packs


def _refuse_repeats(names: Iterable[str], what: str) -> None:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise ValueError(f"{what} '{repeated[0]}' stands twice")


def _problem(path: Path, data: object, item: Mapping[str, object]) -> str:
    """One pydantic problem with the line it is most likely on and the place spelled as the author wrote it."""
    location = item["loc"]
    assert isinstance(location, tuple)
    where = ".".join(str(part) for part in location) or "pack"
    message = str(item["msg"]).removeprefix("Value error, ")
    line = _line_of(path, location)
    return f"line {line}: {where}: {message}" if line else f"{where}: {message}"


def _line_of(path: Path, location: tuple[object, ...]) -> int | None:
    """The line of the table header or key that `location` leads to; None when the text gives no sign."""
    lines = path.read_text(encoding="utf-8").splitlines()
    position = 0
    prefix = ""
    found = None
    for part in location:
        if isinstance(part, int):
            headers = [n for n, text in enumerate(lines) if n >= position and text.strip() == f"[[{prefix}]]"]
            if part >= len(headers):
                return found
            position = headers[part]
        else:
            prefix = f"{prefix}.{part}" if prefix else str(part)
            keys = [n for n, text in enumerate(lines) if n >= position and text.split("=")[0].strip() == part]
            if not keys:
                continue
            position = keys[0]
        found = position + 1
    return found
