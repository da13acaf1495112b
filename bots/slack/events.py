"""What Slack delivers, as it is received: told apart by its key, put into its learner's lane, not looked into any further."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from engine.ports import NewWork
from engine.work import kinds

NAME = "slack"
MESSAGES = ("message", "app_mention")


def received(raw: str) -> Mapping[str, Any] | None:
    """The payload of a request body: JSON (events, and everything in Socket Mode) or a form (commands, interactivity).

    None for what is neither.
    """
    try:
        payload = json.loads(raw)
    except ValueError:
        form = {name: values[0] for name, values in parse_qs(raw, keep_blank_values=True).items()}
        try:
            payload = json.loads(form["payload"]) if "payload" in form else form
        except ValueError:
            return None
    return payload if isinstance(payload, Mapping) and payload else None


def event(payload: Mapping[str, Any]) -> NewWork | None:
    """The payload as a piece of work; None for what no learner did."""
    inner = payload.get("event")
    if payload.get("type") == "event_callback" and isinstance(inner, Mapping):
        return _from_event(payload, inner)
    team = payload.get("team_id") or _id(payload.get("team"))
    user = payload.get("user_id") or _id(payload.get("user"))
    if not isinstance(team, str) or not isinstance(user, str):
        return None
    return _work(team, user, f"{NAME}:{team}:{payload.get('trigger_id') or _digest(payload)}", payload)


def _from_event(payload: Mapping[str, Any], inner: Mapping[str, Any]) -> NewWork | None:
    team = payload.get("team_id")
    changed = inner.get("message") if inner.get("subtype") == "message_changed" else None
    user = changed.get("user") if isinstance(changed, Mapping) else inner.get("user")
    if not isinstance(team, str) or not isinstance(user, str) or inner.get("bot_id"):
        return None
    return _work(team, user, f"{NAME}:{team}:{_event_key(payload, inner)}", payload)


def _event_key(payload: Mapping[str, Any], inner: Mapping[str, Any]) -> str:
    """A message and its mention are two events about one thing, so its place and time name it; an edit has its own time."""
    if inner.get("type") in MESSAGES and inner.get("subtype") in (None, "file_share") and inner.get("ts"):
        return f"{inner.get('channel')}:{inner['ts']}"
    return str(payload.get("event_id") or _digest(payload))


def _work(team: str, user: str, key: str, payload: Mapping[str, Any]) -> NewWork:
    return kinds.event(NAME, f"{NAME}:{team}:{user}", key, json.dumps(payload).encode())


def _id(value: object) -> object:
    return value.get("id") if isinstance(value, Mapping) else None


def _digest(payload: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
