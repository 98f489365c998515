from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.enforcement.procedure.clocks import ClockState, clocks, ended_by
from registry.enforcement.procedure.events import Event, EventKind
from registry.enforcement.procedure.irregular import irregularities
from registry.enforcement.procedure.rules import Frame
from registry.law import load
from registry.law.rules import RegimeCode
from registry.law.terms import steps_nl

LAW = load()
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
VV = Frame("VV", date(2026, 11, 20))


def event(kind, hours, **details):
    return Event(EventKind(kind), START + timedelta(hours=hours), f"{kind}@{hours}", details)


HELD = [event("arrest", 0), event("filing", 2)]


def states(frame, *events):
    return {clock.term.id: clock.state for clock in clocks(frame, events, LAW)}


def clock(frame, term, *events):
    return next(each for each in clocks(frame, events, LAW) if each.term.id == term)


def test_an_arrest_starts_only_what_must_be_done_without_delay():
    running = clocks(VV, [event("arrest", 0)], LAW)
    assert {each.term.id for each in running} == {"T04", "T41", "T41-M"}
    assert all(each.computed.due_at is None and each.state is ClockState.OPEN for each in running)
    assert not any(each.overdue(START + timedelta(hours=72)) for each in running)
    assert all(each.overdue(START + timedelta(hours=72, seconds=1)) for each in running)


def test_the_examining_judge_has_three_days_from_the_filing_not_from_the_arrest():
    running = clock(VV, "T01", event("arrest", 0), event("filing", 20))
    assert running.computed.due_at == START + timedelta(hours=92)
    assert running.start.id == "filing@20"
    assert not running.overdue(START + timedelta(hours=92))
    assert running.overdue(START + timedelta(hours=92, seconds=1))


def test_before_2020_the_examining_judge_had_three_days_from_the_arrest():
    running = clock(Frame("VV", date(2019, 12, 1)), "T01-old", event("arrest", 0), event("filing", 20))
    assert running.computed.due_at == START + timedelta(hours=72)


def test_the_hearing_term_runs_from_the_receipt_and_only_once_the_examining_judge_has_decided():
    before = [event("prosecutor_decision", 1), event("filing", 2), event("receipt", 3)]
    assert "T05" not in states(VV, *before)
    assert states(VV, *before)["T06"] is ClockState.OPEN
    for decision in ("granted", "refused"):
        after = [*before, event("examining_judge_decision", 50, decision=decision)]
        assert states(VV, *after)["T06"] is ClockState.SUPERSEDED
        running = clock(VV, "T05", *after)
        assert running.start.kind is EventKind.RECEIPT
        assert running.computed.due_on == date(2026, 12, 20)
        assert running.computed.alternative_due_on == date(2026, 12, 21)


def test_a_decision_without_a_recorded_receipt_is_shown_as_a_term_whose_start_is_missing():
    events = [event("arrest", 0), event("filing", 2), event("examining_judge_decision", 50)]
    assert [each.code for each in irregularities(VV, events, LAW)] == ["start_missing"]
    assert irregularities(VV, [*events, event("receipt", 3)], LAW) == ()


def test_an_adjourned_hearing_keeps_the_clock_running():
    events = [event("receipt", 3), event("examining_judge_decision", 50), event("hearing_set", 60)]
    for adjourned in (event("hearing_adjourned", 200), event("hearing_held", 200, outcome="adjourned")):
        assert states(VV, *events, adjourned)["T05"] is ClockState.OPEN
        assert ended_by(VV, [*events, adjourned]) is None


def test_the_hearing_stops_the_term_and_its_outcome_ends_the_proceeding():
    events = [event("receipt", 3), event("examining_judge_decision", 50)]
    held = event("hearing_held", 400)
    assert states(VV, *events, held)["T05"] is ClockState.MET
    assert ended_by(VV, [*events, held]) is None
    decided = event("hearing_held", 400, outcome="execution")
    assert ended_by(VV, [*events, decided]) == decided
    assert ended_by(VV, [*events, held, event("outcome", 500)]).kind is EventKind.OUTCOME


def test_what_came_late_is_recorded_with_the_article_it_goes_against():
    late = clock(VV, "T01", event("filing", 0), event("examining_judge_decision", 73))
    assert late.state is ClockState.MET_LATE
    assert late.offends == "art. 6:6:20 lid 3 Sv"
    facts = [event("arrest", 0), event("filing", 0), event("examining_judge_decision", 73), event("receipt", 1)]
    found = irregularities(VV, facts, LAW)
    assert [(each.code, each.event_id, each.source) for each in found] == [
        ("late", "examining_judge_decision@73", "art. 6:6:20 lid 3 Sv")
    ]
    in_time = clock(VV, "T01", event("filing", 0), event("examining_judge_decision", 72))
    assert (in_time.state, in_time.offends) == (ClockState.MET, None)


