"""chat.*: what a bot may post, where, and how long it may be."""

import json
import math
import re
import time
from collections.abc import Mapping

from tests.loopback.slack_blocks import elements_of, message_problems
from tests.loopback.slack_events import message_wire
from tests.loopback.slack_record import Refused
from tests.loopback.slack_shapes import Json
from tests.loopback.slack_talk import Channel, Message
from tests.loopback.slack_workspace import Workspace

MOST_IN_MESSAGE = 40_000
MOST_IN_UPDATE = 4_000
MOST_MARKDOWN = 12_000
MOST_METADATA = 16_000  # characters of JSON


def post_message(workspace: Workspace, args: Json) -> Json:
    channel = postable(workspace, args["channel"])
    _hold_back(workspace, channel)
    message = drafted(workspace, channel, args, MOST_IN_MESSAGE)
    message.thread_ts = thread_of(workspace, channel, args)
    if args.get("reply_broadcast") and message.thread_ts is None:
        workspace.violate("reply_broadcast_without_thread", channel.id)
    publish(workspace, message, "chat.postMessage", args)
    return {"channel": channel.id, "ts": message.ts, "message": message_wire(message)}


def post_ephemeral(workspace: Workspace, args: Json) -> Json:
    channel = postable(workspace, args["channel"])
    if args["user"] not in {member.id for member in channel.members}:
        raise Refused("user_not_in_channel")
    message = drafted(workspace, channel, args, MOST_IN_MESSAGE)
    message.thread_ts, message.only_for = thread_of(workspace, channel, args), args["user"]
    publish(workspace, message, "chat.postEphemeral", args)
    return {"message_ts": message.ts}


def update(workspace: Workspace, args: Json) -> Json:
    message = _own(workspace, args, "cant_update_message")
    before = message_wire(message)
    new = drafted(workspace, message.channel, args, MOST_IN_UPDATE)
    edit(message, new, keep_blocks=not {"blocks", "markdown_text"} & args.keys())
    workspace.heed_pings(message, "chat.update", _linked(args))
    workspace.announce("changed", message, before)
    workspace.signal.fire()
    return {
        "channel": message.channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message_wire(message),
    }


def delete(workspace: Workspace, args: Json) -> Json:
    message = _own(workspace, args, "cant_delete_message")
    before = message_wire(message)
    message.deleted = True
    workspace.announce("deleted", message, before)
    workspace.signal.fire()
    return {"channel": message.channel.id, "ts": message.ts}


def edit(message: Message, new: Message, *, keep_blocks: bool) -> None:
    """chat.update leaves blocks that it does not mention, and people go on seeing those; `blocks: []` removes them."""
    message.posted = message.first_shown
    message.text, message.blocks = new.text, message.blocks if keep_blocks else new.blocks
    message.metadata = new.metadata or message.metadata
    message.edits += 1


def publish(workspace: Workspace, message: Message, via: str, args: Json) -> None:
    workspace.heed_pings(message, via, _linked(args))
    message.channel.statuses.pop(message.thread_ts or message.ts, None)
    workspace.post(message)


def drafted(workspace: Workspace, channel: Channel, args: Json, most: int) -> Message:
    """A message from the app with this content. Raises Refused if Slack would not take the content."""
    text, blocks = _content(workspace, args, most)
    for name in ("username", "icon_emoji", "icon_url"):
        if name in args and "chat:write.customize" not in workspace.scopes:
            workspace.violate("missing_scope", f"{name} needs chat:write.customize")
    if "attachments" in args:
        workspace.violate("attachments", "attachments are legacy, and this workspace does not show them")
    message = Message(channel, workspace.next_ts(), workspace.bot_user_id, text, numbered(workspace, blocks))
    message.by_app, message.metadata = True, _metadata(workspace, args)
    return message


def numbered(workspace: Workspace, blocks: list[Json]) -> list[Json]:
    """The blocks with the ids that Slack adds where the app gave none."""
    named = [{"block_id": workspace.next_id("b"), **block} for block in blocks]
    for _, element in elements_of(named):
        element.setdefault("action_id", workspace.next_id("a"))
    return named


