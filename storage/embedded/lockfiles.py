"""Our lock on a data folder, and PostgreSQL's own lock files, which are not to be trusted after a crash."""

from __future__ import annotations

import fcntl
import os
import subprocess
from contextlib import suppress
from pathlib import Path

IMPOSSIBLE_PID = 4_194_999  # above the largest that Linux or macOS can give


class OwnerLock:
    """Held by the one process that may run the server. The kernel releases it when that process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def server_pid(data: Path) -> int | None:
    """The process that runs a server on this data folder, if PostgreSQL's lock file is right. Never to be signalled."""
    pid = _recorded_pid(data / "postmaster.pid")
    return pid if pid and _is_server(pid, data) else None


def defuse(data: Path, socket_lock: Path) -> None:
    """Only for whoever holds our lock. Makes lock files harmless that outlived their server.

    PostgreSQL refuses to start while the process they name is alive; after a crash that is often a zombie, or a
    program that got the same number (the rule in a restarted container). Only the number is replaced: from the rest of
    the file PostgreSQL sees whether orphaned sessions still use the shared memory, so the file must never be deleted.
    """
    for file in (data / "postmaster.pid", socket_lock):
        pid = _recorded_pid(file)
        if pid is not None and not _is_server(pid, data):
            _replace_pid(file)


def _recorded_pid(file: Path) -> int | None:
    """0: the file says nothing sensible (a full disk); None: there is no file."""
    try:
        first = file.read_bytes().partition(b"\n")[0]
    except FileNotFoundError:
        return None
    return int(first) if first.strip().isdigit() else 0


def _replace_pid(file: Path) -> None:
    rest = file.read_bytes().partition(b"\n")[2]
    opened = os.open(file, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW)
    with os.fdopen(opened, "wb") as rewritten:
        rewritten.write(b"%d\n%s" % (IMPOSSIBLE_PID, rest))


def _is_server(pid: int, data: Path) -> bool:
    return f"postgres -D {data} " in _command_line(pid) + " "


def _command_line(pid: int) -> str:
    """As it was started; empty if there is no such process, or it is a zombie."""
    if Path("/proc/self/cmdline").exists():
        with suppress(OSError):
            return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" "))
        return ""
    command = ["/bin/ps", "-ww", "-o", "args=", "-p", str(pid)]
    return os.fsdecode(subprocess.run(command, check=False, capture_output=True, timeout=10).stdout).strip()
