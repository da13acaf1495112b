"""The manifest check refuses what Slack refuses, and the workspace can be set up from a manifest."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.loopback.slack import App, FakeSlack
from tests.loopback.slack_manifest_check import read_manifest, validate_manifest

GOOD: dict[str, Any] = {
    "_metadata": {"major_version": 2},
    "display_information": {"name": "Viva", "description": "Mock interviews", "background_color": "#1d4ed8"},
    "features": {
        "app_home": {"home_tab_enabled": False, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "bot_user": {"display_name": "viva", "always_online": True},
        "agent_view": {
            "agent_description": "Mock interviews, graded",
            "suggested_prompts": [{"title": "Law", "message": "Start a law interview"}],
        },
        "slash_commands": [{"command": "/grade", "description": "Grade now", "should_escape": False}],
    },
    "oauth_config": {"scopes": {"bot": ["app_mentions:read", "chat:write", "commands", "im:history"]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "app_mention", "message.im"]},
        "interactivity": {"is_enabled": True},
        "org_deploy_enabled": False,
        "socket_mode_enabled": True,
        "token_rotation_enabled": False,
    },
}
YAML = """
display_information: {name: Viva}
features:
  agent_view: {agent_description: Mock interviews}
  app_home: {messages_tab_enabled: true}
  bot_user: {display_name: viva}
oauth_config:
  scopes:
    bot: [chat:write, "im:history"]
settings:
  event_subscriptions:
    bot_events: [app_home_opened, message.im]
  interactivity: {is_enabled: true}
  socket_mode_enabled: true
"""


def written(folder: Path, manifest: dict[str, Any]) -> Path:
    path = folder / "manifest.json"
    path.write_text(json.dumps(manifest))
    return path


def test_a_good_manifest_is_good(tmp_path: Path) -> None:
    assert validate_manifest(written(tmp_path, GOOD)) == []


def _set(*keys: str, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(manifest: dict[str, Any]) -> None:
        for key in keys[:-1]:
            manifest = manifest[key]
        manifest[keys[-1]] = to

    return change


def _drop(*keys: str) -> Callable[[dict[str, Any]], None]:
    def change(manifest: dict[str, Any]) -> None:
        for key in keys[:-1]:
            manifest = manifest[key]
        del manifest[keys[-1]]

    return change


def command(name: str) -> list[dict[str, str]]:
    return [{"command": name, "description": "d"}]


BOT = ("oauth_config", "scopes", "bot")
EVENTS = ("settings", "event_subscriptions", "bot_events")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_set("colour", to="red"), "no more fields allowed: colour"),
        (_set("settings", "socket_mode", to=True), "no more fields allowed: socket_mode"),
        (_drop("settings", "socket_mode_enabled"), "missing required field: socket_mode_enabled"),
        (_set("settings", "socket_mode_enabled", to="yes"), "must be a boolean"),
        (_set("settings", "socket_mode_enabled", to=False), "event_subscriptions needs a request_url"),
        (_set("settings", "interactivity", "is_enabled", to=False), "buttons need"),
        (_drop("features", "agent_view"), "missing required field: agent_view"),
        (_set("features", "assistant_view", to={"assistant_description": "d"}), "assistant_view is legacy"),
        (_set("features", "agent_view", "agent_description", to="d" * 301), "must be less than 301 characters"),
        (_set("features", "agent_view", "suggested_prompts", to=[{"title": "t"}]), "missing required field: message"),
        (_set("features", "app_home", "messages_tab_read_only_enabled", to=True), "writable Messages tab"),
        (_set("features", "slash_commands", to=command("/status")), "/status is Slack's own command"),
        (_set("features", "slash_commands", to=command("grade")), "must match"),
        (_set("features", "slash_commands", to=[*command("/a"), *command("/a")]), "/a is there twice"),
        (_set("features", "slash_commands", to=[]), "must provide at least 1 items"),
        (_set("display_information", "name", to="n" * 36), "must be less than 36 characters"),
        (_set("display_information", "long_description", to="short"), "must be more than 174 characters"),
        (_set("display_information", "background_color", to="blue"), "must match"),
        (_set(*BOT, to=["chat:write", "im:history", "app_mentions:read"]), "need the scope commands"),
        (_set(*BOT, to=[*GOOD["oauth_config"]["scopes"]["bot"], "chat:shout"]), "unknown bot scope chat:shout"),
        (_set(*EVENTS, to=["app_home_opened", "message.im", "shouted"]), "unknown bot event shouted"),
        (_set(*EVENTS, to=["app_home_opened", "message.im", "message.channels"]), "needs the scope channels:history"),
        (_set(*EVENTS, to=["app_home_opened"]), "an agent app needs the event message.im"),
        (_set(*EVENTS, to=["app_home_opened", "message.im", "message.im"]), "message.im is there twice"),
    ],
)
def test_a_bad_manifest_is_refused(tmp_path: Path, change: Callable[[dict[str, Any]], None], problem: str) -> None:
    manifest = copy.deepcopy(GOOD)
    change(manifest)
    assert problem in "\n".join(validate_manifest(written(tmp_path, manifest)))


def test_a_key_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text('{"settings": {}, "settings": {}}')
    with pytest.raises(ValueError, match="settings is there twice"):
        read_manifest(path)


def test_manifests_are_yaml_too(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text(YAML)
    assert validate_manifest(path) == []
    path.write_text(YAML.replace("  socket_mode_enabled: true", "  socket_mode_enabled: true\n" * 2))
    with pytest.raises(ValueError, match="socket_mode_enabled is there twice"):
        validate_manifest(path)


async def test_a_workspace_gives_the_app_only_what_its_manifest_asks_for(tmp_path: Path) -> None:
    app = App.from_manifest(written(tmp_path, GOOD))
    assert (app.commands, app.agent_view) == (frozenset({"/grade"}), True)
    assert app.scopes == frozenset(GOOD["oauth_config"]["scopes"]["bot"])
    async with FakeSlack(app) as slack:
        asha = slack.user("U1", "Asha")
        with pytest.raises(LookupError):
            await slack.slash(asha, slack.dm(asha), "/interview")
