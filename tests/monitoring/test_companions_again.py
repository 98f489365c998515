"""What was over is judged again when it turns out later that the order did not bind then."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.monitoring.companions.models import NearnessRecord, NearnessRevision
from tests.monitoring.pairs import Two, goes, stays
from tests.monitoring.wearers import NOW_MS
from tests.orders.orders import CONTACT_BAN
from tests.world import NOW


@pytest.fixture(params=[(), (CONTACT_BAN,)], ids=["with an area", "without"])
def two(field, request):
    """He was near her from some -900 s until some -480 s, and it is over; some orders ban no area."""
    field.conditions = request.param
    two = Two.of(field)
    two.consented()
    two.he(*goes(-1200, -900, 4000, 0), *stays(-885, -600), *goes(-585, -300, 0, 4000), *stays(-285, 0, 4000.0))
    two.she(*stays(-1200, 0))
    [one] = two.nearnesses()
    assert (one["verdict"], one["status"], one["endCause"]) == ("confirmed", "closed", "apart")
    return two


def ends(two, number, at_s):
    at = NOW + timedelta(seconds=at_s)
    two.field.order(number=number, version=2, kind="withdrawal", effective_at=at)
    two.field.world.clock.forward(seconds=60)
    two.field.judge.tick()


def stretches(two):
    rows = two.field.rows(select(NearnessRecord).order_by(NearnessRecord.start_ms))
    return [((one.end_ms - NOW_MS) / 1000, one.end_cause, one.status) for one in rows]


def test_an_order_that_turns_out_not_to_have_bound_then_takes_back_what_was_told(two):
    ends(two, two.number, -5000)
    [(_, _, status)] = stretches(two)
    assert status == "withdrawn" and two.field.count(NearnessRevision) == 1
    alerts = two.field.supervisor.get("/v1/alerts?class=nearness").json["alerts"]
    assert {one["status"] for one in alerts} == {"closed"}


def test_an_order_that_turns_out_to_have_ended_in_the_middle_of_it_ends_it_there_and_once(two):
    ends(two, two.number, -750)
    assert stretches(two) == [(-750, "no_longer_holds", "closed")]
    told = two.field.count(NearnessRevision)
    two.field.order()
    two.field.judge.tick()
    assert two.field.count(NearnessRevision) == told == 1


def test_another_order_that_ends_leaves_it_as_it_was_told(two):
    before = stretches(two)
    other = two.field.order()
    assert two.field.couple("EB-2", other).status_code == 201
    ends(two, other, -5000)
    assert stretches(two) == before and two.field.count(NearnessRevision) == 0
