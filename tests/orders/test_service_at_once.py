"""Two transactions that bring the same new number at the same moment: one person, whoever comes first."""

import threading
from dataclasses import replace

import pytest

from registry.db import Database
from registry.orders import service
from tests.orders.orders import PROTECTED, content, message, sender

_LONG_ENOUGH_TO_MEET_S = 0.2
HER_BSN = "999991176"


@pytest.fixture
def elsewhere(database_url):
    """The same database over connections of its own, as another process has."""
    found = Database(database_url)
    yield found
    found.dispose()


def alone(session, actor, now, told):
    service.register(session, actor, now, told)


def together(session, actor, now, told):
    assert service.register_new(session, actor, now, [service.draft(told)]) == 1


@pytest.mark.parametrize(("first", "second"), [(alone, together), (together, alone)])
def test_two_orders_with_the_same_new_numbers_written_at_once_are_of_one_person(
    shared, elsewhere, cjib, clock, deliver, first, second
):
    protected = (replace(PROTECTED, bsn=HER_BSN),)
    orders = [message(told=content(protected=protected), number=number) for number in ("A", "B")]
    failed, has_written = [], threading.Event()

    def write_meanwhile():
        has_written.wait(10)
        try:
            with elsewhere.transaction() as session:
                second(session, sender(cjib), clock.now(), orders[1])
        except Exception as error:
            failed.append(error)

    meanwhile = threading.Thread(target=write_meanwhile)
    meanwhile.start()
    with shared.database.transaction() as session:
        first(session, sender(cjib), clock.now(), orders[0])
        session.flush()
        has_written.set()
        meanwhile.join(_LONG_ENOUGH_TO_MEET_S)
    meanwhile.join()
    assert failed == []
    with shared.database.reading() as session:
        found = [service.find_order(session, number) for number in ("A", "B")]
        views = service.current_view(session, [each.id for each in found]).values()
        assert len({view.subject.person_id for view in views}) == 1
        assert len({each.person_id for view in views for each in view.protected}) == 1
