"""Migrations, and what a process that only looks makes of them."""

from __future__ import annotations

from alembic.config import Config
from alembic.script import ScriptDirectory

from storage.reach import MIGRATIONS, look_at, revisions
from tests.postgres import run_statement


def test_the_names_of_the_files_tell_the_order_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS.parent))
    history = ScriptDirectory.from_config(config).walk_revisions()
    assert revisions() == [script.revision for script in history][::-1]


async def test_a_new_database_lacks_all_of_them_and_a_migrated_one_none(
    database_url: str, empty_database_url: str
) -> None:
    assert (await look_at(empty_database_url)).lacking == len(revisions())
    assert (await look_at(database_url)).lacking == 0


async def test_a_database_whose_migrations_were_begun_and_not_applied_lacks_all_of_them(database_url: str) -> None:
    await run_statement(database_url, "delete from alembic_version")
    assert (await look_at(database_url)).lacking == len(revisions())
