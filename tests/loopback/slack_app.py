"""The app as it is configured at Slack."""

from dataclasses import dataclass
from pathlib import Path

from tests.loopback.slack_manifest_check import read_manifest
from tests.loopback.slack_shapes import words

SCOPES = words(
    "app_mentions:read assistant:write channels:history channels:read chat:write commands files:read files:write"
    " groups:history groups:read im:history im:read im:write reactions:write users:read"
)
SUBSCRIPTIONS = words(
    "app_home_opened app_mention app_uninstalled message.channels message.groups message.im tokens_revoked"
)


@dataclass(frozen=True)
class App:
    """`commands`: its slash commands; None takes any."""

    bot_token: str = "xoxb-loopback"
    app_token: str = "xapp-loopback"
    signing_secret: str = "loopback-signing-secret"
    scopes: frozenset[str] = SCOPES
    subscriptions: frozenset[str] = SUBSCRIPTIONS
    commands: frozenset[str] | None = None
    agent_view: bool = True

    @classmethod
    def from_manifest(cls, path: Path) -> "App":
        """The app that Slack would make of this manifest: nothing works that the manifest does not ask for."""
        manifest = read_manifest(path)
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        return cls(
            scopes=frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
            subscriptions=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
            commands=frozenset(command["command"] for command in features.get("slash_commands", [])),
            agent_view="agent_view" in features,
        )
