"""How long a record of nearness stays: what proved nothing goes as positions do, the rest follows its case."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.enforcement.models import Breach
from registry.http.fields import format_instant
from registry.monitoring.companions.models import NearnessRecord, NearnessRevision
from registry.monitoring.companions.tending import tend_companions
from registry.monitoring.retention.removing import Removal, remove_positions
from tests.monitoring.pairs import Two, goes, stays
from tests.monitoring.test_retention import assess
from tests.monitoring.wearers import visit
from tests.world import NOW


@pytest.fixture
def two(field):
    return Two.of(field)


def passes(two):
    """They are near for a moment only."""
    two.he((-900, 2500.0), (-840, 2500.0), (-810, 900.0), (-780, 2500.0), (-720, 2500.0))
    two.she(*stays(-900, -700))
    [one] = two.nearnesses()
    assert one["verdict"] == "passed", one


def stays_near(two):
    two.he(*goes(-3600, -1500, 5000, 4000), *stays(-1200, -600, 50.0), *goes(-585, 0, 50.0, 5000))
    two.she(*stays(-3600, 0))
    [one] = two.nearnesses()
    assert (one["verdict"], one["status"]) == ("confirmed", "closed")


def after(two, **parts):
    two.field.world.clock.forward(**parts)
    remove_positions(two.field.shared)
    tend_companions(two.field.shared)
    return two.field.count(NearnessRecord)


def told_of(two):
    rows = two.field.rows(select(AuditEntry).where(AuditEntry.action == "destroyed").order_by(AuditEntry.sequence))
    return [(one.object_ref, one.details["count"]) for one in rows if one.object_ref.startswith("nearnesses:")]


def test_what_proved_nothing_goes_after_thirty_days_with_its_count_in_the_audit_chain(two):
    two.consented()
    passes(two)
    assert (after(two, days=29), told_of(two)) == (1, [])
    removal = Removal.of(two.field.shared)
    assert removal.count_nearnesses() == 0
    two.field.world.clock.forward(days=2)
    assert Removal.of(two.field.shared).count_nearnesses() == 1
    assert after(two, seconds=1) == 0
    assert told_of(two) == [("nearnesses:before:2026-11-24", 1)]
    assert two.nearnesses() == []


def test_one_that_was_shown_stays_until_its_case_would_be_over_and_her_positions_no_longer_than_it(two):
    two.consented()
    stays_near(two)
    assert after(two, days=179) == 1 and two.kept() > 0
    assert (after(two, days=2), two.kept()) == (0, 0)
    assert [count for _, count in told_of(two)] == [1]


def test_after_a_shorter_time_for_cases_nothing_of_her_outlives_the_record(two, monkeypatch):
    two.consented()
    stays_near(two)
    shared = two.field.shared
    monkeypatch.setattr(shared, "settings", replace(shared.settings, case_days=60))
    two.field.world.clock.forward(days=59)
    remove_positions(shared)
    assert two.field.count(NearnessRecord) == 1 and two.kept() > 0
    two.field.world.clock.forward(days=2)
    remove_positions(shared)
    tend_companions(shared)
    assert (two.field.count(NearnessRecord), two.kept()) == (0, 0)


def test_a_hold_on_the_wearer_keeps_it_until_it_is_released(two):
    two.consented()
    passes(two)
    window = {"from": format_instant(NOW - timedelta(hours=1)), "until": format_instant(NOW)}
    body = {"personId": two.person_id, "ground": "defence", "reason": "Verzoek van de raadsman."} | window
    held = two.field.supervisor.post("/v1/position-holds", body)
    assert held.status_code == 201, held.text
    assert after(two, days=200) == 1
    path = f"/v1/position-holds/{held.json['id']}/release"
    assert two.field.supervisor.post(path, {"reason": "Niet meer nodig."}).status_code == 200
    assert after(two, days=1) == 0


def test_a_breach_of_her_order_at_that_time_keeps_it_while_its_case_goes_on_and_for_a_time_after(two):
    two.consented()
    two.field.send(*visit(-6000))
    passes(two)
    assert two.field.count(Breach) == 1
    assert after(two, days=200) == 1
    assess(two.field)
    assert after(two, days=170) == 1
    assert after(two, days=11) == 0


def test_what_goes_on_and_another_pairs_record_stay(two):
    two.consented()
    stays_near(two)
    two.field.world.clock.forward(days=31)
    day_s = 31 * 86_400
    two.he(*stays(day_s - 300, day_s, 50.0))
    two.she(*stays(day_s - 300, day_s))
    assert [one["status"] for one in two.nearnesses()] == ["closed", "open"]
    remove_positions(two.field.shared)
    assert two.field.count(NearnessRecord) == 2 and two.field.count(NearnessRevision) >= 0
