"""Updates as they are received: told apart by their key, put into their learner's lane, not looked into any further."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from engine.ports import NewWork
from engine.work import kinds

NAME = "telegram"
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]


def event(bot_id: int, update: object) -> NewWork:
    """The update as a piece of work. What no learner can be found in goes to a lane of its own, for the operator."""
    body = json.dumps(update).encode()
    return kinds.event(NAME, f"{NAME}:{bot_id}:{_learner(update) or 'nobody'}", _key(bot_id, update, body), body)


def _key(bot_id: int, update: object, body: bytes) -> str:
    """After a quiet week Telegram begins anew with any update id, so the id alone could hide a new update behind an
    old one."""
    update_id = update.get("update_id") if isinstance(update, Mapping) else None
    if not isinstance(update_id, int):
        return f"{NAME}:{bot_id}:{hashlib.sha256(body).hexdigest()}"
    return f"{NAME}:{bot_id}:{update_id}:{_time(update)}"


def _time(update: object) -> int:
    """When it happened, in seconds: the same at every delivery; 0 when the update does not tell."""
    message = _part(update)
    if isinstance(message, Mapping):
        message = message.get("message") or message
    time = message.get("edit_date") or message.get("date") if isinstance(message, Mapping) else None
    return time if isinstance(time, int) else 0


def _learner(update: object) -> int | None:
    part = _part(update)
    sender = part.get("from") if isinstance(part, Mapping) else None
    user_id = sender.get("id") if isinstance(sender, Mapping) else None
    return user_id if type(user_id) is int else None


def _part(update: object) -> Any:
    if not isinstance(update, Mapping):
        return None
    return next((update[name] for name in ALLOWED_UPDATES if name in update), None)


def callback_id(update: object) -> str | None:
    """The id of the button press that wants to be answered within seconds."""
    query = update.get("callback_query") if isinstance(update, Mapping) else None
    query_id = query.get("id") if isinstance(query, Mapping) else None
    return query_id if isinstance(query_id, str) else None
