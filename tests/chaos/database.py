"""A PostgreSQL of the storm's own, which may be stopped and started again in the same place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from storage.embedded.account import account_for
from storage.embedded.binaries import find_binaries, within_reach
from storage.embedded.child import Child
from storage.embedded.folders import Folders
from storage.embedded.server import GRACE, Plan, start_server
from storage.embedded.sockets import make_socket_folder
from tests.postgres import open_folder

# What was committed must be there after a crash of the server; the machine does not crash.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}

Mode = Literal["fast", "immediate"]


class Server:
    """`url` leads to its administrative database, and stays the same."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._child: Child | None = None

    @property
    def url(self) -> str:
        return self._plan.url

    async def start(self) -> None:
        self._child = await start_server(self._plan)

    async def stop(self, mode: Mode = "fast") -> None:
        """fast: sessions are ended, all is written. immediate: as in a crash, from which the next start recovers."""
        if self._child:
            await self._child.stop(GRACE if mode == "fast" else 0.0)
            self._child = None


@asynccontextmanager
async def own_server() -> AsyncIterator[Server]:
    with open_folder() as home:
        server = Server(_plan(home))
        await server.start()
        try:
            yield server
        finally:
            await server.stop("immediate")


def _plan(home: Path) -> Plan:
    folders = Folders(home.resolve())
    account = account_for(folders.data)
    return Plan(
        folders=folders,
        binaries=within_reach(find_binaries(), account, folders.home),
        account=account,
        socket_folder=make_socket_folder(folders.home, account),
        settings=SETTINGS,
        patience=60.0,
    )
