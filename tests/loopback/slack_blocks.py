"""What is wrong with blocks and views, by Block Kit's rules."""

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.loopback.slack_elements import (
    ACCESSORIES,
    BUTTONS,
    CONTEXT,
    CONTEXT_ACTIONS,
    INPUTS,
    RICH_TEXT,
    URL,
    marked,
    plain,
)
from tests.loopback.slack_shapes import (
    Json,
    Rule,
    Rules,
    anything,
    by_type,
    choice,
    flag,
    listing,
    number,
    shape,
    string,
    wrong,
)

BLOCK_ID: Rules = {"block_id": string(255)}
MARKDOWN_BUDGET = 12_000  # characters over all markdown blocks of one message
TABLE_BUDGET = 10_000  # characters over all cells of one message


def _section(value: Any, at: str) -> Iterator[str]:
    yield from _SECTION(value, at)
    if "text" not in value and not value.get("fields"):
        yield wrong("needs text or fields", at)


def _column(value: Any, at: str) -> Iterator[str]:
    if value is not None:
        yield from _COLUMN(value, at)


_SECTION = shape(
    {},
    {
        **BLOCK_ID,
        "text": marked(3000),
        "fields": listing(marked(2000), 10),
        "accessory": by_type(ACCESSORIES),
        "expand": flag,
    },
)
_COLUMN = shape({}, {"align": choice("left", "center", "right"), "is_wrapped": flag})
CELL = by_type(
    {
        "raw_text": shape({"text": string(10_000)}, {}),
        "raw_number": shape({"value": number}, {"text": string(200)}),
        "rich_text": RICH_TEXT,
    }
)
MESSAGE_BLOCKS: Rules = {
    "section": _section,
    "header": shape({"text": plain(150)}, BLOCK_ID),
    "divider": shape({}, BLOCK_ID),
    "context": shape({"elements": listing(by_type(CONTEXT), 10)}, BLOCK_ID),
    "actions": shape({"elements": listing(by_type(BUTTONS), 25)}, BLOCK_ID),
    "context_actions": shape({"elements": listing(by_type(CONTEXT_ACTIONS), 5)}, BLOCK_ID),
    "image": shape(
        {"alt_text": string(2000)}, {**BLOCK_ID, "image_url": URL, "slack_file": anything, "title": plain(2000)}
    ),
    "markdown": shape({"text": string(MARKDOWN_BUDGET)}, BLOCK_ID),
    "rich_text": RICH_TEXT,
    "table": shape({"rows": listing(listing(CELL, 20), 100)}, {**BLOCK_ID, "column_settings": listing(_column, 20)}),
}
INPUT_BLOCK = shape(
    {"label": plain(2000), "element": by_type(INPUTS)},
    {**BLOCK_ID, "hint": plain(2000), "optional": flag, "dispatch_action": flag},
)
VIEW_BLOCKS: Rules = {
    **{name: rule for name, rule in MESSAGE_BLOCKS.items() if name not in ("markdown", "table", "context_actions")},
    "input": INPUT_BLOCK,
}
_IN_MESSAGE = listing(by_type(MESSAGE_BLOCKS), 50, least=0)
_IN_VIEW = listing(by_type(VIEW_BLOCKS), 100)

_VIEW: Rules = {
    "callback_id": string(255),
    "private_metadata": string(3000, least=0),
    "external_id": string(255),
}
_MODAL = shape(
    {"title": plain(24), "blocks": _IN_VIEW},
    {**_VIEW, "submit": plain(24), "close": plain(24), "clear_on_close": flag, "notify_on_close": flag},
)
_HOME = shape({"blocks": _IN_VIEW}, _VIEW)
_VIEWS: dict[str, Rule] = {"modal": by_type({"modal": _MODAL}), "home": by_type({"home": _HOME})}


def message_problems(blocks: Any) -> list[str]:
    """Everything wrong with a message's blocks; empty when Slack would take them."""
    problems = list(_IN_MESSAGE(blocks, "/blocks"))
    return problems or list(_whole_problems(blocks))


def view_problems(view: Any, kind: str) -> list[str]:
    """Everything wrong with a view that is to be a `modal` or the `home` tab."""
    problems = list(_VIEWS[kind](view, "/view"))
    if problems:
        return problems
    if any(block["type"] == "input" for block in view["blocks"]) and kind == "modal" and "submit" not in view:
        return [wrong("a modal with input blocks needs submit", "/view")]
    return list(_whole_problems(view["blocks"]))


def elements_of(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every (block, interactive element) of these blocks, in reading order."""
    for block in blocks:
        nested = [block[field] for field in ("accessory", "element") if field in block]
        for element in itertools.chain(nested, block.get("elements", [])):
            if element.get("type") in {**BUTTONS, **INPUTS, **CONTEXT_ACTIONS}:
                yield block, element


def _whole_problems(blocks: list[Json]) -> Iterator[str]:
    """What no block shows alone: identifiers used twice, and what the message may hold in all."""
    yield from _repeated("block_id", [block.get("block_id") for block in blocks])
    yield from _repeated("action_id", [element.get("action_id") for _, element in elements_of(blocks)])
    tables = [block for block in blocks if block["type"] == "table"]
    if len(tables) > 1:
        yield wrong("only one table block allowed", "/blocks")
    if sum(_cell_text(cell) for table in tables for row in table["rows"] for cell in row) > TABLE_BUDGET:
        yield wrong(f"table cells must hold less than {TABLE_BUDGET + 1} characters in all", "/blocks")
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MARKDOWN_BUDGET:
        yield wrong(f"markdown must be less than {MARKDOWN_BUDGET + 1} characters in all", "/blocks")


def _repeated(field: str, values: list[str | None]) -> Iterator[str]:
    for value, times in Counter(value for value in values if value is not None).items():
        if times > 1:
            yield wrong(f"{field} `{value}` already exists for another block or element", "/blocks")


def _cell_text(cell: Json) -> int:
    if cell["type"] == "rich_text":
        return sum(len(part.get("text", "")) for each in cell["elements"] for part in each["elements"])
    return len(str(cell.get("text", cell.get("value", ""))))
