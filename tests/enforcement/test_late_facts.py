from itertools import permutations

import pytest
from icalendar import Calendar

from registry.enforcement.daylists.sending import send_daylists
from registry.enforcement.procedure.clocks import ClockState, clocks
from registry.enforcement.procedure.irregular import irregularities
from registry.enforcement.procedure.rules import Frame
from registry.enforcement.watch import watch_deadlines
from registry.outbox.delivery import position_events
from tests.enforcement.conftest import after, fact, instant, on
from tests.enforcement.test_rules_clocks import LAW, START, VV, event

DAY = 24
SVH, TBS, CRIME = Frame("SVH", VV.on), Frame("TBSB", VV.on), Frame("GDA", VV.on, "b")
DECIDED = [event("arrest", 0), event("filing", 1), event("examining_judge_decision", 50)]

LATE = [
    # Which fact came too late, by which term, after what, and the article it offends.
    (VV, "T04", [event("arrest", 0)], event("filing", 24 * DAY), "after_limit", "art. 6:6:20 lid 2 Sv"),
    (VV, "T04", [event("arrest", 0)], event("release", 80), "after_limit", "art. 6:6:20 lid 2 Sv"),
    (SVH, "T04-SVH", [event("arrest", 0)], event("filing", 24 * DAY), "after_limit", "art. 84 lid 2 Sv"),
    (VV, "T41", DECIDED[:1], event("notification", 73, to="prosecution"), "after_limit", "art. 6:3:15 lid 2 Sv"),
    (VV, "T41-M", DECIDED[:1], event("notification", 73, to="minister"), "after_limit", "art. 6:3:15 lid 4 Sv"),
    (VV, "T39", [], event("probation_report", 73, aware_at=START.isoformat()), "after_limit", "art. 6:3:14 lid 4 Sv"),
    (VV, "T01", DECIDED[:2], event("examining_judge_decision", 74), "late", "art. 6:6:20 lid 3 Sv"),
    (SVH, "T03", DECIDED[:2], event("examining_judge_decision", 50), "late", "art. 84 lid 2 Sv"),
    (VV, "T05", [*DECIDED, event("receipt", 2)], event("hearing_held", 40 * DAY), "late", "art. 6:6:21 lid 4 Sv"),
    (TBS, "T29", [event("receipt", 1)], event("hearing_held", 70 * DAY), "late", "art. 6:6:13 lid 1 Sv"),
    (CRIME, "T44", [event("arrest", 0)], event("examining_judge_decision", 91), "late", "art. 59a lid 1 Sv"),
]  # fmt: skip


@pytest.mark.parametrize(("frame", "term", "before", "fact", "code", "source"), LATE, ids=lambda one: str(one)[:12])
def test_what_closes_a_term_too_late_is_named_with_its_article_in_any_order(frame, term, before, fact, code, source):
    for events in permutations([*before, fact]):
        states = {one.term.id: one.state for one in clocks(frame, events, LAW)}
        assert states[term] is ClockState.MET_LATE
        found = irregularities(frame, events, LAW)
        assert (code, fact.id, source) in [(one.code, one.event_id, one.source) for one in found]


def test_on_the_last_moment_it_is_in_time_and_without_a_limit_nothing_is_called_late():
    for term, closing in (("T04", event("filing", 72)), ("T41-M", event("notification", 72, to="minister"))):
        events = [event("arrest", 0), closing]
        assert {one.term.id: one.state for one in clocks(VV, events, LAW)}[term] is ClockState.MET
        assert irregularities(VV, events, LAW) == ()
    advised = [event("probation_report", 0), event("advice", 300 * DAY)]
    assert [(one.term.id, one.state) for one in clocks(VV, advised, LAW)] == [("T40", ClockState.MET)]


def test_an_end_after_the_limit_leaves_the_demand_missed_and_before_it_lapsed():
    for hours, state in ((71, ClockState.LAPSED), (24 * DAY, ClockState.MISSED)):
        events = [event("arrest", 0), event("prosecutor_decision", hours, decision="warning")]
        states = {one.term.id: one.state for one in clocks(VV, events, LAW)}
        assert (states["T04"], states["T41-M"]) == (state, state)


def test_a_term_that_had_passed_before_another_took_its_place_stays_missed():
    decision, demand = event("prosecutor_decision", 0, decision="execution"), event("filing", 46 * DAY)
    for hours, state in ((44 * DAY, ClockState.SUPERSEDED), (47 * DAY, ClockState.MISSED)):
        events = [decision, demand, event("receipt", 46 * DAY), event("examining_judge_decision", hours)]
        held = event("hearing_held", 50 * DAY)
        for told in (events, [*events, held]):
            assert {one.term.id: one.state for one in clocks(VV, told, LAW)}["T06"] is state
    receipt, judged = event("receipt", 0), event("examining_judge_decision", 70 * DAY)
    found = irregularities(TBS, [receipt, judged, event("hearing_set", 71 * DAY)], LAW)
    assert ("late", "art. 6:6:13 lid 1 Sv") in [(one.code, one.source) for one in found]


