import shutil
import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from registry.access.models import Organisation
from registry.access.rules import OrganisationKind
from registry.access.service import add_organisation
from registry.db import Database
from registry.errors import Unavailable
from registry.http import Runtime


def _count(shared: Runtime) -> int:
    with shared.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Organisation)) or 0


def test_a_transaction_that_fails_leaves_nothing_behind(shared):
    with pytest.raises(ZeroDivisionError), shared.database.transaction() as session:
        add_organisation(session, "GONE", "weg", OrganisationKind.POLICE)
        raise ZeroDivisionError
    assert _count(shared) == 0


def test_a_failing_writer_does_not_take_along_those_that_share_its_commit(shared):
    ready = threading.Barrier(8)
    failures = []

    def write(number: int) -> None:
        ready.wait()
        try:
            with shared.database.transaction() as session:
                add_organisation(session, f"ORG-{number}", "x", OrganisationKind.POLICE)
                if number % 4 == 0:
                    raise ValueError(number)
        except ValueError:
            failures.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(failures) == [0, 4]
    assert _count(shared) == 6


def test_a_reading_session_refuses_to_write(shared):
    with shared.database.reading() as session, pytest.raises(DBAPIError):
        session.execute(text("DELETE FROM organisation"))


def test_one_reading_sees_one_state_whatever_is_written_meanwhile(shared):
    with shared.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Organisation)) == 0
        with shared.database.transaction() as writing:
            add_organisation(writing, "LATE", "later", OrganisationKind.POLICE)
        assert session.scalar(select(func.count()).select_from(Organisation)) == 0
    assert _count(shared) == 1


def test_what_was_to_follow_the_commit_follows_only_a_commit(shared):
    told = []
    with shared.database.transaction() as session:
        session.info.setdefault("when_durable", []).append(lambda: told.append(_count(shared)))
        add_organisation(session, "A", "a", OrganisationKind.POLICE)
        assert told == []
    with pytest.raises(ValueError, match="no"), shared.database.transaction() as session:
        session.info.setdefault("when_durable", []).append(lambda: told.append("never"))
        raise ValueError("no")
    assert told == [1]


def test_a_transaction_inside_a_transaction_is_refused_rather_than_waiting_for_itself(shared):
    with shared.database.transaction(), pytest.raises(RuntimeError), shared.database.transaction():
        pass


def test_every_pooled_connection_syncs_fully_at_each_commit(shared):
    engines = (shared.database.write_engine, shared.database.read_engine)
    for engine in engines:
        held = [engine.connect() for _ in range(1 if shared.database.is_sqlite else 6)]
        for connection in held:
            if shared.database.is_sqlite:
                assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
                assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            else:
                assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
                assert connection.exec_driver_sql("SHOW fsync").scalar() == "on"
            connection.close()


def test_a_named_lock_is_held_once(shared):
    ours, theirs = shared.database.lock("engine"), shared.database.lock("engine")
    assert ours.acquire()
    assert not theirs.acquire()
    ours.release()
    assert theirs.acquire()
    theirs.release()


def test_nothing_is_written_to_or_read_from_a_file_that_was_removed_or_replaced(tmp_path, migrated_sqlite):
    file = tmp_path / "registry.db"
    shutil.copy(migrated_sqlite, file)
    database = Database(f"sqlite:///{file}")
    uses = (database.reading, database.transaction)
    for use in uses:
        with use() as session:
            session.execute(text("SELECT 1"))
    file.rename(tmp_path / "elsewhere.db")
    for use in uses:
        with pytest.raises(Unavailable), use():
            pass
    shutil.copy(migrated_sqlite, file)
    for use in uses:
        with pytest.raises(Unavailable), use():
            pass
    (tmp_path / "elsewhere.db").replace(file)
    for use in uses:
        with use() as session:
            session.execute(text("SELECT 1"))
    database.dispose()


def test_a_writer_can_see_that_another_waits_for_it(shared):
    if not shared.database.is_sqlite:
        with shared.database.transaction():
            assert not shared.database.is_wanted()
        return
    other = Database(shared.database.url)
    waits = threading.Thread(target=lambda: _touch(other))
    with shared.database.transaction():
        assert not shared.database.is_wanted()
        waits.start()
        assert _soon(shared.database.is_wanted)
    waits.join(10)
    with shared.database.transaction():
        assert not shared.database.is_wanted()
        waits_here = threading.Thread(target=lambda: _touch(shared.database))
        waits_here.start()
        assert _soon(shared.database.is_wanted)
    waits_here.join(10)
    other.dispose()


def _touch(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("SELECT 1"))


def _soon(says: Callable[[], bool]) -> bool:
    until_s = time.monotonic() + 10
    while not says() and time.monotonic() < until_s:
        time.sleep(0.01)
    return says()
