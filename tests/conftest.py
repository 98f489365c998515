"""What every test can ask for; the databases behind it are in tests/postgres.py."""

import os
from collections.abc import Iterator

import hypothesis
import pytest

from tests import postgres
from tests.world import app, clock, database_url, emptied_postgres, migrated_sqlite, settings, shared, world

__all__ = ["app", "clock", "database_url", "emptied_postgres", "migrated_sqlite", "settings", "shared", "world"]

hypothesis.settings.register_profile(
    "suite", deadline=None, max_examples=100, derandomize=os.environ.get("CI") == "true", database=None
)
hypothesis.settings.load_profile("suite")


def pytest_configure() -> None:
    postgres.open_folder()


def pytest_unconfigure() -> None:
    postgres.close_folder()


@pytest.fixture(scope="session")
def postgres_server() -> postgres.Server:
    return postgres.server()


@pytest.fixture
def empty_postgres(postgres_server: postgres.Server) -> Iterator[str]:
    database = postgres_server.fresh()
    yield postgres.text_of(database)
    postgres_server.drop(database)
