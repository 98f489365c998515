import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.enforcement.procedure.details import CODES, REQUIRED
from registry.enforcement.procedure.events import EventKind
from registry.reports.news import tell_partners
from registry.reports.releases.rules import Answer, Fact, ReleaseKind, answer_nl, fact_nl, kind_of
from tests.enforcement.conftest import fact, instant
from tests.reports.told import NUMBER, alerts, link_of, news, send
from tests.world import NOW, some_id

ARREST = fact("arrest", "2026-11-23T11:00:00Z")


def let_know(chain, receipt, by=None, **body):
    return (by or chain.police).post(f"/v1/reports/{receipt['id']}/releases", body)


def read(chain, receipt, by=None):
    return (by or chain.partner).get(f"/v1/reports/{receipt['id']}/releases").json["releases"]


def word(chain, receipt):
    return chain.partner.get(f"/v1/reports/{receipt['id']}/status").json["status"]


@pytest.fixture
def arrested(chain):
    """A report on a breach for which somebody was arrested: its receipt, and the proceeding."""
    chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    breach_id = link_of(chain, receipt)["breachId"]
    return receipt, chain.police.post("/v1/proceedings", {"breachId": breach_id, "event": ARREST}).json


def event_of(proceeding, kind="arrest"):
    (found,) = [one["id"] for one in proceeding["events"] if one["kind"] == kind]
    return found


def test_until_it_is_released_the_partner_reads_a_coarse_word_and_then_what_happened(chain, shared, arrested):
    receipt, proceeding = arrested
    embargo = instant(NOW + timedelta(hours=2))
    made = let_know(chain, receipt, eventId=event_of(proceeding), releaseAt=embargo)
    assert (made.status_code, made.json["toldAt"], made.json["by"]) == (201, None, "tester-1")
    for _ in range(2):
        tell_partners(shared)
        assert read(chain, receipt) == []
        assert word(chain, receipt) == "in_proceedings"
        chain.clock.forward(minutes=59)
    assert [one["toldAt"] for one in read(chain, receipt, chain.police)] == [None]
    chain.clock.forward(minutes=2)
    tell_partners(shared)
    (told,) = read(chain, receipt)
    assert (told["kind"], told["text"]) == (
        "arrest",
        "De persoon over wie u een melding deed, is aangehouden op maandag 23 november 2026.",
    )
    assert (told["by"], told["eventId"], told["unit"]) == (None, None, None)
    assert read(chain, receipt, chain.police)[0]["by"] == "tester-1"


def test_the_news_comes_at_the_moment_of_release_once_and_says_nothing_of_what_it_is(chain, shared, arrested):
    receipt, proceeding = arrested
    tell_partners(shared)
    before = len(news(shared, chain.partner.organisation_id))
    let_know(chain, receipt, eventId=event_of(proceeding), releaseAt=instant(NOW + timedelta(hours=2)))
    tell_partners(shared)
    assert len(news(shared, chain.partner.organisation_id)) == before
    chain.clock.forward(hours=2)
    for _ in range(3):
        tell_partners(shared)
    heard = news(shared, chain.partner.organisation_id)[before:]
    assert [(what, sorted(data)) for what, data in heard] == [("released", ["acute", "release_id", "report_id"])]
    assert "arrest" not in json.dumps(heard)
    assert news(shared, chain.stranger.organisation_id) == []


def test_without_an_embargo_it_is_told_at_once(chain, shared, arrested):
    receipt, proceeding = arrested
    assert let_know(chain, receipt, eventId=event_of(proceeding)).json["toldAt"] == instant(NOW)
    assert [one["kind"] for one in read(chain, receipt)] == ["arrest"]
    assert [what for what, _ in news(shared, chain.partner.organisation_id)][-1] == "released"


def test_only_a_named_person_of_police_or_prosecution_releases(chain, world, arrested):
    receipt, proceeding = arrested
    body = {"eventId": event_of(proceeding)}
    for who in (chain.partner, chain.probation):
        assert let_know(chain, receipt, who, **body).status_code == 403
    without = world.caller("POL-MN", OrganisationKind.POLICE, Scope.REPORTS_READ, Scope.REPORTS_LINK)
    assert let_know(chain, receipt, without, **body).status_code == 403
    assert let_know(chain, receipt, chain.stranger, **body).status_code == 404
    assert read(chain, receipt) == []
    assert let_know(chain, receipt, chain.prosecution, **body).status_code == 201


def test_no_other_partner_and_no_other_report_of_the_breach_is_told(chain, world, arrested):
    receipt, proceeding = arrested
    other = world.caller("VT", OrganisationKind.PARTNER)
    same_breach = send(chain, by=other, orderNumber=NUMBER)
    assert link_of(chain, same_breach)["breachId"] == link_of(chain, receipt)["breachId"]
    let_know(chain, receipt, eventId=event_of(proceeding))
    assert read(chain, same_breach, other) == []
    assert other.get(f"/v1/reports/{receipt['id']}/releases").status_code == 404


