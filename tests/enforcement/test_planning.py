from datetime import date, datetime, timedelta

import pytest

from registry.enforcement.procedure.events import Event, EventKind
from registry.enforcement.procedure.irregular import irregularities
from registry.enforcement.procedure.planning import next_steps, objections
from registry.enforcement.procedure.rules import Frame
from registry.enforcement.procedure.table import load as procedures
from registry.law import load
from registry.law.rules import RegimeCode
from tests.enforcement.test_rules_clocks import HELD, START, VV, event

LAW = load()


def refused(frame, events, kind, hours=100, **details):
    planned = Event(EventKind(kind), START + timedelta(hours=hours), "planned", details)
    return [(one.code, one.source) for one in objections(frame, events, planned, LAW)]


@pytest.mark.parametrize(
    ("regime", "kind", "details", "source"),
    [
        ("VBM", "filing", {"demand": "execution"}, "art. 6:6:20 lid 1 onder b Sv"),
        ("VBM", "hearing_set", {"hearing_at": "2026-12-01T10:00:00Z"}, "art. 6:6:20 lid 1 onder b Sv"),
        ("VI", "filing", {"demand": "custody"}, "art. 6:2:13a Sv"),
        ("SVH", "prosecutor_decision", {"decision": "revoke"}, "art. 82 Sv"),
        ("BGM", "prosecutor_decision", {"decision": "custody"}, "art. 58, 67 lid 1 Sv"),
        ("CIV", "arrest", {}, "art. 6:162 BW"),
        ("EPO_IN", "prosecutor_decision", {"decision": "arrest"}, "art. 5.8.7 lid 1 Sv"),
        ("VV", "detention_executed", {"days": "14"}, "art. 38w Sr"),
        ("HV", "receipt", {}, None),
    ],
)
def test_a_planned_step_that_the_law_does_not_know_there_is_refused_with_the_article(regime, kind, details, source):
    found = refused(Frame(regime, VV.on), [event("arrest", 0)], kind, **details)
    assert found == ([("not_allowed", source)] if source else [("not_yet", "gewone strafzaak")])


def test_a_step_is_refused_until_the_one_before_it_was_taken():
    assert refused(VV, [], "filing", demand="custody") == [("not_yet", "art. 6:6:20 lid 2 Sv")]
    assert refused(VV, [event("arrest", 0)], "filing", hours=1, demand="custody") == []
    assert refused(VV, HELD, "examining_judge_decision", hours=20, decision="granted") == []


def test_a_plan_after_the_end_of_a_hard_term_is_refused_and_one_in_the_arguable_days_is_not():
    events = [*HELD, event("receipt", 3), event("examining_judge_decision", 50, decision="granted")]
    hearings = {day: f"2026-12-{day}T10:00:00+01:00" for day in (18, 21, 22)}
    found = {day: refused(VV, events, "hearing_set", hearing_at=at) for day, at in hearings.items()}
    assert found == {18: [], 21: [], 22: [("too_late", "art. 6:6:21 lid 4 Sv")]}
    late = refused(VV, HELD, "examining_judge_decision", hours=75, decision="granted")
    assert late == [("too_late", "art. 6:6:20 lid 3 Sv")]


def test_an_appeal_after_its_term_or_where_there_is_none_is_refused():
    frame = Frame("VBM", VV.on)
    events = [*HELD, event("examining_judge_decision", 50, decision="granted"), event("service", 60)]
    appeal = {"demand": "appeal", "party": "subject"}
    assert refused(frame, events, "filing", hours=200, **appeal) == []
    assert refused(frame, events, "filing", hours=24 * 30, **appeal) == [
        ("too_late", "art. 6:6:22 lid 1 onder a en lid 3 jo. 6:6:15 lid 2 Sv")
    ]
    heard = [*HELD, event("receipt", 3), event("hearing_held", 400, outcome="execution")]
    joined = [*HELD, event("receipt", 3), event("hearing_held", 400, outcome="execution", with_new_offence="true")]
    assert refused(VV, heard, "filing", hours=450, **appeal) == [("no_remedy", "art. 6:6:7, 6:6:22 lid 1 onder b Sv")]
    assert refused(VV, joined, "filing", hours=450, **appeal) == []


