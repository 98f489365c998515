from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy import select

from registry.alerts.models import Alert
from registry.enforcement.watch import watch_deadlines
from registry.outbox.models import Event
from tests.enforcement.conftest import fact, instant, on
from tests.world import NOW, some_id


def filing(chain, hours=0):
    return fact("filing", instant(chain.clock.now() - timedelta(hours=hours)), demand="custody")


def alerts(shared):
    with shared.database.reading() as session:
        rows = session.scalars(select(Alert).where(Alert.alert_class.like("deadline%")).order_by(Alert.id))
        return [(one.alert_class, one.closed_at is None) for one in rows]


def told(shared):
    with shared.database.reading() as session:
        named = select(Event.type).where(Event.type.like("%.deadline.%")).order_by(Event.id)
        return [one.split(".")[3] for one in session.scalars(named)]


def test_deadlines_are_listed_soonest_first_each_with_its_start_rule_source_and_steps(chain):
    slow = chain.proceeding("VBM")
    chain.record(slow, filing(chain, 1))
    fast = chain.proceeding("SVH", number="CJIB-2026-000124")
    chain.record(fast, filing(chain, 2))
    listed = chain.prosecution.get("/v1/deadlines").json["deadlines"]
    assert [(one["rule"], one["dueAt"]) for one in listed if one["dueAt"]] == [
        ("T03", "2026-11-25T10:00:00Z"),
        ("T01", "2026-11-26T11:00:00Z"),
    ]
    first = next(one for one in listed if one["rule"] == "T03")
    assert (first["source"], first["nature"], first["state"]) == ("art. 84 lid 2 Sv", "H", "open")
    assert (first["startEvent"]["kind"], first["startEvent"]["occurredAt"]) == ("filing", "2026-11-23T10:00:00Z")
    assert first["steps"][0] == (
        "Begin: indiening van de vordering, maandag 23 november 2026 11:00 uur. [art. 84 lid 2 Sv]"
    )
    assert len(first["lawHash"]) == 64


def test_the_list_can_be_paged_and_filtered_by_owner_and_state(chain):
    for number in range(3):
        one = chain.proceeding("VV", number=f"CJIB-2026-00030{number}")
        chain.record(one, filing(chain, 60 + number * 10))
    everything = chain.police.get("/v1/deadlines").json
    pages, cursor = [], None
    while cursor != "done":
        page = chain.police.get("/v1/deadlines?limit=2" + (f"&cursor={cursor}" if cursor else "")).json
        pages += page["deadlines"]
        cursor = page["next"] or "done"
    assert pages == everything["deadlines"]
    missed = chain.police.get("/v1/deadlines?state=missed").json["deadlines"]
    still = chain.police.get("/v1/deadlines?state=open").json["deadlines"]
    assert [one["state"] for one in missed] == ["missed"]
    assert len(missed) + len(still) == len(pages)
    mine = chain.police.get(f"/v1/deadlines?owner={chain.police.organisation_id}").json["deadlines"]
    assert {one["rule"] for one in mine} == {"T41", "T41-M"}
    theirs = chain.police.get(f"/v1/deadlines?owner={chain.prosecution.organisation_id}").json["deadlines"]
    assert {one["rule"] for one in theirs} >= {"T01"}
    assert chain.police.get(f"/v1/deadlines?owner={some_id()}").json["deadlines"] == []
    assert chain.police.get("/v1/deadlines?cursor=nonsense").status_code == 400


def test_a_deadline_can_be_read_by_its_id_and_only_by_those_it_concerns(chain):
    proceeding = chain.proceeding("VV")
    chain.record(proceeding, filing(chain))
    for one in chain.prosecution.get("/v1/deadlines").json["deadlines"]:
        assert chain.prosecution.get(f"/v1/deadlines/{one['id']}").json == one
        assert chain.stranger.get(f"/v1/deadlines/{one['id']}").status_code == 404


def test_the_list_comes_as_a_calendar_to_whoever_asks_for_one(chain):
    chain.record(chain.proceeding("VV"), filing(chain))
    asked = chain.prosecution.get("/v1/deadlines", headers={"Accept": "text/calendar"})
    assert asked.content_type.startswith("text/calendar")
    assert len(Calendar.from_ical(asked.data).events) == len(chain.prosecution.get("/v1/deadlines").json["deadlines"])
    assert chain.prosecution.get("/v1/deadlines", headers={"Accept": "image/png"}).status_code == 406


def test_nobody_else_sees_a_deadline_in_list_or_calendar(chain):
    chain.record(chain.proceeding(), filing(chain))
    for other in (chain.stranger, chain.partner):
        assert other.get("/v1/deadlines").json == {"deadlines": [], "next": None}
        assert "VEVENT" not in other.get("/v1/deadlines/calendar").text


