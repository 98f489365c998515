from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.alerts.models import Alert
from registry.enforcement.procedure.custody import custody
from registry.enforcement.procedure.rules import Frame
from registry.enforcement.watch import watch_custody
from registry.law import load
from tests.enforcement.conftest import fact, instant
from tests.enforcement.test_rules_clocks import START, VV, event

LAW = load()


def held(frame, *events):
    return custody(frame, events, LAW)


def hours(found):
    return ((found.limit_at - START) / timedelta(hours=1), (found.alarm_at - START) / timedelta(hours=1))


def test_the_alarm_comes_long_before_the_term_and_also_when_nobody_filed():
    assert hours(held(VV, event("arrest", 0))) == (72, 36)
    assert held(VV, event("arrest", 0)).source == ""
    filed = held(VV, event("arrest", 0), event("filing", 20))
    assert (hours(filed), filed.source) == ((92, 46), "art. 6:6:20 lid 3 Sv")


@pytest.mark.parametrize(
    "over",
    [
        event("release", 5),
        event("examining_judge_decision", 5, decision="refused"),
        event("examining_judge_decision", 5, decision="granted"),
        event("prosecutor_decision", 5, decision="no_action"),
    ],
)
def test_a_release_or_a_decision_ends_it(over):
    assert held(VV, event("arrest", 0), event("filing", 1), over) is None
    assert held(VV) is None


def test_a_second_arrest_begins_anew():
    found = held(VV, event("arrest", 0), event("release", 5), event("arrest", 100))
    assert hours(found) == (172, 136)


def test_a_crime_is_held_to_its_shortest_running_term_and_no_alarm_comes_at_once():
    frame = Frame("GDA", VV.on, "b")
    first = held(frame, event("arrest", 0))
    assert hours(first) == (9, 6.75)
    later = held(frame, event("arrest", 0), event("prosecutor_decision", 6, decision="custody"))
    assert hours(later) == (78, 39)


def test_where_no_judge_decides_nothing_is_watched():
    assert held(Frame("CIV", VV.on), event("arrest", 0)) is None
    assert held(Frame("PP", VV.on), event("arrest", 0)) is None


def alarms(shared):
    with shared.database.reading() as session:
        rows = session.scalars(select(Alert).where(Alert.alert_class == "custody_undecided").order_by(Alert.id))
        return [(one.priority, one.closed_at is None, one.police_org_id, one.partner_org_id) for one in rows]


def test_who_is_held_without_a_decision_is_an_alarm_of_police_and_prosecution_until_it_is_decided(chain, shared, clock):
    started = chain.proceeding("VV", fact("arrest", instant(clock.at)))
    other = chain.proceeding("VV", fact("arrest", instant(clock.at)), number="CJIB-2026-000999")
    chain.record(other, fact("release", instant(clock.at)))
    clock.forward(hours=35)
    watch_custody(shared)
    assert alarms(shared) == []
    assert started["custody"]["limitAt"] == "2026-11-26T12:00:00Z" and started["custody"]["source"] is None
    clock.forward(hours=2)
    for _ in range(2):
        watch_custody(shared)
    assert alarms(shared) == [(1, True, chain.police.organisation_id, None)]
    filed = chain.record(started, fact("filing", instant(clock.at), demand="custody")).json
    assert filed["custody"]["source"] == "art. 6:6:20 lid 3 Sv"
    assert [one[1] for one in alarms(shared)] == [False]
    clock.forward(hours=40)
    watch_custody(shared)
    assert [one[1] for one in alarms(shared)] == [False, True]
    decided = chain.record(started, fact("examining_judge_decision", instant(clock.at), decision="refused")).json
    assert decided["custody"] is None
    watch_custody(shared)
    assert [one[1] for one in alarms(shared)] == [False, False]


def test_who_is_held_for_ignoring_an_order_of_the_police_is_an_alarm_within_the_hours_for_any_suspect():
    """Which offence it is, is not confirmed; how long a suspect may be held for questioning does not depend on that."""
    frame = Frame("EPO_IN", VV.on)
    ordered, arrested = event("compliance_order", -1), event("arrest", 0)
    found = held(frame, ordered, arrested)
    assert (hours(found), found.source) == ((6, 4.5), "art. 56a lid 2 Sv")
    for over in (event("release", 2), event("prosecutor_decision", 2, decision="prosecute")):
        assert held(frame, ordered, arrested, over) is None
    assert held(frame, ordered) is None
