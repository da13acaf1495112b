"""A workspace as Slack keeps it: who and what is in it, and what a client did wrong in it."""

import re
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from tests.loopback.slack_record import Call, Ping, Refused, Signal, Violation
from tests.loopback.slack_shapes import Json
from tests.loopback.slack_talk import Channel, File, Message, User, View
from tests.loopback.slack_text import calls_in, markup_in


class Announce(Protocol):
    def __call__(self, what: Literal["posted", "changed", "deleted"], message: Message, before: Json) -> None: ...


def _nobody_listens(what: str, message: Message, before: Json) -> None:
    raise AssertionError("the workspace is not connected")


@dataclass(eq=False)
class Workspace:
    bot_token: str
    app_token: str
    signing_secret: str
    scopes: frozenset[str]
    subscriptions: frozenset[str]
    commands: frozenset[str] | None
    agent_view: bool
    agent_features: bool
    trigger_life: float
    flood: float
    team_id: str = "T0LOOPBACK"
    team_domain: str = "loopback"
    app_id: str = "A0VIVA"
    bot_id: str = "B0VIVA"
    bot_user_id: str = "U0VIVA"
    bot_name: str = "viva"
    api_origin: str = ""
    files_origin: str = ""
    revoked: str = ""  # the error that the bot token gets once it is revoked
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    hooks: dict[str, object] = field(default_factory=dict)  # what response URLs lead to
    triggers: dict[str, tuple[float, User]] = field(default_factory=dict)
    exchanged_triggers: set[str] = field(default_factory=set)
    violations: list[Violation] = field(default_factory=list)
    pings: list[Ping] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    signal: Signal = field(default_factory=Signal)
    announce: Announce = _nobody_listens
    _last_micros: int = 0
    _ids: int = 0

    @property
    def names(self) -> dict[str, str]:
        return {self.bot_user_id: self.bot_name, **{user.id: user.name for user in self.users.values()}}

    def next_id(self, prefix: str) -> str:
        self._ids += 1
        return f"{prefix}{self._ids:08d}"

    def next_ts(self) -> str:
        """A fresh timestamp: unique and rising."""
        self._last_micros = max(self._last_micros + 1, time.time_ns() // 1000)
        return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def violate(self, code: str, detail: str) -> None:
        self.violations.append(Violation(code, detail))
        self.signal.fire()

    def illegal(self, error: str, detail: str, **extra: Any) -> Refused:
        """A refusal that no correct client provokes."""
        self.violate(error, detail)
        return Refused(error, **extra)

    def dm(self, user: User) -> Channel:
        place = "D" + user.id[1:]
        if place not in self.channels:
            self.channels[place] = Channel(place, user.name, "im", self, [user])
        return self.channels[place]

    def keep_file(self, name: str, mimetype: str, user: str, data: bytes, size: int) -> File:
        file = File(self.next_id("F"), name, mimetype, user, data, size)
        self.files[file.id] = file
        return file

    def trigger(self, user: User) -> str:
        """A trigger id that opens one view for this user, soon."""
        trigger = f"{self.next_id('')}.{self.team_id}.{uuid.uuid4().hex}"
        self.triggers[trigger] = (time.monotonic(), user)
        return trigger

    def post(self, message: Message) -> None:
        """Shows a message and tells the app, as Slack does for everybody's messages, the app's own included."""
        message.channel.log.append(message)
        if message.only_for is None:
            self.announce("posted", message, {})
        self.signal.fire()

    def heed_pings(self, message: Message, via: str, linked: bool = False) -> None:
        for text in [message.text, *markup_in(message.blocks)]:
            for target in calls_in(text, self.users, linked):
                self.pings.append(Ping(target, message.channel.id, message.ts, text, via))

    def find(
        self, where: Callable[[], Iterable[Message]], fragment: str | re.Pattern[str], seconds: float, place: str
    ) -> Awaitable[Message]:
        pattern = re.compile(re.escape(fragment)) if isinstance(fragment, str) else fragment

        async def found() -> Message:
            try:
                return await self.signal.until(
                    lambda: next((m for m in where() if pattern.search(m.shown)), None), seconds
                )
            except TimeoutError:
                raise AssertionError(
                    f"{pattern.pattern!r} was not said {place} within {seconds} s:\n{self.transcript()}"
                ) from None

        return found()

    def transcript(self) -> str:
        """Everything that was said, as a person would see it, with what went wrong below."""
        lines = []
        for channel in self.channels.values():
            lines.append(f"— {channel.title} ({channel.id})")
            lines += [self._line(message) for message in sorted(channel.log, key=lambda m: (m.thread_ts or m.ts, m.ts))]
        return "\n".join([*lines, *(f"! {violation}" for violation in self.violations)])

    def _line(self, message: Message) -> str:
        reply = message.thread_ts is not None and message.thread_ts != message.ts
        notes = [
            f"only {self.names[message.only_for]} sees" if message.only_for else "",
            "edited" * bool(message.edits),
        ]
        notes += ["deleted" * message.deleted, *(f"🎤 {file.name}" for file in message.files)]
        notes += [f":{name}:" for name in message.reactions]
        note = ", ".join(filter(None, notes))
        head = f"{'    ↳ ' if reply else '  '}{message.ts} {self.names.get(message.user, message.user)}"
        return f"{head}{f' ({note})' if note else ''}: {message.shown}".replace("\n", "\n        ")
