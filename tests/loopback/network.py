"""A network between a process and PostgreSQL that can fall silent: nothing arrives any more, and nobody is told."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit


class Network:
    """`url` leads to the database at `database_url` (over a Unix socket) by way of 127.0.0.1.

    async with Network(database_url) as network:
        …start a process with DATABASE_URL=network.url…
        network.vanish()
    """

    def __init__(self, database_url: str) -> None:
        parts = urlsplit(database_url)
        query = parse_qs(parts.query)
        self._socket = f"{query['host'][0]}/.s.PGSQL.{query['port'][0]}"
        self._user, self._database = parts.netloc.rstrip("@"), parts.path
        self._server: asyncio.Server | None = None
        self._there = asyncio.Event()
        self._there.set()
        self._ends: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server
        self._server.close()
        self._there.set()
        for end in self._ends:
            end.close()
        await asyncio.gather(*(end.wait_closed() for end in self._ends), return_exceptions=True)
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        assert self._server
        port = self._server.sockets[0].getsockname()[1]
        return f"postgresql://{self._user}@127.0.0.1:{port}{self._database}?sslmode=disable"

    def vanish(self) -> None:
        """Whatever is sent from now on is not delivered; no connection ends, none comes about, and nobody is told."""
        self._there.clear()

    def come_back(self) -> None:
        """What was not delivered is, and so on."""
        self._there.set()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._there.wait()
        far_reader, far_writer = await asyncio.open_unix_connection(self._socket)
        self._ends |= {writer, far_writer}
        await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """Also the end is news, which does not arrive while the network is away."""
        try:
            while data := await source.read(1 << 16):
                await self._there.wait()
                target.write(data)
                await target.drain()
        except ConnectionError:
            pass
        await self._there.wait()
        target.close()