def test_a_hearing_set_after_its_term_is_named_and_within_it_is_not():
    events = [*HELD, event("receipt", 3), event("examining_judge_decision", 50)]
    fine = event("hearing_set", 60, hearing_at="2026-12-18T10:00:00+01:00")
    late = event("hearing_set", 61, hearing_at="2026-12-22T10:00:00+01:00")
    assert irregularities(VV, [*events, fine], LAW) == ()
    assert [(each.code, each.event_id) for each in irregularities(VV, [*events, fine, late], LAW)] == [
        ("planned_late", late.id)
    ]


def test_a_hearing_in_the_arguable_days_is_called_that():
    events = [*HELD, event("receipt", 3), event("examining_judge_decision", 50), event("hearing_held", 24 * 31)]
    assert [each.code for each in irregularities(VV, events, LAW)] == ["late_arguable"]


def test_electronic_monitoring_adds_the_norm_of_the_prosecution():
    assert "T07" not in states(VV, event("filing", 0))
    assert "T07" in states(Frame("VV", VV.on, monitored=True), event("filing", 0))


@pytest.mark.parametrize("code", ["VBM", "GVM", "GBM"])
def test_a_measure_ends_at_the_examining_judge_and_each_party_has_its_own_appeal_term(code):
    frame = Frame(code, VV.on)
    events = [event("arrest", 0), event("filing", 5), event("examining_judge_decision", 50)]
    assert ended_by(frame, events).kind is EventKind.EXAMINING_JUDGE_DECISION
    assert states(frame, *events)["T10-OM"] is ClockState.OPEN
    assert "T10-V" not in states(frame, *events)
    events.append(event("service", 100))
    subject = clock(frame, "T10-V", *events)
    assert (subject.state, subject.computed.due_on) == (ClockState.OPEN, date(2026, 12, 8))
    events.append(event("filing", 120, demand="appeal", party="subject"))
    after = states(frame, *events)
    assert (after["T10-V"], after["T10-OM"], after["T01"]) == (ClockState.MET, ClockState.OPEN, ClockState.MET)


def test_papers_served_before_the_decision_start_no_appeal_term():
    frame = Frame("VBM", VV.on)
    events = [event("service", 1, of="decision"), event("filing", 5), event("examining_judge_decision", 50)]
    assert "T10-V" not in states(frame, *events)
    assert "T10-V" not in states(frame, *events, event("service", 60, of="summons"))


def test_a_suspension_gives_the_judge_twice_24_hours_and_ends_with_his_decision():
    frame = Frame("SVH", VV.on)
    events = [event("arrest", 0), event("filing", 10)]
    assert clock(frame, "T03", *events).computed.due_at == START + timedelta(hours=58)
    assert ended_by(frame, events) is None
    for kind in ("examining_judge_decision", "outcome"):
        decided = [*events, event(kind, 40)]
        assert ended_by(frame, decided).kind == kind
        after = states(frame, *decided, event("service", 41))
        assert (after["T03"], after["T13"], after["T14"]) == (ClockState.MET, ClockState.OPEN, ClockState.OPEN)


@pytest.mark.parametrize(
    ("code", "ground", "terms"),
    [
        ("GDA", "b", {"T42", "T44"}),
        ("GDA", "a", {"T42-6"}),
        ("GDA", None, {"T42-6", "T44"}),
        ("HV", None, {"T42", "T44"}),
        ("BGM", None, {"T42-6"}),
        ("CIV", None, set()),
        ("SEP", None, {"T41", "T41-M"}),
    ],
)
def test_an_arrest_for_a_crime_starts_the_clocks_of_a_new_case(code, ground, terms):
    assert set(states(Frame(code, VV.on, ground), event("arrest", 0))) == terms


def test_custody_of_a_new_case_lasts_three_days_and_the_case_ends_with_its_outcome():
    frame = Frame("GDA", VV.on, "b")
    events = [event("arrest", 0), event("prosecutor_decision", 6, decision="custody")]
    assert clock(frame, "T43", *events).computed.due_at == START + timedelta(hours=78)
    assert clock(frame, "T44", *events).computed.due_at == START + timedelta(hours=90)
    assert states(frame, *events)["T42"] is ClockState.MET
    assert ended_by(frame, events) is None
    assert ended_by(frame, [*events, event("outcome", 900)]).kind is EventKind.OUTCOME


def test_holding_counts_from_being_brought_in_and_says_so_when_that_is_unknown():
    frame = Frame("GDA", VV.on, "b")
    known = clock(frame, "T42", event("arrest", 0, brought_before_at="2026-11-20T15:00:00+01:00"))
    assert known.computed.due_at == datetime(2026, 11, 20, 23, tzinfo=UTC)
    for text in ("", "gisteren", "2026-11-20T15:00:00"):
        assumed = clock(frame, "T42", event("arrest", 0, brought_before_at=text))
        assert assumed.computed.due_at == START + timedelta(hours=9)
        assert "niet vastgelegd" in steps_nl(assumed.computed.steps, assumed.term.source)[0]


