"""views.*: modals and the home tab, and what a person fills in."""

import json
import time
import uuid
from typing import Any, Literal

from tests.loopback.slack_blocks import elements_of, view_problems
from tests.loopback.slack_chat import numbered
from tests.loopback.slack_elements import INPUTS
from tests.loopback.slack_events import view_wire
from tests.loopback.slack_record import Refused
from tests.loopback.slack_shapes import Json
from tests.loopback.slack_talk import User, View
from tests.loopback.slack_text import options_of
from tests.loopback.slack_workspace import Workspace

MOST_BYTES = 250_000


def open_view(workspace: Workspace, args: Json) -> Json:
    user = _exchange(workspace, args)
    user.modal = _kept(workspace, user, args["view"], "modal")
    return _answer(workspace, user.modal)


def publish_view(workspace: Workspace, args: Json) -> Json:
    user = workspace.users.get(args["user_id"])
    if user is None:
        raise Refused("invalid_arguments")
    if user.home is not None and args.get("hash", user.home.hash) != user.home.hash:
        raise Refused("hash_conflict")
    user.home = _kept(workspace, user, args["view"], "home")
    return _answer(workspace, user.home)


def update_view(workspace: Workspace, args: Json) -> Json:
    view = _named(workspace, args)
    if args.get("hash", view.hash) != view.hash:
        raise Refused("hash_conflict")
    replace(workspace, view, args["view"])
    return _answer(workspace, view)


def replace(workspace: Workspace, view: View, content: Json) -> None:
    view.content, view.hash = _valid(workspace, content, view.kind), _hash()
    workspace.signal.fire()


def push(workspace: Workspace, user: User, content: Json) -> None:
    user.modal = _kept(workspace, user, content, "modal")


def state_of(view: View, filled: dict[str, Any]) -> Json:
    """`view.state.values` when a person fills in `filled`: action_id or block_id → text, or an option's value or label.

    Raises LookupError for a field or option that is not there, ValueError for what Slack's own form would not send.
    """
    values: Json = {}
    filled = dict(filled)
    for block, element in elements_of(view.content["blocks"]):
        if element["type"] not in INPUTS:
            continue
        entered = _entered(element, filled.pop(element["action_id"], filled.pop(block["block_id"], None)))
        if block["type"] == "input" and not block.get("optional") and not _filled(entered):
            raise ValueError(f"{block['label']['text']} is required")
        if len(str(entered.get("value") or "")) > element.get("max_length", 3000):
            raise ValueError(f"{block['label']['text']} is too long")
        values.setdefault(block["block_id"], {})[element["action_id"]] = entered
    if filled:
        raise LookupError(f"no such field: {', '.join(filled)}")
    return values


def pick(element: Json, wanted: str) -> Json:
    """The option whose value or visible text is `wanted`."""
    for option in options_of(element):
        if wanted in (option["value"], option["text"]["text"]):
            return option
    raise LookupError(f"{wanted!r} is none of {[option['text']['text'] for option in options_of(element)]}")


def _entered(element: Json, given: Any) -> Json:
    kind = element["type"]
    match kind:
        case "plain_text_input":
            return {"type": kind, "value": given if given is not None else element.get("initial_value")}
        case "static_select" | "radio_buttons":
            chosen = pick(element, given) if given is not None else element.get("initial_option")
            return {"type": kind, "selected_option": chosen}
        case "checkboxes" | "multi_static_select":
            several = [pick(element, each) for each in given] if given is not None else element.get("initial_options")
            return {"type": kind, "selected_options": several or []}
        case "users_select":
            return {"type": kind, "selected_user": given or element.get("initial_user")}
        case _:
            return {"type": kind}


def _filled(entered: Json) -> bool:
    return any(value for field, value in entered.items() if field != "type")


def _exchange(workspace: Workspace, args: Json) -> User:
    """Trades a trigger id, once and soon, for the person who caused it."""
    trigger = args.get("trigger_id", "")
    if trigger not in workspace.triggers:
        raise workspace.illegal("invalid_trigger_id", trigger)
    if trigger in workspace.exchanged_triggers:
        raise workspace.illegal("exchanged_trigger_id", trigger)
    made, user = workspace.triggers[trigger]
    if time.monotonic() - made > workspace.trigger_life:
        raise Refused("expired_trigger_id")
    workspace.exchanged_triggers.add(trigger)
    return user


def _named(workspace: Workspace, args: Json) -> View:
    external = args.get("external_id")
    for view in workspace.views.values():
        if args.get("view_id") == view.id or (external and view.content.get("external_id") == external):
            return view
    raise Refused("not_found")


def _kept(workspace: Workspace, user: User, content: Json, kind: Literal["modal", "home"]) -> View:
    view = View(workspace.next_id("V"), kind, user, _valid(workspace, content, kind), _hash())
    workspace.views[view.id] = view
    workspace.signal.fire()
    return view


def _valid(workspace: Workspace, content: Json, kind: Literal["modal", "home"]) -> Json:
    if len(json.dumps(content)) > MOST_BYTES:
        raise workspace.illegal("view_too_large", f"more than {MOST_BYTES} bytes")
    if problems := view_problems(content, kind):
        told = [f"[ERROR] {problem}" for problem in problems]
        raise workspace.illegal("invalid_arguments", "; ".join(problems), response_metadata={"messages": told})
    return {**content, "blocks": numbered(workspace, content["blocks"])}


def _hash() -> str:
    return f"{int(time.time())}.{uuid.uuid4().hex[:8]}"


def _answer(workspace: Workspace, view: View) -> Json:
    return {"view": view_wire(view, workspace, {})}