def test_an_outcome_that_the_regime_does_not_have_and_a_step_after_the_end_are_refused():
    events = [*HELD, event("receipt", 3)]
    assert refused(VV, events, "hearing_held", outcome="acquitted")[0][0] == "outcome_unknown"
    ended = [*events, event("hearing_held", 90, outcome="refused")]
    assert ("ended", "art. 6:6:4 Sv") in refused(VV, ended, "hearing_set", hearing_at="2026-12-01T10:00:00Z")
    assert refused(VV, ended, "service", of="decision") == []


def test_a_step_that_can_be_taken_once_is_not_planned_again():
    events = [*HELD, event("examining_judge_decision", 50, decision="refused")]
    assert ("taken", "art. 6:6:20 lid 3 Sv") in refused(VV, events, "examining_judge_decision", decision="refused")
    twice = [*HELD, event("examining_judge_decision", 50, decision="refused")]
    assert refused(Frame("TBSB", VV.on), twice, "examining_judge_decision", hours=60, decision="granted") == []


def test_where_no_procedure_is_known_nothing_is_refused():
    assert refused(Frame("GRA", VV.on), [], "filing", demand="execution") == []


def test_what_happened_is_never_refused_and_named_with_what_it_goes_against():
    early = [event("filing", 1, demand="custody"), event("arrest", 5)]
    assert [(one.code, one.source) for one in irregularities(VV, early, LAW)] == [("too_early", "art. 6:6:20 lid 2 Sv")]
    foreign = irregularities(Frame("VBM", VV.on), [event("hearing_held", 5, outcome="execution")], LAW)
    assert [(one.code, one.source) for one in foreign] == [("unexpected", "art. 6:6:20 lid 1 onder b Sv")]
    odd = irregularities(VV, [*HELD, event("receipt", 3), event("hearing_held", 9, outcome="acquitted")], LAW)
    assert [one.code for one in odd] == ["unexpected_outcome"]


def test_what_can_follow_says_who_acts_on_which_article():
    first = {one.step.code: one for one in next_steps(VV, [event("arrest", 0)])}
    assert {"demand_custody", "notified_om", "notified_minister", "release"} <= first.keys()
    assert not {"judge_grants", "hearing_set", "appeal_subject"} & first.keys()
    assert (first["demand_custody"].actors, first["demand_custody"].source) == (
        ("prosecution",),
        "art. 6:6:20 lid 2 Sv",
    )
    decided = {
        one.step.code for one in next_steps(VV, [*HELD, event("examining_judge_decision", 9, decision="granted")])
    }
    assert {"provisional_lifted", "receipt"} <= decided and "judge_refuses" not in decided
    over = [*HELD, event("prosecutor_decision", 9, decision="no_action")]
    assert {one.step.code for one in next_steps(VV, over)} == {"notified_om", "notified_minister", "release"}


@pytest.mark.parametrize("code", RegimeCode)
def test_whatever_can_follow_can_be_planned(code):
    for judged_on in (None, date(2021, 1, 1)):
        frame = Frame(code, VV.on, "b", judged_on)
        for events in ([], [event("arrest", 0)], [*HELD, event("receipt", 3)]):
            for one in next_steps(frame, events):
                details = {"decided_by": next(iter(one.step.decided_by), "")} | {"party": one.step.party}
                told = next((value for value in one.step.values if value), None)
                if told:
                    details[
                        {"filing": "demand", "service": "of", "notification": "to"}.get(
                            one.step.kind, "outcome" if one.step.kind == "hearing_held" else "decision"
                        )
                    ] = told
                if one.options:
                    details["outcome"] = one.options[0]
                planned = Event(one.step.kind, START + timedelta(hours=4), "p", {k: v for k, v in details.items() if v})
                assert objections(frame, events, planned, LAW) == [], (code, one.step.code)


def test_the_start_of_the_table_is_what_the_code_takes():
    opening = {path.step for row in procedures().rows for path in row.path if not path.after}
    assert {"arrest", "probation_report", "compliance_order", "authority_decision"} <= opening
    assert isinstance(START, datetime)
