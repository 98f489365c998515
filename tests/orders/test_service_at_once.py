"""Two transactions that tie the same people at the same moment: it comes out as one after the other."""

import threading
from dataclasses import replace

import pytest

from registry.db import Database
from registry.orders import service
from tests.orders.orders import PROTECTED, SUBJECT, content, message, sender

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


@pytest.fixture
def written_at_once(shared, elsewhere, cjib, clock):
    """Write one order, and before that is on disk begin to write another over another connection."""

    def written_at_once(*writes):
        (first, one), (second, other) = writes
        failed, has_written = [], threading.Event()

        def write_meanwhile():
            has_written.wait(10)
            try:
                with elsewhere.transaction() as session:
                    second(session, sender(cjib), clock.now(), other)
            except Exception as error:
                failed.append(error)

        meanwhile = threading.Thread(target=write_meanwhile)
        meanwhile.start()
        with shared.database.transaction() as session:
            first(session, sender(cjib), clock.now(), one)
            session.flush()
            has_written.set()
            meanwhile.join(_LONG_ENOUGH_TO_MEET_S)
        meanwhile.join()
        assert failed == []

    return written_at_once


@pytest.fixture
def views(shared):
    """What the register shows of some orders."""

    def views(*numbers):
        with shared.database.reading() as session:
            found = [service.find_order(session, number) for number in numbers]
            shown = service.current_view(session, [each.id for each in found])
            return [shown[each.id] for each in found]

    return views


@pytest.mark.parametrize(("first", "second"), [(alone, together), (together, alone)])
def test_two_orders_with_the_same_new_numbers_written_at_once_are_of_one_person(written_at_once, views, first, second):
    protected = (replace(PROTECTED, bsn=HER_BSN),)
    orders = [message(told=content(protected=protected), number=number) for number in ("A", "B")]
    written_at_once((first, orders[0]), (second, orders[1]))
    found = views("A", "B")
    assert len({view.subject.person_id for view in found}) == 1
    assert len({each.person_id for view in found for each in view.protected}) == 1


NOBODY = replace(SUBJECT, bsn=None, skn=None)


@pytest.mark.parametrize(("write", "is_awaited_first"), [(alone, True), (alone, False), (together, True)])
def test_a_merge_and_the_order_without_numbers_that_it_names_written_at_once_are_of_one_person(
    written_at_once, views, deliver, write, is_awaited_first
):
    deliver(message(number="A"), message(number="OTHER", told=content(subject=replace(NOBODY, surname="Ander"))))
    asking = (alone, message(2, "merge", number="A", subject_link="B"))
    awaited = (write, message(number="B", told=content(subject=NOBODY)))
    written_at_once(*((awaited, asking) if is_awaited_first else (asking, awaited)))
    one, other, somebody = views("A", "B", "OTHER")
    assert one.subject.person_id == other.subject.person_id
    assert somebody.subject.person_id != one.subject.person_id
