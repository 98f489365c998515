"""What the machine and the bare driver can do with the same rows: the limit beside which a figure is read.

The rows are read from the measured instance and inserted in a fresh database of the same kind by `executemany` on one
connection, with the service's durable settings and commit size. Foreign keys are not checked here, which favours the
driver.
"""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from pysqlite3 import dbapi2

from bench.instance import Instance, empty_database
from bench.load import percentile
from registry.db import Database
from registry.schema import migrate

Row = Sequence[Any]
_SQLITE_SETTINGS = ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=2000", "foreign_keys=OFF")
_POSTGRESQL_SETTINGS = "SET synchronous_commit = on; SET session_replication_role = replica"
_WITHOUT_KEYS = "bench_without_keys"
_SYNCS = 200
_PAGE_BYTES = 4096


class Driver:
    """One connection of the bare driver."""

    def __init__(self, database: str, url: str) -> None:
        self.is_sqlite = database == "sqlite"
        if self.is_sqlite:
            self._connection = dbapi2.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            for setting in _SQLITE_SETTINGS:
                self._connection.execute(f"PRAGMA {setting}")
        else:
            self._connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
            self._connection.execute(_POSTGRESQL_SETTINGS)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def execute(self, statement: str, values: Row = ()) -> list[Row]:
        """Run a statement with `?` for its values, and return its rows, if it has any."""
        cursor = self._connection.execute(self._spelt(statement), values)
        return cursor.fetchall() if cursor.description else []

    def insert(self, table: str, rows: Sequence[Row], rows_per_commit: int, seconds: float) -> tuple[int, float]:
        """Insert rows for at most so many seconds; return how many, and the time they took."""
        marks = ",".join("?" * len(rows[0])) if rows else ""
        statement = self._spelt(f"INSERT INTO {table} VALUES ({marks})")
        cursor, begun_s, done = self._connection.cursor(), time.perf_counter(), 0
        while done < len(rows) and time.perf_counter() - begun_s < seconds:
            cursor.execute("BEGIN")
            cursor.executemany(statement, rows[done : done + rows_per_commit])
            cursor.execute("COMMIT")
            done = min(done + rows_per_commit, len(rows))
        return done, time.perf_counter() - begun_s

    def pieces(self, statement: str, rows: int) -> Iterator[list[Row]]:
        """Run a statement and give its rows so many at a time, however many there are."""
        if self.is_sqlite:
            cursor = self._connection.execute(statement)
        else:
            # A cursor of the server's: the driver would take all of them at once.
            self._connection.execute("BEGIN")
            cursor = self._connection.cursor(name="bench_pieces")
            cursor.execute(statement)
        try:
            while piece := cursor.fetchmany(rows):
                yield piece
        finally:
            cursor.close()
            if not self.is_sqlite:
                self._connection.execute("ROLLBACK")

    def make_without_keys(self, table: str) -> str:
        """Make a table with the columns of another and no key of any kind; return its name."""
        self.execute(f"CREATE TABLE {_WITHOUT_KEYS} AS SELECT * FROM {table} WHERE 1 = 0")
        return _WITHOUT_KEYS

    def _spelt(self, statement: str) -> str:
        return statement if self.is_sqlite else statement.replace("?", "%s")


@contextmanager
def inside(instance: Instance) -> Iterator[Driver]:
    """Open the measured instance's database with the bare driver."""
    with closing(Driver(instance.database, instance.url)) as driver:
        yield driver


@contextmanager
def beside(instance: Instance) -> Iterator[Driver]:
    """Open a fresh, migrated database of the same kind, in the same place, with the bare driver."""
    with (
        tempfile.TemporaryDirectory(prefix="limit-", dir=instance.state_dir) as folder,
        empty_database(instance.database, Path(folder)) as url,
    ):
        made = Database(url)
        migrate(made)
        made.dispose()
        with closing(Driver(instance.database, url)) as driver:
            yield driver


@dataclass(frozen=True, slots=True)
class Asked:
    """How long the driver's own answers took."""

    latencies_ms: list[float]

    @property
    def per_s(self) -> float:
        """Answers a second on one connection."""
        return 1000 * len(self.latencies_ms) / sum(self.latencies_ms)


def ask(driver: Driver, statement: str, keys: Sequence[Row], seconds: float) -> Asked:
    """Run one indexed SELECT after another."""
    latencies_ms: list[float] = []
    until_s = time.perf_counter() + seconds
    while time.perf_counter() < until_s:
        begun_s = time.perf_counter()
        driver.execute(statement, keys[len(latencies_ms) % len(keys)])
        latencies_ms.append((time.perf_counter() - begun_s) * 1000)
    return Asked(latencies_ms)


def sync_ms(folder: Path) -> float:
    """Return the median time to write a page and have it on disk: no commit is faster than this."""
    taken_ms = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(_SYNCS):
            begun_s = time.perf_counter()
            os.pwrite(file.fileno(), os.urandom(_PAGE_BYTES), 0)
            os.fdatasync(file.fileno())
            taken_ms.append((time.perf_counter() - begun_s) * 1000)
    return percentile(taken_ms, 50)
