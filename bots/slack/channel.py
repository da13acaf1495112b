"""The Slack channel: downloading, sending, editing, status, and what Slack's refusals mean."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack import render
from bots.slack.parse import NAME, micros, parse
from engine.failures import Unavailable, Unusable
from engine.ports import Sent
from engine.reply import Reply
from engine.said import Address, Incoming, Recording

log = logging.getLogger(__name__)

LARGEST_DOWNLOAD = 100 * 1024 * 1024
LONGEST_EDIT = 3900
CHUNK = 1 << 16
NO_AGENT = (
    "feature_disabled",
    "missing_scope",
    "unknown_method",
    "not_allowed_token_type",
    "access_denied",
    "no_permission",
)
TOKEN_REFUSED = ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired")
PASSING = (
    "ratelimited",
    "rate_limited",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
)


class SlackChannel:
    """`engine.ports.Channel` for one workspace. The bot token goes to the API and to the files' origin only."""

    name = NAME
    limit = 2800
    pace = 1.0

    def __init__(self, bot_token: str, api_url: str, files_url: str) -> None:
        self._token = bot_token
        self._client = AsyncWebClient(token=bot_token, base_url=api_url, timeout=20, retry_handlers=[])
        self._origins = {_origin(api_url), _origin(files_url)}
        self._session: aiohttp.ClientSession | None = None
        self._agent = True

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    def measure(self, text: str) -> int:
        return len(text)

    def parse(self, body: bytes) -> Incoming | None:
        return parse(body)

    def chat_of(self, address: Address) -> str:
        return f"{NAME}:{address['team']}:{address['channel']}"

    @asynccontextmanager
    async def download(self, recording: Recording) -> AsyncIterator[AsyncIterator[bytes]]:
        url = recording.file["url"]
        if recording.size and recording.size > LARGEST_DOWNLOAD:
            raise Unusable("too_big", f"{recording.size} bytes")
        if _origin(url) not in self._origins:
            raise Unusable("not_audio", "the file lies somewhere else than Slack's files")
        try:
            async with self._open().get(
                url, headers={"Authorization": f"Bearer {self._token}"}, allow_redirects=False
            ) as answer:
                _check_download(answer)
                yield answer.content.iter_chunked(CHUNK)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(f"Slack's files: {type(error).__name__}") from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60, connect=5))
        return self._session

    async def send(self, address: Address, reply: Reply) -> Sent:
        alone = reply.private and not str(address["channel"]).startswith("D")
        method = "chat_postEphemeral" if alone else "chat_postMessage"
        more = {"user": address["user"]} if alone else {"unfurl_links": False, "unfurl_media": False}
        thread = {"thread_ts": address["thread_ts"]} if address.get("thread_ts") else {}
        answer = await self._say(method, reply, channel=address["channel"], **thread, **more)
        ts = str(answer.get("ts") or answer.get("message_ts"))
        if alone or thread:
            return Sent(ts, micros(ts))
        return Sent(ts, micros(ts), f"{self.chat_of(address)}:{ts}", {**address, "thread_ts": ts})

    async def edit(self, address: Address, ref: str, reply: Reply) -> None:
        await self._say("chat_update", reply, channel=address["channel"], ts=ref)

    async def _say(self, method: str, reply: Reply, **arguments: Any) -> Any:
        text = render.plain(reply)
        text = text[:LONGEST_EDIT] if method == "chat_update" else text
        try:
            return await self._call(method, text=text, blocks=render.blocks(reply), **arguments)
        except Unusable as error:
            if error.reason != "invalid_blocks":
                raise
            return await self._call(method, text=text, **arguments)

    async def _call(self, method: str, **arguments: Any) -> Any:
        """One call. What Slack refuses becomes one of the engine's two failures, here and nowhere else."""
        try:
            return await getattr(self._client, method)(**arguments)
        except SlackApiError as error:
            raise _meaning(error) from None
        except aiohttp.ClientConnectorError:
            raise Unavailable("Slack cannot be reached") from None
        except (aiohttp.ClientError, TimeoutError, SlackClientError) as error:
            raise Unavailable(f"Slack: {type(error).__name__}", in_doubt=True) from None

    async def preview(self, address: Address, text: str | None) -> None:
        """A status under the thread, where the workspace has agent features. Slack has no drafts, so `text` is not
        shown."""
        if text is not None or not self._agent or not address.get("thread_ts"):
            return
        try:
            await self._call(
                "assistant_threads_setStatus",
                channel_id=address["channel"],
                thread_ts=address["thread_ts"],
                status="is thinking…",
            )
        except Unusable as error:
            self._agent = error.reason not in NO_AGENT
        except Unavailable:
            return


def _check_download(answer: aiohttp.ClientResponse) -> None:
    if answer.status >= 500 or answer.status == 429:
        raise Unavailable(f"Slack's files: {answer.status}")
    if answer.status != 200 or answer.content_type == "text/html":
        log.error("SLACK_BOT_TOKEN: may not read files: add the scope files:read and install the app again")
        raise Unusable("not_audio", f"{answer.status} {answer.content_type}")


def _meaning(error: SlackApiError) -> Unavailable | Unusable:
    status = getattr(error.response, "status_code", 0)
    reason = str(error.response.get("error") or status) if hasattr(error.response, "get") else "unknown"
    if status == 429 or reason in PASSING:
        return Unavailable(f"Slack: {reason}", retry_after=_retry_after(error))
    if status >= 500:
        return Unavailable(f"Slack: {status}")
    if reason in TOKEN_REFUSED:
        log.error("SLACK_BOT_TOKEN is refused (%s): install the app again and copy the new token", reason)
        return Unavailable(f"Slack: {reason}", retry_after=30.0)
    return Unusable(reason)


def _retry_after(error: SlackApiError) -> float:
    headers = getattr(error.response, "headers", None) or {}
    value = next((v for k, v in headers.items() if k.lower() == "retry-after"), "1")
    value = value[0] if isinstance(value, list) else value
    return float(value) if str(value).isdecimal() else 1.0


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
