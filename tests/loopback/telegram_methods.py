"""The Bot API's methods about the bot itself: updates, webhook, files, commands, chats, button presses.

Signatures are those of Bot API 10.0. A method that is not registered answers 404, as an unknown one does.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.loopback.telegram_chats import Chat
from tests.loopback.telegram_updates import ALL_KINDS, ONLY_ON_REQUEST, Webhook
from tests.loopback.telegram_wire import (
    BOOLEAN,
    CHAT,
    INTEGER,
    STRING,
    Arguments,
    Json,
    Kind,
    Refused,
    Signature,
    array,
    illegal,
    one_of,
    thing,
    too_many_requests,
    unlucky,
)
from tests.loopback.telegram_world import World

Handler = Callable[[World, Arguments], Any]
QUERY_LIFE = 15 * 60


@dataclass(frozen=True)
class Method:
    """`run` returns the result, or something to await for it. `sends`: it counts against the limit of messages."""

    name: str
    signature: Signature
    run: Handler
    sends: bool = False


METHODS: dict[str, Method] = {}


def method(
    name: str, optional: dict[str, Kind] | None = None, *, sends: bool = False, **required: Kind
) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        METHODS[name.lower()] = Method(name, Signature(required, optional or {}), handler, sends)
        return handler

    return register


@method("getMe")
def get_me(world: World, call: Arguments) -> Json:
    return world.bot


# Updates


@method(
    "getUpdates",
    {"offset": INTEGER, "limit": INTEGER, "timeout": INTEGER, "allowed_updates": array(one_of(*ALL_KINDS))},
)
def get_updates(world: World, call: Arguments) -> Any:
    _allow(world, call)
    return world.updates.poll(call.get("offset", 0), call.get("limit", 100), call.get("timeout", 0))


def _allow(world: World, call: Arguments) -> None:
    """The list of wanted kinds stays until it is changed; an empty one is the default."""
    if "allowed_updates" in call:
        world.updates.allowed = frozenset(call["allowed_updates"]) or ALL_KINDS - ONLY_ON_REQUEST


@method(
    "setWebhook",
    {
        "ip_address": STRING,
        "max_connections": INTEGER,
        "allowed_updates": array(one_of(*ALL_KINDS)),
        "drop_pending_updates": BOOLEAN,
        "secret_token": STRING,
        "url": STRING,
    },
)
def set_webhook(world: World, call: Arguments) -> bool:
    if not call.get("url"):
        return bool(delete_webhook(world, call))
    if time.monotonic() < world.webhook_set + 1:
        raise too_many_requests(1)
    world.webhook_set = time.monotonic()
    webhook = Webhook(
        call["url"], _reachable(world, call["url"]), _secret(call), max(1, min(call.get("max_connections", 40), 100))
    )
    _allow(world, call)
    _drop(world, call)
    if webhook != world.updates.webhook:
        world.updates.set_webhook(webhook)
    return True


def _secret(call: Arguments) -> str:
    secret: str = call.get("secret_token", "")
    if len(secret) > 256:
        raise illegal("secret token is too long")
    if not re.fullmatch(r"[\w-]*", secret, re.ASCII):
        raise illegal("secret token contains unallowed characters")
    if not secret:
        call.blame("a webhook without a secret token takes updates from anybody")
    return secret


def _reachable(world: World, url: str) -> str:
    """Where the updates go: `world.webhook_at` stands for the public address. Loopback may be plain HTTP here."""
    target = urlsplit(url)
    if target.hostname not in ("127.0.0.1", "localhost"):
        if target.scheme != "https":
            raise illegal("bad webhook: An HTTPS URL must be provided for webhook")
        if (target.port or 443) not in (443, 80, 88, 8443):
            raise illegal("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if world.webhook_at is None:
            raise illegal("bad webhook: Failed to resolve host: Name or service not known")
    return url if world.webhook_at is None else world.webhook_at.rstrip("/") + target.path


@method("deleteWebhook", {"drop_pending_updates": BOOLEAN})
def delete_webhook(world: World, call: Arguments) -> bool:
    _drop(world, call)
    world.updates.set_webhook(None)
    return True


def _drop(world: World, call: Arguments) -> None:
    if call.get("drop_pending_updates"):
        call.blame(f"{len(world.updates.pending)} pending updates are dropped unread")
        world.updates.pending.clear()


@method("getWebhookInfo")
def get_webhook_info(world: World, call: Arguments) -> Json:
    webhook, pending = world.updates.webhook, len(world.updates.pending)
    info: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": pending}
    if webhook:
        info |= {"url": webhook.url, "max_connections": webhook.max_connections} | world.updates.webhook_error
    if world.updates.allowed != ALL_KINDS - ONLY_ON_REQUEST:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return info


# Files and button presses


@method("getFile", file_id=STRING)
def get_file(world: World, call: Arguments) -> Json:
    return world.files.describe(call["file_id"])


@method(
    "answerCallbackQuery",
    {"text": STRING, "show_alert": BOOLEAN, "url": STRING, "cache_time": INTEGER},
    callback_query_id=STRING,
)
def answer_callback_query(world: World, call: Arguments) -> bool:
    query = world.queries.get(call["callback_query_id"])
    too_old = "query is too old and response timeout expired or query ID is invalid"
    if query is None:
        raise illegal(too_old)
    if len(call.get("text", "")) > 200:
        raise illegal("MESSAGE_TOO_LONG")
    if query.answered is not None or time.monotonic() > query.time + QUERY_LIFE:
        raise unlucky(too_old)
    query.answered, query.answer = time.monotonic(), dict(call)
    return True


# The bot's description of itself

_CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")
_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators", *_CHAT_SCOPES)
_SCOPE = thing({"chat_id": CHAT, "user_id": INTEGER}, type=one_of(*_SCOPES))
_COMMANDS = array(thing(command=STRING, description=STRING))
_FOR = {"scope": _SCOPE, "language_code": STRING}


def _commands_key(world: World, call: Arguments) -> tuple[str, int, str]:
    scope, language = call.get("scope", {"type": "default"}), call.get("language_code", "")
    if scope["type"] in _CHAT_SCOPES:
        world.chat(scope.get("chat_id", 0))
    if not re.fullmatch(r"([a-z]{2})?", language):
        raise illegal("Invalid language code specified")
    return scope["type"], scope.get("chat_id", 0), language


@method("setMyCommands", _FOR, commands=_COMMANDS)
def set_my_commands(world: World, call: Arguments) -> bool:
    key = _commands_key(world, call)
    if len(call["commands"]) > 100:
        raise illegal("BOT_COMMANDS_TOO_MUCH")
    for command in call["commands"]:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise illegal("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"].strip()) <= 256:
            raise illegal("BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[key] = call["commands"]
    return True


@method("getMyCommands", _FOR)
def get_my_commands(world: World, call: Arguments) -> list[Json]:
    return world.commands.get(_commands_key(world, call), [])


@method("deleteMyCommands", _FOR)
def delete_my_commands(world: World, call: Arguments) -> bool:
    world.commands.pop(_commands_key(world, call), None)
    return True


@method("setMyName", {"name": STRING, "language_code": STRING})
def set_my_name(world: World, call: Arguments) -> bool:
    return _profile(world, call, "name", 64)


@method("setMyDescription", {"description": STRING, "language_code": STRING})
def set_my_description(world: World, call: Arguments) -> bool:
    return _profile(world, call, "description", 512)


@method("setMyShortDescription", {"short_description": STRING, "language_code": STRING})
def set_my_short_description(world: World, call: Arguments) -> bool:
    return _profile(world, call, "short_description", 120)


def _profile(world: World, call: Arguments, name: str, longest: int) -> bool:
    if len(call.get(name, "")) > longest:
        raise illegal(f"{name} is longer than {longest} characters")
    world.profile[name, call.get("language_code", "")] = call.get(name, "")
    return True


# Chats


@method("getChat", chat_id=CHAT)
def get_chat(world: World, call: Arguments) -> Json:
    chat = _member_chat(world, call)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    full: Json = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, True)}
    return chat.wire | full


@method("getChatMember", chat_id=CHAT, user_id=INTEGER)
def get_chat_member(world: World, call: Arguments) -> Json:
    chat = _member_chat(world, call)
    if call["user_id"] == world.bot["id"]:
        return chat.bot_as("member")
    if call["user_id"] not in world.learners:
        raise illegal("user not found")
    return {"user": world.learners[call["user_id"]].wire, "status": "member"}


@method("leaveChat", chat_id=CHAT)
def leave_chat(world: World, call: Arguments) -> bool:
    chat = _member_chat(world, call)
    if chat.is_private:
        raise illegal("chat member status can't be changed in private chats")
    chat.note("the bot leaves")
    chat.closed = Refused(403, "Forbidden: bot is not a member of the group chat", wrong=False)
    return True


def _member_chat(world: World, call: Arguments) -> Chat:
    chat = world.chat(call["chat_id"])
    if not chat.is_private:
        chat.admit()
    return chat