def test_what_is_told_is_of_this_reports_breach_or_refused(chain, arrested):
    receipt, proceeding = arrested
    elsewhere = chain.proceeding(number="CJIB-2026-000999")
    unlinked = send(chain)
    for path, body in ((receipt, event_of(elsewhere)), (receipt, str(some_id())), (unlinked, event_of(proceeding))):
        answer = let_know(chain, path, eventId=body)
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (400, "#/eventId")
    assert let_know(chain, receipt, assessmentId=str(some_id())).json["errors"][0]["pointer"] == "#/assessmentId"
    filed = chain.record(proceeding, fact("filing", "2026-11-23T11:30:00Z", demand="custody")).json
    assert let_know(chain, receipt, eventId=event_of(filed, "filing")).json["errors"][0]["code"] == "not_released"
    for body in ({}, {"eventId": event_of(proceeding), "answer": "not_enough"}):
        assert let_know(chain, receipt, **body).status_code == 400
    far = instant(NOW + timedelta(days=400))
    assert let_know(chain, receipt, eventId=event_of(proceeding), releaseAt=far).status_code == 400
    assert read(chain, receipt, chain.police) == []


def test_the_same_release_twice_is_one_and_another_moment_is_refused(chain, arrested):
    receipt, proceeding = arrested
    body = {"eventId": event_of(proceeding), "releaseAt": instant(NOW + timedelta(hours=1))}
    first, again = let_know(chain, receipt, **body).json, let_know(chain, receipt, **body).json
    assert first == again
    later = let_know(chain, receipt, **body | {"releaseAt": instant(NOW + timedelta(hours=3))})
    assert (later.status_code, later.json["code"]) == (409, "released_before")
    assert len(read(chain, receipt, chain.police)) == 1


def test_an_embargo_that_has_passed_is_refused_and_nothing_is_told(chain, shared, arrested):
    receipt, proceeding = arrested
    passed = let_know(chain, receipt, eventId=event_of(proceeding), releaseAt=instant(NOW - timedelta(days=365)))
    assert (passed.status_code, passed.json["errors"][0]["code"]) == (400, "embargo_past")
    assert read(chain, receipt, chain.police) == read(chain, receipt) == []
    late = let_know(chain, receipt, eventId=event_of(proceeding), releaseAt=instant(NOW - timedelta(seconds=20)))
    assert late.json["toldAt"] is not None


def test_an_embargo_on_what_was_told_is_refused_and_the_message_that_told_it_can_be_sent_again(chain, clock, arrested):
    receipt, proceeding = arrested
    body = {"eventId": event_of(proceeding), "releaseAt": instant(NOW)}
    told = let_know(chain, receipt, **body).json
    later = let_know(chain, receipt, **body | {"releaseAt": instant(NOW + timedelta(hours=3))})
    assert (later.status_code, later.json["code"]) == (409, "already_told")
    clock.forward(days=2)
    assert let_know(chain, receipt, **body).json == told


def test_what_is_kept_back_before_its_time_is_never_told_and_what_was_told_stays(chain, shared, arrested):
    receipt, proceeding = arrested
    body = {"eventId": event_of(proceeding), "releaseAt": instant(NOW + timedelta(hours=1))}
    made = let_know(chain, receipt, **body).json
    path = f"/v1/reports/{receipt['id']}/releases/{made['id']}/withdrawal"
    assert chain.partner.post(path).status_code == 403
    assert chain.stranger.post(path).status_code == 404
    for _ in range(2):
        assert chain.prosecution.post(path).json["withdrawnBecause"] == "by_hand"
    chain.clock.forward(hours=2)
    tell_partners(shared)
    assert read(chain, receipt) == []
    told = let_know(chain, receipt, eventId=event_of(proceeding)).json
    late = chain.police.post(f"/v1/reports/{receipt['id']}/releases/{told['id']}/withdrawal")
    assert (late.status_code, late.json["code"]) == (409, "already_told")
    assert [one["id"] for one in read(chain, receipt)] == [told["id"]]


