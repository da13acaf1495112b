"""A folder for one recording: nobody else can look into it, and it is gone afterwards."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from engine.failures import Unavailable, Unusable

PREFIX = "viva-hearing-"
OLD = 3600.0


@dataclass(frozen=True)
class Workspace:
    path: Path

    async def save(self, chunks: AsyncIterator[bytes], limit: int) -> Path:
        """Writes a download to the file "in" (a sender's own name for it is never used). Raises Unusable('too_big') as
        soon as it is more than `limit` bytes, whatever size was announced."""
        target = self.path / "in"
        size = 0
        _append(target, b"")
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise Unusable("too_big", f"more than {limit} bytes")
            _append(target, chunk)
        return target


def _append(path: Path, chunk: bytes) -> None:
    """Opened anew each time, so that no handle is left when a download is cancelled."""
    try:
        with path.open("ab") as file:
            file.write(chunk)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}") from error


@asynccontextmanager
async def workspace() -> AsyncIterator[Workspace]:
    """A new folder under `TMPDIR`, else the system's: for us alone, and gone at the end, also when cancelled."""
    try:
        path = Path(tempfile.mkdtemp(prefix=PREFIX))
    except OSError as error:
        raise Unavailable(f"no temporary folder: {error.strerror}") from error
    try:
        yield Workspace(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


def sweep() -> int:
    """Removes the folders that killed processes left more than an hour ago; says how many. Call it at start."""
    long_ago = time.time() - OLD
    left = [path for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*") if _is_ours(path, long_ago)]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def _is_ours(path: Path, before: float) -> bool:
    """A link of that name is somebody's trap."""
    with suppress(FileNotFoundError):
        found = path.lstat()
        return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and found.st_mtime < before
    return False
