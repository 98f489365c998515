"""Locks between processes: a file lock beside a SQLite database, an advisory lock on PostgreSQL."""

import fcntl
import hashlib
import os
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError


class FileLock:
    """An exclusive lock on a file, freed by the kernel when the process dies.

    Whoever waits for it shares a lock on a second file meanwhile, so that the holder can see that he is waited for.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None
        self._waiting: int | None = None

    def acquire(self, *, wait: bool = True) -> bool:
        """Take the lock; without `wait`, return False when another process holds it."""
        if self._handle is None:
            self._handle = _opened(self._path)
        if _locked_at_once(self._handle):
            return True
        if wait:
            waiting = self._waiters()
            fcntl.flock(waiting, fcntl.LOCK_SH)
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX)
            finally:
                fcntl.flock(waiting, fcntl.LOCK_UN)
        return wait

    def is_wanted(self) -> bool:
        """Say whether another process waits for the lock, which this one holds."""
        waiting = self._waiters()
        if not _locked_at_once(waiting):
            return True
        fcntl.flock(waiting, fcntl.LOCK_UN)
        return False

    def _waiters(self) -> int:
        if self._waiting is None:
            self._waiting = _opened(self._path.with_name(f"{self._path.name}.waiting"))
        return self._waiting

    def release(self) -> None:
        """Free the lock."""
        if self._handle is not None:
            fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        """Free the lock and close its files."""
        for handle in (self._handle, self._waiting):
            if handle is not None:
                os.close(handle)
        self._handle = self._waiting = None


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _locked_at_once(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class ProcessLock:
    """A named lock that one process holds for as long as it lives, such as the engine's or the worker's."""

    def __init__(self, name: str, engine: Engine) -> None:
        self._name = name
        self._engine = engine
        self._file: FileLock | None = None
        self._connection: Connection | None = None
        if engine.dialect.name == "sqlite":
            self._file = FileLock(Path(f"{engine.url.database}.{name}.lock"))

    def acquire(self) -> bool:
        """Try once; True when this process holds the lock now."""
        if self._file is not None:
            return self._file.acquire(wait=False)
        if self._connection is not None:
            return self.is_held()
        with ExitStack() as unless_held:
            connection = unless_held.enter_context(self._engine.connect())
            connection.execution_options(isolation_level="AUTOCOMMIT")
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key()}):
                return False
            self._connection = connection
            unless_held.pop_all()
        return True

    def is_held(self) -> bool:
        """Say whether the lock is still ours; a lost database connection has lost it."""
        if self._file is not None:
            return True
        if self._connection is None:
            return False
        try:
            self._connection.exec_driver_sql("SELECT 1")
        except DBAPIError:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
            return False
        return True

    def release(self) -> None:
        """Free the lock."""
        if self._file is not None:
            self._file.close()
        elif self._connection is not None:
            try:
                self._connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": self._key()})
            except DBAPIError:
                # The connection is gone, and the lock with it.
                self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _key(self) -> int:
        return int.from_bytes(hashlib.sha256(self._name.encode()).digest()[:8], "big", signed=True)
