"""One PostgreSQL server on one data folder, run by the holder of the owner's lock."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg

from storage.embedded import sockets
from storage.embedded.account import Account
from storage.embedded.binaries import Binaries
from storage.embedded.child import Child
from storage.embedded.complaints import complaint
from storage.embedded.failures import DatabaseNotStarted
from storage.embedded.folders import Folders
from storage.embedded.lockfiles import defuse, server_pid

# Sorts and compares by code point and knows every alphabet's cases, whatever the system's C library.
INITDB = (
    "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8", "--data-checksums", "--no-instructions",
)  # fmt: skip

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A week of logs. Terse: the details of an error hold rows, and so learners' words.
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_error_verbosity": "terse",
}

NOT_ANSWERING = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
# A killed server's last sessions are still ending.
STILL_IN_USE = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')
CHECK_EVERY = 0.02
PARTIAL = "data.partial-"
GRACE = 5.0  # a whole process has ten seconds to stop


def server_url(socket_folder: Path) -> str:
    """Port and mode are named because the environment may name others (PGPORT, PGSSLMODE)."""
    folder = quote(str(socket_folder), safe="")
    return f"postgresql://postgres@/postgres?host={folder}&port={sockets.PORT}&sslmode=disable"


async def answers(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=3)
        await connection.close(timeout=3)
    except NOT_ANSWERING:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a server needs. `settings` are PostgreSQL's, over ours; `patience` is the longest wait, in seconds."""

    folders: Folders
    binaries: Binaries
    account: Account | None
    socket_folder: Path
    settings: Mapping[str, str]
    patience: float

    @property
    def url(self) -> str:
        return server_url(self.socket_folder)

    def command(self) -> list[str]:
        """The data folder comes first: the lock files' reader knows the server by it."""
        settings = {"port": str(sockets.PORT), "unix_socket_directories": str(self.socket_folder)}
        options = [f"--{name}={value}" for name, value in {**SETTINGS, **self.settings, **settings}.items()]
        return [str(self.binaries.postgres), "-D", str(self.folders.data), *options]


async def start_server(plan: Plan) -> Child:
    """Creates the data folder if there is none. Returns once the server answers; raises DatabaseNotStarted."""
    if not plan.folders.data.exists():
        await _create_data(plan)
    try:
        async with asyncio.timeout(plan.patience):
            return await _start_after_predecessor(plan)
    except TimeoutError:
        cause = f"no answer after {plan.patience:.0f} s ({complaint(plan.folders)})"
        raise DatabaseNotStarted(cause, "try again, or set DATABASE_URL") from None


async def _create_data(plan: Plan) -> None:
    """Under another name until it is complete: a creation that was killed is begun again."""
    partial = _new_partial(plan.folders.home, plan.account)
    no_sync = ["--no-sync"] if plan.settings.get("fsync") == "off" else []
    command = [str(plan.binaries.initdb), f"--pgdata={partial}", *INITDB, *no_sync]
    child = await Child.start(plan.account, plan.folders.startup_log, *command)
    try:
        code = await child.wait()
    finally:
        await child.stop(GRACE)
    if code:
        raise DatabaseNotStarted(complaint(plan.folders))
    os.rename(partial, plan.folders.data)


def _new_partial(home: Path, account: Account | None) -> Path:
    """Never an old one's name: a killed creation may still be clearing up behind itself."""
    for left_over in home.glob(PARTIAL + "*"):
        shutil.rmtree(left_over, ignore_errors=True)
    partial = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=home))
    if account:
        account.own(partial)
    return partial


async def _start_after_predecessor(plan: Plan) -> Child:
    while True:
        if not server_pid(plan.folders.data):  # else a dead owner's, which is being shut down
            defuse(plan.folders.data, plan.socket_folder / f"{sockets.SOCKET}.lock")
            child = await Child.start(plan.account, plan.folders.startup_log, *plan.command())
            if await _came_up(child, plan):
                return child
        await asyncio.sleep(CHECK_EVERY)


async def _came_up(child: Child, plan: Plan) -> bool:
    """False: it gave up, but another attempt may succeed. Recovery after a crash may take long."""
    try:
        while not child.ended:
            if await answers(plan.url):
                return True
            await asyncio.sleep(CHECK_EVERY)
    except BaseException:
        await child.stop(GRACE)
        raise
    await child.wait()
    said = complaint(plan.folders)
    if any(reason in said for reason in STILL_IN_USE):
        return False
    raise DatabaseNotStarted(said)
