import threading
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from registry.db import Database
from registry.orders import service
from registry.orders.finding import following, memory
from registry.orders.index_models import NameToken, PartyName
from registry.orders.naming.identifiers import PartialDate
from registry.orders.register import alone, projection
from registry.orders.service import Follower
from registry.schema import migrate
from tests.orders.orders import PROTECTED, SUBJECT, content, message, named, sender
from tests.world import NOW


class _Elsewhere:
    """Another process on the same database, as far as the names in memory go."""

    def __init__(self, url):
        self.database = Database(url)


@pytest.fixture
def elsewhere(database_url):
    found = _Elsewhere(database_url)
    yield found
    found.database.dispose()


def told(surname, **changes):
    return content(subject=replace(SUBJECT, surname=surname, prefix=None, bsn=None, skn=None, **changes))


def test_who_is_added_changed_or_taken_away_is_found_as_he_is_now_in_every_process(shared, elsewhere, deliver):
    for process in (shared, elsewhere):
        assert named(process, "Fictitia Vosmeer") == set()
    deliver(message())
    for process in (shared, elsewhere):
        assert named(process, "Fictitia Vosmeer") == {"CJIB-2026-000123"}
        assert named(process, "Jan van den Berg") == {"CJIB-2026-000123"}
    deliver(message(2, "change", told("Haverkate")))
    for process in (shared, elsewhere):
        assert named(process, "Jan van den Berg") == set()
        assert named(process, "Haverkate") == named(process, "Fictitia Vosmeer") == {"CJIB-2026-000123"}


def test_a_party_that_came_and_went_before_it_was_read_is_not_found(shared, deliver):
    assert named(shared, "Haverkate") == set()
    deliver(message(told=told("Haverkate")), message(2, "change", told("Oosterhuis")))
    assert named(shared, "Haverkate") == set()
    assert named(shared, "Oosterhuis") == {"CJIB-2026-000123"}


def test_a_birth_date_and_an_initial_are_among_what_is_found_by(shared, deliver):
    for number, initials, born_on in (("A-1", "Q.", PartialDate(1961, 8, 30)), ("A-2", "Z.", PartialDate(1994, 2, 3))):
        deliver(message(number=number, told=told("Roos", given_names=None, initials=initials, birth_date=born_on)))
    assert named(shared, "Roos") == {"A-1", "A-2"}
    assert named(shared, "Q. Roos", PartialDate(1961, 8, 30)) == {"A-1"}
    assert named(shared, "Z. Roos", PartialDate(1994, 2, 3)) == {"A-2"}


def test_what_is_stored_by_name_says_nothing_in_clear(shared, deliver):
    deliver(message())
    with shared.database.reading() as session:
        stored = b"".join(
            [
                *(row.words_sealed for row in session.scalars(select(PartyName))),
                *(row.token_hash + row.token_sealed for row in session.scalars(select(NameToken))),
            ]
        )
    for word in (b"vosmeer", b"fictitia", b"berg", b"1985-03-12"):
        assert word not in stored


def test_a_name_first_seen_in_a_transaction_that_failed_is_found_by_the_next(shared, cjib, deliver):
    for _ in range(2):
        with pytest.raises(RuntimeError), shared.database.transaction() as session:
            service.register(session, sender(cjib), NOW, message())
            raise RuntimeError("something else failed")
    with shared.database.transaction() as session:
        with pytest.raises(RuntimeError), session.begin_nested():
            service.register(session, sender(cjib), NOW, message(number="A-1"))
            raise RuntimeError("something else failed")
        service.register(session, sender(cjib), NOW, message(number="A-2"))
    deliver(message(number="A-3"), message(number="A-4"))
    assert named(shared, "Fictitia Vosmeer") == {"A-2", "A-3", "A-4"}


def test_of_too_many_words_all_are_forgotten_and_every_name_is_still_found(shared, deliver, monkeypatch):
    monkeypatch.setattr("registry.orders.register.remembered._MOST", 10)
    surnames = ["Haverkate", "Oosterhuis", "Roodnat", "Zijlmans", "Kwakkel", "Pruimboom", "Uitdehaag", "Ydema"] * 3
    remembered = []
    for number, surname in enumerate(surnames):
        deliver(message(number=f"A-{number}", told=told(surname)))
        remembered.append(len(projection._numbers._of[shared.database.write_engine]))
    assert max(remembered) <= 10 and remembered != sorted(remembered)
    assert named(shared, "Oosterhuis") == {"A-1", "A-9", "A-17"}


