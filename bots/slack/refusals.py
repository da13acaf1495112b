"""What Slack's refusals mean: the one place where they become the engine's two failures."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from engine.failures import Unavailable, Unusable

log = logging.getLogger(__name__)

TOKEN_SECONDS = 30.0
WAIT_SECONDS = 1.0

_LIMITED = ("ratelimited", "rate_limited", "message_limit_exceeded")
_PASSING = (
    "fatal_error",
    "internal_error",
    "request_timeout",
    "service_unavailable",
    "team_access_not_granted",
    "team_added_to_org",
)
_TOKEN = (
    "account_inactive",
    "invalid_auth",
    "not_allowed_token_type",
    "not_authed",
    "token_expired",
    "token_revoked",
)
_NOT_THERE = ("channel_not_found", "not_in_channel")
_CONTENT = (
    "as_user_not_supported",
    "block_mismatch",
    "cant_update_message",
    "edit_window_closed",
    "invalid_arguments",
    "message_not_found",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
)
_BLOCKS = ("invalid_blocks", "invalid_blocks_format")


class NotThere(Unusable):
    """Viva is no member of the channel, or cannot even see it."""


class BadBlocks(Unusable):
    """Slack does not take these blocks; the text alone it may take."""


def code_of(error: SlackApiError) -> str:
    """Slack's machine word; "" when the answer is no JSON object."""
    return str(_answer(error).get("error") or "")


def retry_after(error: SlackApiError) -> float:
    """Seconds."""
    value = next((v for k, v in _headers(error).items() if k.lower() == "retry-after"), "")
    return float(value) if str(value).isdecimal() else WAIT_SECONDS


@contextmanager
def translated(variable: str = "SLACK_BOT_TOKEN") -> Iterator[None]:
    """Raises Unavailable and Unusable for whatever the client raises. `variable`: whose token the call carries."""
    try:
        yield
    except SlackApiError as error:
        raise meaning(error, variable) from None
    except SlackClientError as error:
        raise Unusable("refused", type(error).__name__) from None
    except aiohttp.ClientConnectorError as error:
        raise Unavailable(f"Slack cannot be reached ({type(error).__name__})") from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unavailable(f"Slack: {type(error).__name__}", in_doubt=True) from None


def meaning(error: SlackApiError, variable: str) -> Unavailable | Unusable:
    """`variable`: whose token the call carried."""
    status, code = _status(error), code_of(error)
    if status == 429 or code in _LIMITED:
        return Unavailable("Slack asks to wait", retry_after=retry_after(error))
    if status >= 500 or code in _PASSING or not code:
        return Unavailable(f"Slack: {code or status}", in_doubt=True)
    if code in _TOKEN:
        log.error("%s is refused (%s): copy it again from the app's settings", variable, code)
        return Unavailable(f"Slack: {code}", retry_after=TOKEN_SECONDS)
    return _refusal(error, code)


def _refusal(error: SlackApiError, code: str) -> Unavailable | Unusable:
    if code == "missing_scope":
        scope = _answer(error).get("needed")
        log.error("the Slack app lacks the scope %s: update it from bots/slack_manifest.yaml and reinstall it", scope)
        return Unavailable(f"Slack: {code}", retry_after=TOKEN_SECONDS)
    if code in _NOT_THERE:
        return NotThere("blocked", code)
    if code in _BLOCKS:
        return BadBlocks("refused", code)
    return Unusable("refused" if code in _CONTENT else "blocked", code)


def _answer(error: SlackApiError) -> Mapping[str, Any]:
    """The SDK keeps its own response, or aiohttp's when the body could not be read."""
    data = getattr(error.response, "data", None)
    return data if isinstance(data, Mapping) else {}


def _status(error: SlackApiError) -> int:
    return int(getattr(error.response, "status_code", 0) or getattr(error.response, "status", 0))


def _headers(error: SlackApiError) -> Mapping[str, str]:
    return getattr(error.response, "headers", None) or {}
