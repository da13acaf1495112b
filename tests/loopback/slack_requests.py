"""Events over HTTP, Slack's side: signed requests to the app's request URLs."""

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.loopback.slack_delivery import Delivery, Unanswered
from tests.loopback.slack_workspace import Workspace

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


class Requests:
    """The transport for apps that gave request URLs."""

    def __init__(self, workspace: Workspace, urls: dict[str, str]) -> None:
        """`urls`: where each kind of delivery goes."""
        self._workspace, self._urls = workspace, urls
        self._session = aiohttp.ClientSession()

    async def attempt(self, delivery: Delivery, number: int, reason: str, within: float) -> None:
        retry = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason} if number else {}
        body, content_type = _body(delivery)
        status, headers, text = await self._tried(self._urls[delivery.kind], body, content_type, retry, within)
        if not 200 <= status < 300:
            raise Unanswered("http_error", final=headers.get("X-Slack-No-Retry") == "1")
        delivery.accept(_answer(headers.get("Content-Type", ""), text))

    async def verify(self) -> None:
        """Slack's handshake with an events URL. Raises AssertionError when the challenge does not come back."""
        challenge = {"token": "verification-token", "challenge": "3eZbrw1aBm2rZgRN", "type": "url_verification"}
        body = json.dumps(challenge).encode()
        status, headers, text = await self._tried(self._urls["events_api"], body, JSON, {}, 3.0)
        answer = _answer(headers.get("Content-Type", ""), text)
        if status != 200 or challenge["challenge"] not in (answer or {}).values():
            raise AssertionError(f"the challenge did not come back: {status} {text}")

    async def post(
        self, url: str, body: bytes, content_type: str, extra: dict[str, str], *, secret: str = "", at: str = ""
    ) -> tuple[int, dict[str, str], str]:
        """One signed request. `secret` and `at`: another signing secret or timestamp than the right ones."""
        at = at or str(int(time.time()))
        headers = {
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": signature(secret or self._workspace.signing_secret, at, body),
            **extra,
        }
        async with self._session.post(url, data=body, headers=headers, max_redirects=2) as response:
            return response.status, dict(response.headers), await response.text()

    async def stop(self) -> None:
        await self._session.close()

    async def _tried(
        self, url: str, body: bytes, content_type: str, extra: dict[str, str], within: float
    ) -> tuple[int, dict[str, str], str]:
        try:
            return await asyncio.wait_for(self.post(url, body, content_type, extra), within)
        except TimeoutError:
            raise Unanswered("http_timeout") from None
        except aiohttp.TooManyRedirects:
            raise Unanswered("too_many_redirects") from None
        except aiohttp.ClientError:
            raise Unanswered("connection_failed") from None


def _body(delivery: Delivery) -> tuple[bytes, str]:
    match delivery.kind:
        case "events_api":
            return json.dumps(delivery.payload).encode(), JSON
        case "slash_commands":
            return urlencode(delivery.payload).encode(), FORM
        case "interactive":
            return urlencode({"payload": json.dumps(delivery.payload)}).encode(), FORM


def _answer(content_type: str, text: str) -> Any:
    if not text:
        return None
    return json.loads(text) if content_type.startswith(JSON) else {"text": text}