def _content(workspace: Workspace, args: Json, most: int) -> tuple[str, list[Json]]:
    if "markdown_text" in args:
        return _markdown(workspace, args)
    text, blocks = args.get("text", ""), args.get("blocks", [])
    if not text and not blocks:
        raise workspace.illegal("no_text", "neither text nor blocks")
    if len(text) > most:
        raise workspace.illegal("msg_too_long", f"{len(text)} characters of text, {most} allowed")
    if problems := message_problems(blocks):
        told = [f"[ERROR] {problem}" for problem in problems]
        raise workspace.illegal(
            "invalid_blocks", "; ".join(problems), errors=problems, response_metadata={"messages": told}
        )
    if not text:
        workspace.violate("no_fallback_text", "blocks without text: notifications and screen readers get nothing")
    return text, blocks


def _markdown(workspace: Workspace, args: Json) -> tuple[str, list[Json]]:
    text = args["markdown_text"]
    if "text" in args or "blocks" in args:
        raise workspace.illegal("markdown_text_conflict", "markdown_text goes with neither text nor blocks")
    if len(text) > MOST_MARKDOWN:
        raise workspace.illegal("msg_too_long", f"{len(text)} characters of markdown_text")
    return text, [{"type": "markdown", "text": text}]


def _metadata(workspace: Workspace, args: Json) -> Json | None:
    metadata: Json | None = args.get("metadata")
    if metadata is None:
        return None
    if set(metadata) != {"event_type", "event_payload"} or not isinstance(metadata["event_payload"], dict):
        raise workspace.illegal("invalid_metadata_format", repr(metadata))
    if (size := len(json.dumps(metadata))) > MOST_METADATA:
        raise workspace.illegal("metadata_too_large", f"{size} characters")
    return metadata


def _linked(args: Mapping[str, object]) -> bool:
    """Whether Slack makes calls of plain @channel and the like."""
    return bool(args.get("link_names")) or args.get("parse") == "full"


def readable(workspace: Workspace, name: str) -> Channel:
    """The channel that the bot names, if it can know of it."""
    channel = workspace.channels.get(name)
    if channel is None and name in workspace.users:
        return workspace.dm(workspace.users[name])
    if channel is None or (channel.kind == "group" and not channel.bot_is_member):
        raise Refused("channel_not_found")
    return channel


def postable(workspace: Workspace, name: str) -> Channel:
    channel = readable(workspace, name)
    if channel.archived:
        raise Refused("is_archived")
    if not channel.bot_is_member and "chat:write.public" not in workspace.scopes:
        raise Refused("not_in_channel")
    return channel


def thread_of(workspace: Workspace, channel: Channel, args: Json) -> str | None:
    """The parent to reply to. A deleted one is still one when it had replies."""
    ts: str | None = args.get("thread_ts")
    if ts is None:
        return None
    parent = channel.at(ts)
    if parent is None:
        raise workspace.illegal("thread_not_found", f"no message {ts} in {channel.title}")
    if parent.deleted and not channel.replies(ts):
        raise Refused("thread_not_found")
    if parent.thread_ts not in (None, ts):
        workspace.violate("thread_ts_of_a_reply", f"{ts} is itself a reply")
        return parent.thread_ts
    return ts


def _own(workspace: Workspace, args: Json, otherwise: str) -> Message:
    channel = workspace.channels.get(args["channel"])
    if channel is None:
        raise Refused("channel_not_found")
    message = channel.at(args["ts"])
    if message is None or message.deleted:
        raise Refused("message_not_found")
    if not message.by_app:
        raise workspace.illegal(otherwise, f"{args['ts']} is not the app's own")
    return message


def _hold_back(workspace: Workspace, channel: Channel) -> None:
    """Flood control: about one message a second in a channel."""
    if not workspace.flood:
        return
    ours = [float(message.ts) for message in channel.log if message.by_app and message.only_for is None]
    wait = workspace.flood - (time.time() - max(ours, default=0.0))
    if wait > 0:
        raise Refused("ratelimited", status=429, headers={"Retry-After": str(math.ceil(wait))})


EMOJI = re.compile(r"[a-z0-9_+\-']+(::skin-tone-[2-6])?")


def add_reaction(workspace: Workspace, args: Json) -> Json:
    channel = postable(workspace, args["channel"])
    message = channel.at(args["timestamp"])
    if message is None or message.deleted:
        raise Refused("message_not_found")
    if not EMOJI.fullmatch(args["name"]):
        raise workspace.illegal("invalid_name", f"{args['name']!r} is no emoji's name")
    people = message.reactions.setdefault(args["name"], [])
    if workspace.bot_user_id in people:
        raise Refused("already_reacted")
    people.append(workspace.bot_user_id)
    workspace.signal.fire()
    return {}
