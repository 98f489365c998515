from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from registry.enforcement.models import ProceedingEvent
from registry.law.rules import RegimeCode
from registry.outbox.models import Event
from tests.enforcement.conftest import after, fact, on, status_of
from tests.orders.orders import area_ban
from tests.world import NOW


def test_a_suspended_sentence_is_followed_from_the_arrest_to_the_hearing(chain, clock):
    clock.at = datetime(2026, 3, 27, 12, tzinfo=UTC)
    started = chain.proceeding("VV", fact("arrest", "2026-03-27T10:00:00Z"))
    assert {one["rule"] for one in started["deadlines"]} == {"T04", "T41", "T41-M"}
    assert on(started, "T04")["dueAt"] is None
    assert "onverwijld" in on(started, "T04")["steps"][1]
    clock.at = datetime(2026, 5, 1, tzinfo=UTC)
    filed = after(chain, started, fact("filing", "2026-03-28T10:00:00+01:00", demand="custody"))
    assert on(filed, "T04")["state"] == "met"
    term = on(filed, "T01")
    assert (term["dueAt"], term["source"], term["state"]) == ("2026-03-31T09:00:00Z", "art. 6:6:20 lid 3 Sv", "missed")
    assert term["startEvent"]["kind"] == "filing"
    decided = after(chain, started, fact("examining_judge_decision", "2026-03-31T11:00:00+02:00", decision="granted"))
    assert on(decided, "T01")["state"] == "met"
    assert [one["code"] for one in decided["irregularities"]] == ["start_missing"]
    received = after(chain, started, fact("receipt", "2026-03-30T09:00:00Z"))
    hearing = on(received, "T05")
    assert (hearing["dueOn"], hearing["alternativeDueOn"]) == ("2026-04-29", None)
    assert received["irregularities"] == []
    planned = fact("hearing_set", "2026-04-01T09:00:00Z", hearingAt="2026-04-20T10:00:00Z")
    adjourned = fact("hearing_adjourned", "2026-04-20T10:00:00Z")
    kept = after(chain, started, planned, adjourned)
    assert on(kept, "T05")["dueOn"] == "2026-04-29"
    assert kept["endedAt"] is None
    held = after(chain, started, fact("hearing_held", "2026-04-28T10:00:00Z", outcome="execution"))
    assert on(held, "T05")["state"] == "met"
    assert (held["endedAt"], held["events"][-1]["id"]) == ("2026-04-28T10:00:00Z", held["endedBy"])


@pytest.mark.parametrize(
    ("received_at", "due_on", "alternative_on"),
    [
        ("2025-11-25T09:00:00Z", "2025-12-25", "2025-12-29"),
        ("2020-01-10T09:00:00Z", "2020-02-09", "2020-02-10"),
    ],
)
def test_the_hearing_term_shows_the_day_that_is_safe_and_the_one_that_is_arguable(
    chain, received_at, due_on, alternative_on
):
    since = {"decided_on": date(2019, 1, 1), "starts_on": date(2019, 1, 1)}
    started = chain.proceeding("VV", fact("arrest", received_at), **since)
    decided = fact("examining_judge_decision", received_at, decision="refused")
    term = on(after(chain, started, decided, fact("receipt", received_at)), "T05")
    assert (term["dueOn"], term["alternativeDueOn"]) == (due_on, alternative_on)
    assert any("is te betwisten" in step for step in term["steps"])


def test_a_judge_has_twice_24_hours_across_the_change_of_the_clock(chain):
    started = chain.proceeding("SVH", fact("arrest", "2025-10-24T08:00:00Z"))
    filed = after(chain, started, fact("filing", "2025-10-24T16:30:00+02:00"))
    assert on(filed, "T03")["dueAt"] == "2025-10-26T14:30:00Z"


