"""What Slack would refuse in an app manifest, and what an agent app needs in one.

After Slack's published schema of manifests (slackapi/manifest-schema, version 2) and the limits of its reference pages.
"""

import importlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.loopback.slack_shapes import Json, choice, flag, listing, shape, string, whole, words

HTTPS = string(3500, pattern=r"https://\S+")
PROMPT = shape({"title": string(200), "message": string(4000)}, {})
COMMAND = shape(
    {"command": string(32, pattern=r"/[a-z0-9_-]+"), "description": string(2000)},
    {"url": HTTPS, "usage_hint": string(1000), "should_escape": flag},
)
SHORTCUT = shape(
    {
        "name": string(24),
        "type": choice("message", "global"),
        "callback_id": string(255),
        "description": string(150),
    },
    {},
)
WORDS = listing(string(50), 255, least=0)
FEATURES = shape(
    {"agent_view": shape({"agent_description": string(300)}, {"suggested_prompts": listing(PROMPT, 4, least=0)})},
    {
        "app_home": shape(
            {}, {"home_tab_enabled": flag, "messages_tab_enabled": flag, "messages_tab_read_only_enabled": flag}
        ),
        "bot_user": shape({"display_name": string(80)}, {"always_online": flag}),
        "slash_commands": listing(COMMAND, 50),
        "shortcuts": listing(SHORTCUT, 10),
    },
)
SETTINGS = shape(
    {"socket_mode_enabled": flag},
    {
        "event_subscriptions": shape({}, {"request_url": HTTPS, "bot_events": listing(string(50), 100)}),
        "interactivity": shape({"is_enabled": flag}, {"request_url": HTTPS, "message_menu_options_url": HTTPS}),
        "org_deploy_enabled": flag,
        "token_rotation_enabled": flag,
    },
)
MANIFEST = shape(
    {
        "display_information": shape(
            {"name": string(35)},
            {
                "description": string(140),
                "long_description": string(4000, least=175),
                "background_color": string(7, pattern=r"#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?"),
            },
        ),
        "features": FEATURES,
        "oauth_config": shape(
            {"scopes": shape({"bot": WORDS}, {"bot_optional": WORDS})},
            {"redirect_urls": listing(string(2500), 1000, least=0), "pkce_enabled": flag},
        ),
        "settings": SETTINGS,
    },
    {"_metadata": shape({}, {"major_version": whole(1, 2), "minor_version": whole(0, 99)})},
)
RESERVED = words(
    "active apps archive away call collapse dm dnd expand feed feedback huddle invite invite_people join kick leave me"
    " msg mute open prefs pro remind remove rename search shortcuts shrug star status topic unarchive who"
)
BOT_SCOPES = words(
    "app_mentions:read assistant:write bookmarks:read bookmarks:write calls:read calls:write canvases:read"
    " canvases:write channels:history channels:join channels:manage channels:read channels:write.invites"
    " channels:write.topic chat:write chat:write.customize chat:write.public commands conversations.connect:manage"
    " conversations.connect:read conversations.connect:write datastore:read datastore:write dnd:read emoji:read"
    " files:read files:write groups:history groups:read groups:write groups:write.invites groups:write.topic"
    " im:history im:read im:write im:write.topic incoming-webhook links.embed:write links:read links:write lists:read"
    " lists:write metadata.message:read mpim:history mpim:read mpim:write mpim:write.topic pins:read pins:write"
    " reactions:read reactions:write reminders:read reminders:write remote_files:read remote_files:share"
    " remote_files:write search:read.files search:read.public search:read.users team.billing:read"
    " team.preferences:read team:read tokens.basic triggers:read triggers:write usergroups:read usergroups:write"
    " users.profile:read users:read users:read.email users:write workflow.steps:execute"
)
EVENT_SCOPES = {
    "agent_session_stopped": "chat:write",
    "agent_session_title_changed": "chat:write",
    "app_context_changed": "assistant:write",
    "app_home_opened": "",
    "app_mention": "app_mentions:read",
    "app_uninstalled": "",
    "channel_deleted": "channels:read",
    "channel_rename": "channels:read",
    "file_deleted": "files:read",
    "file_shared": "files:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "team_join": "users:read",
    "tokens_revoked": "",
    "user_change": "users:read",
}
AGENT_EVENTS = ("app_home_opened", "message.im")


