import pytest
from sqlalchemy import func, select, update

from registry.intake import waiting
from registry.intake.keys import undelivered_matches
from registry.intake.models import IntakeDelivery, WaitingBlock, WaitingKey
from tests.intake.conftest import many

SHARED, OWN, OTHER = b"s" * 16, b"o" * 16, b"x" * 16


@pytest.fixture
def delivery_id(cjib, deliver, shared):
    deliver(*many(3))
    with shared.database.reading() as session:
        return session.scalars(select(IntakeDelivery.id)).one()


def spooled(shared, delivery_id, rows):
    spool = waiting.Spool(shared.database, delivery_id)
    for number in rows:
        spool.add([SHARED, OWN] if number == max(rows) else [SHARED], number)
    spool.write()


def judged_until(shared, delivery_id, row):
    with shared.database.transaction() as session:
        own = update(IntakeDelivery).where(IntakeDelivery.id == delivery_id)
        session.execute(own.values(judged_until=row, rows=20))


def is_waiting(shared, *keys):
    with shared.database.reading() as session:
        return undelivered_matches(session, keys)


def test_a_row_is_found_by_any_of_its_keys_until_it_was_judged(shared, delivery_id):
    judged_until(shared, delivery_id, 3)
    spooled(shared, delivery_id, range(4, 9))
    assert is_waiting(shared, OWN) and is_waiting(shared, OTHER, SHARED)
    assert not is_waiting(shared, OTHER) and not is_waiting(shared)
    judged_until(shared, delivery_id, 7)
    assert is_waiting(shared, OWN) and is_waiting(shared, SHARED)
    judged_until(shared, delivery_id, 8)
    assert not is_waiting(shared, OWN, SHARED)


def test_only_blocks_that_were_judged_whole_are_removed_however_many_rows_share_a_key(shared, delivery_id, monkeypatch):
    monkeypatch.setattr(waiting, "_KEYS_AT_ONCE", 2)
    spooled(shared, delivery_id, range(4, 10))
    spooled(shared, delivery_id, range(10, 13))
    judged_until(shared, delivery_id, 10)
    waiting.drop_judged(shared.database)
    with shared.database.reading() as session:
        assert session.scalars(select(WaitingBlock.last_row)).all() == [12]
        assert session.scalar(select(func.count()).select_from(WaitingKey)) == 4
    assert is_waiting(shared, SHARED)
    waiting.drop_blocks_of(shared.database, delivery_id)
    assert not is_waiting(shared, SHARED)
