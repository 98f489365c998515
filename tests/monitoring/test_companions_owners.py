"""Who is called because of her device is whom the order names then, also when that is somebody else by now."""

import pytest

from registry.access.rules import OrganisationKind
from tests.monitoring.pairs import Two, goes, stays


@pytest.fixture
def two(field):
    two = Two.of(field)
    two.companion = two.consented()
    two.former, two.next = field.supervisor, field.world.caller("RN-NH", OrganisationKind.PROBATION)
    return two


def moves(two, code="RN-NH"):
    two.field.supervisor_code = code
    two.field.order(number=two.number, version=2, kind="change")
    two.field.world.clock.forward(seconds=60)
    two.field.judge.tick()


def called(caller):
    found = caller.get("/v1/alerts").json["alerts"]
    return [(one["class"], one["status"]) for one in found if one["class"].startswith(("nearness", "companion"))]


def test_another_supervisor_hears_of_a_nearness_and_the_former_one_does_not(two):
    moves(two)
    two.he(*goes(-240, 60, 4000, 50))
    two.she(*stays(-240, 60))
    assert [one["verdict"] for one in two.nearnesses(two.next)] == ["confirmed"]
    assert called(two.next) == [("nearness", "open")]
    assert (two.nearnesses(two.former), called(two.former)) == ([], [])
    path = f"/v1/companions/{two.companion['id']}"
    assert (two.next.get(path).status_code, two.former.get(path).status_code) == (200, 404)
    assert two.partner.get(path).status_code == 200


def test_what_goes_on_when_another_takes_over_calls_on_that_one(two):
    two.he(*stays(-300, 0, 100.0))
    two.she(*stays(-300, 0))
    assert called(two.former) == [("nearness", "open")]
    moves(two)
    assert called(two.next) == [("nearness", "open")] and called(two.former) == [("nearness", "closed")]
    two.he(*stays(15, 60, 100.0))
    two.she(*stays(15, 60))
    two.field.restart()
    two.field.judge.tick()
    assert [one["status"] for one in two.nearnesses(two.next)] == ["open"]
    assert called(two.next) == [("nearness", "open")]


def test_an_order_that_names_nobody_leaves_it_with_whom_it_named_before(two):
    moves(two, "NOBODY")
    two.he(*goes(-240, 60, 4000, 50))
    two.she(*stays(-240, 60))
    assert called(two.former) == [("nearness", "open")] and called(two.next) == []
