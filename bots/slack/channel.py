"""The Slack channel: downloading, sending, editing, and a sign of life."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack import NAME, files, parse, render
from bots.slack.refusals import BadBlocks, NotThere, translated
from bots.slack.status import AFTER_SECONDS, Status
from engine.failures import Unusable
from engine.ports import Sent
from engine.reply import Reply
from engine.said import Address, Incoming, Recording

CALL_TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=5)
EPHEMERAL = "chat_postEphemeral"
NO_LINKS = {"unfurl_links": False, "unfurl_media": False}


class SlackChannel:
    """`engine.ports.Channel` for a workspace.

    An address names team, channel, user, thread (`thread_ts`, None while there is none), and whether what it answers
    stands outside of that thread (`root`).
    """

    name = NAME
    limit = 2800
    pace = 1.0

    def __init__(self, bot_token: str, api_url: str, files_url: str, status_after: float = AFTER_SECONDS) -> None:
        # What is sent again, and when, is decided in one place: not here.
        self._client = AsyncWebClient(bot_token, base_url=api_url, retry_handlers=[])
        origins = frozenset(found for url in (api_url, files_url) if (found := files.origin(url)))
        self._files = files.Files(bot_token, origins, self._client.proxy)
        self._status = Status(status_after)

    async def close(self) -> None:
        if self._client.session:
            await self._client.session.close()

    def measure(self, text: str) -> int:
        return render.measure(text)

    def parse(self, body: bytes) -> Incoming | None:
        return parse.parse(body)

    def chat_of(self, address: Address) -> str:
        return f"{NAME}:{address['team']}:{address['channel']}"

    @asynccontextmanager
    async def download(self, recording: Recording) -> AsyncIterator[AsyncIterator[bytes]]:
        if recording.size and recording.size > files.LARGEST:
            raise Unusable("too_big", f"{recording.size} bytes")
        url = recording.file.get("url") or await self._look_up(recording.file["id"])
        async with self._files.fetched(self._session(), url) as chunks:
            yield chunks

    async def _look_up(self, file: str) -> str:
        answer = await self._call("files_info", file=file)
        return files.url_of(answer)

    async def send(self, address: Address, reply: Reply) -> Sent:
        """The first message outside of a thread opens one. Where Viva is no member, it writes to the learner alone."""
        try:
            return await self._send(address, reply)
        except NotThere:
            if address.get("thread_ts") or _is_direct(address):
                raise
            return await self._send({**address, "channel": address["user"]}, reply, direct=True)

    async def _send(self, address: Address, reply: Reply, *, direct: bool = False) -> Sent:
        thread = address.get("thread_ts")
        if not direct and _for_one(address, reply):
            answer = await self._say(
                EPHEMERAL,
                reply,
                channel=address["channel"],
                user=address["user"],
                thread_ts=None if address.get("root") else thread,
            )
            return _sent(answer["message_ts"])
        answer = await self._say("chat_postMessage", reply, channel=address["channel"], thread_ts=thread, **NO_LINKS)
        self._status.is_gone(address)
        if thread:
            return _sent(answer["ts"])
        opened = {**address, "channel": answer["channel"], "thread_ts": answer["ts"], "root": 0}
        return _sent(answer["ts"], f"{self.chat_of(opened)}:{answer['ts']}", opened)

    async def edit(self, address: Address, ref: str, reply: Reply) -> None:
        await self._say("chat_update", reply, channel=address["channel"], ts=ref)

    async def _say(self, method: str, reply: Reply, **arguments: Any) -> Any:
        # What one person sees may stand outside of any thread, or in a stranger's: no bare word begins anything there.
        begin = render.BEGIN_IN_CHANNEL if method == EPHEMERAL else render.BEGIN
        text = render.text(reply, begin)
        try:
            return await self._call(method, text=text, blocks=render.blocks(reply, begin), **arguments)
        except BadBlocks:
            # An update that does not mention blocks keeps the old ones.
            no_blocks: list[Any] | None = [] if method == "chat_update" else None
            return await self._call(method, text=text, blocks=no_blocks, **arguments)

    async def _call(self, method: str, **arguments: Any) -> Any:
        self._session()
        with translated():
            return await getattr(self._client, method)(**arguments)

    def _session(self) -> aiohttp.ClientSession:
        """Opened at the first call, because it belongs to the running loop."""
        if self._client.session is None or self._client.session.closed:
            self._client.session = aiohttp.ClientSession(timeout=CALL_TIMEOUT)
        return self._client.session

    async def preview(self, address: Address, text: str | None) -> None:
        """A status under the thread when it takes a while. Slack has no drafts, so `text` is not shown."""
        if text is None:
            self._session()
            await self._status.show(self._client, address)


def _is_direct(address: Address) -> bool:
    return str(address["channel"]).startswith("D")


def _for_one(address: Address, reply: Reply) -> bool:
    """What only concerns one person is for their eyes: private replies, and small talk that would open a thread."""
    passing = reply.kind == "talk" and not reply.buttons and not address.get("thread_ts")
    return not _is_direct(address) and (reply.private or passing)


def _sent(ts: str, place: str | None = None, address: Address | None = None) -> Sent:
    return Sent(ts, parse.micros(ts), place, address)
