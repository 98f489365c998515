"""A device that was recorded for a provisional order goes on when the CJIB's own order takes its place."""

import pytest

from registry.access.rules import OrganisationKind
from registry.intake.processing import process_pending
from tests.intake.provisional import enter, message
from tests.monitoring.pairs import Two, at, goes, stays, told_to
from tests.monitoring.wearers import ping

NUMBER = "CJIB-2026-000777"


@pytest.fixture
def two(field):
    """He comes near her while the order is provisional; `EB-1` is on another wearer."""
    two = Two.of(field)
    two.prosecution = field.world.caller("OM-MN", OrganisationKind.PROSECUTION)
    field.world.caller("POL-MN", OrganisationKind.POLICE)
    two.cjib = field.world.caller("CJIB", OrganisationKind.CJIB)
    two.entered = enter(two.prosecution).json
    two.number = two.entered["orderNumber"]
    assert field.couple("EB-9", two.number).status_code == 201
    two.companion = two.consented()
    he(two, *goes(-600, 0, 4000, 500))
    two.she(*stays(-600, 0))
    assert two.verdicts() == ["confirmed"]
    return two


def he(two, *fixes):
    return two.field.send(*(ping(at_s, at(*place), "EB-9") for at_s, *place in fixes))


def replaced(two):
    answer = two.cjib.post("/v1/deliveries", data=message(NUMBER), content_type="application/x-ndjson")
    assert answer.status_code == 200, answer.text
    process_pending(two.field.shared)
    shown = two.prosecution.get(f"/v1/provisional-orders/{two.entered['orderId']}").json
    assert shown["replacedBy"]["orderNumber"] == NUMBER
    two.field.world.clock.forward(seconds=120)
    two.field.judge.tick()


def test_a_nearness_goes_on_and_her_side_does_not_hear_that_it_is_over(two):
    replaced(two)
    assert set(two.she(*stays(15, 120))) == {"accepted"}
    he(two, *stays(15, 120, 100.0))
    assert [(one["status"], one["endCause"]) for one in two.nearnesses()] == [("open", None)]
    assert [one["status"] for one in told_to(two, two.partner)] == ["near"]
    assert two.standing(two.companion)["standing"] == "near"


def test_a_nearness_after_it_is_found_also_by_an_engine_that_starts_then(two):
    he(two, *goes(15, 100, 500, 5000))
    replaced(two)
    two.field.restart()
    he(two, *stays(115, 120, 5000.0))
    two.she(*stays(15, 120))
    two.field.world.clock.forward(seconds=300)
    he(two, *goes(135, 420, 5000, 100))
    two.she(*stays(135, 420))
    assert [one["status"] for one in two.nearnesses()] == ["closed", "open"]


def test_the_same_device_is_not_recorded_twice_under_both_numbers(two):
    replaced(two)
    refused = two.consents(orderNumber=NUMBER)
    assert (refused.status_code, refused.json["code"]) == (409, "companion_in_use")
    assert two.withdraws(two.companion).status_code == 200
    # A consent from before she withdrew does not come back under the other number.
    assert two.consents(orderNumber=NUMBER).status_code == 400
    assert set(two.she(*stays(60, 120))) == {"not_stored"}


def test_once_the_order_that_took_its_place_ends_nothing_is_kept_any_more(two):
    replaced(two)
    ended = message(NUMBER, version=2, kind="withdrawal", messageId="M-end")
    assert two.cjib.post("/v1/deliveries", data=ended, content_type="application/x-ndjson").status_code == 200
    process_pending(two.field.shared)
    two.field.world.clock.forward(seconds=60)
    two.field.judge.tick()
    assert [one["endCause"] for one in two.nearnesses()] == ["no_longer_holds"]
    assert set(two.she(*stays(150, 180))) == {"not_stored"}