@pytest.mark.parametrize(
    ("served_on", "last_on"),
    [("2026-04-02", "2026-04-08"), ("2026-12-23", "2026-12-28"), ("2020-04-09", "2020-04-15")],
)
def test_three_days_hold_two_working_days(chain, clock, served_on, last_on):
    clock.at = datetime(2027, 1, 10, tzinfo=UTC)
    at = f"{served_on}T12:00:00Z"
    since = {"decided_on": date(2019, 1, 1), "starts_on": date(2019, 1, 1)}
    started = chain.proceeding("SVH", fact("arrest", at), **since)
    decided = fact("examining_judge_decision", at, decision="granted")
    served = after(chain, started, decided, fact("service", at, of="decision"))
    assert (on(served, "T14")["dueOn"], on(served, "T14")["alternativeDueOn"]) == (last_on, None)


ENDS = {
    "VV": fact("hearing_held", "2026-11-23T11:30:00Z", outcome="refused"),
    **dict.fromkeys(
        ("VBM", "GVM", "GBM", "SVH"), fact("examining_judge_decision", "2026-11-23T11:30:00Z", decision="granted")
    ),
    **dict.fromkeys(("TBSV", "TBSB"), fact("hearing_held", "2026-11-23T11:30:00Z", outcome="execution")),
    "VI": fact("prosecutor_decision", "2026-11-23T11:30:00Z", decision="revoke"),
}


@pytest.mark.parametrize("regime", RegimeCode)
def test_a_proceeding_ends_where_its_regime_ends_it_and_facts_are_recorded_still(chain, shared, regime):
    started = chain.proceeding(regime.value, fact("arrest", "2026-11-23T11:00:00Z"))
    filed = after(chain, started, fact("filing", "2026-11-23T11:15:00Z", demand="custody"))
    assert filed["endedAt"] is None
    outcome = fact("outcome", "2026-11-23T11:30:00Z", outcome="convicted", decidedBy="court")
    ended = after(chain, started, ENDS.get(regime.value, outcome))
    assert ended["endedAt"] == "2026-11-23T11:30:00Z"
    later = after(chain, started, fact("service", "2026-11-23T11:50:00Z", of="decision"))
    assert (later["endedAt"], len(later["events"])) == ("2026-11-23T11:30:00Z", 4)
    with shared.database.reading() as session:
        named = select(Event.type).where(Event.type.like("%.proceeding.%")).order_by(Event.id)
        told = [one.split(".")[3] for one in session.scalars(named)]
    assert told == ["started", *["event_recorded"] * 2, "ended", "event_recorded"]


@pytest.mark.parametrize(
    ("decided_on", "judged_on", "procedure", "unknown"),
    [
        (date(2024, 5, 6), date(2021, 6, 30), "vi-oud", False),
        (date(2024, 5, 6), date(2021, 7, 1), "vi", False),
        (date(2021, 6, 30), None, "vi-oud", False),
        # The release is of the present scheme; of which day the judgment is, nobody told.
        (date(2024, 5, 6), None, "vi", True),
    ],
)
def test_under_which_scheme_somebody_was_released_goes_by_the_judgment_and_not_by_the_decision_on_his_release(
    chain, decided_on, judged_on, procedure, unknown
):
    started = chain.proceeding("VI", decided_on=decided_on, judged_on=judged_on)
    shown = chain.prosecution.get(f"/v1/proceedings/{started['id']}").json
    assert shown["procedure"] == procedure
    codes = {one["code"]: one["text"] for one in shown["irregularities"]}
    assert ("judgment_unknown" in codes) is unknown
    assert not unknown or "vóór 1 juli 2021" in codes["judgment_unknown"]
    plan = {"kind": "prosecutor_decision", "details": {"decision": "revoke"}, "plannedAt": "2026-11-24T12:00:00Z"}
    planned = chain.prosecution.post(f"/v1/proceedings/{started['id']}/plans", plan)
    assert planned.status_code == (201 if procedure == "vi" else 409)


def test_a_proceeding_starts_with_an_arrest_or_the_prosecutor_and_never_with_anything_else(chain):
    breach = chain.breach(chain.order())
    for kind in ("filing", "receipt", "service"):
        body = {"breachId": breach["id"], "event": fact(kind, "2026-11-23T11:00:00Z")}
        answer = chain.police.post("/v1/proceedings", body)
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (400, "#/event/kind")
    decision = fact("prosecutor_decision", "2026-11-23T11:00:00Z", decision="execution")
    started = chain.prosecution.post("/v1/proceedings", {"breachId": breach["id"], "event": decision})
    assert [one["rule"] for one in started.json["deadlines"]] == ["T06"]
    assert status_of(chain, started.json) == "suspected"


