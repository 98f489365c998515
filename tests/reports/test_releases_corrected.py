import pytest
from sqlalchemy import select

from registry.outbox.models import Event, EventAudience
from registry.reports.news import tell_partners
from tests.enforcement.conftest import fact, instant
from tests.reports.test_releases import arrested, event_of, let_know, read
from tests.reports.told import NUMBER, alerts, link_of, news, send
from tests.world import NOW

assert arrested


def test_a_fact_that_is_corrected_after_it_was_told_is_told_to_be_wrong_and_calls_until_the_right_one_is_told(
    chain, shared, arrested
):
    receipt, proceeding = arrested
    wrong = event_of(proceeding)
    let_know(chain, receipt, eventId=wrong)
    tell_partners(shared)
    other = send(chain, orderNumber=NUMBER, occurredAt="2026-11-20T10:00:00Z")
    before = len(news(shared, chain.partner.organisation_id))
    right = fact("arrest", "2026-11-23T11:30:00Z") | {"corrects": wrong}
    chain.record(proceeding, right, by=chain.police)
    assert read(chain, receipt)[0]["correctedAt"] is None
    for _ in range(2):
        tell_partners(shared)
    (told,) = read(chain, receipt)
    assert told["correctedAt"] == instant(NOW)
    assert told["text"].startswith("Dit klopt niet meer") and told["text"].endswith("maandag 23 november 2026.")
    heard = news(shared, chain.partner.organisation_id)[before:]
    assert [(what, data["release_id"]) for what, data in heard] == [("released", told["id"])]
    (call,) = [one for one in alerts(shared) if one.alert_class == "release_corrected"]
    assert (call.priority, call.police_org_id, call.partner_org_id) == (1, chain.police.organisation_id, None)
    shown = chain.police.get(f"/v1/proceedings/{proceeding['id']}").json["events"]
    let_know(chain, receipt, eventId=next(one["id"] for one in shown if one["corrects"] == wrong))
    assert [one["correctedAt"] is None for one in read(chain, receipt)] == [False, True]
    (call,) = [one for one in alerts(shared) if one.alert_class == "release_corrected"]
    assert call.closed_at is not None and read(chain, other) == []


def judged(chain, receipt, status, by=None, **more):
    """Let a human find this of the breach of a report; returns the assessment."""
    more |= {"provable": "well"} if status == "plausible" else {}
    more |= {"exemption": "Ophalen van het kind."} if status == "permitted" else {}
    chain.clock.forward(minutes=1)
    path = f"/v1/breaches/{link_of(chain, receipt)['breachId']}/assessments"
    made = (by or chain.police).post(path, {"status": status, "reason": "Zo is het."} | more)
    assert made.status_code == 201, made.json
    return chain.police.get(f"/v1/breaches/{link_of(chain, receipt)['breachId']}").json["assessments"][-1]["id"]


def calls(shared):
    """Whose ladder the call for a correction climbs, and whether it still calls."""
    found = [one for one in alerts(shared) if one.alert_class == "release_corrected"]
    return [(one.ladder_org_id, one.priority, one.closed_at is None) for one in found]


@pytest.fixture
def told_unfounded(chain, shared):
    """A victim who was told by the prosecution that it is not plausible, and another of another breach."""
    chain.order()
    chain.order(number="CJIB-2026-000124")
    receipt = send(chain, orderNumber=NUMBER)
    other = send(chain, orderNumber="CJIB-2026-000124", occurredAt="2026-11-20T10:00:00Z")
    for one in (receipt, other):
        assessment = judged(chain, one, "unfounded")
        assert let_know(chain, one, chain.prosecution, assessmentId=assessment).json["toldAt"]
    tell_partners(shared)
    return receipt, other


