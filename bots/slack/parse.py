"""From what Slack delivered to what a learner said. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bots.slack import NAME
from bots.slack.mrkdwn import mentions, readable, without_mention
from bots.slack.typed import request, said
from engine.failures import Unusable
from engine.said import Address, Command, Edit, Incoming, Learner, Press, Recording, Said, Unsupported, sound

GRADE_SHORTCUT = "grade_interview"
NAMELESS = ""
SLACKBOT = "USLACKBOT"

_SPOKEN = (None, "file_share", "thread_broadcast")
_SOUNDS = ("audio/", "video/mp4", "video/webm", "video/quicktime")

Json = Mapping[str, Any]


def parse(body: bytes) -> Incoming | None:
    """What `bots.slack.events` stored. None for what does not concern Viva. Raises Unusable('malformed')."""
    try:
        received = json.loads(body)
        found = _PARSERS[received["type"]](received["payload"], int(received.get("at", 0)))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
        raise Unusable("malformed", type(error).__name__) from None
    return sound(found) if found else None


def team_of(payload: Json) -> str:
    """The workspace in which the app is installed, in events, commands and interactions; "" when it is not told."""
    granted = payload.get("authorizations")
    installation = granted[0] if isinstance(granted, Sequence) and granted else {}
    found = _text(installation, "team_id") or _text(payload, "team_id") or _text(payload.get("team"), "id")
    return found or _text(payload.get("user"), "team_id")


def user_of(payload: Json) -> str:
    """The person whose doing it is; "" when nobody's."""
    event = payload.get("event")
    if isinstance(event, Mapping):
        return _text(event, "user") or _text(event.get("message"), "user")
    return _text(payload, "user_id") or _text(payload.get("user"), "id")


def _text(value: object, name: str) -> str:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else ""


@dataclass(frozen=True)
class _Person:
    """Somebody in a channel: where what they say is placed."""

    team: str
    channel: str
    user: str
    name: str = NAMELESS

    @classmethod
    def of(cls, payload: Json, channel: str, name: str = "") -> _Person:
        return cls(team_of(payload), channel, user_of(payload), name or NAMELESS)

    @property
    def alone(self) -> bool:
        """In a direct message everything is said to Viva."""
        return self.channel.startswith("D")

    def place(self, thread: str | None) -> str | None:
        return f"{NAME}:{self.team}:{self.channel}:{thread}" if thread else None

    def says(self, what: Said, ref: str, position: int, spot: _Spot, *, to_viva: bool = True) -> Incoming:
        address: Address = {
            "team": self.team,
            "channel": self.channel,
            "user": self.user,
            "thread_ts": spot.thread,
            "root": int(spot.at_root),
        }
        return Incoming(
            channel=NAME,
            learner=Learner(f"{NAME}:{self.team}:{self.user}", self.name),
            chat=f"{NAME}:{self.team}:{self.channel}",
            place=self.place(spot.thread) if spot.meant else None,
            opens=self.place(spot.thread),
            address=address,
            said=what,
            ref=ref,
            position=position,
            to_viva=to_viva,
            said_at=position / 1_000_000,
        )


@dataclass(frozen=True)
class _Spot:
    """A thread, by the ts of its root. `at_root`: what was said stands outside of it, in the channel itself.
    `meant`: the conversation in this thread is meant, and no other."""

    thread: str | None
    at_root: bool
    meant: bool


# Messages


def _event(payload: Json, _: int) -> Incoming | None:
    event = payload["event"]
    if event["type"] not in ("message", "app_mention"):
        return None
    me = frozenset(granted["user_id"] for granted in payload.get("authorizations") or () if granted.get("is_bot"))
    if event.get("subtype") == "message_changed":
        return _edit(payload, event, me)
    return _message(payload, event, me) if _is_spoken(event, me) else None


def _is_spoken(message: Json, me: frozenset[str]) -> bool:
    """Whether a person said this: neither a bot nor Slack itself."""
    user = message.get("user")
    machine = message.get("bot_id") or user is None or user == SLACKBOT or user in me
    return not machine and message.get("subtype") in _SPOKEN


def _message(payload: Json, event: Json, me: frozenset[str]) -> Incoming | None:
    person = _Person.of(payload, event["channel"])
    ts, text = event["ts"], event.get("text") or ""
    thread = event.get("thread_ts") or ts
    mentioned = event["type"] == "app_mention" or mentions(text, me)
    if thread == ts and not person.alone:
        return _summons(person, ts, _typed(text, me)) if mentioned else None
    what = _said(event, person, me, mentioned)
    if what is None:
        return None
    spot = _Spot(thread, at_root=thread == ts, meant=thread != ts)
    return person.says(what, ts, micros(ts), spot, to_viva=person.alone or mentioned)


