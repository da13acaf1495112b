"""What Slack delivers, as work: told apart by its key, put into its learner's lane.

What does not concern Viva (people's talk in channels, what bots say) is not kept at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from bots.slack import NAME
from bots.slack.parse import parse, team_of, user_of
from engine.failures import Unusable
from engine.ports import NewWork
from engine.work import kinds

Kind = Literal["event", "command", "action", "shortcut"]
Payload = Mapping[str, Any]


def work(payload: Payload, now: float) -> NewWork | None:
    """The payload of an event, a command or an interaction as a piece of work; None when it changes nothing.

    `now` (seconds): commands do not say when they were given.
    """
    kind = _kind(payload)
    if kind is None:
        return None
    # The deprecated verification token is a secret, and nothing needs it.
    kept = {name: value for name, value in payload.items() if name != "token"}
    body = json.dumps({"type": kind, "at": int(now * 1_000_000), "payload": kept}).encode()
    if _changes_nothing(body):
        return None
    lane, key = f"{NAME}:{team_of(payload)}:{user_of(payload) or 'nobody'}", _key(kind, payload)
    if not f"{lane}{key}".isprintable():  # no database takes it, and it is to be kept all the same
        lane, key = f"{NAME}::nobody", f"{NAME}::{_digest(payload)}"
    return kinds.event(NAME, lane, key, body)


def _kind(payload: Payload) -> Kind | None:
    match payload.get("type"):
        case "event_callback":
            return "event"
        case "block_actions":
            return "action"
        case "message_action":
            return "shortcut"
        case _:
            return "command" if "command" in payload else None


def _changes_nothing(body: bytes) -> bool:
    try:
        return parse(body) is None
    except Unusable:
        return False  # for the operator to look at


def _key(kind: Kind, payload: Payload) -> str:
    """The same at every delivery, whichever way it comes; a message and the mention in it are one."""
    prefix = f"{NAME}:{team_of(payload)}"
    told = _message_key(payload) if kind == "event" else f"{kind}:{payload.get('trigger_id') or _digest(payload)}"
    return f"{prefix}:{told or payload.get('event_id') or _digest(payload)}"


def _message_key(payload: Payload) -> str | None:
    event = payload.get("event")
    if not isinstance(event, Mapping) or event.get("type") not in ("message", "app_mention"):
        return None
    changed = event.get("message")
    if event.get("subtype") == "message_changed" and isinstance(changed, Mapping):
        edited = changed.get("edited")
        when = edited.get("ts") if isinstance(edited, Mapping) else event.get("ts")
        return f"{event.get('channel')}:{changed.get('ts')}:{when}"
    return f"{event.get('channel')}:{event['ts']}" if event.get("ts") else None


def _digest(payload: Payload) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