def test_an_arrest_without_a_recorded_breach_makes_one_suspected(chain):
    order_id = chain.order()
    body = {"orderId": str(order_id), "event": fact("arrest", "2026-11-23T11:00:00Z")}
    first, again = chain.police.post("/v1/proceedings", body), chain.police.post("/v1/proceedings", body)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    (breach,) = chain.police.get(f"/v1/breaches?orderId={order_id}").json["breaches"]
    assert (breach["id"], breach["status"], breach["origin"]) == (first.json["breachId"], "suspected", "police")
    both = {"breachId": breach["id"]} | body
    neither = {"event": body["event"]}
    assert [chain.police.post("/v1/proceedings", one).status_code for one in (both, neither)] == [400, 400]


def test_one_proceeding_at_a_time_runs_on_a_breach_and_another_may_follow_it(chain):
    started = chain.proceeding("VV", fact("arrest", "2026-11-23T11:00:00Z"))
    body = {"breachId": started["breachId"], "event": fact("arrest", "2026-11-23T11:20:00Z")}
    answer = chain.police.post("/v1/proceedings", body)
    assert (answer.status_code, answer.json["code"]) == (409, "proceeding_runs")
    assert started["id"] in answer.json["detail"]
    after(chain, started, fact("prosecutor_decision", "2026-11-23T11:10:00Z", decision="warning"))
    assert chain.police.post("/v1/proceedings", body).status_code == 201
    assert len(chain.police.get(f"/v1/breaches/{started['breachId']}").json["proceedings"]) == 2


def test_the_same_event_twice_changes_nothing(chain, shared):
    started = chain.proceeding()
    filing = fact("filing", "2026-11-23T11:00:00Z", demand="custody")
    first = chain.record(started, filing).json
    assert chain.record(started, filing, by=chain.police).json == first
    assert chain.record(started, filing | {"key": "OM-77"}).json == first
    named = fact("service", "2026-11-23T11:30:00Z", of="decision") | {"key": "OM-78"}
    assert len(after(chain, started, named, named)["events"]) == 3
    other = chain.record(started, fact("receipt", "2026-11-23T11:40:00Z") | {"key": "OM-78"})
    assert (other.status_code, other.json["code"]) == (409, "key_used")
    with shared.database.reading() as session:
        assert len(session.scalars(select(ProceedingEvent)).all()) == 3


def test_a_wrong_record_is_corrected_by_another_and_both_are_kept(chain):
    started = chain.proceeding()
    filed = after(chain, started, fact("filing", "2026-11-20T10:00:00Z", demand="custody"))
    wrong = next(one for one in filed["events"] if one["kind"] == "filing")
    right = fact("filing", "2026-11-21T10:00:00Z", demand="custody") | {"corrects": wrong["id"]}
    corrected = after(chain, started, right)
    states = [(one["startEvent"]["id"] == wrong["id"], one["dueAt"], one["state"]) for one in corrected["deadlines"]]
    assert (True, "2026-11-23T10:00:00Z", "superseded") in states
    assert (False, "2026-11-24T10:00:00Z", "open") in states
    kept = next(one for one in corrected["events"] if one["id"] == wrong["id"])
    assert kept["correctedBy"] == corrected["events"][1]["id"]
    again = chain.record(started, fact("filing", "2026-11-22T10:00:00Z", demand="custody") | {"corrects": wrong["id"]})
    assert (again.status_code, again.json["code"]) == (409, "nothing_to_correct")
    assert chain.record(started, right).json == corrected


