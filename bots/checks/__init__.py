"""What `viva doctor` looks at, one module per part. Nothing here shows a token, a key or a URL with its password."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bots.settings import Settings


@dataclass(frozen=True)
class Fine:
    what: str

    def __str__(self) -> str:
        return f"fine: {self.what}"


@dataclass(frozen=True)
class Wrong:
    what: str
    mend: str

    def __str__(self) -> str:
        return f"wrong: {self.what} — {self.mend}"


Finding = Fine | Wrong


@dataclass(frozen=True)
class Check:
    """`look` returns a finding or several; it may take its time, as it is cancelled when that is too long."""

    part: str
    look: Callable[[Settings], Awaitable[list[Finding]]]


def host(url: str) -> str:
    """All of a URL that may be shown: credentials stand before it, and secrets may stand behind it."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