def test_the_calendar_parses_keeps_its_ids_and_names_nobody(chain, clock):
    started = chain.proceeding()
    shown = chain.record(started, filing(chain)).json
    answers = [chain.police.get("/v1/deadlines/calendar", headers={"Accept": "text/calendar"}) for _ in range(2)]
    assert answers[0].data == answers[1].data
    assert answers[0].mimetype == "text/calendar"
    calendar = Calendar.from_ical(answers[0].data)
    (entry,) = [one for one in calendar.walk("VEVENT") if one.decoded("dtstart") == NOW + timedelta(hours=72)]
    assert entry["uid"] == f"deadline-{on(shown, 'T01')['id']}@beschermingsbevelen"
    assert "rechter-commissaris" in entry["summary"]
    text = str(entry["description"])
    assert "art. 6:6:20 lid 3 Sv" in text and "indiening vordering" in text and "Duur: 72 uur" in text
    unfolded = answers[0].text.replace("\r\n ", "")
    for secret in ("Berg", "Vosmeer", "Verborgenlaan", "Dorpsstraat", "3511AB", "9712XK", "999990019", "tester-1"):
        assert secret not in unfolded


def test_what_is_met_leaves_the_calendar(chain):
    started = chain.proceeding()
    chain.record(started, filing(chain, 5))
    before = chain.police.get("/v1/deadlines/calendar").text.count("BEGIN:VEVENT")
    chain.record(started, fact("examining_judge_decision", instant(NOW), decision="granted"))
    assert chain.police.get("/v1/deadlines/calendar").text.count("BEGIN:VEVENT") == before - 1


def test_a_deadline_is_told_of_once_when_a_quarter_is_left_and_once_when_it_has_passed(chain, shared, clock):
    crime = chain.proceeding(
        "GDA", ground="b", first=fact("arrest", instant(clock.at), broughtBeforeAt=instant(clock.at))
    )
    assert on(crime, "T44")["dueAt"] == "2026-11-27T06:00:00Z"
    watch_deadlines(shared)
    assert told(shared) == []
    clock.forward(hours=7)
    for _ in range(2):
        watch_deadlines(shared)
    assert (told(shared), alerts(shared)) == (["near"], [("deadline_near", True)])
    clock.forward(hours=2)
    watch_deadlines(shared)
    assert told(shared) == ["near"]
    clock.forward(seconds=1)
    for _ in range(2):
        watch_deadlines(shared)
    assert told(shared) == ["near", "missed"]
    assert alerts(shared) == [("deadline_near", False), ("deadline_missed", True)]
    chain.record(crime, fact("prosecutor_decision", instant(clock.at), decision="custody"))
    assert alerts(shared)[:2] == [("deadline_near", False), ("deadline_missed", False)]


def test_an_appeal_that_nobody_lodged_lapses_and_is_never_called_missed(chain, shared, clock):
    started = chain.proceeding("VBM", first=fact("arrest", instant(clock.at)))
    chain.record(started, filing(chain))
    decided = chain.record(started, fact("examining_judge_decision", instant(clock.at), decision="granted"))
    assert on(decided.json, "T10-OM")["state"] == "open"
    clock.forward(days=12)
    watch_deadlines(shared)
    assert ("deadline_near", True) in alerts(shared)
    clock.forward(days=10)
    watch_deadlines(shared)
    assert "missed" not in told(shared)
    assert ("deadline_near", True) not in alerts(shared)
    assert not any(one[0] == "deadline_missed" for one in alerts(shared))
    assert chain.police.get("/v1/deadlines").json["deadlines"] == []
    assert "T10-OM" in {one["rule"] for one in chain.police.get("/v1/deadlines?state=lapsed").json["deadlines"]}
    assert chain.police.get("/v1/deadlines?state=missed").json["deadlines"] == []


def test_a_near_deadline_that_is_met_in_time_is_never_called_missed(chain, shared, clock):
    started = chain.proceeding("VBM", first=fact("arrest", instant(clock.at)))
    chain.record(started, filing(chain))
    for to in ("prosecution", "minister"):
        chain.record(started, fact("notification", instant(clock.at), to=to))
    clock.forward(hours=55)
    watch_deadlines(shared)
    assert told(shared) == ["near"]
    chain.record(started, fact("examining_judge_decision", instant(clock.at), decision="granted"))
    assert alerts(shared) == [("deadline_near", False)]
    clock.forward(hours=40)
    watch_deadlines(shared)
    assert told(shared) == ["near"]


