"""The Web API's methods: which arguments, which scopes, which token. A strict reading of what a client sends."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from tests.loopback.slack_record import Refused
from tests.loopback.slack_shapes import Json
from tests.loopback.slack_workspace import Workspace

Sort = Literal["text", "ts", "whole", "flag", "list", "object", "words"]
TYPES: dict[Sort, type] = {
    "text": str,
    "ts": str,
    "whole": int,
    "flag": bool,
    "list": list,
    "object": dict,
    "words": list,
}
TS = re.compile(r"\d{10}\.\d{6}")


def _sorts(spelled: str) -> dict[str, Sort]:
    """`"channel ts:ts"` → {"channel": "text", "ts": "ts"}."""
    pairs = (word.partition(":") for word in spelled.split())
    return {name: sort or "text" for name, _, sort in pairs}  # type: ignore[misc]


@dataclass(frozen=True)
class Method:
    """`scopes`: any of these will do. `json`: whether Slack reads this method's arguments from a JSON body."""

    required: dict[str, Sort]
    optional: dict[str, Sort] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()
    token: Literal["bot", "app"] = "bot"
    json: bool = True


def _method(required: str, optional: str = "", scopes: str = "", **more: Any) -> Method:
    return Method(_sorts(required), _sorts(optional), frozenset(scopes.split()), **more)


TEXT = "text blocks:list markdown_text attachments:list metadata:object parse link_names:flag mrkdwn:flag"
LOOKS = "username icon_emoji icon_url"
CONVERSATIONS = "im:read channels:read groups:read"
METHODS: dict[str, Method] = {
    "auth.test": _method("", "team_id"),
    "apps.connections.open": _method("", token="app"),
    "chat.postMessage": _method(
        "channel",
        f"{TEXT} {LOOKS} thread_ts:ts reply_broadcast:flag unfurl_links:flag unfurl_media:flag as_user:flag",
        "chat:write",
    ),
    "chat.update": _method(
        "channel ts:ts",
        "text blocks:list markdown_text attachments:list metadata:object parse link_names:flag reply_broadcast:flag"
        " file_ids:words as_user:flag",
        "chat:write",
    ),
    "chat.postEphemeral": _method(
        "channel user",
        f"text blocks:list markdown_text attachments:list metadata:object parse link_names:flag {LOOKS} thread_ts:ts"
        " as_user:flag",
        "chat:write",
    ),
    "chat.delete": _method("channel ts:ts", "as_user:flag", "chat:write"),
    "conversations.open": _method("", "channel users:words return_im:flag prevent_creation:flag", "im:write"),
    "conversations.info": _method("channel", "include_locale:flag include_num_members:flag", CONVERSATIONS, json=False),
    "users.info": _method("user", "include_locale:flag", "users:read", json=False),
    "views.open": _method("view:object", "trigger_id interactivity_pointer"),
    "views.publish": _method("user_id view:object", "hash"),
    "views.update": _method("view:object", "view_id external_id hash"),
    "reactions.add": _method("channel name timestamp:ts", "", "reactions:write"),
    "assistant.threads.setStatus": _method(
        "channel_id thread_ts:ts status", f"loading_messages:list {LOOKS}", "chat:write"
    ),
    "assistant.threads.setSuggestedPrompts": _method(
        "channel_id prompts:list", "thread_ts:ts title", "assistant:write"
    ),
    "assistant.threads.setTitle": _method("channel_id thread_ts:ts title", "", "assistant:write"),
    "agents.sessions.setStatus": _method(
        "channel_id status", f"thread_ts:ts title initiator_user_id {LOOKS}", "chat:write"
    ),
    "agents.sessions.rename": _method("channel_id title", "thread_ts:ts", "chat:write"),
    "files.getUploadURLExternal": _method("filename length:whole", "alt_txt snippet_type", "files:write", json=False),
    "files.completeUploadExternal": _method(
        "files:list", f"channel_id channels:words initial_comment thread_ts:ts blocks:list {LOOKS}", "files:write"
    ),
    "files.info": _method("file", "count:whole cursor limit:whole page:whole", "files:read", json=False),
}


@dataclass(frozen=True)
class Asked:
    """A request as it came: each argument with whether it came as JSON."""

    token: str
    values: Json
    typed: bool


async def read_request(request: web.Request, workspace: Workspace) -> Asked:
    """Arguments from the query, a form or a JSON body, and the bearer token."""
    values: Json = {}
    body = await request.read()
    typed = request.content_type == "application/json" and bool(body)
    _merge(values, request.query.items(), workspace)
    if typed:
        _merge(values, _json_object(body, workspace).items(), workspace)
    elif body:
        _merge(values, (await request.post()).items(), workspace)
    return Asked(request.headers.get("Authorization", "").removeprefix("Bearer "), values, typed)


def _merge(values: Json, items: Any, workspace: Workspace) -> None:
    for name, value in items:
        if name in values:
            workspace.violate("argument_twice", name)
        values[name] = value


def _json_object(body: bytes, workspace: Workspace) -> Json:
    try:
        read = json.loads(body)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        workspace.violate("invalid_json", body[:200].decode(errors="replace"))
        return {}
    return read


def checked(name: str, method: Method, asked: Asked, workspace: Workspace) -> Json:
    """The arguments with their right types. Raises Refused; what Slack would silently ignore is a violation."""
    if asked.typed and not method.json:
        workspace.violate("json_not_read", f"{name} reads no JSON body")
    known = {**method.required, **method.optional}
    for extra in asked.values.keys() - known.keys():
        workspace.violate("unknown_argument", f"{name}({extra})")
    missing = [field for field in method.required if asked.values.get(field, "") == ""]
    if missing:
        raise _invalid(workspace, f"{name}: missing required field: {', '.join(missing)}")
    given = {field: value for field, value in asked.values.items() if field in known}
    return {
        field: _read(f"{name}({field})", known[field], value, asked.typed, workspace) for field, value in given.items()
    }


def _invalid(workspace: Workspace, detail: str) -> Refused:
    return workspace.illegal("invalid_arguments", detail, response_metadata={"messages": [f"[ERROR] {detail}"]})


def _read(where: str, sort: Sort, value: Any, typed: bool, workspace: Workspace) -> Any:
    spelled = isinstance(value, str) and not (typed and sort in ("flag", "whole"))
    read = _from_text(sort, value) if spelled else value
    right = isinstance(read, TYPES[sort]) and not (sort == "whole" and isinstance(read, bool))
    if not right or (sort == "ts" and not TS.fullmatch(read)):
        raise _invalid(workspace, f"{where} must be {sort}, got {value!r}")
    return read


FLAGS: Mapping[str, bool] = {"1": True, "true": True, "0": False, "false": False}


def _from_text(sort: Sort, value: str) -> Any:
    """What a form or query value stands for; None if it stands for nothing of that sort."""
    match sort:
        case "text" | "ts":
            return value
        case "words":
            return value.split(",")
        case "flag":
            return FLAGS.get(value)
        case "whole":
            return int(value) if value.isdecimal() else None
        case "list" | "object":
            try:
                return json.loads(value)
            except ValueError:
                return None