def test_who_is_written_earlier_and_committed_later_is_found_too(shared, elsewhere, cjib, deliver, monkeypatch):
    if shared.database.is_sqlite:
        pytest.skip("SQLite has one writer")
    deliver(message(number="FIRST", told=told("Haverkate")))
    assert named(elsewhere, "Haverkate") == {"FIRST"}
    written, may_end = threading.Event(), threading.Event()

    def write_slowly():
        with shared.database.transaction() as session:
            service.register(session, sender(cjib), NOW, message(number="SLOW", told=told("Haverkate")))
            session.flush()
            written.set()
            may_end.wait(20)

    slow = threading.Thread(target=write_slowly)
    # Those of one release write one after the other; one of another release may know another lock, or none.
    with monkeypatch.context() as another_release:
        another_release.setattr(alone, "_NUMBERS", 1)
        slow.start()
        assert written.wait(20)
    try:
        deliver(message(number="SWIFT", told=told("Haverkate")))
        assert named(elsewhere, "Haverkate") == {"FIRST", "SWIFT"}
        # A process that starts at this moment must find him later too.
        late_starter = _Elsewhere(elsewhere.database.url)
        assert named(late_starter, "Haverkate") == {"FIRST", "SWIFT"}
    finally:
        may_end.set()
        slow.join()
    threading.Event().wait(0.15)
    for process in (elsewhere, late_starter):
        assert named(process, "Haverkate") == {"FIRST", "SWIFT", "SLOW"}
    late_starter.database.dispose()


def test_a_damaged_row_costs_nobody_else_his_place(shared, elsewhere, deliver):
    deliver(message(number="A-1", told=told("Haverkate")), message(number="A-2", told=told("Oosterhuis")))
    with shared.database.transaction() as session:
        [last, before] = session.scalars(select(PartyName).order_by(PartyName.number.desc()).limit(2)).all()
        for row, damaged in ((last, last.words_sealed[:-1] + b"?"), (before, last.words_sealed[:6])):
            session.execute(update(PartyName).where(PartyName.number == row.number).values(words_sealed=damaged))
    assert named(elsewhere, "Haverkate") == {"A-1"}
    assert named(elsewhere, "Fictitia Vosmeer") == {"A-1"}


def test_names_are_followed_while_nobody_asks(shared, elsewhere, deliver, monkeypatch):
    monkeypatch.setattr(memory, "_FOLLOW_EVERY_S", 0.01)
    monkeypatch.setattr(following, "AT_ONCE", 3)
    follower = Follower(elsewhere.database)
    follower.start()
    try:
        deliver(*(message(number=f"A-{each}", told=told("Haverkate")) for each in range(5)))
        index = memory.memory_of(elsewhere.database.read_engine).names.index
        deadline = threading.Event()
        for _ in range(500):
            if len(index) == 16:
                break
            deadline.wait(0.01)
    finally:
        follower.close()
    assert len(index) == 16


def test_what_is_kept_in_memory_is_prepared_once_for_a_database_and_not_for_each_question(
    elsewhere, deliver, monkeypatch
):
    deliver(message(number="A-1", told=told("Haverkate")))
    prepared, prepare = [], memory.Names.following
    monkeypatch.setattr(memory.Names, "following", lambda: prepared.append(1) or prepare())
    for _ in range(3):
        assert named(elsewhere, "Haverkate") == {"A-1"}
    assert len(prepared) == 1


def test_what_an_older_schema_held_is_found_after_the_migration(shared, database_url, deliver):
    deliver(message(), message(number="OTHER", told=replace(told("Haverkate"), protected=(PROTECTED,))))
    older = Database(database_url)
    try:
        migrate(older, "0014")
        migrate(older)
        newer = _Elsewhere(database_url)
        assert named(newer, "Haverkate") == {"OTHER"}
        assert named(newer, "Fictitia Vosmeer", PartialDate(1990, 7, 1)) == {"CJIB-2026-000123", "OTHER"}
        newer.database.dispose()
    finally:
        older.dispose()
