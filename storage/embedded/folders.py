"""Where the embedded database keeps its things."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from storage.embedded.account import STRANGER, Account, owner_of
from storage.embedded.failures import DatabaseNotStarted

SYSTEM_HOME = Path("/var/lib/viva")


def default_home(environ: Mapping[str, str] = os.environ) -> Path:
    """`viva/postgres` in the user's data folder.

    For root, whose folder is mostly closed to the user who runs the server, the same path below /var/lib/viva.
    """
    home = _data_folder(environ) / "viva" / "postgres"
    if os.geteuid() != 0:
        return home
    system_home = SYSTEM_HOME / home.relative_to("/")
    closed = closed_folder(home, owner_of(home / "data") or STRANGER)
    return system_home if closed or system_home.exists() else home


def _data_folder(environ: Mapping[str, str]) -> Path:
    configured = Path(environ.get("XDG_DATA_HOME", ""))
    if configured.is_absolute():  # the specification has a relative one ignored
        return configured
    try:
        return Path.home() / ".local" / "share"
    except RuntimeError:
        raise DatabaseNotStarted("this user has no home folder", "set XDG_DATA_HOME or DATABASE_URL") from None


def closed_folder(path: Path, account: Account) -> Path | None:
    """The first folder on the way to `path` (itself included) that the account may not enter, as far as it exists."""
    for folder in (*reversed(path.parents), path):
        try:
            if not account.may_enter(folder.stat()):
                return folder
        except FileNotFoundError:
            return None
    return None


def make_folder(path: Path, *, mode: int) -> None:
    """Makes it and its missing parents with exactly this mode, whatever the umask; an existing one stays as it is."""
    if path.is_dir():
        return
    make_folder(path.parent, mode=mode)
    try:
        path.mkdir()
        path.chmod(mode)
    except FileExistsError:  # another process was quicker
        if not path.is_dir():
            raise


@dataclass(frozen=True, slots=True)
class Folders:
    """`home` is an absolute path without symbolic links; everything else lies in it."""

    home: Path

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def lock(self) -> Path:
        return self.home / "lock"

    @property
    def startup_log(self) -> Path:
        return self.home / "startup.log"

    def make_home(self) -> None:
        make_folder(self.home, mode=0o711 if os.geteuid() == 0 else 0o700)
        if self.home.stat().st_mode & stat.S_IWOTH:
            raise DatabaseNotStarted(f"everybody may write to {self.home}", "choose a folder of its own")

    def check_reach(self, account: Account | None) -> None:
        if account and (closed := closed_folder(self.home, account)):
            mend = f"choose a data folder elsewhere (XDG_DATA_HOME), or run chmod o+x {closed}"
            raise DatabaseNotStarted(f"the user who runs the server for root cannot enter {closed}", mend)
