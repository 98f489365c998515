"""Bringing a database to the newest migration."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from registry.db import Database

_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def migrate(database: Database, revision: str = "head") -> None:
    """Upgrade (or, to an older revision, downgrade) a database; safe to run by several processes at once."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with database.write_engine.connect() as connection:
        config.attributes["connection"] = connection
        known = command.upgrade if revision == "head" else command.downgrade
        known(config, revision)
