import csv
import io
import uuid

from sqlalchemy import select

from registry.access.rules import OrganisationKind, Scope
from registry.intake import export
from registry.intake.models import IntakeFinding
from registry.intake.overview import RowPage
from registry.intake.processing import process_pending
from registry.outbox.models import Event, EventAudience
from tests.intake.conftest import many, written
from tests.intake.messages import ABSENT, row
from tests.world import some_id

CSV = {"Accept": "text/csv"}


def _codes(caller, asked=""):
    listed = caller.get(f"/v1/findings{asked}").json["findings"]
    return [(each["orderNumber"], each["code"]) for each in listed]


def _lines(response):
    assert response.headers["Content-Type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(response.get_data(as_text=True), newline="")))


def _told(shared):
    with shared.database.reading() as session:
        found = session.execute(
            select(Event, EventAudience.organisation_id)
            .join(EventAudience)
            .where(Event.type == "nl.beschermingsbevel.delivery.row_accepted.v1")
            .order_by(Event.id)
        )
        return [(event.data, audience) for event, audience in found]


def test_a_warning_is_open_until_the_newest_content_of_the_order_no_longer_has_it(cjib, deliver, clock):
    deliver(row({"order/subject/bsn": "123456789", "order/startsOn": ABSENT}), *many(3, first=7))
    clock.forward(days=3, hours=5)
    assert _codes(cjib) == [("CJIB-2026-000123", "bsn_invalid"), ("CJIB-2026-000123", "start_missing")]
    deliver(row({"order/startsOn": ABSENT}, messageId="M-2", version=2, kind="correction"))
    (left,) = cjib.get("/v1/findings").json["findings"]
    assert (left["code"], left["version"], left["ageDays"], left["field"]) == ("start_missing", 1, 3, "/order/startsOn")
    deliver(row(messageId="M-3", version=3, kind="correction"))
    assert _codes(cjib) == []


def test_what_a_late_lower_version_warned_of_is_mended_already(cjib, deliver):
    deliver(row(messageId="M-2", version=2))
    deliver(row({"order/subject/bsn": "123456789"}))
    assert _codes(cjib) == []


def test_a_lower_version_that_comes_late_mends_nothing_of_the_newest(cjib, deliver):
    deliver(row({"order/subject/bsn": "123456789"}, messageId="M-2", version=2))
    deliver(row())
    assert _codes(cjib) == [("CJIB-2026-000123", "bsn_invalid")]


def test_an_ending_without_the_order_leaves_open_what_is_wrong_with_the_order(cjib, deliver):
    deliver(row({"order/subject/bsn": "123456789"}))
    deliver(row(messageId="M-2", version=2, kind="end", order=ABSENT))
    assert _codes(cjib) == [("CJIB-2026-000123", "bsn_invalid"), ("CJIB-2026-000123", "ending_without_order")]


def test_a_rejected_row_stays_open_until_a_later_row_of_the_order_is_accepted_and_then_its_sender_hears(
    cjib, deliver, shared
):
    rejected = deliver(row({"order/regime": "XX"}), *many(2, first=7)).json
    other = deliver(row({"order/regime": "XX"}, messageId="M-9", orderNumber="CJIB-2026-000999")).json
    assert _codes(cjib, "?severity=rejected") == [
        ("CJIB-2026-000123", "regime_unknown"),
        ("CJIB-2026-000999", "regime_unknown"),
    ]
    assert _told(shared) == []
    accepted = deliver(row(messageId="M-2")).json
    assert _codes(cjib, "?severity=rejected") == [("CJIB-2026-000999", "regime_unknown")]
    ((told, audience),) = _told(shared)
    assert audience == cjib.organisation_id and other["id"] != told["delivery_id"]
    assert told == {
        "delivery_id": rejected["id"],
        "row": 1,
        "outcome": "accepted",
        "order_id": accepted["results"][0]["orderId"],
        "version": 1,
        "by_delivery_id": accepted["id"],
        "by_row": 1,
    }


def test_a_message_of_another_sender_closes_nothing_and_tells_nobody(cjib, deliver, shared, world):
    other = world.caller("GEMEENTE", OrganisationKind.OTHER_SENDER)
    deliver(row({"order/regime": "XX"}))
    other.post("/v1/deliveries", data=row(messageId="G-1"), headers={"Content-Type": "application/x-ndjson"})
    assert _codes(cjib) == [("CJIB-2026-000123", "regime_unknown")]
    assert _told(shared) == []


def test_the_same_fault_in_an_identical_retry_stays_open_under_its_first_date(cjib, deliver, shared, clock):
    sent = deliver(row({"order/regime": "XX"}), row({}, messageId="M-2", orderNumber=None)).json
    before = cjib.get("/v1/findings").json["findings"]
    clock.forward(days=1)
    for number in (1, 2):
        assert cjib.post(f"/v1/deliveries/{sent['id']}/rows/{number}/retry").json["outcome"] == "rejected"
    after = cjib.get("/v1/findings").json["findings"]
    assert [each["id"] for each in after] == [each["id"] for each in before]
    assert {each["ageDays"] for each in after} == {1}
    with shared.database.reading() as session:
        assert len(session.scalars(select(IntakeFinding)).all()) == len(before)


def test_a_conflict_closes_with_the_next_message_that_is_accepted(cjib, deliver):
    deliver(row(), row({"court": "Anders"}, messageId="M-2"), row({"order/court": "Hof"}, messageId="M-3"))
    assert ("CJIB-2026-000123", "version_reused") in _codes(cjib)
    deliver(row(messageId="M-4", version=2, kind="change"))
    assert _codes(cjib, "?severity=conflict") == []


def test_the_list_is_paged_filtered_by_code_and_only_of_the_sender_himself(cjib, deliver, world):
    stranger = world.caller("GEMEENTE", OrganisationKind.OTHER_SENDER)
    deliver(*[row({"order/regime": None}, messageId=f"M-{n}", orderNumber=f"C-{n}") for n in range(5)])
    deliver(row({"order/startsOn": ABSENT}, messageId="M-77", orderNumber="C-77"))
    first = cjib.get("/v1/findings?limit=4").json
    second = cjib.get(f"/v1/findings?limit=4&cursor={first['next']}").json
    assert [each["orderNumber"] for each in first["findings"] + second["findings"]] == [
        *(f"C-{n}" for n in range(5)),
        "C-77",
    ]
    assert second["next"] is None
    assert _codes(cjib, "?code=start_missing") == [("C-77", "start_missing")]
    assert _codes(cjib, "?severity=warning") == [("C-77", "start_missing")]
    assert stranger.get("/v1/findings").json == {"findings": [], "next": None}
    assert len(_lines(stranger.get("/v1/findings", headers=CSV))) == 1
    assert world.caller("CJIB-2", OrganisationKind.CJIB, Scope.ORDERS_READ).get("/v1/findings").status_code == 403


def test_a_report_as_csv_has_every_row_and_is_read_a_piece_at_a_time(cjib, deliver, shared):
    faulty = {"order/subject/bsn": "123456789", "order/startsOn": ABSENT}
    sent = deliver(row(faulty, messageId="M-0"), *[b"not json"] * 1100).json
    process_pending(shared)
    report = f"/v1/deliveries/{sent['id']}"
    header, *lines = _lines(cjib.get(report, headers=CSV))
    assert len(header) == 15
    assert [line[0] for line in lines] == ["1", *(str(number) for number in range(1, 1102))]
    pieces = export.report_lines(shared.database, uuid.UUID(sent["id"]), RowPage(1_000_000))
    assert [piece.count(b"\r\n") for piece in pieces] == [1, 1001, 101]


def test_the_csv_of_a_small_report_says_what_the_json_says_and_may_be_cut(cjib, deliver):
    sent = deliver(row({"order/subject/bsn": "123456789", "order/startsOn": ABSENT}), *many(2, first=7), b"{").json
    report = f"/v1/deliveries/{sent['id']}"
    response = cjib.get(report, headers=CSV)
    header, *lines = _lines(response)
    told = [dict(zip(header, line, strict=True)) for line in lines]
    findings = [(str(each["row"]), one["code"]) for each in sent["results"] for one in each["findings"]]
    assert [(each["row"], each["code"]) for each in told if each["code"]] == findings
    assert [each["row"] for each in told] == ["1", "1", "2", "3", "4"]
    assert response.get_data(as_text=True).count("\r\n") == len(lines) + 1
    assert "attachment" in response.headers["Content-Disposition"]
    assert [line[0] for line in _lines(cjib.get(f"{report}?limit=1&cursor=1", headers=CSV))[1:]] == ["2"]
    assert {line[1] for line in _lines(cjib.get(f"{report}?outcome=rejected", headers=CSV))[1:]} == {"rejected"}
    assert cjib.get(f"/v1/deliveries/{some_id()}", headers=CSV).status_code == 404


def test_no_cell_of_a_report_becomes_a_formula(cjib, deliver):
    signs = ("=1+1", "+1", "-1", "@SUM(A1)", " =1", "\uff1d1")
    sent = deliver(*[row({}, messageId=sign, orderNumber=f"{sign}|{n}") for n, sign in enumerate(signs)]).json
    for _, _, message_id, number, *_ in _lines(cjib.get(f"/v1/deliveries/{sent['id']}", headers=CSV))[1:]:
        assert message_id.startswith("'") and number.startswith("'")
    assert len(sent["results"]) == len(signs)


def test_json_is_what_comes_when_nobody_asks_for_csv(cjib, deliver):
    sent = deliver(written({"messageId": "x"})).json
    assert cjib.get(f"/v1/deliveries/{sent['id']}", headers={"Accept": "*/*"}).json["id"] == sent["id"]
    assert cjib.get("/v1/findings", headers={"Accept": "text/html"}).status_code == 406
