import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from registry import models
from registry.db import Base, Database
from registry.schema import migrate

assert models
VERSIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    on_sqlite = request.param == "sqlite"
    database = Database(
        f"sqlite:///{tmp_path / 'empty.db'}" if on_sqlite else request.getfixturevalue("empty_postgres")
    )
    yield database
    database.dispose()


def _tables(database):
    return {name for name in inspect(database.write_engine).get_table_names() if _is_ours(name, "table", None)}


def _differences(database):
    with database.write_engine.connect() as connection:
        options = {"compare_type": True, "include_name": _is_ours}
        return compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)


def _is_ours(name, kind, _parents):
    """Partitions of the pings are made by day, and are no tables of the model."""
    return kind != "table" or not re.fullmatch(r"ping_(default|p?\d+)", name)


def test_migrations_are_numbered_in_one_line():
    files = sorted(VERSIONS.glob("*.py"))
    numbers = [file.name[:4] for file in files]
    assert numbers == [f"{number:04d}" for number in range(1, len(files) + 1)]
    for number, file in enumerate(files, start=1):
        below = f'"{number - 1:04d}"' if number > 1 else "None"
        text = file.read_text(encoding="utf-8")
        assert f'revision = "{number:04d}"\ndown_revision = {below}\n' in text


def test_the_migrations_make_what_the_models_say(empty):
    migrate(empty)
    assert _differences(empty) == []


def test_the_migrations_go_up_down_and_up_again(empty):
    migrate(empty)
    first = _tables(empty)
    migrate(empty, "base")
    assert _tables(empty) <= {"alembic_version"}
    migrate(empty)
    assert _tables(empty) == first
    assert first >= set(Base.metadata.tables)


def test_migrating_a_migrated_database_changes_nothing(empty):
    migrate(empty)
    with empty.transaction() as session:
        session.execute(Base.metadata.tables["zone_revision"].update().values(revision=7))
    migrate(empty)
    with empty.reading() as session:
        assert session.execute(Base.metadata.tables["zone_revision"].select()).one().revision == 7
