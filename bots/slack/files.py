"""Fetching recordings. The bot token is shown to Slack's own origins and to nobody else, whatever an event says."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from yarl import URL

from bots.slack.refusals import translated
from engine.failures import Unavailable, Unusable

log = logging.getLogger(__name__)

LARGEST = 100 * 1024 * 1024
CHUNK = 64 * 1024
MOST_REDIRECTS = 3
TIMEOUT = aiohttp.ClientTimeout(total=300, sock_connect=10, sock_read=30)

_REDIRECTS = (301, 302, 303, 307, 308)


def origin(url: str) -> URL | None:
    """The scheme, host and port; None for what no token may be sent to."""
    try:
        parsed = URL(url)
        return parsed.origin() if parsed.scheme in ("http", "https") and not parsed.user else None
    except ValueError:
        return None


class Files:
    def __init__(self, token: str, origins: frozenset[URL], proxy: str | None, largest: int = LARGEST) -> None:
        self._token = token
        self._origins = origins
        self._proxy = proxy
        self._largest = largest

    @asynccontextmanager
    async def fetched(self, session: aiohttp.ClientSession, url: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The file's bytes. Raises Unusable('too_big' or 'not_audio') and Unavailable."""
        for _ in range(MOST_REDIRECTS):
            async with self._answer(session, url) as answer:
                if answer.status not in _REDIRECTS:
                    _check(answer, self._largest)
                    yield _chunks(answer, self._largest)
                    return
                url = str(answer.url.join(URL(answer.headers.get("Location", ""))))
        raise Unavailable("Slack's files: redirected too often")

    @asynccontextmanager
    async def _answer(self, session: aiohttp.ClientSession, url: str) -> AsyncIterator[aiohttp.ClientResponse]:
        if origin(url) not in self._origins:
            _blame_the_token("sent elsewhere")
            raise Unusable("not_audio", "the file is not on Slack's file host")
        headers = {"Authorization": f"Bearer {self._token}"}
        with translated():
            answer = await session.get(url, headers=headers, allow_redirects=False, timeout=TIMEOUT, proxy=self._proxy)
        async with answer:
            yield answer


def _check(answer: aiohttp.ClientResponse, largest: int) -> None:
    if answer.status == 429 or answer.status >= 500:
        raise Unavailable(f"Slack's files: {answer.status}", retry_after=_seconds(answer.headers))
    if answer.status != 200:
        raise Unusable("not_audio", f"Slack's files: {answer.status}")
    if answer.content_type == "text/html":
        _blame_the_token("shown a login page")
        raise Unusable("not_audio", "a page instead of the file")
    if (answer.content_length or 0) > largest:
        raise Unusable("too_big", f"{answer.content_length} bytes")


def _blame_the_token(what: str) -> None:
    log.error("asking for a recording was %s: SLACK_BOT_TOKEN needs the scope files:read", what)


def _seconds(headers: Mapping[str, str]) -> float | None:
    value = headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else None


async def _chunks(answer: aiohttp.ClientResponse, largest: int) -> AsyncIterator[bytes]:
    got = 0
    with translated():
        async for chunk in answer.content.iter_chunked(CHUNK):
            got += len(chunk)
            if got > largest:
                raise Unusable("too_big", f"more than {largest} bytes")
            yield chunk


def url_of(answer: Mapping[str, Any]) -> str:
    """Where the file that files.info tells of lies. Raises Unusable('not_audio') when it is no recording."""
    file = answer["file"]
    if not str(file.get("mimetype") or "").startswith(("audio/", "video/")):
        raise Unusable("not_audio", str(file.get("mimetype")))
    if (file.get("size") or 0) > LARGEST:
        raise Unusable("too_big", f"{file['size']} bytes")
    return str(file.get("url_private_download") or file.get("url_private") or "")
