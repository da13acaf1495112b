"""How well the terms of a role are found in what was misheard, and how well ordinary words are left alone."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.rolepack import GlossaryTerm, RolePack, read_packs
from engine.terms.reading import Edit, read_terms

FOLDER = Path(__file__).parent
ROLES = FOLDER.parents[2] / "prompts" / "roles"
_BRACKETS = re.compile(r"\[(.*?)\]")


@dataclass(frozen=True)
class Misheard:
    """`said` is a transcript in which the term stands from `start` to `end` as something else."""

    term: GlossaryTerm
    glossary: tuple[GlossaryTerm, ...]
    said: str
    start: int
    end: int

    @property
    def is_listed(self) -> bool:
        """Whether the pack knows this very mis-hearing, or nothing but spaces and marks are wrong."""
        heard = _letters(self.said[self.start : self.end])
        return heard in map(_letters, (self.term.term, *self.term.heard_as))

    def edits(self, *, expected: bool) -> tuple[Edit, ...]:
        return read_terms(self.said, self.glossary, (self.term,) if expected else ()).edits

    def is_found_by(self, edit: Edit) -> bool:
        return edit.term == self.term.term and edit.start < self.end and edit.end > self.start

    def is_met_by(self, edit: Edit) -> bool:
        return edit.term == self.term.term and (edit.start, edit.end) == (self.start, self.end)


@dataclass(frozen=True)
class Score:
    """`found` terms, those with the `exact` span, and the `wrong` edits: other terms, or other places."""

    cases: int
    found: int
    exact: int
    wrong: tuple[Edit, ...]

    @property
    def recall(self) -> float:
        return self.found / self.cases

    @property
    def strict_recall(self) -> float:
        return self.exact / self.cases

    @property
    def precision(self) -> float:
        return self.found / max(self.found + len(self.wrong), 1)


def score(cases: Sequence[Misheard], *, expected: bool) -> Score:
    edits = [(case, case.edits(expected=expected)) for case in cases]
    return Score(
        cases=len(cases),
        found=sum(any(map(case.is_found_by, found)) for case, found in edits),
        exact=sum(any(map(case.is_met_by, found)) for case, found in edits),
        wrong=tuple(edit for case, found in edits for edit in found if not case.is_found_by(edit)),
    )


def misheard(part: str) -> tuple[Misheard, ...]:
    """The part `tuned_on` or `unseen`; without the terms that a pack no longer has."""
    return tuple(case for role, line in _lines("misheard.toml", part) for case in _case(packs()[role], line))


def traps_sprung(part: str, *, expected: bool) -> tuple[str, ...]:
    """The traps of the part (`tuned_on`, `unseen` or `contrived`) in which something is read that was not meant."""
    return tuple(line for role, line in _lines("traps.toml", part) if _is_sprung(packs()[role], line, expected))


def count_traps(part: str) -> int:
    return len(list(_lines("traps.toml", part)))


def ordinary_sentences() -> tuple[str, ...]:
    return tuple((FOLDER / "ordinary.txt").read_text(encoding="utf-8").splitlines())


def prose(pack: RolePack) -> Iterator[str]:
    """What the pack's author wrote, with the role's terms where they belong."""
    for question in pack.questions:
        yield from (question.text, question.reference, *(follow_up.text for follow_up in question.follow_ups))
        yield from (text for point in question.key_points for text in (point.point, point.hint))


def edits_of(texts: Iterable[str], glossary: Sequence[GlossaryTerm]) -> tuple[Edit, ...]:
    return tuple(edit for text in texts for edit in read_terms(text, glossary).edits)


def count_words(texts: Iterable[str]) -> int:
    return sum(len(text.split()) for text in texts)


@cache
def packs() -> dict[str, RolePack]:
    return read_packs(ROLES)


def _lines(name: str, part: str) -> Iterator[tuple[str, str]]:
    for role, parts in tomllib.loads((FOLDER / name).read_text(encoding="utf-8")).items():
        yield from ((role, line) for line in parts[part])


def _case(pack: RolePack, line: str) -> Iterator[Misheard]:
    name, marked = line.split(" | ")
    span = _BRACKETS.search(marked)
    assert span, line
    said = _BRACKETS.sub(r"\1", marked)
    for term in pack.glossary:
        if term.term == name:
            yield Misheard(term, pack.glossary, said, span.start(), span.end() - 2)


def _is_sprung(pack: RolePack, line: str, expected: bool) -> bool:
    name, said = line.split(" | ")
    meant = [term for term in pack.glossary if term.term == name] if expected else []
    return bool(read_terms(said, pack.glossary, meant).edits)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())
