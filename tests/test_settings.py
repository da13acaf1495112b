"""The configuration: what is read, what is refused, and that nothing secret comes out again."""

from __future__ import annotations

import pytest

from bots.settings import BadSettings, Settings

SECRETS = {
    "DATABASE_URL": "postgresql://viva:psst-database@db.example/viva",
    "OPENAI_API_KEY": "sk-psst-openai",
    "VIVA_TRANSCRIBE_API_KEY": "sk-psst-transcribe",
    "TELEGRAM_BOT_TOKEN": "123456:psst-telegram",
    "TELEGRAM_WEBHOOK_URL": "https://viva.example/telegram",
    "TELEGRAM_WEBHOOK_SECRET": "psst-webhook",
    "SLACK_BOT_TOKEN": "xoxb-psst-bot",
    "SLACK_APP_TOKEN": "xapp-psst-app",
    "SLACK_SIGNING_SECRET": "psst-signing",
}

READ = {
    *SECRETS,
    "OPENAI_BASE_URL",
    "VIVA_INTERVIEWER_MODEL",
    "VIVA_GRADER_MODEL",
    "VIVA_REASONING_EFFORT",
    "VIVA_TRANSCRIBE_MODEL",
    "VIVA_TRANSCRIBE_BASE_URL",
    "VIVA_WHISPER_MODEL",
    "VIVA_AUDIO_PRICE_PER_MINUTE",
    "VIVA_ROLES_DIR",
    "TELEGRAM_API_URL",
    "SLACK_API_URL",
    "SLACK_FILES_URL",
    "PORT",
}


def problems(environment: dict[str, str]) -> list[str]:
    with pytest.raises(BadSettings) as caught:
        Settings.from_environment(environment)
    return str(caught.value).splitlines()


def named(environment: dict[str, str]) -> list[str]:
    return [line.partition(":")[0] for line in problems(environment)]


def test_exactly_these_variables_are_read() -> None:
    assert {field.alias for field in Settings.model_fields.values()} == READ


def test_nothing_set_is_a_good_configuration() -> None:
    settings = Settings.from_environment({"PATH": "/usr/bin"})
    assert (settings.telegram, settings.slack, settings.ears_key) == (False, False, None)
    assert settings.interviewer_model


def test_an_empty_variable_counts_as_unset() -> None:
    settings = Settings.from_environment({"TELEGRAM_BOT_TOKEN": "", "PORT": " ", "OPENAI_API_KEY": ""})
    assert (settings.telegram, settings.port, settings.openai_api_key) == (False, 8080, None)


def test_blanks_and_line_ends_around_a_pasted_token_do_no_harm() -> None:
    settings = Settings.from_environment({"TELEGRAM_BOT_TOKEN": " 123456:abc\n", "OPENAI_API_KEY": "sk-a\n"})
    assert settings.telegram_token
    assert settings.openai_api_key
    assert settings.telegram_token.get_secret_value() == "123456:abc"
    assert settings.openai_api_key.get_secret_value() == "sk-a"


def test_no_secret_stands_in_the_settings_text() -> None:
    settings = Settings.from_environment(SECRETS)
    assert "psst" not in f"{settings!r} {settings} {settings.model_dump()}"


def test_every_problem_is_named_at_once_without_its_value() -> None:
    environment = {
        "PORT": "psst-port",
        "VIVA_REASONING_EFFORT": "psst-effort",
        "DATABASE_URL": "mysql://viva:psst-database@db.example/viva",
        "TELEGRAM_BOT_TOKEN": "psst-telegram",
        "SLACK_BOT_TOKEN": "psst-slack",
        "OPENAI_BASE_URL": "psst-url",
    }
    lines = problems(environment)
    assert "psst" not in "\n".join(lines)
    assert {line.partition(":")[0] for line in lines} == {*environment, "SLACK_APP_TOKEN"}


@pytest.mark.parametrize(
    ("environment", "wrong"),
    [
        ({"TELEGRAM_BOT_TOKEN": "123456"}, ["TELEGRAM_BOT_TOKEN"]),
        (
            {"TELEGRAM_BOT_TOKEN": "1:a", "TELEGRAM_WEBHOOK_URL": "https://viva.example/telegram"},
            ["TELEGRAM_WEBHOOK_SECRET"],
        ),
        ({"TELEGRAM_WEBHOOK_URL": "https://viva.example", "TELEGRAM_WEBHOOK_SECRET": "a"}, ["TELEGRAM_WEBHOOK_URL"]),
        (
            {"TELEGRAM_WEBHOOK_URL": "http://viva.example/telegram", "TELEGRAM_WEBHOOK_SECRET": "a"},
            ["TELEGRAM_WEBHOOK_URL"],
        ),
        ({"TELEGRAM_WEBHOOK_SECRET": "not allowed"}, ["TELEGRAM_WEBHOOK_SECRET"]),
        ({"SLACK_BOT_TOKEN": "xoxb-a"}, ["SLACK_APP_TOKEN"]),
        ({"SLACK_APP_TOKEN": "xapp-a"}, ["SLACK_BOT_TOKEN"]),
        ({"SLACK_BOT_TOKEN": "xapp-a", "SLACK_APP_TOKEN": "xoxb-a"}, ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]),
        ({"VIVA_TRANSCRIBE_BASE_URL": "http://localhost:9000/v1"}, ["VIVA_TRANSCRIBE_API_KEY"]),
        ({"OPENAI_BASE_URL": "http://[half"}, ["OPENAI_BASE_URL"]),
        ({"TELEGRAM_API_URL": "http://localhost:port"}, ["TELEGRAM_API_URL"]),
        ({"SLACK_API_URL": "ftp://slack.example"}, ["SLACK_API_URL"]),
        ({"DATABASE_URL": "postgresql://u:p/w@db.example/viva"}, ["DATABASE_URL"]),
        ({"VIVA_AUDIO_PRICE_PER_MINUTE": "-1"}, ["VIVA_AUDIO_PRICE_PER_MINUTE"]),
        ({"PORT": "70000"}, ["PORT"]),
    ],
)
def test_what_cannot_be_right_is_refused(environment: dict[str, str], wrong: list[str]) -> None:
    assert named(environment) == wrong


@pytest.mark.parametrize(
    ("environment", "files"),
    [
        ({}, "https://files.slack.com"),
        ({"SLACK_API_URL": "https://slack.com/api"}, "https://files.slack.com"),
        ({"SLACK_API_URL": "http://127.0.0.1:8123/api/"}, "http://127.0.0.1:8123"),
        ({"SLACK_API_URL": "http://127.0.0.1:1/api/", "SLACK_FILES_URL": "http://127.0.0.1:2"}, "http://127.0.0.1:2"),
    ],
)
def test_slacks_files_come_from_one_origin(environment: dict[str, str], files: str) -> None:
    assert Settings.from_environment(environment).slack_files_url == files


def test_the_ears_may_be_elsewhere_than_the_models() -> None:
    openai = {"OPENAI_API_KEY": "sk-a", "OPENAI_BASE_URL": "http://models.example/v1"}
    assert Settings.from_environment(openai).ears_url == "http://models.example/v1"
    ears = {"VIVA_TRANSCRIBE_API_KEY": "sk-b", "VIVA_TRANSCRIBE_BASE_URL": "http://ears.example/v1"}
    settings = Settings.from_environment(openai | ears)
    assert settings.ears_key
    assert (settings.ears_key.get_secret_value(), settings.ears_url) == ("sk-b", "http://ears.example/v1")
