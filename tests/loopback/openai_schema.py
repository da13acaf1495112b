"""OpenAI's strict structured output: which schemas it accepts, and whether an answer satisfies one.

Source: the "Supported schemas" part of https://developers.openai.com/api/docs/guides/structured-outputs.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "integer": (int,),
    "number": (int, float),
}
ANYWHERE = {"type", "enum", "const", "anyOf", "$ref", "$defs", "definitions", "description", "title"}
BY_TYPE = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems"},
    "string": {"pattern", "format"},
    "integer": {"multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"},
    "number": {"multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"},
}
FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
DEEPEST, MOST_PROPERTIES, MOST_ENUM_VALUES = 10, 5_000, 1_000

Schema = Mapping[str, Any]
Path = tuple[str, ...]


def why_not_strict(schema: Schema) -> list[str]:
    """Everything for which strict mode would refuse this schema, in OpenAI's words; empty when it is legal."""
    return [*_root_problems(schema), *_problems(schema, ()), *_size_problems(schema)]


def why_unsatisfied(answer: object, schema: Schema) -> list[str]:
    """Every way in which `answer` (parsed JSON) breaks a legal strict schema; empty when it satisfies it."""
    return list(_complaints(answer, schema, schema, "answer"))


def _root_problems(schema: Schema) -> Iterator[str]:
    if schema.get("type") != "object":
        yield f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{schema.get('type')}\"'."
    if "anyOf" in schema:
        yield "the root schema must not be an anyOf."


def _problems(schema: object, path: Path) -> Iterator[str]:
    context = f"In context={path}, "
    if not isinstance(schema, dict):
        yield f"{context}schema must be an object."
        return
    for rule in (_keyword_problems, _object_problems, _array_problems, _string_problems, _ref_problems):
        yield from (context + problem for problem in rule(schema))
    for step, child in _children(schema):
        yield from _problems(child, (*path, *step))


def _children(schema: Schema) -> Iterator[tuple[Path, object]]:
    for keyword in ("properties", "$defs", "definitions"):
        yield from (((keyword, name), child) for name, child in schema.get(keyword, {}).items())
    yield from ((("anyOf", str(index)), child) for index, child in enumerate(schema.get("anyOf", [])))
    if "items" in schema:
        yield ("items",), schema["items"]


def _types(schema: Schema) -> list[str]:
    named = schema.get("type", [])
    return [named] if isinstance(named, str) else list(named)


def _keyword_problems(schema: Schema) -> Iterator[str]:
    if not schema.keys() & {"type", "anyOf", "$ref", "enum", "const"}:
        yield "schema must have a 'type' key."
    yield from (f"'{name}' is not a type." for name in _types(schema) if name not in TYPES)
    permitted = ANYWHERE.union(*(BY_TYPE.get(name, set()) for name in _types(schema)))
    yield from (f"'{keyword}' is not permitted." for keyword in schema if keyword not in permitted)


def _object_problems(schema: Schema) -> Iterator[str]:
    if "object" not in _types(schema):
        return
    if schema.get("additionalProperties") is not False:
        yield "'additionalProperties' is required to be supplied and to be false."
    names, required = set(schema.get("properties", {})), schema.get("required", [])
    if names != set(required) or len(required) != len(names):
        yield (
            "'required' is required to be supplied and to be an array including every key in properties. "
            f"Missing or extra: {sorted(names ^ set(required))}."
        )


def _array_problems(schema: Schema) -> Iterator[str]:
    if "array" in _types(schema) and "items" not in schema:
        yield "array schema missing items."


def _string_problems(schema: Schema) -> Iterator[str]:
    if "format" in schema and schema["format"] not in FORMATS:
        yield f"'{schema['format']}' is not a valid format."


def _ref_problems(schema: Schema) -> Iterator[str]:
    if "$ref" in schema and len(schema) > 1:
        yield f"$ref cannot have keywords {sorted(schema.keys() - {'$ref'})}."


