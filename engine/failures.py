"""The two failures that cross the engine's border. Adapters translate everything else into one of them."""

from __future__ import annotations


class Unavailable(Exception):
    """It did not work now and may work later: worth a retry, `retry_after` seconds from now if the other side said so.

    `in_doubt`: no answer came, so that it may have worked all the same. The text is for the operator's log, never for
    a learner.
    """

    def __init__(self, message: str = "", *, retry_after: float | None = None, in_doubt: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.in_doubt = in_doubt


class StorageAway(Unavailable):
    """The database is away, which says nothing about the work: however often that happens, the work is not given up."""


class Unusable(Exception):
    """It will never work, however often it is tried. `reason` is a short machine word ("too_long"); the text is for the
    log."""

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason


class Fenced(Exception):
    """The work was given to another worker in the meantime; nothing of what was to be recorded has been. Carries the
    lane's key."""
