"""What was done to whom, and when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Log:
    entries: list[tuple[datetime, str]] = field(default_factory=list)

    def note(self, what: str) -> None:
        self.entries.append((datetime.now().astimezone(), what))

    @property
    def counts(self) -> Counter[str]:
        return Counter(what for _, what in self.entries)

    def __str__(self) -> str:
        return "\n".join(f"    {when:%H:%M:%S.%f} {what}" for when, what in self.entries)
