"""Runs the migrations on the connection it is given, under a lock so that two starting processes do not race."""

from alembic import context
from sqlalchemy import Connection, text

from registry import models
from registry.db import Base

assert models


def _configure(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transaction_per_migration=True,
    )


def run() -> None:
    """Migrate on the connection in `config.attributes`."""
    connection: Connection = context.config.attributes["connection"]
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_lock(727274)"))
        connection.commit()
    _configure(connection)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


run()
