from datetime import timedelta

import pytest
from sqlalchemy import select, update

from registry.orders.models import Order
from registry.orders.register.confirmations import confirmed_by_statement
from registry.orders.register.past import Question, order_at
from registry.orders.rules import OrderStatus
from tests.orders.orders import content, message
from tests.world import NOW

DAY = timedelta(days=1)


@pytest.fixture
def confirm(shared, cjib, clock):
    """Have a statement of the sender confirm an order, as reconciling does."""

    def confirm(number, made_at):
        with shared.database.transaction() as session:
            session.execute(update(Order).where(Order.number == number).values(last_confirmed_at=made_at))
            confirmed_by_statement(session, clock.now(), made_at, cjib.id, [number])

    return confirm


@pytest.fixture
def status_at(shared, clock):
    def status_at(number, as_of, known_at=None):
        with shared.database.reading() as session:
            order = session.scalar(select(Order).where(Order.number == number))
            return order_at(session, order, Question(clock.now(), as_of, known_at)).status.status

    return status_at


def test_a_confirmation_by_statement_is_known_from_when_it_came(clock, deliver, confirm, status_at):
    deliver(message(number="OPEN", told=content(regime="CIV", ends_on=None)))
    clock.forward(days=40)
    unaware = clock.now()
    clock.forward(hours=1)
    confirm("OPEN", made_at=unaware - DAY)
    clock.forward(hours=1)
    aware = clock.now()
    assert status_at("OPEN", unaware, unaware) is OrderStatus.UNCONFIRMED
    assert status_at("OPEN", unaware, aware) is OrderStatus.IN_FORCE
    clock.forward(days=1)
    confirm("OPEN", made_at=clock.now())
    clock.forward(hours=1)
    asked = (unaware, unaware), (unaware, aware), (aware, None)
    assert [status_at("OPEN", *each) for each in asked] == [
        OrderStatus.UNCONFIRMED,
        OrderStatus.IN_FORCE,
        OrderStatus.IN_FORCE,
    ]
    assert status_at("OPEN", NOW + 90 * DAY) is OrderStatus.UNCONFIRMED


def test_of_an_order_with_an_end_date_no_confirmation_is_kept(shared, deliver, confirm):
    deliver(message(number="DATED"))
    confirm("DATED", made_at=NOW)
    with shared.database.reading() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM order_confirmation").scalar() == 0
