"""What goes wrong with the embedded database, in the operator's words."""

from __future__ import annotations

MEND = "mend that, or set DATABASE_URL to a PostgreSQL of your own"


class DatabaseNotStarted(Exception):
    """The embedded PostgreSQL does not run. The text is one line that names the cause and the mend."""

    def __init__(self, cause: str, mend: str = MEND) -> None:
        line = " ".join(cause.split()).rstrip(".")
        super().__init__(f"The embedded PostgreSQL did not start: {line}; {mend}.")
