"""The payloads Slack sends, built from the workspace: messages, files, events, commands and interactions."""

import time
from typing import Any, Literal
from urllib.parse import quote

from tests.loopback.slack_delivery import Dispatcher
from tests.loopback.slack_shapes import Json
from tests.loopback.slack_talk import Channel, File, Message, User, View
from tests.loopback.slack_text import as_shown
from tests.loopback.slack_workspace import Workspace

MESSAGE = "message"


def file_wire(file: File, workspace: Workspace) -> Json:
    """A file as `files.info` and events show it."""
    base = f"{workspace.files_origin}/files-pri/{workspace.team_id}-{file.id}"
    clip = {"duration_ms": file.duration_ms, "transcription": {"status": "processing"}} if file.subtype else {}
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": file.mimetype,
        "filetype": file.name.rpartition(".")[2],
        "user": file.user,
        "user_team": workspace.team_id,
        "size": file.size,
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "url_private": f"{base}/{quote(file.name)}",
        "url_private_download": f"{base}/download/{quote(file.name)}",
        "permalink": f"{workspace.files_origin}/files/{file.user}/{file.id}/{quote(file.name)}",
        "file_access": "visible",
        **({"subtype": file.subtype, "media_display_type": "audio"} if file.subtype else {}),
        **{name: value for name, value in clip.items() if value is not None},
    }


def shared_file(file: File, workspace: Workspace) -> Json:
    """A file in an event: from another workspace Slack tells little and wants files.info asked."""
    if file.check_file_info:
        few = {"id": file.id, "created": file.created, "timestamp": file.created, "user": file.user}
        return {**few, "mode": "file_access", "file_access": "check_file_info"}
    return file_wire(file, workspace)


def message_wire(message: Message) -> Json:
    """A message as events, answers and interactions carry it."""
    workspace = message.channel.workspace
    wire: Json = {"type": MESSAGE, "user": message.user, "ts": message.ts, "text": message.text}
    wire |= {"team": workspace.team_id, "blocks": message.blocks or _typed_blocks(message)}
    wire |= _authorship(message, workspace) | _place(message)
    if message.files:
        shared = [shared_file(file, workspace) for file in message.files]
        wire |= {"subtype": "file_share", "files": shared, "upload": False, "display_as_bot": False}
    if message.metadata is not None:
        wire["metadata"] = message.metadata
    if message.edits:
        wire["edited"] = {"user": message.user, "ts": message.ts}
    return wire


def _authorship(message: Message, workspace: Workspace) -> Json:
    if not message.by_app:
        return {"client_msg_id": message.client_msg_id}
    profile = {"id": workspace.bot_id, "app_id": workspace.app_id, "name": workspace.bot_name, "deleted": False}
    return {"bot_id": workspace.bot_id, "app_id": workspace.app_id, "bot_profile": profile}


def _place(message: Message) -> Json:
    """A reply names its thread; so does a root, once there are replies."""
    channel = message.channel
    if message.thread_ts is not None and message.thread_ts != message.ts:
        root = channel.at(message.thread_ts)
        return {"thread_ts": message.thread_ts, **({"parent_user_id": root.user} if root else {})}
    replies = channel.replies(message.ts)
    if not replies:
        return {}
    return {"thread_ts": message.ts, "reply_count": len(replies), "latest_reply": replies[-1].ts}


def _typed_blocks(message: Message) -> list[Json]:
    if message.by_app or not message.text:
        return []
    text = {"type": "text", "text": as_shown(message.text, message.channel.workspace.names)}
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [text]}]}]