def validate_manifest(path: Path) -> list[str]:
    """Everything that is wrong with the manifest in this YAML or JSON file; empty when Slack would take it."""
    manifest = read_manifest(path)
    if isinstance(manifest.get("features"), dict) and "assistant_view" in manifest["features"]:
        return ["assistant_view is legacy: new apps can only use agent_view"]
    problems = list(MANIFEST(manifest, ""))
    if problems:
        return problems
    return [problem for check in CHECKS for problem in check(manifest)]


def read_manifest(path: Path) -> Json:
    """The manifest as a dictionary. Raises ValueError for a file that is none, or names a key twice."""
    text = path.read_text(encoding="utf-8")
    manifest = json.loads(text, object_pairs_hook=_once) if path.suffix == ".json" else _yaml(text)
    if not isinstance(manifest, dict):
        raise ValueError(f"{path} is no manifest")
    return manifest


def _once(pairs: list[tuple[str, Any]]) -> Json:
    for key, times in Counter(key for key, _ in pairs).items():
        if times > 1:
            raise ValueError(f"{key} is there twice")
    return dict(pairs)


def _yaml(text: str) -> Any:
    yaml = importlib.import_module("yaml")  # without its types, which nothing else here needs
    _unrepeated(yaml.compose(text))
    return yaml.safe_load(text)


def _unrepeated(node: Any) -> None:
    """YAML's own reader silently keeps the last of two equal keys."""
    if node is None or isinstance(node.value, str):
        return
    pairs = [item for item in node.value if isinstance(item, tuple)]
    _once([(key.value, None) for key, _ in pairs])
    for child in [value for _, value in pairs] or node.value:
        _unrepeated(child)


def _bot_scopes(manifest: Json) -> list[str]:
    scopes: list[str] = manifest["oauth_config"]["scopes"]["bot"]
    return scopes


def _events(manifest: Json) -> list[str]:
    events: list[str] = manifest["settings"].get("event_subscriptions", {}).get("bot_events", [])
    return events


def _scopes_are_known(manifest: Json) -> Iterator[str]:
    scopes = manifest["oauth_config"]["scopes"]
    asked = [*scopes["bot"], *scopes.get("bot_optional", [])]
    yield from (f"unknown bot scope {scope}" for scope in asked if scope not in BOT_SCOPES)
    yield from _twice(asked)


def _events_are_known_and_allowed(manifest: Json) -> Iterator[str]:
    yield from _twice(_events(manifest))
    for event in _events(manifest):
        if event not in EVENT_SCOPES:
            yield f"unknown bot event {event}"
        elif EVENT_SCOPES[event] not in ("", *_bot_scopes(manifest)):
            yield f"the event {event} needs the scope {EVENT_SCOPES[event]}"


def _commands_are_free(manifest: Json) -> Iterator[str]:
    features = manifest["features"]
    commands = [command["command"] for command in features.get("slash_commands", [])]
    yield from (f"{command} is Slack's own command" for command in commands if command[1:] in RESERVED)
    yield from _twice(commands)
    if (commands or features.get("shortcuts")) and "commands" not in _bot_scopes(manifest):
        yield "slash commands and shortcuts need the scope commands"


def _an_agent_can_talk(manifest: Json) -> Iterator[str]:
    home = manifest["features"].get("app_home", {})
    if not home.get("messages_tab_enabled") or home.get("messages_tab_read_only_enabled"):
        yield "the agent's conversations need an enabled, writable Messages tab"
    if "bot_user" not in manifest["features"]:
        yield "without bot_user there is no bot"
    yield from (f"an agent app needs the event {event}" for event in AGENT_EVENTS if event not in _events(manifest))


def _the_mode_is_whole(manifest: Json) -> Iterator[str]:
    """Without Socket Mode Slack needs to know where to send things."""
    settings = manifest["settings"]
    interactivity = settings.get("interactivity", {})
    if not interactivity.get("is_enabled"):
        yield "buttons need settings.interactivity.is_enabled"
    if settings["socket_mode_enabled"]:
        return
    if "request_url" not in settings.get("event_subscriptions", {}):
        yield "without Socket Mode, event_subscriptions needs a request_url"
    if "request_url" not in interactivity:
        yield "without Socket Mode, interactivity needs a request_url"
    for command in manifest["features"].get("slash_commands", []):
        if "url" not in command:
            yield f"without Socket Mode, {command['command']} needs a url"


def _twice(names: list[str]) -> Iterator[str]:
    yield from (f"{name} is there twice" for name, times in Counter(names).items() if times > 1)


CHECKS: tuple[Callable[[Json], Iterator[str]], ...] = (
    _scopes_are_known,
    _events_are_known_and_allowed,
    _commands_are_free,
    _an_agent_can_talk,
    _the_mode_is_whole,
)
