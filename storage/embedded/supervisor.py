"""Keeps the embedded server running, whoever of the processes that use it dies."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.embedded.account import account_for, owner_of
from storage.embedded.binaries import find_binaries, within_reach
from storage.embedded.child import Child
from storage.embedded.failures import DatabaseNotStarted
from storage.embedded.folders import Folders
from storage.embedded.lockfiles import OwnerLock
from storage.embedded.server import GRACE, Plan, answers, server_url, start_server
from storage.embedded.sockets import make_socket_folder, socket_folder

log = logging.getLogger(__name__)

LOOK_EVERY = 0.25
LONGEST_PAUSE = 4.0  # an inheritance is to take less than five seconds
SETTLED = 30.0  # a server that lived that long did not fail at its start


class EmbeddedPostgres:
    """PostgreSQL on the data folder in `home`, for the processes of one user.

    The first process owns the server; the others attach to it, and when the owner stops or is killed, one of them
    starts it again within five seconds. Sessions are cut then, and `url` stays the same. `settings` are PostgreSQL's
    own; those of the owner count. Stop it in the event loop that started it; that loop's thread must live as long.
    """

    def __init__(self, home: Path, *, settings: Mapping[str, str] | None = None, patience: float = 120.0) -> None:
        """`patience`: how many seconds the start may take; recovery after a crash can take long."""
        self._folders = Folders(home.expanduser().resolve())
        self._settings = dict(settings or {})
        self._patience = patience
        self._lock = OwnerLock(self._folders.lock)
        self._server: Child | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._url: str | None = None

    @property
    def url(self) -> str:
        """A libpq URL of a private Unix socket. Known once started."""
        if self._url is None:
            raise RuntimeError("the embedded PostgreSQL is not started")
        return self._url

    @property
    def owner(self) -> bool:
        """Whether this process runs the server."""
        return self._server is not None

    async def start(self) -> None:
        """Returns when the database answers; raises DatabaseNotStarted, whose text is one line for the operator."""
        try:
            await self._own_or_attach()
        except BaseException:
            await self.stop()
            raise
        self._keeper = asyncio.create_task(self._keep(), name="embedded-postgres")

    async def stop(self) -> None:
        """Stops the server if this process owns it."""
        if self._keeper:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
            self._keeper = None
        if self._server:
            await self._server.stop(GRACE)
            self._server = None
        self._lock.release()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _own_or_attach(self) -> None:
        deadline = time.monotonic() + self._patience
        while not (await self._own() or await self._attach()):
            if time.monotonic() > deadline:
                raise DatabaseNotStarted(
                    f"the process that holds {self._folders.lock} did not bring it up", "stop that process"
                )
            await asyncio.sleep(0.1)

    async def _attach(self) -> bool:
        account = owner_of(self._folders.data)
        if account is None and not self._folders.data.exists():
            return False
        folder = socket_folder(self._folders.home, account)
        if folder is None or not await answers(server_url(folder)):
            return False
        self._url = server_url(folder)
        return True

    async def _own(self) -> bool:
        """False: another process holds the lock."""
        try:
            self._folders.make_home()
            if not self._lock.take():
                return False
            await self._serve()
        except OSError as error:
            self._lock.release()
            raise DatabaseNotStarted(f"{error.strerror}: {error.filename or self._folders.home}") from error
        except BaseException:
            self._lock.release()
            raise
        return True

    async def _serve(self) -> None:
        # The start of a child stays in this thread (see Child); only the slow preparations leave it.
        plan = await asyncio.to_thread(self._prepare)
        self._server = await start_server(plan)
        self._url = plan.url

    def _prepare(self) -> Plan:
        account = account_for(self._folders.data)
        self._folders.check_reach(account)
        return Plan(
            folders=self._folders,
            binaries=within_reach(find_binaries(), account, self._folders.home),
            account=account,
            socket_folder=make_socket_folder(self._folders.home, account),
            settings=self._settings,
            patience=self._patience,
        )

    async def _keep(self) -> None:
        pause = LOOK_EVERY
        while True:
            if self._server:
                pause = await self._until_it_ends(self._server, pause)
            await asyncio.sleep(pause)
            pause = await self._try_to_own(pause)

    async def _until_it_ends(self, server: Child, pause: float) -> float:
        """Gives up the lock then: whoever is first starts the server again. Returns the pause before we try."""
        began = time.monotonic()
        code = await server.wait()
        log.warning("The embedded PostgreSQL ended with code %s; it will be started again.", code)
        self._server = None
        self._lock.release()
        return LOOK_EVERY if time.monotonic() - began > SETTLED else _longer(pause)

    async def _try_to_own(self, pause: float) -> float:
        try:
            if await self._own():
                log.info("This process runs the embedded PostgreSQL now.")
                return pause
        except DatabaseNotStarted as error:
            log.error("%s", error)
            return _longer(pause)
        return LOOK_EVERY


def _longer(pause: float) -> float:
    return min(2 * pause, LONGEST_PAUSE)