def test_a_fact_that_is_corrected_before_its_time_is_not_told(chain, shared, arrested):
    receipt, proceeding = arrested
    wrong = event_of(proceeding)
    let_know(chain, receipt, eventId=wrong, releaseAt=instant(NOW + timedelta(hours=1)))
    right = chain.record(proceeding, ARREST | {"occurredAt": "2026-11-23T10:30:00Z", "corrects": wrong})
    assert right.status_code == 201, right.json
    chain.clock.forward(hours=1)
    tell_partners(shared)
    assert read(chain, receipt) == []
    assert [one["withdrawnBecause"] for one in read(chain, receipt, chain.police)] == ["corrected"]
    assert let_know(chain, receipt, eventId=wrong).json["code"] == "event_corrected"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("no_order_known", "Wij kennen geen beschermingsbevel"),
        ("order_ended", "geldt niet meer"),
        ("not_enough", "nog niet over wie"),
    ],
)
def test_a_report_without_an_order_is_answered_with_what_she_can_do_and_its_alarms_close(chain, shared, answer, said):
    receipt = send(chain)
    assert [one.closed_at for one in alerts(shared)] == [None, None]
    let_know(chain, receipt, chain.stranger, answer=answer)
    (told,) = read(chain, receipt)
    assert told["kind"] == "answer" and said in told["text"] and "blijft bewaard" in told["text"]
    assert len(told["options"]) >= 4 and any("112" in one for one in told["options"])
    assert word(chain, receipt) == "answered"
    assert all(one.closed_at is not None for one in alerts(shared))
    heard = [(what, data.get("status")) for what, data in news(shared, chain.partner.organisation_id)]
    assert heard == [("received", "received"), ("released", None), ("status_changed", "answered")]


def test_an_order_that_has_ended_leaves_the_report_kept_and_the_word_received_until_a_human_answers(chain, shared):
    chain.order(ends_on=(NOW - timedelta(days=30)).date())
    receipt = send(chain, orderNumber=NUMBER)
    assert word(chain, receipt) == "received"
    let_know(chain, receipt, answer="order_ended", releaseAt=instant(NOW + timedelta(hours=1)))
    tell_partners(shared)
    assert word(chain, receipt) == "received"
    assert [one.closed_at for one in alerts(shared)] == [None, None]
    chain.clock.forward(hours=1)
    tell_partners(shared)
    assert word(chain, receipt) == "answered"
    assert chain.partner.get(f"/v1/reports/{receipt['id']}").status_code == 200


def test_an_answer_that_was_overtaken_by_a_link_is_not_told(chain, shared):
    receipt = send(chain)
    let_know(chain, receipt, answer="no_order_known", releaseAt=instant(NOW + timedelta(hours=1)))
    order_id = chain.order()
    chain.police.post(f"/v1/reports/{receipt['id']}/link", {"orderId": str(order_id)})
    chain.clock.forward(hours=1)
    tell_partners(shared)
    assert read(chain, receipt) == []
    assert word(chain, receipt) == "being_assessed"
    assert let_know(chain, receipt, answer="not_enough").json["code"] == "report_linked"


def test_a_report_that_was_answered_and_then_linked_follows_its_breach(chain):
    receipt = send(chain)
    let_know(chain, receipt, answer="not_enough")
    order_id = chain.order()
    linked = chain.police.post(f"/v1/reports/{receipt['id']}/link", {"orderId": str(order_id)})
    assert (linked.status_code, word(chain, receipt)) == (200, "being_assessed")
    assert [one["kind"] for one in read(chain, receipt)] == ["answer"]


def test_releasing_is_on_record_as_disclosed(chain, shared, arrested):
    receipt, proceeding = arrested
    let_know(chain, receipt, eventId=event_of(proceeding))
    with shared.database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "disclosed")).all()
        assert [(one.object_ref, one.details["kind"]) for one in entries] == [(f"report:{receipt['id']}", "arrest")]


def every_step():
    for kind in EventKind:
        if kind_of(kind) is not None:
            codes = {name: st.sampled_from(values) for name, values in CODES.get(kind, {}).items()}
            if kind in (EventKind.HEARING_SET, EventKind.HEARING_ADJOURNED):
                codes["hearing_at"] = st.just("2026-12-08T09:30:00+00:00")
            must = set(REQUIRED.get(kind, ()))
            details = st.fixed_dictionaries(
                {name: codes[name] for name in codes if name in must},
                optional={name: codes[name] for name in codes if name not in must},
            )
            yield st.tuples(st.just(kind), details)


@given(st.one_of(*every_step()))
def test_every_step_that_can_be_told_has_a_whole_dutch_sentence(step):
    kind, details = step
    said = fact_nl(Fact(kind, NOW, details))
    assert said.endswith(".") and said[0].isupper() and "None" not in said and "  " not in said
    assert not {code for code in details.values() if "_" in code and code in said}
    assert kind_of(kind) in ReleaseKind


def test_a_hearing_is_told_in_dutch_time():
    told = fact_nl(Fact(EventKind.HEARING_SET, NOW, {"hearing_at": "2026-12-08T09:30:00+00:00"}))
    assert told == "Er komt een zitting bij de rechter, op dinsdag 8 december 2026 10:30 uur."


def test_every_answer_says_that_the_report_is_kept_and_what_she_can_do():
    for answer in Answer:
        text, options = answer_nl(answer)
        assert "blijft bewaard" in text and len(options) >= 4
