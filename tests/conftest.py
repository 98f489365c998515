"""What every test can ask for; the databases behind it are in tests/postgres.py."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from hypothesis import HealthCheck

from tests import postgres
from tests.world import (
    app,
    application,
    clock,
    database_url,
    emptied_postgres,
    migrated_sqlite,
    settings,
    shared,
    world,
)

__all__ = [
    "app",
    "application",
    "clock",
    "database_url",
    "emptied_postgres",
    "migrated_sqlite",
    "settings",
    "shared",
    "world",
]

hypothesis.settings.register_profile(
    "suite",
    deadline=None,
    max_examples=100,
    derandomize=os.environ.get("CI") == "true",
    database=None,
    # An example asks a database, on a machine that may be busy; each brings what it needs to one that tests share.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("suite")

# A third of the suite's time went to waiting for a disk that nobody reads afterwards. What the code asks of it, each
# fdatasync included, is asked of memory alike; a run that names TMPDIR keeps to it.
_IN_MEMORY, _LEAST_FREE_BYTES = Path("/dev/shm"), 4 << 30


def _write_to_memory() -> None:
    if "TMPDIR" in os.environ or not os.access(_IN_MEMORY, os.W_OK):
        return
    if shutil.disk_usage(_IN_MEMORY).free >= _LEAST_FREE_BYTES:
        os.environ["TMPDIR"] = str(_IN_MEMORY)
        tempfile.tempdir = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files of the long tests: the one that is begun last decides when a run ends."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_configure() -> None:
    _write_to_memory()
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
