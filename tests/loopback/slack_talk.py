"""People, channels, threads and messages, with what a person does in them."""

import asyncio
import re
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tests.loopback.slack_shapes import Json
from tests.loopback.slack_text import as_shown, as_typed, shown_blocks

if TYPE_CHECKING:
    from tests.loopback.slack_workspace import Workspace


@dataclass(eq=False)
class User:
    id: str
    name: str
    workspace: "Workspace" = field(repr=False)
    locale: str = "en-US"
    tz: str = "Asia/Kolkata"
    modal: "View | None" = None
    home: "View | None" = None

    @property
    def ephemerals(self) -> list["Message"]:
        """What only this person was shown, oldest first."""
        everywhere = self.workspace.channels.values()
        mine = [m for channel in everywhere for m in channel.log if m.only_for == self.id and not m.deleted]
        return sorted(mine, key=lambda message: message.ts)

    def wait_for_ephemeral(self, fragment: str, timeout: float = 30) -> Awaitable["Message"]:
        return self.workspace.find(lambda: self.ephemerals, fragment, timeout, f"only to {self.name}")


@dataclass(eq=False)
class File:
    id: str
    name: str
    mimetype: str
    user: str
    data: bytes
    size: int
    subtype: str | None = None
    duration_ms: int | None = None
    check_file_info: bool = False
    gone: bool = False
    title: str = ""
    created: int = field(default_factory=lambda: int(time.time()))


@dataclass(eq=False)
class View:
    id: str
    kind: Literal["modal", "home"]
    user: User
    content: Json
    hash: str


@dataclass(eq=False)
class Message:
    channel: "Channel"
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    files: list[File] = field(default_factory=list)
    by_app: bool = False
    only_for: str | None = None
    metadata: Json | None = None
    edits: int = 0
    posted: str | None = None  # what was shown before the first edit
    deleted: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)
    client_msg_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def shown(self) -> str:
        """What a person reads: the blocks if there are any, else the text."""
        names = self.channel.workspace.names
        return shown_blocks(self.blocks, names) if self.blocks else as_shown(self.text, names)

    @property
    def first_shown(self) -> str:
        """What it read when it was new."""
        return self.shown if self.posted is None else self.posted

    @property
    def thread(self) -> "Thread":
        """The thread this message is in, or would start."""
        return self.channel.thread(self.thread_ts or self.ts)


class _Talk(ABC):
    """Somewhere people and the app talk: a channel, or one thread of it."""

    workspace: "Workspace"

    @property
    @abstractmethod
    def title(self) -> str: ...

    @property
    @abstractmethod
    def messages(self) -> list[Message]: ...

    def wait_for(
        self, fragment: str | re.Pattern[str], timeout: float = 30, *, after: Message | None = None
    ) -> Awaitable[Message]:
        """The app's first message here, earlier ones included, whose visible text holds `fragment`.

        `after`: only messages posted later than this one. AssertionError, with the conversation, on a timeout.
        """

        def theirs() -> list[Message]:
            return [m for m in self.messages if m.by_app and (after is None or m.ts > after.ts)]

        return self.workspace.find(theirs, fragment, timeout, f"in {self.title}")


@dataclass(eq=False)
class Channel(_Talk):
    id: str
    name: str
    kind: Literal["im", "channel", "group"]
    workspace: "Workspace" = field(repr=False)
    members: list[User] = field(default_factory=list)
    bot_is_member: bool = True
    archived: bool = False
    log: list[Message] = field(default_factory=list, repr=False)
    statuses: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, Json] = field(default_factory=dict)
    suggested_prompts: list[Json] = field(default_factory=list)
    suggested_title: str = ""

    @property
    def title(self) -> str:
        return f"DM with {self.name}" if self.kind == "im" else f"#{self.name}"

    @property
    def messages(self) -> list[Message]:
        """All that everybody here can see, oldest first."""
        return [message for message in self.log if message.only_for is None and not message.deleted]

    def at(self, ts: str) -> Message | None:
        return next((message for message in self.log if message.ts == ts and message.only_for is None), None)

    def thread(self, ts: str) -> "Thread":
        return Thread(self, ts)

    def replies(self, ts: str) -> list[Message]:
        return [message for message in self.messages if message.thread_ts == ts and message.ts != ts]

    async def say(self, user: User, text: str, thread_ts: str | None = None, *, raw: bool = False) -> Message:
        """A person sends `text`, as typed (see `slack_text.as_typed`), or with `raw` exactly as given on the wire."""
        wire = text if raw else as_typed(text, self.workspace.names)
        return await self._send(Message(self, self.workspace.next_ts(), user.id, wire, thread_ts=thread_ts))

    async def share_audio(
        self,
        user: User,
        data: bytes,
        name: str = "audio_message.mp4",
        mimetype: str = "audio/mp4",
        duration_ms: int | None = None,
        subtype: str | None = "slack_audio",
        thread_ts: str | None = None,
        *,
        text: str = "",
        size: int | None = None,
        check_file_info: bool = False,
    ) -> Message:
        """A person sends a voice clip, or with `subtype=None` any file. `size`: what Slack claims, if not the truth."""
        file = self.workspace.keep_file(name, mimetype, user.id, data, len(data) if size is None else size)
        file.subtype, file.duration_ms, file.check_file_info = subtype, duration_ms, check_file_info
        wire = as_typed(text, self.workspace.names)
        message = Message(self, self.workspace.next_ts(), user.id, wire, thread_ts=thread_ts, files=[file])
        return await self._send(message)

    async def _send(self, message: Message) -> Message:
        if message.user not in {member.id for member in self.members}:
            raise ValueError(f"{message.user} is not in {self.title}")
        if message.thread_ts is not None and self.at(message.thread_ts) is None:
            raise ValueError(f"there is no message {message.thread_ts} in {self.title}")
        self.workspace.post(message)
        await asyncio.sleep(0)  # let the delivery start, so that messages leave in the order they were said
        return message


@dataclass(eq=False)
class Thread(_Talk):
    channel: Channel
    ts: str

    @property
    def workspace(self) -> "Workspace":  # type: ignore[override]
        return self.channel.workspace

    @property
    def title(self) -> str:
        return f"thread {self.ts} of {self.channel.title}"

    @property
    def messages(self) -> list[Message]:
        """The root, then the replies."""
        return [message for message in self.channel.messages if self.ts in (message.ts, message.thread_ts)]

    @property
    def status(self) -> str:
        """The 'is thinking…' line shown here; empty when there is none."""
        return self.channel.statuses.get(self.ts, "")

    @property
    def session(self) -> Json | None:
        return self.channel.sessions.get(self.ts)

    async def say(self, user: User, text: str, *, raw: bool = False) -> Message:
        return await self.channel.say(user, text, self.ts, raw=raw)

    async def share_audio(self, user: User, data: bytes, **how: Any) -> Message:
        return await self.channel.share_audio(user, data, thread_ts=self.ts, **how)