def _size_problems(schema: Schema) -> Iterator[str]:
    parts = list(_walk(schema, 1))
    if max(depth for _, depth in parts) > DEEPEST:
        yield f"the schema nests deeper than {DEEPEST} levels."
    if sum(len(part.get("properties", {})) for part, _ in parts) > MOST_PROPERTIES:
        yield f"the schema has more than {MOST_PROPERTIES} properties."
    if sum(len(part.get("enum", [])) for part, _ in parts) > MOST_ENUM_VALUES:
        yield f"the schema has more than {MOST_ENUM_VALUES} enum values."


def _walk(schema: object, depth: int) -> Iterator[tuple[Schema, int]]:
    if isinstance(schema, dict):
        yield schema, depth
        for step, child in _children(schema):
            yield from _walk(child, depth + (step[0] in ("properties", "items")))


def _complaints(value: object, schema: Schema, root: Schema, at: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = _resolved(schema["$ref"], root)
    if "anyOf" in schema:
        yield from _union_complaints(value, schema["anyOf"], root, at)
        return
    if _types(schema) and not any(_is_a(value, name) for name in _types(schema)):
        yield f"{at} is {type(value).__name__}, not {schema['type']}"
        return
    yield from _literal_complaints(value, schema, at)
    match value:
        case dict():
            yield from _object_complaints(value, schema, root, at)
        case list():
            yield from _array_complaints(value, schema, root, at)
        case str():
            yield from _string_complaints(value, schema, at)
        case int() | float():
            yield from _number_complaints(value, schema, at)


def _resolved(ref: str, root: Schema) -> Schema:
    found: Any = root
    for key in ref.removeprefix("#").strip("/").split("/"):
        found = found[key] if key else found
    return found  # type: ignore[no-any-return]


def _is_a(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    whole = name == "integer" and isinstance(value, float) and value.is_integer()
    return whole or isinstance(value, TYPES[name])


def _union_complaints(value: object, variants: list[Schema], root: Schema, at: str) -> Iterator[str]:
    tried = [list(_complaints(value, variant, root, at)) for variant in variants]
    if all(tried):
        yield min(tried, key=len)[0]


def _literal_complaints(value: object, schema: Schema, at: str) -> Iterator[str]:
    allowed = [schema["const"]] if "const" in schema else schema.get("enum", [value])
    if value not in allowed:
        yield f"{at} is {value!r}, not one of {allowed}"


def _object_complaints(value: dict[str, Any], schema: Schema, root: Schema, at: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    yield from (f"{at} lacks {name!r}" for name in schema.get("required", []) if name not in value)
    yield from (f"{at} has {name!r}, which its schema does not know" for name in value if name not in properties)
    for name, property_schema in properties.items():
        if name in value:
            yield from _complaints(value[name], property_schema, root, f"{at}.{name}")


def _array_complaints(value: list[Any], schema: Schema, root: Schema, at: str) -> Iterator[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", math.inf):
        yield f"{at} has {len(value)} items"
    for index, item in enumerate(value):
        yield from _complaints(item, schema.get("items", {}), root, f"{at}[{index}]")


def _string_complaints(value: str, schema: Schema, at: str) -> Iterator[str]:
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{at} does not match {schema['pattern']}"


def _number_complaints(value: float, schema: Schema, at: str) -> Iterator[str]:
    bounds: dict[str, Callable[[float], bool]] = {
        "minimum": lambda limit: value >= limit,
        "maximum": lambda limit: value <= limit,
        "exclusiveMinimum": lambda limit: value > limit,
        "exclusiveMaximum": lambda limit: value < limit,
        "multipleOf": lambda step: value % step == 0,
    }
    for keyword, holds in bounds.items():
        if keyword in schema and not holds(schema[keyword]):
            yield f"{at} is {value}, but {keyword} is {schema[keyword]}"
