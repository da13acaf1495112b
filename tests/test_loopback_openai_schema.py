"""Strict structured output: illegal schemas are named, and so are answers that break a legal one."""

from typing import Any

import pytest

from tests.loopback.openai_client import STRICT
from tests.loopback.openai_schema import why_not_strict, why_unsatisfied


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"additionalProperties": True}, "'additionalProperties' is required to be supplied and to be false."),
        ({"required": []}, "Missing or extra: ['grade']"),
        ({"required": ["note"]}, "Missing or extra: ['grade', 'note']"),
        ({"properties": {"grade": {"type": "string", "maxLength": 5}}}, "'maxLength' is not permitted."),
        ({"properties": {"grade": {"type": "integer", "default": 1}}}, "'default' is not permitted."),
        ({"properties": {"grade": {"type": "string", "minimum": 5}}}, "'minimum' is not permitted."),
        ({"properties": {"grade": {"type": "string", "format": "uri"}}}, "'uri' is not a valid format."),
        ({"properties": {"grade": {"oneOf": []}}}, "'oneOf' is not permitted."),
        ({"properties": {"grade": {}}}, "schema must have a 'type' key."),
        ({"properties": {"grade": {"type": "array"}}}, "array schema missing items."),
        ({"properties": {"grade": {"type": "whole"}}}, "'whole' is not a type."),
        ({"properties": {"grade": {"type": "object", "properties": {}}}}, "In context=('properties', 'grade')"),
        ({"properties": {"grade": {"$ref": "#/$defs/A", "title": "A"}}}, "$ref cannot have keywords ['title']."),
        ({"$defs": {"A": {"type": "string", "minLength": 1}}}, "'minLength' is not permitted."),
        ({"type": "array", "items": {"type": "string"}}, "schema must be a JSON Schema of 'type: \"object\"'"),
        ({"anyOf": []}, "the root schema must not be an anyOf."),
        ({"properties": {"grade": {"type": "string", "enum": list(map(str, range(1001)))}}}, "1000 enum values"),
    ],
)
def test_a_schema_that_strict_mode_refuses_is_named(change: dict[str, Any], problem: str) -> None:
    assert why_not_strict(STRICT) == []
    assert problem in " ".join(why_not_strict({**STRICT, **change}))


def test_a_schema_that_nests_too_deep_is_named() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(11):
        schema = {"type": "array", "items": schema}
    assert "deeper than 10" in " ".join(why_not_strict({**STRICT, "properties": {"grade": schema}}))


def test_answers_are_checked_through_references_unions_and_lists() -> None:
    point = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "pattern": "^k"},
            "hit": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
        },
        "required": ["name", "hit"],
        "additionalProperties": False,
    }
    schema = {
        "type": "array",
        "items": {"$ref": "#/$defs/Point"},
        "minItems": 1,
        "maxItems": 2,
        "$defs": {"Point": point},
    }
    good = {"name": "k-means", "hit": None}
    assert why_unsatisfied([good], schema) == []
    assert why_unsatisfied([], schema) == ["answer has 0 items"]
    assert why_unsatisfied([good, {"name": "means", "hit": 1}], schema) == [
        "answer[1].name does not match ^k",
        "answer[1].hit is int, not boolean",
    ]
    assert why_unsatisfied("a", {"type": "string", "enum": ["b"]}) == ["answer is 'a', not one of ['b']"]
    assert why_unsatisfied(True, {"type": "integer"}) == ["answer is bool, not integer"]
