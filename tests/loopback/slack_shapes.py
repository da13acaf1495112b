"""Rules for JSON values. A rule yields what is wrong, in Slack's own wording, with a pointer to the place."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Json = dict[str, Any]
Rule = Callable[[Any, str], Iterator[str]]
Rules = Mapping[str, Rule]


def words(spelled: str) -> frozenset[str]:
    return frozenset(spelled.split())


def wrong(what: str, at: str) -> str:
    return f"{what} [json-pointer:{at or '/'}]"


def anything(value: Any, at: str) -> Iterator[str]:
    yield from ()


def flag(value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield wrong("must be a boolean", at)


def string(most: int, least: int = 1, pattern: str = "") -> Rule:
    def rule(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield wrong("must be a string", at)
        elif len(value) > most:
            yield wrong(f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            yield wrong(f"must be more than {least - 1} characters", at)
        elif pattern and not re.fullmatch(pattern, value):
            yield wrong(f"must match {pattern}", at)

    return rule


def whole(least: int, most: int) -> Rule:
    def rule(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            yield wrong(f"must be a whole number from {least} to {most}", at)

    return rule


def number(value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield wrong("must be a number", at)


def choice(*values: str) -> Rule:
    def rule(value: Any, at: str) -> Iterator[str]:
        if value not in values:
            yield wrong(f"must be one of {', '.join(values)}", at)

    return rule


def listing(item: Rule, most: int, least: int = 1) -> Rule:
    def rule(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield wrong("must be an array", at)
            return
        if len(value) > most:
            yield wrong(f"no more than {most} items allowed", at)
        if len(value) < least:
            yield wrong(f"must provide at least {least} items", at)
        for index, each in enumerate(value):
            yield from item(each, f"{at}/{index}")

    return rule


def shape(required: Rules, optional: Rules) -> Rule:
    """An object with these fields and no other."""
    known = {**required, **optional}

    def rule(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield wrong("must be an object", at)
            return
        for field in required:
            if field not in value:
                yield wrong(f"missing required field: {field}", at)
        for field, item in value.items():
            if field in known:
                yield from known[field](item, f"{at}/{field}")
            else:
                yield wrong(f"no more fields allowed: {field}", at)

    return rule


def by_type(kinds: Rules) -> Rule:
    """An object whose `type` says which rule holds for its other fields."""

    def rule(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield wrong("must be an object", at)
        elif value.get("type") not in kinds:
            yield wrong(f"unsupported type: {value.get('type')}", at)
        else:
            yield from kinds[value["type"]]({key: item for key, item in value.items() if key != "type"}, at)

    return rule
