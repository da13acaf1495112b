"""A PostgreSQL that only greets: it takes any password, and notes how its clients introduce themselves."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

CERTIFICATE = Path(__file__).with_name("localhost.pem")  # and its key, which opens nothing else
SSL_REQUEST = (80877103).to_bytes(4)
PROTOCOL_3 = (196608).to_bytes(4)


@dataclass(frozen=True, slots=True)
class Introduction:
    password: str
    encrypted: bool
    parameters: dict[str, str]


@dataclass(slots=True)
class Greeter:
    """`tls`: whether it offers TLS. `settings` are what it says of itself."""

    tls: bool = False
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    introductions: list[Introduction] = field(default_factory=list)

    @property
    def last(self) -> Introduction:
        return self.introductions[-1]

    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._converse(reader, writer)
        except (asyncio.IncompleteReadError, OSError):
            pass  # refused by the client, which is what some tests are about
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await read_message(reader)
        encrypted = False
        if first == SSL_REQUEST:
            writer.write(b"S" if self.tls else b"N")
            if self.tls:
                await writer.start_tls(server_context())
                encrypted = True
            first = await read_message(reader)
        assert first.startswith(PROTOCOL_3), first
        writer.write(message(b"R", (3).to_bytes(4)))  # a password, please, in clear text
        assert await reader.readexactly(1) == b"p"
        password = (await read_message(reader)).removesuffix(b"\0").decode()
        self.introductions.append(Introduction(password, encrypted, parameters_of(first)))
        writer.write(self._welcome())
        await reader.readexactly(1)  # whatever it wants (mostly to leave): there is no more

    def _welcome(self) -> bytes:
        settings = {"server_version": "18.0", "server_encoding": "UTF8", "client_encoding": "UTF8", **self.settings}
        told = b"".join(message(b"S", f"{name}\0{value}\0".encode()) for name, value in settings.items())
        return message(b"R", (0).to_bytes(4)) + told + message(b"K", bytes(8)) + message(b"Z", b"I")


@asynccontextmanager
async def greeter(
    *, tls: bool = False, settings: dict[str, str] | None = None, path: Path | None = None
) -> AsyncIterator[Greeter]:
    """On a port of localhost, or on a socket at `path`."""
    greeting = Greeter(tls=tls, settings=settings or {})
    if path:
        server = await asyncio.start_unix_server(greeting.greet, path)
    else:
        server = await asyncio.start_server(greeting.greet, "127.0.0.1")
        greeting.port = server.sockets[0].getsockname()[1]
    async with server:
        yield greeting


async def read_message(reader: asyncio.StreamReader) -> bytes:
    length = int.from_bytes(await reader.readexactly(4))
    return await reader.readexactly(length - 4)


def message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4) + body


def parameters_of(startup: bytes) -> dict[str, str]:
    words = startup.removeprefix(PROTOCOL_3).removesuffix(b"\0\0").decode().split("\0")
    return dict(zip(words[::2], words[1::2], strict=True))


def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    context.set_alpn_protocols(["postgresql"])
    return context
