"""The system user that runs the server when we are root, which PostgreSQL refuses to be."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from storage.embedded.failures import DatabaseNotStarted

NAME = "viva-postgres"
NO_LOGIN = "/usr/sbin/nologin"
CREATORS = (
    ("useradd", "--system", "--user-group", "--no-create-home", "--shell", NO_LOGIN),
    ("adduser", "-S", "-D", "-H", "-s", NO_LOGIN),  # busybox
)
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int

    def own(self, path: Path) -> None:
        try:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
        except OSError:  # the root of a container that has no other users
            cause = f"this root cannot give {path} to user {self.uid}, and PostgreSQL refuses to run as root"
            raise DatabaseNotStarted(cause, "run Viva as an ordinary user, or set DATABASE_URL") from None

    def may_enter(self, folder: os.stat_result) -> bool:
        """By the mode alone, as the first matching class decides."""
        if folder.st_uid == self.uid:
            return bool(folder.st_mode & 0o100)
        return bool(folder.st_mode & (0o010 if folder.st_gid == self.gid else 0o001))


STRANGER = Account(uid=-1, gid=-1)


def owner_of(data: Path) -> Account | None:
    """Who made this data folder, if it exists and root did not."""
    try:
        status = data.stat()
    except OSError:
        return None
    return Account(status.st_uid, status.st_gid) if status.st_uid else None


def account_for(data: Path, *, name: str = NAME, search_path: str | None = None) -> Account | None:
    """Who is to run the server of this data folder; None: we ourselves.

    A data folder stays with the user who made it, even where that user has no name any more (another image of a
    container): only initdb wants a name, the server does not. `search_path` is where user-creating programs are found.
    """
    if os.geteuid() != 0:
        return None
    # "nobody": an image without useradd, or with a read-only /etc.
    found = owner_of(data) or _named(name) or _created(name, search_path) or _named("nobody")
    if found is None:
        raise DatabaseNotStarted("root cannot run it, and no other user exists or can be made", f"add a user {name}")
    return found


def _named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid) if entry.pw_uid else None


def _created(name: str, search_path: str | None) -> Account | None:
    for command in CREATORS:
        if program := shutil.which(command[0], path=search_path):
            return _run_creator(name, [program, *command[1:], name])
    return None


def _run_creator(name: str, command: list[str]) -> Account | None:
    """Tries again: another process that adds a user at the same moment has /etc/passwd locked."""
    for attempt in range(ATTEMPTS):
        time.sleep(0.2 * attempt)
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=30)
        if made := _named(name):
            return made
    return None