def test_what_the_law_leaves_at_without_delay_is_reminded_of_at_the_internal_aim_and_missed_past_the_limit(
    chain, shared, clock
):
    started = chain.proceeding()
    assert on(started, "T04")["targetAt"] == "2026-11-24T12:00:00Z"
    clock.forward(hours=1)
    watch_deadlines(shared)
    assert told(shared) == []
    clock.forward(hours=1)
    watch_deadlines(shared)
    clock.forward(hours=21)
    watch_deadlines(shared)
    assert (told(shared), {one for one, _ in alerts(shared)}) == (["near"] * 3, {"deadline_reminder"})
    clock.forward(hours=2)
    watch_deadlines(shared)
    watch_deadlines(shared)
    assert told(shared) == ["near"] * 6
    assert on(chain.police.get(f"/v1/proceedings/{started['id']}").json, "T04")["state"] == "open"
    clock.forward(days=30)
    watch_deadlines(shared)
    assert sorted(told(shared)) == [*["missed"] * 3, *["near"] * 6]
    assert on(chain.police.get(f"/v1/proceedings/{started['id']}").json, "T04")["state"] == "missed"


def test_a_deadline_says_whose_its_last_moment_is_and_where_none_is_known_that_met_is_not_in_time(chain, clock):
    started = chain.proceeding()
    chain.record(started, fact("probation_report", instant(clock.at), awareAt=instant(clock.at)), by=chain.probation)
    chain.record(started, filing(chain))
    clock.forward(days=20)
    chain.record(started, fact("advice", instant(clock.at)))
    chain.record(started, fact("prosecutor_decision", instant(clock.at), decision="execution"))
    shown = chain.prosecution.get(f"/v1/proceedings/{started['id']}").json
    whose = {one["rule"]: one["limitBy"] for one in shown["deadlines"]}
    assert whose == whose | {"T39": "configured", "T41-M": "configured", "T40": "none", "T01": "law", "T06": "norm"}
    advice = on(shown, "T40")
    assert (advice["state"], advice["dueAt"], advice["limitAt"]) == ("met", None, None)
    assert any("of het op tijd is, kan hier niet worden gezegd" in step for step in advice["steps"])


def test_an_alert_of_a_deadline_names_the_term_and_the_references_only(chain, shared, clock):
    started = chain.proceeding("VBM", first=fact("arrest", instant(clock.at)))
    shown = chain.record(started, filing(chain)).json
    clock.forward(days=4)
    watch_deadlines(shared)
    with shared.database.reading() as session:
        alert = session.scalars(select(Alert).where(Alert.alert_class == "deadline_missed")).one()
        assert (alert.priority, alert.subject_ref) == (1, f"deadline:{on(shown, 'T01')['id']}")
        assert alert.title_nl == "Termijn verstreken: beslissing rechter-commissaris op de vordering"
        assert set(alert.context) == {"deadline_id", "proceeding_id", "breach_id", "order_id"}
        assert alert.partner_org_id is None
    assert chain.probation.get("/v1/alerts").json["alerts"]
    assert chain.stranger.get("/v1/alerts").json["alerts"] == []


def moment(hours):
    return instant(datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=hours))


STEPS = [
    fact("filing", moment(20), demand="custody"),
    fact("examining_judge_decision", moment(90), decision="granted"),
    fact("receipt", moment(30)),
    fact("service", moment(120), of="decision"),
    fact("hearing_set", moment(130), hearingAt=moment(900)),
    fact("hearing_held", moment(400), outcome="execution"),
    fact("filing", moment(150), demand="appeal", party="subject"),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=15)
@given(steps=st.permutations(STEPS), regime=st.sampled_from(["VV", "VBM", "SVH", "TBSB"]))
def test_the_order_of_recording_changes_no_deadline(chain, steps, regime):
    outcomes = []
    for ordered in (STEPS, steps):
        started = chain.proceeding(regime, fact("arrest", moment(0)), number=f"CJIB-{uuid4().hex[:12]}")
        assert {chain.record(started, one).status_code for one in ordered} == {201}
        outcomes.append(essence(chain.police.get(f"/v1/proceedings/{started['id']}").json))
    assert outcomes[0] == outcomes[1]


def essence(proceeding):
    """What must not depend on the order of recording: everything but ids, and what was superseded on the way."""
    kinds = {one["id"]: (one["kind"], one["occurredAt"]) for one in proceeding["events"]}
    deadlines = {
        (one["rule"], one["startEvent"]["occurredAt"], one["dueAt"], one["state"], tuple(one["steps"]))
        for one in proceeding["deadlines"]
        if one["state"] != "superseded"
    }
    return deadlines, kinds.get(proceeding["endedBy"]), sorted(one["code"] for one in proceeding["irregularities"])
