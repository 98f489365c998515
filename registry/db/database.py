"""Transactions: one per request, job step or command; services never commit.

On SQLite all writers of all processes queue on one file lock before BEGIN IMMEDIATE, and the writers that wait in one
process share a commit: each works in a savepoint of its own on the one writing connection, the last to leave commits,
and nobody returns before that commit is on disk.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from registry.db.engine import postgresql_engine, sqlite_engine
from registry.db.locks import FileLock, ProcessLock
from registry.db.prepared import Driver, ReadingSession
from registry.errors import Unavailable

_LARGEST_GROUP = 32
_LONGEST_GROUP_S = 0.010


class Database:
    """The one way to a session: `transaction()` to write, `reading()` to read."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            path = Path(url.removeprefix("sqlite:///"))
            path.parent.mkdir(parents=True, exist_ok=True)
            self.write_engine = sqlite_engine(url, writes=True)
            self.read_engine = sqlite_engine(url, writes=False)
            self._file = _SameFile(path)
            self._group = _GroupCommit(self.write_engine, FileLock(Path(f"{path}.writer.lock")))
        else:
            self.write_engine = postgresql_engine(url, writes=True)
            self.read_engine = postgresql_engine(url, writes=False)
        self.before_commit: list[Callable[[Session], None]] = []
        self._busy = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a writing session; on leaving without an error it is on disk, otherwise nothing of it is."""
        with self._writing(), self._group.member() if self.is_sqlite else self._alone() as session:
            yield session
            session.flush()
            for last_statement in self.before_commit:
                last_statement(session)
        for follow_up in session.info.get("when_durable", ()):
            follow_up()

    @contextmanager
    def swift_transaction(self) -> Iterator[Driver]:
        """Open a transaction without a session, for prepared statements only, and commit it."""
        with self._writing(), self._group.driver() if self.is_sqlite else self._alone_swiftly() as driver:
            yield driver

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if getattr(self._busy, "writing", False):
            raise RuntimeError("a transaction inside a transaction would wait for itself")
        self._busy.writing = True
        try:
            self._require_file()
            yield
        finally:
            self._busy.writing = False

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session on one consistent state that refuses to write."""
        self._require_file()
        session, went_well = ReadingSession(self.read_engine, "BEGIN DEFERRED" if self.is_sqlite else None), False
        try:
            yield session
            went_well = True
        finally:
            session.end(went_well=went_well)

    def _require_file(self) -> None:
        if self.is_sqlite:
            self._file.require()

    @contextmanager
    def _alone(self) -> Iterator[Session]:
        with Session(self.write_engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _alone_swiftly(self) -> Iterator[Driver]:
        driver = Driver(self.write_engine)
        try:
            yield driver
            driver.commit()
        finally:
            driver.connection.close()

    def is_wanted(self) -> bool:
        """Say whether another writer waits for the one that writes now; for whoever writes much, inside a transaction.

        On PostgreSQL nobody waits but for the same rows, and nobody can say.
        """
        return self.is_sqlite and self._group.is_wanted()

    def lock(self, name: str) -> ProcessLock:
        """Return a named lock that one process at a time can hold."""
        return ProcessLock(name, self.write_engine)

    def renew(self) -> None:
        """Let go of the connections that nobody uses: those to a server that went away are of no use to anybody."""
        if not self.is_sqlite:
            self.write_engine.dispose()
            self.read_engine.dispose()

    def dispose(self) -> None:
        """Close every connection."""
        self.write_engine.dispose()
        self.read_engine.dispose()


class _SameFile:
    """The file of a SQLite database: once removed or replaced, what is written to the open one is lost with it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: int | None = None

    def require(self) -> None:
        """Raise Unavailable when the path leads to another file than before, or to none."""
        try:
            found = self._path.stat().st_ino
        except FileNotFoundError:
            found = None
        if self._opened is None:
            self._opened = found
        elif found != self._opened:
            raise Unavailable("The database file was removed or replaced; restart the service once it is back.", 10)


class _Group:
    """The writers that share one commit; the session's connection is made for the first of them that needs it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.driver = Driver(engine)
        self.driver.execute("BEGIN IMMEDIATE")
        self.members = 0
        self.opened_at_s = time.monotonic()
        self.committed = threading.Event()
        self.error: BaseException | None = None
        self._connection: Connection | None = None

    def is_full(self) -> bool:
        return self.members >= _LARGEST_GROUP or time.monotonic() - self.opened_at_s > _LONGEST_GROUP_S

    def connection(self) -> Connection:
        if self._connection is None:
            self._connection = Connection(self.engine, connection=self.driver.connection)
            self._connection.begin()
        return self._connection

    def end(self) -> None:
        """Commit, keep the error if that fails, and give the connection back."""
        try:
            self.driver.commit()
        except BaseException as error:
            self.error = error
            self.driver.connection.rollback()
        finally:
            if self._connection is None:
                self.driver.connection.close()
            else:
                self._connection.close()


class _GroupCommit:
    def __init__(self, engine: Engine, between_processes: FileLock) -> None:
        self._engine = engine
        self._between_processes = between_processes
        self._turn = threading.Lock()
        self._count = threading.Lock()
        self._waiting = 0
        self._group: _Group | None = None

    def is_wanted(self) -> bool:
        """Say whether somebody waits for the group to commit, here or in another process."""
        return bool(self._waiting) or self._between_processes.is_wanted()

    @contextmanager
    def member(self) -> Iterator[Session]:
        """A session in a savepoint of its own."""
        with (
            self._place() as group,
            Session(group.connection(), join_transaction_mode="create_savepoint", expire_on_commit=False) as session,
        ):
            yield session
            session.commit()

    @contextmanager
    def driver(self) -> Iterator[Driver]:
        """The driver in a savepoint of its own."""
        with self._place() as group:
            group.driver.execute("SAVEPOINT swift")
            try:
                yield group.driver
            except BaseException:
                group.driver.execute("ROLLBACK TO swift")
                raise
            finally:
                group.driver.execute("RELEASE swift")

    @contextmanager
    def _place(self) -> Iterator[_Group]:
        """A turn in the group; on leaving, what was written is on disk."""
        with self._count:
            self._waiting += 1
        with self._turn:
            with self._count:
                self._waiting -= 1
            group = self._group or self._open()
            group.members += 1
            try:
                yield group
            finally:
                if not self._waiting or group.is_full():
                    self._commit(group)
        group.committed.wait()
        if group.error is not None:
            raise group.error

    def _open(self) -> _Group:
        self._between_processes.acquire()
        try:
            self._group = _Group(self._engine)
        except BaseException:
            self._between_processes.release()
            raise
        return self._group

    def _commit(self, group: _Group) -> None:
        self._group = None
        try:
            group.end()
        finally:
            self._between_processes.release()
            group.committed.set()
