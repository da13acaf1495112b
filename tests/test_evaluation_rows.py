"""Labelled sets as outsiders write them: what is read, and what is named with its file and line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.evaluation.rows import BadSet, BroughtPoint, Row, read_rows
from engine.rolepack import RolePacks
from tests.evaluation import QUESTION, row, without_points, written
from tests.packs import small_pack

PACKS: RolePacks = {"data-science": small_pack()}


def own(**changes: Any) -> dict[str, Any]:
    return row(**{"role": "data-science", **changes})


def read(path: Path, *rows: dict[str, Any]) -> tuple[Row, ...]:
    return read_rows([written(path, *rows)], PACKS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "set.jsonl"


def test_a_row_is_read_as_it_is_written(path: Path) -> None:
    (read_row,) = read(path, own(half="b", reference="Rest relaxes the dough."))
    assert (read_row.id, read_row.question, read_row.kind, read_row.half) == ("perfect", QUESTION, "perfect", "b")
    assert [point.id for point in read_row.points] == ["gluten", "gas", "taste"]
    assert (read_row.label, read_row.is_bad) == (9.5, False)


def test_key_points_may_be_texts(path: Path) -> None:
    (read_row,) = read(path, own(key_points=["It relaxes.", {"id": "gas", "point": "It rises."}]))
    assert read_row.points == (
        BroughtPoint(id="point-1", point="It relaxes."),
        BroughtPoint(id="gas", point="It rises."),
    )


@pytest.mark.parametrize("question", ["sampling", "What is sampling, and how does it show?", QUESTION])
def test_a_question_is_an_id_or_a_text(path: Path, question: str) -> None:
    (read_row,) = read(path, without_points(role="data-science", question=question))
    assert read_row.question == question


def test_bad_is_what_deserves_three_at_most(path: Path) -> None:
    honest = own(kind="injection", id="honest", low=4, high=6)
    rows = read(path, own(kind="injection", low=1, high=3), honest, own(kind="partial", id="low", low=2, high=3))
    assert [read_row.is_bad for read_row in rows] == [True, False, False]


def test_blank_lines_a_byte_order_mark_and_strange_line_ends_are_no_mistakes(path: Path) -> None:
    answer = "One line\u2028and another\x85one."
    lines = [json.dumps(own(id=name, answer=answer), ensure_ascii=False) for name in ("one", "two")]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n\r\n".join(lines).encode())
    assert [(read_row.id, read_row.answer) for read_row in read_rows([path], PACKS)] == [
        ("one", answer),
        ("two", answer),
    ]


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"low": 5, "high": 4}, "low is 5, but high is 4"),
    ({"low": "5"}, "low: Input should be a valid integer"),
    ({"low": 0}, "low: Input should be greater than or equal to 1"),
    ({"kind": "brilliant"}, "kind: Input should be 'perfect', "),
    ({"half": "c"}, "half: Input should be 'a' or 'b'"),
    ({"notes": "-"}, "notes: Extra inputs are not permitted"),
    ({"question": " "}, "question: "),
    ({"question": "sampeling"}, "question: the pack data-science has no 'sampeling'"),
    ({"role": "baker"}, "role: there is no role pack 'baker', only data-science"),
    ({"key_points": [{"id": "gas"}]}, "key_points.0.point.point: Field required"),
    ({"key_points": ["one", {"id": "point-1", "point": "two"}]}, "key_points: two have the same id"),
]


@pytest.mark.parametrize(("changes", "problem"), MISTAKES)
def test_a_mistake_is_named_with_file_and_line(path: Path, changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadSet) as caught:
        read(path, own(id="first"), own(**changes))
    assert str(caught.value).startswith(f"{path}: line 2: {problem}")
    assert "\n" not in str(caught.value)


def test_a_line_that_is_not_json_is_named(path: Path) -> None:
    path.write_text(json.dumps(own()) + "\n{'id': 1}\n")
    with pytest.raises(BadSet, match=rf"^{path}: line 2: Invalid JSON: "):
        read_rows([path], PACKS)


def test_an_id_stands_once_in_all_files(path: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "other.jsonl", own())
    with pytest.raises(BadSet, match=rf"^{other}: line 1: id: 'perfect' stands twice$"):
        read_rows([written(path, own()), other], PACKS)


def test_a_file_without_rows_is_refused(path: Path) -> None:
    with pytest.raises(BadSet, match="there is no row in it"):
        read(path)


@pytest.mark.parametrize(("content", "reason"), [(None, "No such file or directory"), (b"\xff", "not UTF-8")])
def test_a_file_that_cannot_be_read_is_named(path: Path, content: bytes | None, reason: str) -> None:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadSet, match=rf"^{path}: cannot be read: {reason}$"):
        read_rows([path], PACKS)
