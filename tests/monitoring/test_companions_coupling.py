"""A nearness ends with the coupling of his device, for nobody knows where he is after that."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.http.fields import format_instant
from registry.monitoring.companions.models import NearnessRecord
from tests.monitoring.pairs import Two, stays, told_to
from tests.monitoring.wearers import NOW_MS
from tests.world import NOW


@pytest.fixture
def two(field):
    two = Two.of(field)
    two.consented()
    return two


def ends(two, at_s):
    """Say that his device was taken off at a second from now."""
    [coupling] = [
        one for one in two.field.supervisor.get("/v1/couplings").json["couplings"] if one["personId"] == two.person_id
    ]
    answer = two.field.supervisor.post(
        f"/v1/couplings/{coupling['id']}/end", {"until": format_instant(NOW + timedelta(seconds=at_s))}
    )
    assert answer.status_code == 200, answer.text


def stretches(two):
    rows = two.field.rows(select(NearnessRecord).order_by(NearnessRecord.start_ms))
    return [((one.end_ms - NOW_MS) / 1000 if one.end_ms else None, one.end_cause, one.status) for one in rows]


def test_a_coupling_that_ends_in_the_middle_of_a_nearness_ends_it_then_by_its_own_cause(two):
    two.he(*stays(-300, 0, 100.0))
    two.she(*stays(-300, 0))
    ends(two, 0)
    two.field.world.clock.forward(seconds=35)
    two.she((15, 0.0), (30, 0.0))
    two.field.judge.tick()
    assert stretches(two) == [(0, "no_longer_worn", "closed")]
    [one] = two.nearnesses()
    assert (one["verdict"], one["endCause"], one["reasons"][-1]["step"]) == (
        "confirmed", "no_longer_worn", "no_longer_worn",
    )  # fmt: skip
    # He may be beside her still: her side hears that it is not known, and never that it is over.
    assert [each["status"] for each in told_to(two, two.partner)] == ["near", "unknown"]
    assert two.alerts()[0][2].endswith("; daarna droeg de drager geen apparaat meer")
    # However late it is looked at, and whatever she sends meanwhile, it stays as it was told.
    two.field.world.clock.forward(minutes=20)
    two.she(*stays(45, 1200))
    two.field.restart()
    two.field.judge.tick()
    assert stretches(two) == [(0, "no_longer_worn", "closed")]


def test_a_coupling_whose_end_was_told_ahead_ends_it_by_the_clock(two):
    ends(two, 60)
    two.he(*stays(-300, 0, 100.0))
    two.she(*stays(-300, 0))
    two.field.world.clock.forward(seconds=59)
    two.field.judge.tick()
    assert stretches(two) == [(None, None, "open")]
    two.field.world.clock.forward(seconds=32)
    two.field.judge.tick()
    assert stretches(two) == [(60, "no_longer_worn", "closed")]


def test_an_end_that_is_told_late_ends_what_was_told_already(two):
    two.he(*stays(-600, 0, 100.0))
    two.she(*stays(-600, 0))
    ends(two, -300)
    two.field.judge.tick()
    assert stretches(two) == [(-300, "no_longer_worn", "closed")]


def test_another_device_put_on_at_that_instant_lets_it_go_on(two):
    two.he(*stays(-300, 0, 100.0))
    two.she(*stays(-300, 0))
    ends(two, 0)
    assert two.field.couple("EB-7", two.number, begins=NOW).status_code == 201
    two.field.world.clock.forward(seconds=35)
    two.she((15, 0.0), (30, 0.0))
    two.field.judge.tick()
    assert stretches(two) == [(None, None, "open")]
