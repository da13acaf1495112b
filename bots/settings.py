"""The configuration: read from the environment once, checked as a whole, never changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from storage.address import read_url

WEBHOOK_PATH = "/telegram"


class BadSettings(ValueError):
    """The configuration cannot be used. One line per problem: the variable and the mend; never a value of it."""


class Settings(BaseModel):
    """Every variable of the environment that Viva reads, under its own name; defaults live here alone."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)

    database_url: SecretStr | None = Field(None, alias="DATABASE_URL")

    openai_api_key: SecretStr | None = Field(None, alias="OPENAI_API_KEY")
    openai_base_url: str = Field("https://api.openai.com/v1", alias="OPENAI_BASE_URL")
    interviewer_model: str = Field("gpt-6-luna", alias="VIVA_INTERVIEWER_MODEL")
    grader_model: str = Field("gpt-6-luna", alias="VIVA_GRADER_MODEL")
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] = Field(
        "none", alias="VIVA_REASONING_EFFORT"
    )

    transcribe_model: str = Field("gpt-transcribe", alias="VIVA_TRANSCRIBE_MODEL")
    transcribe_base_url: str | None = Field(None, alias="VIVA_TRANSCRIBE_BASE_URL")
    transcribe_api_key: SecretStr | None = Field(None, alias="VIVA_TRANSCRIBE_API_KEY")
    whisper_model: str | None = Field(None, alias="VIVA_WHISPER_MODEL")
    audio_price_per_minute: float = Field(0.0045, alias="VIVA_AUDIO_PRICE_PER_MINUTE", ge=0)

    roles_dir: Path | None = Field(None, alias="VIVA_ROLES_DIR")

    telegram_token: SecretStr | None = Field(None, alias="TELEGRAM_BOT_TOKEN")
    telegram_api_url: str = Field("https://api.telegram.org", alias="TELEGRAM_API_URL")
    telegram_webhook_url: str | None = Field(None, alias="TELEGRAM_WEBHOOK_URL")
    telegram_webhook_secret: SecretStr | None = Field(None, alias="TELEGRAM_WEBHOOK_SECRET")

    slack_bot_token: SecretStr | None = Field(None, alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr | None = Field(None, alias="SLACK_APP_TOKEN")
    slack_signing_secret: SecretStr | None = Field(None, alias="SLACK_SIGNING_SECRET")
    slack_api_url: str = Field("https://slack.com/api/", alias="SLACK_API_URL")
    slack_files_origin: str | None = Field(None, alias="SLACK_FILES_URL")

    port: int = Field(8080, alias="PORT", ge=0, le=65535)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Empty variables count as unset. Raises BadSettings with every problem at once."""
        known = {str(field.alias) for field in cls.model_fields.values()}
        given = {name: value for name, value in environment.items() if name in known and value.strip()}
        problems, wrong = cls._problems(given)
        if wrong:  # what belongs together is checked only when each is right by itself
            problems += cls._problems({name: value for name, value in given.items() if name not in wrong})[0]
        if problems:
            raise BadSettings("\n".join(problems))
        return cls.model_validate(given)

    @classmethod
    def _problems(cls, given: Mapping[str, str]) -> tuple[list[str], set[str]]:
        """What is wrong, and the variables that are wrong by themselves."""
        try:
            cls.model_validate(given)
        except ValidationError as error:
            return [_problem(item) for item in error.errors()], {str(i["loc"][0]) for i in error.errors() if i["loc"]}
        return [], set()

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        problems = [*self._database_problems(), *self._telegram_problems()]
        problems += [*self._slack_problems(), *self._ears_problems(), *self._url_problems()]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _database_problems(self) -> list[str]:
        try:
            if self.database_url:
                read_url(self.database_url.get_secret_value())
        except ValueError as error:
            return [f"DATABASE_URL: {error}"]
        return []

    def _ears_problems(self) -> list[str]:
        if self.transcribe_base_url and not (self.ears_key or self.whisper_model):
            mend = "set it together with VIVA_TRANSCRIBE_BASE_URL (to any word if that server asks for none)"
            return [f"VIVA_TRANSCRIBE_API_KEY: {mend}"]
        return []

    def _telegram_problems(self) -> list[str]:
        problems = []
        if self.telegram_token and not re.fullmatch(r"\d+:[\w-]+", self.telegram_token.get_secret_value()):
            problems.append(
                "TELEGRAM_BOT_TOKEN: does not look like a bot token: copy it whole from @BotFather (123456:ABC…)"
            )
        secret = self.telegram_webhook_secret
        if self.telegram_webhook_url and not secret:
            problems.append("TELEGRAM_WEBHOOK_SECRET: set it together with TELEGRAM_WEBHOOK_URL, to a random word")
        if self.telegram_webhook_url and not self.telegram_webhook_url.endswith(WEBHOOK_PATH):
            problems.append(f"TELEGRAM_WEBHOOK_URL: must end with {WEBHOOK_PATH}, where `viva web` listens")
        if self._webhook_in_the_clear:
            problems.append("TELEGRAM_WEBHOOK_URL: must begin with https://, as Telegram delivers to no other")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret.get_secret_value()):
            problems.append("TELEGRAM_WEBHOOK_SECRET: use 1 to 256 letters, digits, _ or -")
        return problems

    @property
    def _webhook_in_the_clear(self) -> bool:
        """Which only a Bot API server of one's own takes."""
        public = self.telegram_api_url == type(self).model_fields["telegram_api_url"].default
        return public and (self.telegram_webhook_url or "").startswith("http://")

    def _slack_problems(self) -> list[str]:
        problems = []
        if self.slack_bot_token and not self.slack_app_token and not self.slack_signing_secret:
            problems.append("SLACK_APP_TOKEN: set it for Socket Mode, or SLACK_SIGNING_SECRET for HTTP events")
        if (self.slack_app_token or self.slack_signing_secret) and not self.slack_bot_token:
            problems.append("SLACK_BOT_TOKEN: set it together with the other Slack variables (xoxb-…)")
        if self.slack_bot_token and not self.slack_bot_token.get_secret_value().startswith("xoxb-"):
            problems.append("SLACK_BOT_TOKEN: does not look like a bot token: it begins with xoxb-")
        if self.slack_app_token and not self.slack_app_token.get_secret_value().startswith("xapp-"):
            problems.append("SLACK_APP_TOKEN: does not look like an app-level token: it begins with xapp-")
        return problems

    def _url_problems(self) -> list[str]:
        urls = {
            "OPENAI_BASE_URL": self.openai_base_url,
            "VIVA_TRANSCRIBE_BASE_URL": self.transcribe_base_url,
            "TELEGRAM_API_URL": self.telegram_api_url,
            "TELEGRAM_WEBHOOK_URL": self.telegram_webhook_url,
            "SLACK_API_URL": self.slack_api_url,
            "SLACK_FILES_URL": self.slack_files_origin,
        }
        return [f"{name}: not an http(s) URL" for name, url in urls.items() if url and not _is_http(url)]

    @property
    def slack_files_url(self) -> str:
        """The only origin besides the API's that the bot token is sent to."""
        if self.slack_files_origin:
            return self.slack_files_origin
        default = str(type(self).model_fields["slack_api_url"].default)
        if self.slack_api_url.rstrip("/") == default.rstrip("/"):
            return "https://files.slack.com"
        parts = urlsplit(self.slack_api_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def ears_key(self) -> SecretStr | None:
        """The transcription server's key; without one there is no such server."""
        return self.transcribe_api_key or self.openai_api_key

    @property
    def ears_url(self) -> str:
        return self.transcribe_base_url or self.openai_base_url

    @property
    def telegram(self) -> bool:
        return self.telegram_token is not None

    @property
    def slack(self) -> bool:
        return self.slack_bot_token is not None


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # half an IPv6 address, or a port that is no number
        return False


def _problem(item: Mapping[str, object]) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    location = item["loc"]
    return f"{location[0]}: {message}" if isinstance(location, tuple) and location else message
