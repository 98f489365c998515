from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.enforcement.watch import watch_deadlines
from registry.law import load
from registry.law.terms import DUTCH_TIME, compute
from tests.enforcement.conftest import instant
from tests.reports.told import NUMBER, alerts, send
from tests.world import NOW, some_id

LAW = load()
MIDNIGHT = datetime(2026, 1, 1, tzinfo=DUTCH_TIME)


def ask(chain, receipt, by=None, at=NOW):
    return (by or chain.partner).post(f"/v1/reports/{receipt['id']}/case-information", {"askedAt": instant(at)})


def sent(chain, request, by=None, at=None, **changes):
    body = {"sentAt": instant(at or chain.clock.now()), "channel": "email", "proof": {"reference": "OM-1"}} | changes
    return (by or chain.prosecution).post(f"/v1/case-information/{request['id']}/sending", body)


def called(shared):
    wanted = ("deadline_near", "deadline_missed")
    return [(one.alert_class, one.closed_at is None) for one in alerts(shared) if one.alert_class in wanted]


def test_she_is_owed_it_in_fourteen_days_with_the_source_and_the_steps(chain):
    answer = ask(chain, send(chain))
    assert answer.status_code == 201
    owed = answer.json
    assert (owed["dueOn"], owed["dueAt"], owed["state"]) == ("2026-12-07", "2026-12-07T23:00:00Z", "open")
    assert "Regeling verstrekken zaaksinformatie aan slachtoffers" in owed["source"]
    assert any("maandag 7 december 2026" in one for one in owed["steps"])


def test_asking_again_while_it_is_open_changes_nothing_and_afterwards_is_a_new_request(chain):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    first = ask(chain, receipt).json
    again = ask(chain, receipt, at=NOW - timedelta(days=1))
    assert (again.status_code, again.json) == (200, first)
    assert sent(chain, first).json["state"] == "sent"
    later = ask(chain, receipt)
    assert (later.status_code, later.json["id"] != first["id"]) == (201, True)


def test_who_owes_it_is_called_when_a_quarter_is_left_and_when_it_is_late_and_once(chain, shared):
    chain.order()
    owed = ask(chain, send(chain, orderNumber=NUMBER)).json
    noise = ask(chain, send(chain, orderNumber=NUMBER)).json
    sent(chain, noise)
    chain.clock.forward(days=10)
    watch_deadlines(shared)
    assert called(shared) == []
    chain.clock.forward(days=1, hours=1)
    for _ in range(2):
        watch_deadlines(shared)
        assert called(shared) == [("deadline_near", True)]
    chain.clock.forward(days=4)
    for _ in range(2):
        watch_deadlines(shared)
        assert called(shared) == [("deadline_near", False), ("deadline_missed", True)]
    (alert,) = [one for one in alerts(shared) if one.alert_class == "deadline_missed"]
    assert (alert.priority, alert.ladder_org_id, alert.partner_org_id) == (1, chain.prosecution.organisation_id, None)
    (listed,) = chain.prosecution.get("/v1/case-information").json["requests"]
    assert (listed["id"], listed["state"]) == (owed["id"], "missed")
    assert sent(chain, owed).json["state"] == "sent_late"
    assert called(shared) == [("deadline_near", False), ("deadline_missed", False)]


def test_while_nobody_knows_whose_it_is_every_police_organisation_is_called(chain, shared):
    ask(chain, send(chain))
    chain.clock.forward(days=15)
    watch_deadlines(shared)
    late = [one for one in alerts(shared) if one.alert_class == "deadline_missed"]
    assert {one.police_org_id for one in late} == {chain.police.organisation_id, chain.stranger.organisation_id}


def test_only_who_is_concerned_asks_sends_and_sees(chain, world):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    assert ask(chain, receipt, by=chain.police).status_code == 404
    owed = ask(chain, receipt).json
    for who, status in ((chain.partner, 403), (chain.probation, 403), (chain.stranger, 404)):
        assert sent(chain, owed, by=who).status_code == status
    assert sent(chain, {"id": str(some_id())}).status_code == 404
    assert chain.stranger.get("/v1/case-information").json["requests"] == []
    assert len(chain.partner.get("/v1/case-information").json["requests"]) == 1
    assert sent(chain, owed, by=chain.police).status_code == 200
    assert chain.partner.get("/v1/case-information").json["requests"] == []
    assert len(chain.partner.get("/v1/case-information?state=all").json["requests"]) == 1


def test_what_cannot_be_is_refused_and_what_was_sent_twice_is_one(chain):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    assert ask(chain, receipt, at=NOW + timedelta(hours=1)).json["errors"][0]["pointer"] == "#/askedAt"
    owed = ask(chain, receipt).json
    early = sent(chain, owed, at=NOW - timedelta(days=1))
    assert (early.status_code, early.json["errors"][0]["code"]) == (400, "before_request")
    first = sent(chain, owed).json
    assert sent(chain, owed).json == first
    assert sent(chain, owed, proof={"reference": "OM-2"}).json["code"] == "already_sent"


@pytest.mark.parametrize(
    ("contact", "against"),
    [
        (None, True),
        ({"wantsToHear": True}, True),
        ({"wantsToHear": True, "channel": "post", "byPost": True}, False),
    ],
)
def test_a_letter_that_she_did_not_say_is_safe_is_recorded_and_says_so(chain, contact, against):
    chain.order()
    owed = ask(chain, send(chain, orderNumber=NUMBER, **({"contact": contact} if contact else {}))).json
    assert sent(chain, owed, channel="post").json["againstHerWishes"] is against


@given(st.integers(0, 4000))
def test_the_last_day_is_always_the_fourteenth_dutch_day_after_she_asked(hours):
    asked_at = MIDNIGHT + timedelta(hours=hours)
    row = LAW.terms.find("RVZ2", date(2026, 1, 1))
    found = compute(row, asked_at, LAW)
    assert found.due_on == asked_at.astimezone(DUTCH_TIME).date() + timedelta(days=14)