def _summons(person: _Person, ts: str, text: str) -> Incoming:
    """Viva was named in a channel, outside of any thread: that begins an interview there, or concerns the one that
    runs."""
    what = request(text)
    return person.says(what, ts, micros(ts), _Spot(ts, at_root=True, meant=what.name == "start"))


def _said(message: Json, person: _Person, me: frozenset[str], mentioned: bool) -> Said | None:
    """A recording, else the text, else what Viva has no use for."""
    files = message.get("files") or ()
    recording = next((file for file in files if _is_recording(file)), None)
    if recording:
        return _recording(recording, person)
    text = _typed(message.get("text") or "", me)
    if files and not text:
        return Unsupported("this kind of file")
    return said(text, mentioned=mentioned)


def _typed(wire: str, me: frozenset[str]) -> str:
    return readable(without_mention(wire, me)).strip()


def _is_recording(file: Json) -> bool:
    """Of files from other workspaces Slack tells nothing but the id: those are looked into when they are fetched."""
    if file.get("file_access") == "check_file_info":
        return True
    return file.get("subtype") == "slack_audio" or (file.get("mimetype") or "").startswith(_SOUNDS)


def _recording(file: Json, person: _Person) -> Recording:
    where = {"id": file["id"], "team": person.team}
    url = file.get("url_private_download") or file.get("url_private")
    duration = file.get("duration_ms")
    seconds = duration / 1000 if isinstance(duration, int | float) else None
    return Recording(where | ({"url": url} if url else {}), seconds, file.get("size"))


def _edit(payload: Json, event: Json, me: frozenset[str]) -> Incoming | None:
    """A person's change of their own words. Slack also tells of previews that it added to a link, and of deletions."""
    message, before = event["message"], event.get("previous_message") or {}
    text = message.get("text")
    if not _is_spoken(message, me) or not message.get("edited") or not text or text == before.get("text"):
        return None
    person, ts = _Person.of(payload, event["channel"]), message["ts"]
    thread = message.get("thread_ts") or ts
    if thread == ts and not person.alone:
        return None
    spot = _Spot(thread, at_root=thread == ts, meant=thread != ts)
    return person.says(Edit(ts, _typed(text, me)), ts, micros(ts), spot, to_viva=False)


# Commands, buttons, shortcuts


def _command(payload: Json, at: int) -> Incoming:
    """A slash command, which no thread takes: the interview is the learner's open one, or gets a thread of its own."""
    person = _Person.of(payload, payload["channel_id"], payload.get("user_name") or "")
    what = Command("grade") if payload["command"] == "/grade" else request(readable(payload.get("text") or ""))
    return person.says(what, payload["trigger_id"], at, _Spot(None, at_root=True, meant=False))


def _action(payload: Json, _: int) -> Incoming | None:
    """A button in a message. One that only its reader sees belongs to no thread unless it stands in one."""
    pressed, container = payload["actions"][0], payload["container"]
    if pressed.get("type") != "button" or not pressed.get("value") or container["type"] != "message":
        return None
    thread = container.get("thread_ts") or (payload.get("message") or {}).get("thread_ts")
    own = None if container.get("is_ephemeral") else container["message_ts"]
    spot = _Spot(thread or own, at_root=thread in (None, own), meant=True)
    when = pressed["action_ts"]
    return _person_at(payload, container["channel_id"]).says(Press(pressed["value"]), when, micros(when), spot)


def _shortcut(payload: Json, _: int) -> Incoming | None:
    if payload["callback_id"] != GRADE_SHORTCUT:
        return None
    person, message = _person_at(payload, payload["channel"]["id"]), payload["message"]
    thread = message.get("thread_ts") or message["ts"]
    spot = _Spot(thread, at_root=thread == message["ts"], meant=True)
    when = payload["action_ts"]
    return person.says(Command("grade"), when, micros(when), spot, to_viva=person.alone)


def _person_at(payload: Json, channel: str) -> _Person:
    user = payload["user"]
    return _Person.of(payload, channel, user.get("name") or user.get("username") or "")


def micros(ts: str) -> int:
    """Slack's timestamps order everything in a channel: here in microseconds."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int(fraction[:6].ljust(6, "0"))


_PARSERS: Mapping[str, Callable[[Json, int], Incoming | None]] = {
    "event": _event,
    "command": _command,
    "action": _action,
    "shortcut": _shortcut,
}
