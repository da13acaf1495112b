"""Fixtures of every test."""

from __future__ import annotations

from tests.postgres import database_server, database_template, database_url, empty_database_url

__all__ = ["database_server", "database_template", "database_url", "empty_database_url"]
