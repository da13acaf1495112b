"""What the bot may do in a workspace."""

from __future__ import annotations

# Kept the same as in bots/slack_manifest.yaml by a test.
NEEDED = frozenset(
    (
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "chat:write",
        "commands",
        "files:read",
        "groups:history",
        "im:history",
    )
)
