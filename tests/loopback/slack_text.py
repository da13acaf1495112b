"""Slack's text: what a person types, what goes over the wire, what a person reads, and whom it calls."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.loopback.slack_shapes import Json

MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
CALL = re.compile(r"<(?:@(?P<user>[UW][A-Z0-9]+)|!(?P<group>channel|here|everyone|subteam\^[A-Z0-9]+))(?:\|[^>]*)?>")
LINKED_CALL = re.compile(r"(?<!\S)@(channel|here|everyone)\b")
LINK = re.compile(r"<((?:https?|mailto):[^>|]*)(?:\|([^>]*))?>")


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_typed(text: str, names: Mapping[str, str]) -> str:
    """The wire form of what a person types: everything is escaped, except that a known `@Name` or `<@ID>` becomes a
    mention, and `@channel`, `@here`, `@everyone` the broadcast that Slack's own composer makes of them.

    `names` maps user ids to display names.
    """
    ids = {name.lower(): user for user, name in names.items()}
    spelled = "|".join(re.escape(name) for name in [*names.values(), "channel", "here", "everyone"])
    called = re.compile(rf"<@(?P<id>[UW][A-Z0-9]+)>|(?<!\S)@(?P<name>{spelled})\b", re.IGNORECASE)
    parts, done = [], 0
    for match in called.finditer(text):
        parts += [escape(text[done : match.start()]), _called(match, ids, names)]
        done = match.end()
    return "".join([*parts, escape(text[done:])])


def _called(match: re.Match[str], ids: Mapping[str, str], names: Mapping[str, str]) -> str:
    if match["name"]:
        name = match["name"].lower()
        return f"<@{ids[name]}>" if name in ids else f"<!{name}>"
    return match[0] if match["id"] in names else escape(match[0])


def as_shown(wire: str, names: Mapping[str, str]) -> str:
    """What a person reads: mentions by name, links by their label, entities decoded."""
    text = MENTION.sub(lambda match: "@" + names.get(match[1], match[1]), wire)
    text = re.sub(r"<!(channel|here|everyone)(?:\|[^>]*)?>", r"@\1", text)
    text = LINK.sub(lambda match: match[2] or match[1], text)
    return html.unescape(text)


def calls_in(text: str, users: Iterable[str], linked: bool = False) -> list[str]:
    """Whom this markup notifies: ids of real users, `!channel` and the like. `linked`: plain `@channel` counts too."""
    known = set(users)
    found = [match["user"] or "!" + match["group"] for match in CALL.finditer(text)]
    found += ["!" + match[1] for match in LINKED_CALL.finditer(text)] if linked else []
    return [call for call in found if call.startswith("!") or call in known]


def markup_in(blocks: Any) -> Iterator[str]:
    """Every piece of text in these blocks in which Slack reads mentions."""
    if isinstance(blocks, list):
        for item in blocks:
            yield from markup_in(item)
    elif isinstance(blocks, dict):
        match blocks.get("type"):
            case "mrkdwn" | "markdown":
                yield blocks["text"]
            case "user":
                yield f"<@{blocks['user_id']}>"
            case "broadcast":
                yield f"<!{blocks['range']}>"
            case _:
                for item in blocks.values():
                    yield from markup_in(item)


def shown_blocks(blocks: list[Json], names: Mapping[str, str]) -> str:
    """What a person reads in these blocks, a line per block; buttons as [Label]."""
    lines = ("\n".join(_pieces(block)) for block in blocks)
    return "\n".join(as_shown(line, names) for line in lines if line)


def _pieces(block: Json) -> Iterator[str]:
    match block["type"]:
        case "table":
            yield from (" | ".join(_cell(cell) for cell in row) for row in block["rows"])
        case "rich_text":
            yield from ("".join(_inline(part)) for part in block["elements"])
        case "context" | "actions" | "context_actions":
            yield " ".join(_element(element) for element in block["elements"])
        case "input":
            yield f"{_label(block['label'])}: {_element(block['element'])}"
        case "image":
            yield f"[image: {block['alt_text']}]"
        case _:
            yield from (_label(block[field]) for field in ("text",) if field in block)
            yield from (_label(field) for field in block.get("fields", []))
            yield from (_element(block[field]) for field in ("accessory",) if field in block)


def _label(text: Json | str) -> str:
    """A text object's text as wire text: entities are decoded in mrkdwn only."""
    if isinstance(text, str):
        return text
    return str(text["text"]) if text["type"] == "mrkdwn" else escape(str(text["text"]))


def _element(element: Json) -> str:
    match element["type"]:
        case "plain_text" | "mrkdwn":
            return _label(element)
        case "button" | "icon_button":
            return f"[{_label(element['text'])}]"
        case "image":
            return f"[image: {element['alt_text']}]"
        case "feedback_buttons":
            return " ".join(f"[{_label(element[side + '_button']['text'])}]" for side in ("positive", "negative"))
        case _:
            return "[" + " / ".join(_label(option["text"]) for option in options_of(element)) + "]"


def options_of(element: Json) -> list[Json]:
    groups: list[Json] = element.get("option_groups", [])
    return [*element.get("options", []), *(option for group in groups for option in group["options"])]


def _cell(cell: Json) -> str:
    if cell["type"] == "rich_text":
        return " ".join("".join(_inline(part)) for part in cell["elements"])
    return escape(str(cell.get("text", cell.get("value", ""))))


def _inline(part: Json) -> Iterator[str]:
    if "elements" in part:
        for element in part["elements"]:
            yield from _inline(element)
        return
    match part["type"]:
        case "user":
            yield f"<@{part['user_id']}>"
        case "broadcast":
            yield f"<!{part['range']}>"
        case "emoji":
            yield f":{part['name']}:"
        case _:
            yield escape(str(part.get("text") or part.get("url") or part.get("fallback") or ""))
