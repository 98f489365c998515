"""A protected person's device calls for help: heard by when it called, and never lost for having come late."""

from datetime import timedelta

import pytest

from registry.http.fields import format_instant
from registry.monitoring.companions.tending import tend_companions
from tests.monitoring.pairs import HERS, Two, at
from tests.monitoring.wearers import ping
from tests.world import NOW


@pytest.fixture
def two(field):
    two = Two.of(field)
    two.consented()
    return two


def calls(two, at_s, place=None, **told):
    sent = ping(at_s, place, HERS, kind="alarm", alarm="sos", **told)
    return two.field.send(sent, caller=two.hers)


def called(two):
    found = two.field.supervisor.get("/v1/alerts").json["alerts"]
    return [(one["class"], one["priority"]) for one in found if one["class"].startswith("companion")]


def test_a_call_from_where_she_is_placed_no_more_sounds_by_when_it_was_made(two):
    assert calls(two, -3000, at(0.0), messageTime=format_instant(NOW)) == ["accepted"]
    assert called(two) == [("companion_emergency", 1)]


def test_a_call_that_comes_late_is_told_once_and_quietly(two):
    assert calls(two, -3000) == ["accepted"]
    assert called(two) == [("companion_emergency_late", 2)]
    [alert] = two.field.supervisor.get("/v1/alerts?class=companion_emergency_late").json["alerts"]
    acknowledged = two.field.supervisor.post(f"/v1/alerts/{alert['id']}/acknowledgement", {"note": "Gebeld."})
    assert acknowledged.status_code == 200
    two.field.world.clock.forward(minutes=20)
    # The same call sent again, and one from before a human was called, say nothing that is not known.
    calls(two, -3000)
    calls(two, -2000)
    assert called(two) == [("companion_emergency_late", 2)]
    # One of now sounds all the same.
    calls(two, 1200)
    assert sorted(called(two)) == [("companion_emergency", 1), ("companion_emergency_late", 2)]


def test_a_call_from_before_her_consent_is_not_heard(two):
    assert calls(two, -7300) == ["not_stored"]
    assert called(two) == []


def test_a_device_that_tells_of_an_old_position_is_not_silent(two):
    told = format_instant(NOW + timedelta(minutes=90))
    two.field.world.clock.forward(minutes=90)
    two.field.send(ping(0, at(0.0), HERS, messageTime=told), caller=two.hers)
    tend_companions(two.field.shared)
    assert called(two) == []


def test_a_position_from_before_her_consent_is_not_kept_for_being_told_after_it(two):
    sent = ping(-7300, at(0.0), HERS, messageTime=format_instant(NOW))
    assert two.field.send(sent, caller=two.hers) == ["not_stored"]
    assert two.kept() == 0