def test_an_end_that_was_recorded_wrongly_is_taken_back(chain):
    started = chain.proceeding(first=fact("arrest", "2026-11-23T10:00:00Z"))
    ended = after(
        chain,
        started,
        fact("prosecutor_decision", "2026-11-23T11:00:00Z", decision="no_action", because="not_provable"),
    )
    assert on(ended, "T04")["state"] == "lapsed"
    right = fact("prosecutor_decision", "2026-11-23T11:00:00Z", decision="execution") | {"corrects": ended["endedBy"]}
    running = after(chain, started, right)
    assert (running["endedAt"], on(running, "T04")["state"]) == (None, "open")


def test_what_is_late_is_recorded_with_the_article_it_goes_against(chain):
    started = chain.proceeding("VBM", fact("arrest", "2026-11-10T10:00:00Z"))
    filing = fact("filing", "2026-11-10T12:00:00Z", demand="custody")
    late = fact("examining_judge_decision", "2026-11-13T12:00:01Z", decision="granted")
    notice = fact("notification", "2026-11-10T12:00:00Z", to="minister")
    found = after(chain, started, notice, filing, late)
    assert on(found, "T01")["state"] == "met_late"
    (one,) = found["irregularities"]
    assert (one["code"], one["source"]) == ("late", "art. 6:6:20 lid 3 Sv")


@pytest.mark.parametrize(
    ("event", "pointers"),
    [
        (fact("filing", "2026-11-24T12:00:00Z"), ["#/occurredAt"]),
        (fact("filing", "2026-11-23T10:00:00"), ["#/occurredAt"]),
        (fact("filing", "2026-11-23T10:00:00Z", demand="money"), ["#/details/demand"]),
        (fact("filing", "2026-11-23T10:00:00Z", note="Mevrouw Vosmeer"), ["#/details/note"]),
        (fact("filing", "2026-11-23T10:00:00Z", decision="granted"), ["#/details/decision"]),
        (fact("examining_judge_decision", "2026-11-23T10:00:00Z"), ["#/details/decision"]),
        (fact("examining_judge_decision", "2026-11-23T10:00:00Z", decision="revoke"), ["#/details/decision"]),
        (fact("outcome", "2026-11-23T10:00:00Z"), ["#/details/decidedBy", "#/details/outcome"]),
        (fact("hearing_set", "2026-11-23T10:00:00Z", hearingAt="vrijdag"), ["#/details/hearingAt"]),
        ({"kind": "party"}, ["#/kind", "#/occurredAt"]),
    ],
)
def test_an_impossible_event_is_refused_with_every_fault_and_nothing_is_kept(chain, event, pointers):
    started = chain.proceeding()
    answer = chain.record(started, event)
    assert answer.status_code == 400
    assert sorted(one["pointer"] for one in answer.json["errors"]) == pointers
    assert "Vosmeer" not in answer.text
    assert chain.police.get(f"/v1/proceedings/{started['id']}").json == started


def test_the_ground_and_the_monitor_of_the_order_decide_which_terms_run(chain):
    crime = chain.proceeding("GDA", ground="b")
    assert {one["rule"] for one in crime["deadlines"]} == {"T42", "T44"}
    plain = chain.proceeding("VV", number="CJIB-2026-000301")
    filed = after(chain, plain, fact("filing", "2026-11-23T11:00:00Z"))
    assert "T07" not in {one["rule"] for one in filed["deadlines"]}
    ban = area_ban(electronic_monitoring=True)
    worn = chain.proceeding("VV", number="CJIB-2026-000302", conditions=(ban,))
    filed = after(chain, worn, fact("filing", "2026-11-23T11:00:00Z"))
    assert on(filed, "T07")["nature"] == "P"


def test_who_recorded_what_and_when_is_kept_apart_from_when_it_happened(chain, clock):
    started = chain.proceeding(first=fact("arrest", "2026-11-20T11:00:00Z"))
    clock.forward(hours=2)
    found = after(chain, started, fact("filing", "2026-11-20T09:00:00Z"))
    assert [one["kind"] for one in found["events"]] == ["filing", "arrest"]
    filing = found["events"][0]
    assert (filing["recordedAt"], filing["by"], filing["unit"]) == ("2026-11-23T14:00:00Z", "tester-1", "unit-1")
    assert datetime.fromisoformat(filing["recordedAt"]) - NOW == timedelta(hours=2)
