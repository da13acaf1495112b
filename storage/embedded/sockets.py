"""The folder of the server's socket. Whoever can enter it needs no password; whoever owns it can pose as the server."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from storage.embedded.account import Account
from storage.embedded.failures import DatabaseNotStarted

PORT = 5432
SOCKET = f".s.PGSQL.{PORT}"
LONGEST_PATH = 103  # bytes, on macOS; Linux has four more
# They separate or quote in PostgreSQL's list of socket folders and in a URL's list of hosts.
UNFIT = frozenset(",\"'\\ \t\r\n")


def socket_folder(home: Path, account: Account | None) -> Path | None:
    """The one in use, once the server's owner has made it; None also if it is somebody else's by now."""
    folder = home / "socket" if _fits(home / "socket") else _recorded(home)
    return folder if folder and _is_private(folder, account) else None


def make_socket_folder(home: Path, account: Account | None) -> Path:
    """In `home` if its path is short enough, else in a temporary folder that `home` keeps a note of.

    The same one as ever if that is possible: attached processes know its path.
    """
    if _fits(home / "socket"):
        return _make_inside(home / "socket", account)
    recorded = _recorded(home)
    if recorded and _made_private(recorded, account):
        return recorded
    return _make_outside(home, account)


def _make_inside(folder: Path, account: Account | None) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    if account:
        account.own(folder)
    if not _is_private(folder, account):
        raise DatabaseNotStarted(f"others can enter {folder}", "remove it")
    return folder


def _make_outside(home: Path, account: Account | None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="viva-", dir=_short_temporary_folder()))
    if account:
        account.own(folder)
    partial = _record(home).with_suffix(".partial")
    partial.write_text(str(folder))
    partial.replace(_record(home))
    return folder


def _record(home: Path) -> Path:
    return home / "socket-folder"


def _recorded(home: Path) -> Path | None:
    try:
        return Path(_record(home).read_text())
    except FileNotFoundError:
        return None


def _short_temporary_folder() -> Path:
    for folder in (Path(tempfile.gettempdir()).resolve(), Path("/tmp")):  # noqa: S108 - mkdtemp's folder in it is private
        if _fits(folder / "viva-12345678"):
            return folder
    raise DatabaseNotStarted(
        "no temporary folder has a path short enough for its socket", "set TMPDIR to a shorter one"
    )


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / SOCKET)) <= LONGEST_PATH and UNFIT.isdisjoint(str(folder))


def _made_private(folder: Path, account: Account | None) -> bool:
    try:
        folder.mkdir(mode=0o700)
    except OSError:  # there already, or its parent is gone
        return _is_private(folder, account)
    if account:
        account.own(folder)
    return True


def _is_private(folder: Path, account: Account | None) -> bool:
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return False
    uid = account.uid if account else os.geteuid()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == uid and not status.st_mode & 0o077
