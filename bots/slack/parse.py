"""From what Slack delivered to what a learner said. Pure."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.failures import Unusable
from engine.said import (
    COMMANDS,
    Address,
    Command,
    Edit,
    Incoming,
    Learner,
    Press,
    Recording,
    Said,
    Text,
    Unsupported,
)

NAME = "slack"
SHORTCUT = "grade_interview"

_MENTION = re.compile(r"^\s*<@[UW][A-Z0-9]+(?:\|[^>]*)?>[\s,:]*")
_LINK = re.compile(r"<((?:https?|mailto):[^>|]*)(?:\|([^>]*))?>")
_REFERENCE = re.compile(r"<[@#!]([^>|]+)(?:\|([^>]*))?>")

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Where:
    """The spot that an event comes from. `thread` is None at the root of a channel."""

    team: str
    channel: str
    user: str
    thread: str | None

    @property
    def chat(self) -> str:
        return f"{NAME}:{self.team}:{self.channel}"

    @property
    def direct(self) -> bool:
        """The app's own Messages tab: a talk between one learner and Viva."""
        return self.channel.startswith("D")

    def place(self, thread: str | None) -> str | None:
        return f"{self.chat}:{thread}" if thread else None

    def address(self, thread: str | None) -> Address:
        return {"team": self.team, "channel": self.channel, "user": self.user, "thread_ts": thread}


def parse(body: bytes) -> Incoming | None:
    """None for what does not concern Viva. Raises Unusable('malformed')."""
    try:
        payload = json.loads(body)
        if payload.get("type") == "event_callback":
            return _event(payload, payload["event"])
        if "command" in payload:
            return _slash(payload)
        return _interaction(payload)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise Unusable("malformed", type(error).__name__) from None


def _event(payload: Json, event: Json) -> Incoming | None:
    if event["type"] not in ("message", "app_mention"):
        return None
    match event.get("subtype"):
        case None | "file_share":
            return _message(payload["team_id"], event)
        case "message_changed":
            return _edit(payload["team_id"], event)
        case _:
            return None


def _message(team: str, event: Json) -> Incoming | None:
    text = event.get("text") or ""
    mentioned = event["type"] == "app_mention" or bool(_MENTION.match(text))
    where = Where(team, event["channel"], event["user"], event.get("thread_ts"))
    if not (where.direct or where.thread or mentioned):
        return None
    said = _said(event, plain(_MENTION.sub("", text)), mentioned and where.thread is None and not where.direct)
    opens = where.thread or event["ts"]
    waits = where.direct and where.thread is None
    return _incoming(where, said, event["ts"], None if waits else opens, opens, mentioned or where.direct)


def _incoming(where: Where, said: Said, ts: str, thread: str | None, opens: str | None, to_viva: bool) -> Incoming:
    return Incoming(
        channel=NAME,
        learner=Learner(f"{NAME}:{where.team}:{where.user}", "there"),
        chat=where.chat,
        place=where.place(thread),
        opens=where.place(opens),
        address=where.address(thread or opens),
        said=said,
        ref=ts,
        position=micros(ts),
        to_viva=to_viva,
    )


def _said(event: Json, text: str, opening: bool) -> Said:
    files = event.get("files") or []
    audio = next((file for file in files if _is_audio(file)), None)
    if audio:
        return _recording(audio)
    if files and not text:
        return Unsupported("this kind of file")
    if opening:
        return _command_in(text) or Command("start", text)
    return _command_in(text) or Text(text)


def _is_audio(file: Json) -> bool:
    """Slack's audio clips are MP4, and sometimes labelled as video."""
    kind = str(file.get("mimetype") or "")
    return file.get("subtype") == "slack_audio" or kind.startswith(("audio/", "video/"))


def _recording(file: Json) -> Recording:
    milliseconds = file.get("duration_ms")
    seconds = milliseconds / 1000 if isinstance(milliseconds, int | float) else None
    url = file.get("url_private_download") or file.get("url_private") or ""
    return Recording({"url": str(url), "id": str(file.get("id", ""))}, seconds, file.get("size"))


def _command_in(text: str) -> Command | None:
    """Plain words are commands where Slack has no slash commands: alone, or "start" with what is wished."""
    head, _, rest = text.strip().lower().lstrip("/").partition(" ")
    name = head.rstrip(".!?")
    known = next((command for command in COMMANDS if command == name), None)
    return Command(known, rest.strip()) if known and (not rest or known in ("start", "history")) else None


def _edit(team: str, event: Json) -> Incoming | None:
    message, before = event["message"], event.get("previous_message") or {}
    if message.get("bot_id") or message.get("subtype") or message.get("text") == before.get("text"):
        return None
    where = Where(team, event["channel"], message["user"], message.get("thread_ts") or message["ts"])
    said = Edit(message["ts"], plain(message.get("text") or ""))
    waits = where.direct and not message.get("thread_ts")
    return _incoming(where, said, event.get("ts") or message["ts"], None if waits else where.thread, None, False)


def _slash(payload: Json) -> Incoming:
    where = Where(payload["team_id"], payload["channel_id"], payload["user_id"], None)
    said: Said = Command("grade")
    if payload["command"] != "/grade":
        text = plain(payload.get("text") or "").strip()
        said = _command_in(text) or Command("start", text)
    incoming = _incoming(where, said, f"{payload['trigger_id'].split('.')[0]}", None, None, True)
    return _named(incoming, payload.get("user_name"))


def _interaction(payload: Json) -> Incoming | None:
    channel = (payload.get("channel") or {}).get("id") or (payload.get("container") or {}).get("channel_id")
    message = payload.get("message") or {}
    if not channel:
        return None
    said = _pressed(payload)
    if said is None:
        return None
    thread = message.get("thread_ts") or (payload.get("container") or {}).get("thread_ts")
    where = Where(payload["team"]["id"], channel, payload["user"]["id"], thread)
    opens = thread or (message.get("ts") if where.direct or not _is_ephemeral(payload) else None)
    ts = _action_ts(payload)
    user = payload["user"].get("name") or payload["user"].get("username")
    return _named(_incoming(where, said, ts, thread or opens, opens, True), user)


def _is_ephemeral(payload: Json) -> bool:
    return bool((payload.get("container") or {}).get("is_ephemeral"))


def _pressed(payload: Json) -> Said | None:
    if payload["type"] == "block_actions":
        return Press(payload["actions"][0]["value"])
    if payload["type"] == "message_action" and payload.get("callback_id") == SHORTCUT:
        return Command("grade")
    return None


def _action_ts(payload: Json) -> str:
    actions = payload.get("actions") or [{}]
    return str(actions[0].get("action_ts") or payload.get("action_ts") or payload["message"]["ts"])


def _named(incoming: Incoming, name: object) -> Incoming:
    if not isinstance(name, str) or not name:
        return incoming
    return Incoming(**{**vars(incoming), "learner": Learner(incoming.learner.key, name)})


def micros(ts: str) -> int:
    """Slack's "1700000000.000100" in microseconds."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int((fraction + "000000")[:6])


def plain(text: str) -> str:
    """What a person reads: links by their label, references by name, entities decoded."""
    text = _LINK.sub(lambda match: match[2] or match[1], text)
    text = _REFERENCE.sub(lambda match: f"@{match[2] or match[1]}", text)
    return html.unescape(text)
