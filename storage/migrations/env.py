"""Alembic's entry: `storage.migrate` hands the connection over. `make migration` autogenerates against the tables."""

from alembic import context

from storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
