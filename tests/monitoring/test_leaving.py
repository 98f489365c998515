"""A device stays with the order it was put on under when the subjects of two orders turn out to be two people."""

from dataclasses import replace

from sqlalchemy import select

from registry.access.rules import OrganisationKind
from registry.monitoring.engine.judge import Judge
from registry.monitoring.models import Coupling
from registry.orders import service as orders
from registry.orders.naming.identifiers import PartialDate
from registry.orders.register.content import Supervision
from tests.monitoring.wearers import INSIDE, OUTSIDE, circle, stay
from tests.orders.orders import SUBJECT, area_ban, content, message, sender

LEYLA = replace(SUBJECT, bsn="999991176", skn=None, surname="Yilmaz", birth_date=PartialDate(1999, 4, 2))


def deliver(field, subject, number, area, version=1, kind="new", **more):
    told = content(subject=subject, conditions=(area_ban("C1", area),), supervision=Supervision("RN-MN"))
    return register(field, message(version, kind, told, number, **more))


def withdraw(field, number, version):
    return register(field, message(version, "withdrawal", None, number))


def register(field, told):
    cjib = sender(field.world.organisation("CJIB", OrganisationKind.CJIB))
    with field.shared.database.transaction() as session:
        return orders.register(session, cjib, field.world.clock.now(), told).order_id


def test_after_a_correction_each_device_is_judged_by_the_orders_of_its_own_wearer(field):
    his = deliver(field, SUBJECT, "A", circle(*INSIDE))
    hers = deliver(field, SUBJECT, "B", circle(*OUTSIDE))
    assert field.couple("EB-1", "A").status_code == field.couple("EB-2", "B").status_code == 201
    field.send(*stay(INSIDE, -900, -840, -780, device="EB-2"))
    assert {str(his)} == episodes(field)
    deliver(field, LEYLA, "B", circle(*OUTSIDE), 2, "correction")
    field.send(*stay(OUTSIDE, -300, -240, -180, device="EB-2"), *stay(OUTSIDE, -300, -240, -180, device="EB-1"))
    field.shared.get(Judge).tick()
    assert episodes(field) == {str(hers)}
    with field.shared.database.reading() as session:
        worn = {each.order_id: each.person_id for each in session.scalars(select(Coupling))}
        assert worn[hers] == orders.subject_of(session, hers) != worn[his] == orders.subject_of(session, his)


def episodes(field):
    """The orders whose bans somebody is found to have broken, as it stands."""
    found = field.supervisor.get("/v1/episodes").json["episodes"]
    return {one["orderId"] for one in found if one["status"] != "withdrawn"}
