import pytest

from registry.access.rules import OrganisationKind
from registry.orders import service
from tests.orders.orders import noise, sender


@pytest.fixture
def cjib(world):
    return world.organisation("CJIB", OrganisationKind.CJIB)


@pytest.fixture
def deliver(shared, cjib, clock):
    """Register messages, each in a transaction of its own, after some orders that have nothing to do with them."""

    def deliver(*messages):
        for one in messages:
            with shared.database.transaction() as session:
                made = service.register(session, sender(cjib), clock.now(), one)
        return made.order_id

    deliver(*noise())
    return deliver


@pytest.fixture
def person_of(shared):
    """The person whom an order binds."""

    def person_of(order_id):
        with shared.database.reading() as session:
            return service.subject_of(session, order_id)

    return person_of
