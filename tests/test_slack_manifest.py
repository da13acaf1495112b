"""The manifest that creates the app: Slack takes it, and it asks for what Viva needs and nothing else."""

from pathlib import Path

from bots.slack.parse import GRADE_SHORTCUT
from bots.slack.scopes import NEEDED
from tests.loopback.slack_manifest_check import read_manifest, validate_manifest

MANIFEST = Path(__file__).parents[1] / "bots" / "slack_manifest.yaml"


def test_slack_takes_the_manifest() -> None:
    assert validate_manifest(MANIFEST) == []


def test_it_asks_for_the_scopes_that_viva_needs() -> None:
    assert set(read_manifest(MANIFEST)["oauth_config"]["scopes"]["bot"]) == NEEDED


def test_it_has_the_commands_and_the_shortcut_that_viva_understands() -> None:
    features = read_manifest(MANIFEST)["features"]
    assert [command["command"] for command in features["slash_commands"]] == ["/interview", "/grade"]
    assert [shortcut["callback_id"] for shortcut in features["shortcuts"]] == [GRADE_SHORTCUT]


def test_it_hears_what_people_say_where_interviews_are() -> None:
    heard = read_manifest(MANIFEST)["settings"]["event_subscriptions"]["bot_events"]
    assert {"app_home_opened", "app_mention", "message.channels", "message.groups", "message.im"} <= set(heard)