class Announcer:
    """Tells the app what happens to messages, where the app is."""

    def __init__(self, workspace: Workspace, dispatcher: Dispatcher) -> None:
        self._workspace, self._dispatcher = workspace, dispatcher

    def __call__(self, what: Literal["posted", "changed", "deleted"], message: Message, before: Json) -> None:
        if not message.channel.bot_is_member:
            return
        match what:
            case "posted":
                self._posted(message)
            case "changed":
                self._dispatcher.event(self._changed(message, before), message)
            case "deleted":
                self._dispatcher.event(self._deleted(message, before), message)

    def _posted(self, message: Message) -> None:
        event = {**message_wire(message), **_where(message.channel), "event_ts": message.ts}
        self._dispatcher.event(event, message)
        mentioned = f"<@{self._workspace.bot_user_id}>" in message.text
        if mentioned and not message.by_app and message.channel.kind != "im":
            mention = {key: item for key, item in event.items() if key not in ("subtype", "channel_type")}
            self._dispatcher.event({**mention, "type": "app_mention"}, message)
        for file in message.files:
            self._dispatcher.event(self._file_shared(file, message), message)

    def _file_shared(self, file: File, message: Message) -> Json:
        about: Json = {
            "file_id": file.id,
            "user_id": file.user,
            "file": {"id": file.id},
            "channel_id": message.channel.id,
        }
        return {"type": "file_shared", **about, "event_ts": message.ts}

    def _changed(self, message: Message, before: Json) -> Json:
        now = self._workspace.next_ts()
        wire = message_wire(message)
        after = {"message": {**wire, "edited": {"user": message.user, "ts": now}}, "previous_message": before}
        return {**_hidden("message_changed", message.channel, now), **after}

    def _deleted(self, message: Message, before: Json) -> Json:
        """A root that has replies stays as a tombstone; anything else goes."""
        now = self._workspace.next_ts()
        if message.channel.replies(message.ts):
            tomb: Json = {
                "type": MESSAGE,
                "subtype": "tombstone",
                "text": "This message was deleted.",
                "user": "USLACKBOT",
            }
            tomb |= {"ts": message.ts, "thread_ts": message.ts, "hidden": True}
            return {
                **_hidden("message_changed", message.channel, now),
                "message": tomb,
                "previous_message": before,
            }
        gone = {"previous_message": before, "deleted_ts": message.ts}
        return {**_hidden("message_deleted", message.channel, now), **gone}


def _where(channel: Channel) -> Json:
    return {"channel": channel.id, "channel_type": channel.kind}


def _hidden(subtype: str, channel: Channel, now: str) -> Json:
    return {"type": MESSAGE, "subtype": subtype, "hidden": True, "ts": now, "event_ts": now, **_where(channel)}


def command_payload(workspace: Workspace, user: User, channel: Channel, command: str, text: str) -> Json:
    """A slash command. There is no thread in it: Slack does not offer app commands in threads."""
    names = {"im": "directmessage", "group": "privategroup", "channel": channel.name}
    return {
        "token": "verification-token",
        "team_id": workspace.team_id,
        "team_domain": workspace.team_domain,
        "channel_id": channel.id,
        "channel_name": names[channel.kind],
        "user_id": user.id,
        "user_name": user.name.lower(),
        "command": command,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": "",
        "trigger_id": workspace.trigger(user),
    }


def interaction(workspace: Workspace, kind: str, user: User, *, trigger: bool = True) -> Json:
    """What every interactive payload has."""
    who = {"id": user.id, "username": user.name.lower(), "name": user.name.lower(), "team_id": workspace.team_id}
    return {
        "type": kind,
        "user": who,
        "api_app_id": workspace.app_id,
        "token": "verification-token",
        "team": {"id": workspace.team_id, "domain": workspace.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
        **({"trigger_id": workspace.trigger(user)} if trigger else {}),
    }


def channel_wire(channel: Channel) -> Json:
    return {"id": channel.id, "name": {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)}


def in_message(message: Message) -> Json:
    """The container, channel and message of an action in a message; an ephemeral one is not shown to the app."""
    container: Json = {"type": MESSAGE, "message_ts": message.ts, "channel_id": message.channel.id}
    container["is_ephemeral"] = message.only_for is not None
    wire = message_wire(message)
    if "thread_ts" in wire:
        container["thread_ts"] = wire["thread_ts"]
    shown = {} if message.only_for is not None else {"message": wire}
    return {"container": container, "channel": channel_wire(message.channel), **shown, "state": {"values": {}}}


def view_wire(view: View, workspace: Workspace, values: Json) -> Json:
    return {
        "id": view.id,
        "team_id": workspace.team_id,
        "app_id": workspace.app_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot_id,
        "callback_id": "",
        "private_metadata": "",
        "external_id": "",
        "root_view_id": view.id,
        "previous_view_id": None,
        "clear_on_close": False,
        "notify_on_close": False,
        "close": None,
        "submit": None,
        **view.content,
        "hash": view.hash,
        "state": {"values": values},
    }


def action(block: Json, element: Json, picked: Json) -> Json:
    """One entry of `actions`: what was pressed or picked."""
    kept: Json = {key: element[key] for key in ("value", "text", "style", "placeholder") if key in element}
    now = f"{time.time():.6f}"
    named: dict[str, Any] = {"action_id": element["action_id"], "block_id": block["block_id"]}
    return {**named, "type": element["type"], **kept, **picked, "action_ts": now}
