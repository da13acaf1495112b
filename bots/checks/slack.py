"""Slack: the tokens and the scopes."""

from __future__ import annotations

import re

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bots.checks import Check, Finding, Fine, Wrong, host
from bots.settings import Settings
from bots.slack.scopes import NEEDED

SCOPES_HEADER = "x-oauth-scopes"
REFUSED = frozenset(
    ("account_inactive", "invalid_auth", "not_allowed_token_type", "not_authed", "token_expired", "token_revoked")
)
NETWORK = "look at the network, and at SLACK_API_URL if it is set"


def checks(settings: Settings) -> list[Check]:
    found = []
    if settings.slack_bot_token:
        found.append(Check("Slack", _bot_token))
    if settings.slack_app_token:
        found.append(Check("Slack app token", _app_token))
    return found


async def _bot_token(settings: Settings) -> list[Finding]:
    client = _client(settings, settings.slack_bot_token)
    mend = "reinstall the app (Install App in its settings) and copy the Bot User OAuth Token"
    try:
        answer = await client.auth_test()
    except (TimeoutError, SlackApiError, aiohttp.ClientError) as error:
        return [_failed("SLACK_BOT_TOKEN", error, settings, mend)]
    name = Fine(f"Slack: {answer['user']} in the workspace {answer['team']}; {_delivery(settings)}")
    return [name, _scopes(str(answer.headers.get(SCOPES_HEADER, "")))]


def _delivery(settings: Settings) -> str:
    if settings.slack_app_token:
        return "events come by Socket Mode"
    return "events come over HTTP (whether SLACK_SIGNING_SECRET is right shows at the first one)"


def _scopes(granted: str) -> Finding:
    lacking = NEEDED - set(re.split(r"[,\s]+", granted))
    if lacking:
        mend = "update the app from bots/slack_manifest.yaml and reinstall it"
        return Wrong(f"Slack: the bot lacks the scopes {', '.join(sorted(lacking))}", mend)
    return Fine(f"Slack scopes: all {len(NEEDED)}")


async def _app_token(settings: Settings) -> list[Finding]:
    assert settings.slack_app_token, "checked only when it is set"
    client = _client(settings, None)
    mend = "make an app-level token with connections:write (Basic Information in the app's settings)"
    try:
        await client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
    except (TimeoutError, SlackApiError, aiohttp.ClientError) as error:
        return [_failed("SLACK_APP_TOKEN", error, settings, mend)]
    return [Fine("Slack app token: Socket Mode connects")]


def _client(settings: Settings, token: SecretStr | None) -> AsyncWebClient:
    value = token.get_secret_value() if token else None
    return AsyncWebClient(value, base_url=settings.slack_api_url, retry_handlers=[])


def _failed(variable: str, error: Exception, settings: Settings, mend: str) -> Finding:
    code = _code(error)
    if code in REFUSED:
        return Wrong(f"Slack: {variable} is refused ({code})", mend)
    if code == "missing_scope":
        return Wrong(f"Slack: {variable} lacks a scope", mend)
    return Wrong(f"Slack: {host(settings.slack_api_url)} does not serve {variable} ({code})", NETWORK)


def _code(error: Exception) -> str:
    """Slack's machine word; what else comes (a proxy's page, say) is not shown."""
    response = error.response if isinstance(error, SlackApiError) else {}
    code = str(response.get("error", ""))
    return code if re.fullmatch(r"[a-z_]{3,60}", code) else type(error).__name__
