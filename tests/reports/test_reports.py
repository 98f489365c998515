import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind
from registry.enforcement.models import Breach
from registry.reports.models import Report
from registry.reports.news import tell_partners
from tests.enforcement.conftest import instant
from tests.reports.told import BSN, NUMBER, REPORT, STORY, WISHES, alerts, link_of, send
from tests.world import NOW, some_id


def test_a_report_with_the_number_of_a_live_order_opens_a_suspected_breach(chain, shared):
    order_id = chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    link = link_of(chain, receipt)
    assert (link["orderId"], link["by"]) == (str(order_id), "exact_keys")
    breach = chain.police.get(f"/v1/breaches/{link['breachId']}").json
    assert (breach["status"], breach["origin"]) == ("suspected", "report")
    assert breach["sources"][0]["reference"] == f"report:{receipt['id']}"
    (alert,) = alerts(shared)
    assert (alert.alert_class, alert.priority) == ("report_received", 2)
    assert (alert.police_org_id, alert.supervising_org_id) == (
        chain.police.organisation_id,
        chain.probation.organisation_id,
    )
    assert alert.partner_org_id is None


def test_a_second_report_joins_the_breach(chain):
    chain.order()
    first, second = send(chain, orderNumber=NUMBER), send(chain, orderNumber=NUMBER, occurredAt="2026-11-23T08:00:00Z")
    assert link_of(chain, first)["breachId"] == link_of(chain, second)["breachId"]
    assert first["receiptNumber"] != second["receiptNumber"]


@pytest.mark.parametrize("acute", [False, True])
def test_the_receipt_is_the_same_whether_or_not_an_order_exists(chain, acute):
    chain.order()
    known, unknown = (send(chain, orderNumber=number, acute=acute) for number in (NUMBER, "CJIB-2026-999999"))
    bare = send(chain, acute=acute)

    def shape(receipt):
        random = {"id": "i" * 36, "receiptNumber": "r" * 16}
        assert {name: len(receipt[name]) for name in random} == {name: len(value) for name, value in random.items()}
        return json.dumps(receipt | random)

    assert shape(known) == shape(unknown) == shape(bare)
    statuses = [chain.partner.get(f"/v1/reports/{one['id']}/status").json["status"] for one in (known, unknown, bare)]
    assert statuses == ["received"] * 3
    listed = chain.partner.get("/v1/reports").json["reports"]
    assert [one["link"] for one in listed] == [None] * 3
    assert chain.partner.get(f"/v1/reports/{known['id']}").json["link"] is None


def test_an_acute_report_alarms_at_once_and_says_that_it_is_no_emergency_call(chain, shared):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER, acute=True)
    assert receipt["notices"][0] == "Dit is geen 112-melding. Bel 112 bij direct gevaar."
    (alert,) = alerts(shared)
    assert (alert.alert_class, alert.priority, alert.police_org_id) == ("report_acute", 1, chain.police.organisation_id)


def test_a_report_that_fits_no_order_is_put_before_the_duty_of_every_police_organisation(chain, shared):
    chain.order()
    receipt = send(chain, acute=True)
    assert {(one.alert_class, one.police_org_id) for one in alerts(shared)} == {
        ("report_acute", chain.police.organisation_id),
        ("report_acute", chain.stranger.organisation_id),
    }
    for police in (chain.police, chain.stranger):
        assert police.get(f"/v1/reports/{receipt['id']}").json["description"] == STORY
    assert chain.probation.get(f"/v1/reports/{receipt['id']}").status_code == 404


@pytest.mark.parametrize(
    ("known", "fits"),
    [
        ({"subject": {"bsn": "999990019"}}, True),
        ({"subject": {"bsn": " 9999.90.019 "}}, True),
        ({"subject": {"skn": "1234567"}}, True),
        ({"subject": {"bsn": "999990019", "skn": "7654321"}}, True),
        ({"subject": {"bsn": "999990019"}, "orderNumber": NUMBER}, True),
        ({"subject": {"bsn": "999990019"}, "orderNumber": "CJIB-2026-999999"}, False),
        ({"protected": {"bsn": "999990019"}}, False),
        ({"subject": {"surname": "Berg", "birthDate": "1985-03-12"}}, False),
        ({}, False),
    ],
)
def test_only_exact_keys_link_a_report(chain, known, fits):
    chain.order()
    assert (link_of(chain, send(chain, **known)) is not None) is fits


def test_two_orders_of_one_person_are_left_to_a_human_unless_the_number_tells_them_apart(chain):
    chain.order()
    other_id = chain.order(number="CJIB-2026-000124")
    assert link_of(chain, send(chain, subject={"bsn": BSN})) is None
    told = send(chain, subject={"bsn": BSN}, orderNumber="CJIB-2026-000124")
    assert link_of(chain, told)["orderId"] == str(other_id)


def test_an_order_that_is_over_is_left_to_a_human(chain):
    chain.order(starts_on=date(2025, 1, 1), ends_on=date(2026, 1, 1))
    assert link_of(chain, send(chain, orderNumber=NUMBER)) is None


# The day after the last one in the Netherlands, and the day before the first.
OUTSIDE = ("2026-11-22T23:30:00Z", "2024-12-31T12:00:00Z")