def test_a_hearing_under_the_term_that_took_over_is_not_measured_by_the_former():
    events = [
        event("prosecutor_decision", 0, decision="execution"),
        event("examining_judge_decision", 3 * DAY),
        event("receipt", 30 * DAY),
        event("hearing_set", 31 * DAY, hearing_at="2027-01-10T10:00:00Z"),
        event("hearing_held", 51 * DAY),
    ]
    found = {one.term.id: one.state for one in clocks(VV, events, LAW)}
    assert (found["T05"], found["T06"]) == (ClockState.MET, ClockState.SUPERSEDED)
    assert not {"late", "planned_late"} & {one.code for one in irregularities(VV, events, LAW)}


@pytest.fixture
def long_ago(chain, clock):
    """An arrest of 24 days ago that nobody filed on, with an arrest of today beside it."""
    arrested_at = clock.at
    clock.forward(days=24)
    began = fact("prosecutor_decision", instant(arrested_at), decision="arrest")
    started = chain.proceeding("VV", first=began)
    chain.proceeding("VV", number="CJIB-2026-000124")
    return started, fact("arrest", instant(arrested_at)), fact("filing", instant(clock.at), demand="custody")


@pytest.mark.parametrize("turned", [False, True], ids=["as it happened", "the demand first"])
def test_a_demand_24_days_after_the_arrest_is_kept_as_late_wherever_it_is_shown(chain, shared, clock, long_ago, turned):
    started, arrest, demand = long_ago
    shown = after(chain, started, *((demand, arrest) if turned else (arrest, demand)))
    term = on(shown, "T04")
    assert (term["state"], term["dueAt"], term["limitAt"]) == ("met_late", None, "2026-11-26T12:00:00Z")
    assert any("uiterste moment" in one for one in term["steps"])
    late = [one for one in shown["irregularities"] if one["code"] == "after_limit"]
    assert {(one["eventId"], one["source"]) for one in late} == {
        (term["stopEvent"]["id"], "art. 6:6:20 lid 2 Sv"),
        (on(shown, "T41")["stopEvent"]["id"], "art. 6:3:15 lid 2 Sv"),
    }
    listed = chain.prosecution.get("/v1/deadlines?state=met_late").json["deadlines"]
    assert {one["id"] for one in listed} == {term["id"], on(shown, "T41")["id"]}
    (whole,) = [
        one
        for one in chain.prosecution.get("/v1/lead-times?from=2026-12&until=2026-12").json["leadTimes"]
        if (one["milestone"], one["unit"]) == ("demand", None)
    ]
    assert (whole["judged"], whole["inTime"], whole["shareInTime"]) == (1, 0, 0)


def test_a_demand_that_does_not_come_is_missed_past_its_limit_in_the_list_the_calendar_and_the_list_of_the_day(
    chain, shared, clock, long_ago
):
    started, arrest, _ = long_ago
    term = on(after(chain, started, arrest), "T04")
    assert term["state"] == "missed"
    missed = chain.prosecution.get("/v1/deadlines?state=missed").json["deadlines"]
    assert {(one["rule"], one["proceedingId"]) for one in missed} == {
        (rule, started["id"]) for rule in ("T04", "T41", "T41-M")
    }
    assert len(chain.prosecution.get("/v1/deadlines?state=open").json["deadlines"]) == 3
    calendar = Calendar.from_ical(chain.prosecution.get("/v1/deadlines/calendar").data)
    (entry,) = [one for one in calendar.walk("VEVENT") if term["id"] in one["uid"]]
    assert "missed" in entry["categories"].to_ical().decode()
    watch_deadlines(shared)
    told = news(chain.prosecution, shared, clock, "deadline.missed")
    assert {(one["rule"], one["stage"], one["status"]) for one in told} == {
        (rule, "limit", "missed") for rule in ("T04", "T41", "T41-M")
    }
    clock.forward(hours=19)
    send_daylists(shared)
    (day,) = news(chain.prosecution, shared, clock, "daylist.made")
    assert (day["running"], day["overdue"]) == (2, 1)
    assert [(one["rule"], one["status"]) for one in day["entries"]] == [("T04", "missed"), ("T04", "open")]


def news(caller, shared, clock, kind):
    position_events(shared.database, clock.now())
    found = caller.get(f"/v1/events?types=nl.beschermingsbevel.{kind}.*").json["events"]
    return [one["data"] for one in found]
