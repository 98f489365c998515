"""Engines: SQLite with WAL and a full sync at each commit, PostgreSQL with synchronous commit."""

from typing import Any

import psycopg
from pysqlite3 import dbapi2
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.pool import QueuePool, StaticPool

from registry.errors import Unavailable

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON", "trusted_schema=OFF")
_AWAY = (OperationalError, InterfaceError, NoConnection, dbapi2.OperationalError, Unavailable)
_AWAY_BY_DRIVER = (psycopg.OperationalError, psycopg.InterfaceError)
_OLDEST_SAFE_SQLITE = (3, 51, 3)


def sqlite_engine(url: str, *, writes: bool) -> Engine:
    """Return an engine on a SQLite file; the reading one refuses to write and leaves checkpoints to the writer."""
    if dbapi2.sqlite_version_info < _OLDEST_SAFE_SQLITE:
        raise RuntimeError("SQLite before 3.51.3 can corrupt a WAL; install the locked requirements")
    pool: dict[str, Any] = {"poolclass": StaticPool} if writes else {"poolclass": QueuePool, "pool_size": 16}
    engine = create_engine(
        url,
        module=dbapi2,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "cached_statements": 512},
        **pool,
    )
    # The writer keeps the pages of its indexes, so that it need not read back what it wrote just now.
    own = ("wal_autocheckpoint=2000", "cache_size=-65536") if writes else ("wal_autocheckpoint=0", "query_only=ON")

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:
        # The driver must not begin transactions of its own: it would begin them deferred.
        connection.isolation_level = None
        for pragma in _PRAGMAS + own:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that the driver began is joined.
        if not connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")

    return engine


def postgresql_engine(url: str, *, writes: bool) -> Engine:
    """Return an engine on PostgreSQL; the reading one opens read-only transactions."""
    options = "-c synchronous_commit=on -c timezone=UTC -c lock_timeout=10s -c statement_timeout=60s"
    if not writes:
        # All that one reading is told is of one instant, as it is on SQLite; who only reads is never refused for it.
        options += r" -c default_transaction_read_only=on -c default_transaction_isolation=repeatable\ read -c jit=off"
    return create_engine(
        url,
        pool_size=16,
        max_overflow=8,
        # The last one given back has its statements prepared and its pages at hand.
        pool_use_lifo=True,
        pool_pre_ping=False,
        hide_parameters=True,
        connect_args={"options": options},
    )


def is_unreachable(error: BaseException) -> bool:
    """Say whether an error means that the database cannot be used now: away, refusing, overloaded, or not one.

    What is wrong with a statement or with what was written is no such error.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    # SQLite says of a file that is none of its own no more than this.
    return isinstance(error, _AWAY + _AWAY_BY_DRIVER) or type(cause) is dbapi2.DatabaseError