def test_a_breach_of_the_last_days_of_an_order_is_linked_to_it_though_it_is_over_by_now(chain):
    order_id = chain.order(starts_on=date(2025, 1, 1), ends_on=date(2026, 11, 22))
    days = {at: send(chain, orderNumber=NUMBER, occurredAt=at) for at in ("2026-11-22T22:30:00Z", *OUTSIDE)}
    assert link_of(chain, days.pop("2026-11-22T22:30:00Z"))["orderId"] == str(order_id)
    assert [link_of(chain, one) for one in days.values()] == [None, None]


def test_an_order_that_nobody_here_watches_over_is_left_to_a_human(chain):
    chain.order(
        police_unit=None, supervision=type("Nobody", (), {"organisation": None, "contact_name": None, "phone": None})
    )
    assert link_of(chain, send(chain, orderNumber=NUMBER)) is None


def test_a_human_of_police_or_prosecution_links_a_report_and_its_open_alarms_close(chain, shared):
    order_id, other_id = chain.order(), chain.order(number="CJIB-2026-000124")
    receipt = send(chain)
    path = f"/v1/reports/{receipt['id']}/link"
    for who in (chain.probation, chain.partner):
        assert who.post(path, {"orderId": str(order_id)}).status_code == 403
    assert chain.stranger.post(path, {"orderId": str(order_id)}).status_code == 404
    assert chain.police.post(path, {"orderId": str(some_id())}).status_code == 404
    for _ in range(2):
        assert chain.police.post(path, {"orderId": str(order_id)}).json["link"]["by"] == "human"
    assert chain.prosecution.post(path, {"orderId": str(other_id)}).json["code"] == "report_linked"
    found = alerts(shared)
    assert [one.closed_at is None for one in found] == [False, False, True]
    assert found[-1].supervising_org_id == chain.probation.organisation_id
    assert chain.stranger.get(f"/v1/reports/{receipt['id']}").status_code == 404
    assert chain.probation.get(f"/v1/reports/{receipt['id']}").status_code == 200
    assert len(chain.police.get("/v1/breaches").json["breaches"]) == 1


def test_a_report_sent_twice_under_the_partners_own_number_is_one(chain, shared, world):
    first = send(chain, reference="SHN-1")
    assert send(chain, reference="SHN-1") == first
    for other in ({"description": "Iets anders."}, {"reportedAt": "2026-11-23T10:30:00Z"}):
        changed = chain.partner.post("/v1/reports", REPORT | {"reference": "SHN-1"} | other)
        assert (changed.status_code, changed.json["code"]) == (409, "reference_used")
    other = world.caller("VT", OrganisationKind.PARTNER)
    assert send(chain, by=other, reference="SHN-1")["id"] != first["id"]
    with shared.database.reading() as session:
        assert len(session.scalars(select(Report)).all()) == 2


def test_what_a_victim_told_is_nowhere_in_clear(chain, shared):
    chain.order()
    for changes in ({"orderNumber": NUMBER}, {"acute": True}):
        send(chain, contact=WISHES, subject={"bsn": BSN, "surname": "Berg"}, **changes)
    tell_partners(shared)
    with shared.database.reading() as session:
        for table in ("report", "alert", "event", "breach", "breach_source", "audit_entry"):
            rows = repr(session.connection().exec_driver_sql(f"SELECT * FROM {table}").all())
            assert rows != "[]"
            assert not [one for one in ("Vosmeer", "Verborgenlaan", "0687654321", BSN, "Berg") if one in rows]


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"subject": {"bsn": "123456789"}}, ["#/subject/bsn"]),
        ({"occurredAt": "2026-11-24T10:00:00Z"}, ["#/occurredAt"]),
        ({"reportedAt": "2026-11-24T10:00:00Z"}, ["#/reportedAt"]),
        ({"reportedAt": "2026-11-23T09:59:59Z"}, ["#/reportedAt"]),
        ({"occurredAt": "gisteren", "kind": "gossip"}, ["#/kind", "#/occurredAt"]),
        ({"description": "  "}, ["#/description"]),
        ({"acute": "ja", "extra": 1}, ["#/acute", "#/extra"]),
        ({"contact": {"how": "Bellen"}}, ["#/contact/wantsToHear"]),
    ],
)
def test_a_faulty_report_is_refused_with_every_fault_and_nothing_is_kept(chain, shared, changes, pointers):
    answer = chain.partner.post("/v1/reports", REPORT | changes)
    assert answer.status_code == 400
    assert sorted(one["pointer"] for one in answer.json["errors"]) == pointers
    assert "123456789" not in answer.text
    with shared.database.reading() as session:
        assert session.scalars(select(Report)).all() == []


def test_a_report_and_the_monitor_tell_of_one_breach(chain, shared):
    order_id = chain.order()
    breach = chain.breach(order_id, occurredFrom=instant(NOW - timedelta(hours=4)))
    receipt = send(chain, orderNumber=NUMBER)
    assert link_of(chain, receipt)["breachId"] == breach["id"]
    with shared.database.reading() as session:
        assert len(session.scalars(select(Breach)).all()) == 1


def test_receiving_linking_and_reading_are_audited(chain, shared):
    order_id = chain.order()
    receipt = send(chain)
    chain.police.post(f"/v1/reports/{receipt['id']}/link", {"orderId": str(order_id)})
    chain.probation.get(f"/v1/reports/{receipt['id']}")
    with shared.database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.object_ref == f"report:{receipt['id']}")).all()
        assert {one.action for one in entries} == {"collected", "combined", "consulted"}