def test_an_assessment_that_was_told_and_is_judged_otherwise_is_marked_and_calls_whoever_released_it(
    chain, shared, told_unfounded
):
    receipt, other = told_unfounded
    before = len(news(shared, chain.partner.organisation_id))
    assessment = judged(chain, receipt, "plausible")
    assert calls(shared) == []
    for _ in range(2):
        tell_partners(shared)
    (told,) = read(chain, receipt)
    assert told["correctedAt"] == instant(chain.clock.at)
    assert told["text"].startswith("Dit klopt niet meer") and "niet aannemelijk" in told["text"]
    heard = news(shared, chain.partner.organisation_id)[before:]
    assert [data["release_id"] for what, data in heard if what == "released"] == [told["id"]]
    assert [one["correctedAt"] for one in read(chain, other)] == [None]
    assert calls(shared) == [(chain.prosecution.organisation_id, 1, True)]
    let_know(chain, receipt, assessmentId=assessment)
    assert [one["correctedAt"] is None for one in read(chain, receipt)] == [False, True]
    assert calls(shared) == [(chain.prosecution.organisation_id, 1, False)]


def test_the_same_finding_with_another_weight_is_no_other_finding(chain, shared):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    let_know(chain, receipt, assessmentId=judged(chain, receipt, "plausible"))
    judged(chain, receipt, "plausible", severity="severe")
    tell_partners(shared)
    assert [one["correctedAt"] for one in read(chain, receipt)] == [None]
    assert calls(shared) == []


def proven(chain, receipt, established=True, **more):
    """The court finds the breach established, in a proceeding that an arrest began; returns its decision."""
    breach_id = link_of(chain, receipt)["breachId"]
    arrest = fact("arrest", "2026-11-23T11:00:00Z")
    started = chain.police.post("/v1/proceedings", {"breachId": breach_id, "event": arrest}).json
    details = {"outcome": "execution", "decidedBy": "court", "breachEstablished": established}
    return started, chain.record(started, fact("outcome", "2026-11-23T11:30:00Z", **details) | more).json


def test_what_was_told_unfounded_and_a_court_finds_proven_is_corrected_by_that_decision(chain, shared, told_unfounded):
    receipt, _ = told_unfounded
    _, decided = proven(chain, receipt)
    tell_partners(shared)
    assert [one["correctedAt"] is None for one in read(chain, receipt)] == [False]
    assert [calling for *_, calling in calls(shared)] == [True]
    let_know(chain, receipt, eventId=event_of(decided))
    assert [calling for *_, calling in calls(shared)] == [True]
    let_know(chain, receipt, eventId=event_of(decided, "outcome"))
    assert [calling for *_, calling in calls(shared)] == [False]


def test_what_was_told_plausible_stands_when_a_court_finds_it_proven(chain, shared):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    let_know(chain, receipt, assessmentId=judged(chain, receipt, "plausible"))
    proven(chain, receipt)
    tell_partners(shared)
    assert [one["correctedAt"] for one in read(chain, receipt)] == [None]


def test_an_assessment_that_is_overtaken_before_its_time_is_not_told_and_cannot_be_released_any_more(chain, shared):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    former = judged(chain, receipt, "permitted")
    let_know(chain, receipt, assessmentId=former, releaseAt="2026-11-23T14:00:00Z")
    judged(chain, receipt, "unfounded")
    chain.clock.forward(hours=3)
    tell_partners(shared)
    assert read(chain, receipt) == []
    assert [one["withdrawnBecause"] for one in read(chain, receipt, chain.police)] == ["corrected"]
    refused = let_know(chain, receipt, assessmentId=former)
    assert (refused.status_code, refused.json["code"]) == (409, "assessment_overtaken")
    assert calls(shared) == []


def test_the_organisations_that_heard_of_an_assessment_hear_what_it_was_before(chain, shared):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    for status in ("plausible", "permitted"):
        judged(chain, receipt, status)
    judged(chain, receipt, "permitted", severity="severe")
    started, decided = proven(chain, receipt)
    corrected = fact("outcome", "2026-11-23T11:30:00Z", outcome="refused", decidedBy="court", breachEstablished=False)
    chain.record(started, corrected | {"corrects": event_of(decided, "outcome")})
    with shared.database.reading() as session:
        heard = select(Event.data).join(EventAudience).where(Event.type.like("%.breach.assessed.v1"))
        of_om = heard.where(EventAudience.organisation_id == chain.prosecution.organisation_id).order_by(Event.id)
        told = [(one.get("former_status"), one["status"]) for one in session.scalars(of_om)]
    assert told == [
        ("suspected", "plausible"),
        ("plausible", "permitted"),
        (None, "permitted"),
        ("permitted", "proven"),
        ("proven", "permitted"),
    ]
