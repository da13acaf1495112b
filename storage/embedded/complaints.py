"""What PostgreSQL's programs gave as their reason for ending."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from storage.embedded.folders import Folders

REASON = re.compile(r"(?:FATAL|PANIC|error): +(.*)")
OUR_OWN_IMPATIENCE = "the database system is"  # starting up, shutting down …: what a connection is told meanwhile
TAIL = 64 * 1024


def complaint(folders: Folders) -> str:
    """One line: the last reason in the program's own output, or in the server's log."""
    said = next(_reasons(folders), f"{folders.startup_log} has its last words")
    if "incompatible with server" in said:
        return f"{said}: {folders.data} was made by PostgreSQL {_version(folders.data)}"
    return said


def _reasons(folders: Folders) -> Iterator[str]:
    for file in (folders.startup_log, *_newest_first(folders.data / "log")):
        for reason in reversed(REASON.findall(_tail(file))):
            if not reason.startswith(OUR_OWN_IMPATIENCE):
                yield reason


def _newest_first(logs: Path) -> list[Path]:
    return sorted(logs.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)[:1]


def _tail(file: Path) -> str:
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - TAIL))
        return opened.read().decode(errors="replace")


def _version(data: Path) -> str:
    return (data / "PG_VERSION").read_text().strip()
