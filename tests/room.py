"""A platform in memory."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from engine.failures import Unusable
from engine.ports import Sent
from engine.reply import Reply
from engine.said import Address, Command, Edit, Incoming, Learner, Moved, Press, Recording, Said, Text
from tests.dialogue import text_of


@dataclass(frozen=True)
class Post:
    """A message that the room shows."""

    ref: str
    chat: object
    reply: Reply

    @property
    def text(self) -> str:
        return text_of(self.reply)


class Room:
    """A channel. An event is JSON: who says what, and where.

    `trouble` is raised by the next sends and edits, one each; None is no trouble. An address whose thread is "new"
    opens a place.
    """

    name = "room"
    pace = 0.0

    def __init__(self, limit: int = 4000) -> None:
        self.limit = limit
        self.posts: list[Post] = []
        self.edits: list[Post] = []
        self.trouble: list[BaseException | None] = []
        self.clock = itertools.count(1000)
        self._news = asyncio.Condition()

    def measure(self, text: str) -> int:
        return len(text)

    def parse(self, body: bytes) -> Incoming | Moved | None:
        event = json.loads(body)
        if event is None:
            return None
        if "malformed" in event:
            raise Unusable("malformed")
        if "moved" in event:
            return Moved(self.name, event["moved"], event["to"], {"chat": event["to"]})
        learner = Learner(f"room:{event['who']}", event.get("name", event["who"]))
        chat = event.get("chat", f"room:{event['who']}:c")
        place = event.get("place", f"{chat}:0")
        address = {"chat": chat, "thread": event.get("thread")}
        to_viva = event.get("to_viva", True)
        said = _said(event)
        at = event["at"]
        spot = (chat, place, place, address)
        return Incoming(self.name, learner, *spot, said, event["ref"], at, to_viva, event.get("said_at"))

    def chat_of(self, address: Address) -> str:
        return str(address["chat"])

    @asynccontextmanager
    async def download(self, recording: Recording) -> AsyncIterator[AsyncIterator[bytes]]:
        yield _bytes(recording.file["id"])

    async def send(self, address: Address, reply: Reply) -> Sent:
        if self.trouble and (trouble := self.trouble.pop(0)):
            raise trouble
        position = next(self.clock)
        await self._show(self.posts, Post(str(position), address["chat"], reply))
        opens = f"{address['chat']}:t{position}" if address.get("thread") == "new" else None
        named: dict[str, str | int | None] = {**address, "thread": "named"}
        return Sent(str(position), position, opens, named if opens else None)

    async def edit(self, address: Address, ref: str, reply: Reply) -> None:
        if self.trouble and (trouble := self.trouble.pop(0)):
            raise trouble
        await self._show(self.edits, Post(ref, address["chat"], reply))

    async def preview(self, address: Address, text: str | None) -> None:
        """Nobody looks."""

    async def _show(self, where: list[Post], post: Post) -> None:
        async with self._news:
            where.append(post)
            self._news.notify_all()

    async def wait_until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Until it holds, which is looked at whenever something was posted or edited."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(condition)

    def with_text(self, fragment: str) -> list[Post]:
        return [post for post in (*self.posts, *self.edits) if fragment in post.text]

    @property
    def texts(self) -> list[str]:
        return [post.text for post in self.posts]

    @property
    def last(self) -> str:
        return self.posts[-1].text


def _said(event: Mapping[str, str]) -> Said:
    if "voice" in event:
        return Recording({"id": event["voice"]}, 3.0)
    if "edited" in event:
        return Edit(event["edited"], event["text"])
    if "press" in event:
        return Press(event["press"])
    if event["text"].startswith("/"):
        name, _, argument = event["text"][1:].partition(" ")
        return Command(name, argument)  # type: ignore[arg-type]
    return Text(event["text"])


async def _bytes(content: str) -> AsyncIterator[bytes]:
    yield content.encode()
