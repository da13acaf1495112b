"""A PostgreSQL of our own for whoever has none: a wheel's programs under a small supervisor.

One process owns a data folder's server, others attach to it, and one of them inherits it when the owner dies.
"""

from __future__ import annotations

from storage.embedded.failures import DatabaseNotStarted
from storage.embedded.folders import default_home
from storage.embedded.supervisor import EmbeddedPostgres

__all__ = ["DatabaseNotStarted", "EmbeddedPostgres", "default_home"]
