"""The terminal channel: the same interview on standard input and output, for anybody without an account."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TextIO

from bots.terminal.render import paint
from engine.failures import Unusable
from engine.ports import Sent
from engine.reply import Button, Reply
from engine.said import (
    COMMANDS,
    Address,
    Command,
    Incoming,
    Learner,
    Press,
    Recording,
    Said,
    Text,
    UnknownCommand,
)

CHUNK = 1 << 16


class TerminalChannel:
    """`engine.ports.Channel` for one person at one machine. Positions are microseconds since 1970."""

    limit = 100_000
    pace = 0.0

    def __init__(self, user: str, host: str, out: TextIO = sys.stdout) -> None:
        self.name = f"terminal/{user}@{host}"
        self.learner = Learner(f"{self.name}:me", user)
        self._chat = f"{self.name}:here"
        self._out = out
        self.choices: tuple[Button, ...] = ()

    def body(self, line: str) -> bytes:
        """An event for what was typed: a number chooses among the last choices."""
        event = {"line": line, "at": time.time_ns() // 1000}
        number = line.strip()
        if number.isdecimal() and 1 <= int(number) <= len(self.choices):
            event["press"] = self.choices[int(number) - 1].action
        return json.dumps(event).encode()

    def measure(self, text: str) -> int:
        return len(text)

    def chat_of(self, address: Address) -> str:
        return self._chat

    def parse(self, body: bytes) -> Incoming | None:
        event = json.loads(body)
        said = Press(event["press"]) if "press" in event else _said(event["line"])
        position = int(event["at"])
        return Incoming(
            self.name, self.learner, self._chat, self._chat, self._chat, {"here": 1}, said, str(position), position
        )

    @asynccontextmanager
    async def download(self, recording: Recording) -> AsyncIterator[AsyncIterator[bytes]]:
        path = await asyncio.to_thread(_found, recording.file["path"])
        yield _chunks(path)

    async def send(self, address: Address, reply: Reply) -> Sent:
        numbered = reply.kind != "question"
        self.choices = tuple(b for row in reply.buttons for b in row) if numbered else ()
        print(paint(reply, self.choices, color=self._out.isatty()), file=self._out, flush=True)
        position = time.time_ns() // 1000
        return Sent(str(position), position)

    async def edit(self, address: Address, ref: str, reply: Reply) -> None:
        print(paint(reply, (), color=self._out.isatty()), file=self._out, flush=True)

    async def preview(self, address: Address, text: str | None) -> None:
        """What was printed cannot be taken back, so nothing is shown before its time."""


def _found(name: str) -> Path:
    path = Path(name).expanduser()
    if not path.is_file():
        raise Unusable("no_file")
    return path


def _said(line: str) -> Said:
    if not line.startswith("/"):
        return Text(line)
    name, _, argument = line[1:].strip().partition(" ")
    if name == "say":
        return Recording({"path": argument.strip()})
    known = next((command for command in COMMANDS if command == name.lower()), None)
    return Command(known, argument.strip()) if known else UnknownCommand(name)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