def test_a_release_is_revoked_by_the_prosecutor_and_objected_to_within_two_weeks_of_service():
    frame = Frame("VI", VV.on)
    events = [event("arrest", 0), event("prosecutor_decision", 1, decision="arrest")]
    assert ended_by(frame, events) is None
    events += [event("prosecutor_decision", 30, decision="revoke"), event("service", 40)]
    assert ended_by(frame, events).id == "prosecutor_decision@30"
    assert clock(frame, "T25", *events).computed.due_on == date(2026, 12, 7)
    assert states(frame, *events, event("filing", 90, demand="objection"))["T25"] is ClockState.MET


def test_a_release_under_a_judgment_from_before_july_2021_follows_the_old_scheme():
    frame = Frame("VI", VV.on, decided_on=date(2021, 6, 30))
    assert ended_by(frame, [event("prosecutor_decision", 30, decision="revoke")]) is None
    assert ended_by(frame, [event("hearing_held", 90, outcome="revoked")]) is not None


def test_the_court_has_one_month_after_a_provisional_measure_and_two_without():
    frame = Frame("TBSB", VV.on)
    events = [event("filing", 0), event("receipt", 1)]
    assert clock(frame, "T29", *events).computed.due_on == date(2027, 1, 19)
    events.append(event("examining_judge_decision", 40))
    assert clock(frame, "T29-RC", *events).computed.due_on == date(2026, 12, 20)
    assert states(frame, *events)["T29"] is ClockState.SUPERSEDED


@pytest.mark.parametrize("decision", ["no_action", "warning"])
@pytest.mark.parametrize("code", RegimeCode)
def test_the_prosecutor_may_leave_it_at_that_in_any_regime(code, decision):
    frame = Frame(code, VV.on)
    events = [event("arrest", 0), event("prosecutor_decision", 3, decision=decision)]
    assert ended_by(frame, events) == events[1]
    assert ClockState.OPEN not in states(frame, *events).values()


def test_the_end_lets_open_terms_lapse_and_shows_those_that_had_passed():
    assert states(VV, event("filing", 0), event("outcome", 50))["T01"] is ClockState.LAPSED
    missed = clock(VV, "T01", event("filing", 0), event("outcome", 100))
    assert (missed.state, missed.offends) == (ClockState.MISSED, "art. 6:6:20 lid 3 Sv")


def test_a_step_foreign_to_the_regime_is_named_and_kept():
    found = irregularities(Frame("VBM", VV.on), [event("hearing_held", 5)], LAW)
    assert [(each.code, each.event_id) for each in found] == [("unexpected", "hearing_held@5")]


def test_no_events_give_no_clocks_and_an_unknown_regime_is_refused():
    assert clocks(VV, [], LAW) == ()
    assert ended_by(VV, []) is None
    with pytest.raises(LookupError):
        clocks(Frame("XX", VV.on), [], LAW)


DETAILS = st.dictionaries(
    st.sampled_from(["demand", "decision", "outcome", "of", "party", "brought_before_at", "hearing_at"]),
    st.sampled_from(["", "appeal", "custody", "revoke", "no_action", "refused", "subject", "2026-11-25T10:00:00Z"]),
    max_size=3,
)
EVENTS = st.lists(
    st.builds(
        Event,
        kind=st.sampled_from(EventKind),
        occurred_at=st.integers(0, 60 * 24).map(lambda hours: START + timedelta(hours=hours)),
        id=st.uuids().map(str),
        details=DETAILS,
    ),
    max_size=8,
    unique_by=lambda each: each.id,
)
FRAMES = st.builds(
    Frame,
    regime=st.sampled_from([code.value for code in RegimeCode]),
    on=st.sampled_from([date(2019, 6, 1), VV.on]),
    ground=st.sampled_from([None, "a", "b"]),
    decided_on=st.sampled_from([None, date(2021, 1, 1)]),
    monitored=st.booleans(),
)


@given(FRAMES, EVENTS, st.randoms())
def test_the_order_of_recording_and_recording_twice_change_nothing(frame, events, random):
    shuffled = events + events[:3]
    random.shuffle(shuffled)
    assert clocks(frame, shuffled, LAW) == clocks(frame, events, LAW)
    assert ended_by(frame, shuffled) == ended_by(frame, events)
    assert irregularities(frame, shuffled, LAW) == irregularities(frame, events, LAW)


@given(FRAMES, EVENTS)
def test_every_clock_has_its_own_name_a_source_and_steps(frame, events):
    running = clocks(frame, events, LAW)
    assert len({each.key for each in running}) == len(running)
    assert all(each.term.source and steps_nl(each.computed.steps, each.term.source) for each in running)
    assert all(each.stop is None or each.stop.occurred_at >= each.start.occurred_at for each in running)


@given(FRAMES, EVENTS)
def test_an_adjournment_never_changes_a_clock(frame, events):
    without = [each for each in events if each.kind is not EventKind.HEARING_ADJOURNED]
    assert clocks(frame, without, LAW) == clocks(frame, events, LAW)
