"""Response URLs: a few later answers to a command or an interaction, without a token."""

import time
from dataclasses import dataclass

from aiohttp import web

from tests.loopback.slack_chat import MOST_IN_MESSAGE, drafted, edit, publish, thread_of
from tests.loopback.slack_events import message_wire
from tests.loopback.slack_record import Call, Refused
from tests.loopback.slack_shapes import Json
from tests.loopback.slack_talk import Channel, Message, User
from tests.loopback.slack_workspace import Workspace

MOST_USES = 5
LIFE = 30 * 60  # seconds
KNOWN = {
    "text",
    "blocks",
    "attachments",
    "response_type",
    "replace_original",
    "delete_original",
    "thread_ts",
    "unfurl_links",
    "unfurl_media",
    "metadata",
    "mrkdwn",
}


@dataclass(eq=False)
class Hook:
    """Where a response URL leads: the channel, who caused it, and the message pressed in, if any."""

    channel: Channel
    user: User
    original: Message | None
    made: float
    uses: int = 0


def hook_url(workspace: Workspace, channel: Channel, user: User, original: Message | None) -> str:
    name = workspace.next_id("R")
    workspace.hooks[name] = Hook(channel, user, original, time.monotonic())
    return f"{workspace.api_origin}/response/{name}"


def respond(workspace: Workspace, name: str, call: Call) -> web.Response:
    hook = workspace.hooks.get(name)
    if not isinstance(hook, Hook) or hook.uses >= MOST_USES or time.monotonic() - hook.made > LIFE:
        workspace.violate("used_url", f"response_url {name} is unknown, old or used up")
        return web.json_response({"ok": False, "error": "used_url"}, status=404)
    hook.uses += 1
    try:
        show(workspace, hook, call.args, "response_url")
    except Refused as refused:
        call.answer = {"ok": False, "error": refused.error, **refused.extra}
        return web.json_response(call.answer, status=400)
    call.answer = {"ok": True}
    return web.Response(text="ok")


def show(workspace: Workspace, hook: Hook, args: Json, via: str) -> None:
    """Shows an answer to a command or an interaction: only to its user, unless it says `in_channel`. Raises Refused."""
    for extra in args.keys() - KNOWN:
        workspace.violate("unknown_argument", f"{via}({extra})")
    if args.get("response_type", "ephemeral") not in ("ephemeral", "in_channel"):
        raise workspace.illegal("invalid_arguments", f"response_type {args['response_type']}")
    if args.get("delete_original"):
        _remove(workspace, hook)
        return
    message = drafted(workspace, hook.channel, args, MOST_IN_MESSAGE)
    if args.get("replace_original") and hook.original is not None:
        _replace(workspace, hook.original, message, via)
        return
    message.thread_ts = thread_of(workspace, hook.channel, args)
    message.only_for = None if args.get("response_type") == "in_channel" else hook.user.id
    publish(workspace, message, via, args)


def _replace(workspace: Workspace, original: Message, message: Message, via: str) -> None:
    before = message_wire(original)
    edit(original, message, keep_blocks=False)
    workspace.heed_pings(original, via)
    _tell(workspace, "changed", original, before)


def _remove(workspace: Workspace, hook: Hook) -> None:
    if hook.original is None:
        raise workspace.illegal("invalid_arguments", "there is no original to delete")
    before = message_wire(hook.original)
    hook.original.deleted = True
    _tell(workspace, "deleted", hook.original, before)


def _tell(workspace: Workspace, what: str, message: Message, before: Json) -> None:
    if message.only_for is None:
        workspace.announce("changed" if what == "changed" else "deleted", message, before)
    workspace.signal.fire()
