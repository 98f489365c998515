import gzip
import json

import pytest

from registry.access.rules import OrganisationKind, Scope
from registry.http import Runtime
from registry.intake import service
from registry.intake.processing import process_pending
from registry.orders.service import find_order, known_versions
from registry.outbox.models import Event
from registry.outbox.rules import EventType
from tests.intake.conftest import Deliver, codes, many, outcomes, written
from tests.intake.messages import ABSENT, MESSAGE, row
from tests.world import Caller, World, some_id

NUMBER = "CJIB-2026-000123"


def stored(cjib: Caller) -> list[dict[str, object]]:
    found: list[dict[str, object]] = cjib.get("/v1/deliveries").json["deliveries"]
    return found


def test_one_message_is_answered_at_once_with_its_order(cjib: Caller, deliver: Deliver) -> None:
    answer = deliver(row())
    assert answer.status_code == 200, answer.text
    assert outcomes(answer) == ["accepted"]
    (result,) = answer.json["results"]
    assert (result["messageId"], result["orderNumber"], result["version"]) == ("M-1", NUMBER, 1)
    assert result["orderId"]
    assert answer.json["status"] == "done"
    assert cjib.get(f"/v1/deliveries/{answer.json['id']}").json == answer.json
    assert [one["id"] for one in stored(cjib)] == [answer.json["id"]]


@pytest.mark.parametrize("document", [MESSAGE, [MESSAGE], {"messages": [MESSAGE]}], ids=["one", "list", "messages"])
def test_json_may_be_one_message_a_list_or_messages(cjib: Caller, document: object) -> None:
    answer = cjib.post("/v1/deliveries", document)
    assert answer.status_code == 200, answer.text
    assert outcomes(answer) == ["accepted"]


def test_the_same_message_twice_changes_nothing(deliver: Deliver, shared: Runtime) -> None:
    first = deliver(row())
    again = deliver(row(), row(sentAt="2026-11-21T09:00:00Z"), row(messageId="M-2"))
    assert outcomes(again) == ["duplicate"] * 3
    assert {each["orderId"] for each in again.json["results"]} == {first.json["results"][0]["orderId"]}
    with shared.database.reading() as session:
        assert list(known_versions(session, NUMBER)) == [1]
        assert service.conflicts_to_alert(session) == []


def test_the_same_id_or_version_with_other_content_is_kept_and_changes_nothing(
    cjib: Caller, deliver: Deliver, shared: Runtime
) -> None:
    deliver(row())
    with shared.database.reading() as session:
        before = known_versions(session, NUMBER)
    same_id = row(version=2, kind="change")
    same_version = row({"order/court": "Rechtbank Limburg"}, messageId="M-2")
    answer = deliver(same_id, same_version, row(messageId="M-3", version=3, kind="change"))
    assert outcomes(answer) == ["conflict", "conflict", "accepted"]
    assert codes(answer.json["results"]) == [["message_id_reused"], ["version_reused"], []]
    listed = cjib.get(f"/v1/deliveries/{answer.json['id']}?outcome=conflict").json["results"]
    assert [each["row"] for each in listed] == [1, 2]
    with shared.database.reading() as session:
        after = known_versions(session, NUMBER)
    assert after == before | {3: after[3]}


def test_a_conflict_is_to_be_told_once(deliver: Deliver, shared: Runtime) -> None:
    deliver(row())
    answer = deliver(row(version=2))
    with shared.database.transaction() as session:
        (found,) = service.conflicts_to_alert(session)
        service.conflicts_were_told(session, found)
    assert (str(found.delivery_id), found.total) == (answer.json["id"], 1)
    with shared.database.reading() as session:
        assert service.conflicts_to_alert(session) == []


def test_another_sender_cannot_change_an_order_and_learns_nothing_of_it(deliver: Deliver, world: World) -> None:
    deliver(row())
    municipality = world.caller("GEM-1", OrganisationKind.OTHER_SENDER)
    civil = {"order/regime": "CIV"}
    same, ending = row(civil), row(civil, messageId="X-1", version=2, kind="end")
    answer = deliver(same, ending, by=municipality)
    assert outcomes(answer) == ["conflict", "conflict"]
    assert codes(answer.json["results"]) == [["other_sender"], ["other_sender"]]
    assert [each["orderId"] for each in answer.json["results"]] == [None, None]
    assert outcomes(deliver(row(civil, messageId="X-1", orderNumber="GEM-1-1"), by=municipality)) == ["accepted"]


def test_a_row_is_rejected_only_without_number_regime_or_person_and_never_costs_the_others(deliver: Deliver) -> None:
    nameless = {name: None for name in MESSAGE["order"]["subject"]}
    answer = deliver(
        row(orderNumber=ABSENT),
        row({"order/regime": None}),
        row({"order/subject": nameless}),
        row({"order/regime": "XYZ"}),
        b"geen json",
        row(),
    )
    assert outcomes(answer) == ["rejected"] * 5 + ["accepted"]
    rejections = [
        [each["code"] for each in result["findings"] if each["severity"] == "rejected"]
        for result in answer.json["results"]
    ]
    assert rejections == [
        ["order_number_missing"],
        ["regime_missing"],
        ["subject_unrecognisable"],
        ["regime_unknown"],
        ["row_not_json"],
        [],
    ]
    assert answer.json["counts"]["rejected"] == 5


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"order/conditions/0/zone": ABSENT}, "zone_missing"),
        ({"order/conditions/0/schedule": "altijd"}, "schedule_unreadable"),
        ({"order/subject/skn": None, "order/subject/bsn": None}, "subject_without_number"),
        ({"order/imposedInPresence": False, "order/service": None}, "service_unknown"),
        ({"order/endsOn": "2026-10-01"}, "end_before_start"),
        ({"order/nieuw": 1}, "unknown_field"),
    ],
)
def test_any_other_fault_is_a_warning_in_dutch_and_the_order_is_there(
    deliver: Deliver, shared: Runtime, changes: dict[str, object], code: str
) -> None:
    answer = deliver(row(changes))
    (result,) = answer.json["results"]
    assert result["outcome"] == "accepted_with_warnings"
    (found,) = [each for each in result["findings"] if each["code"] == code]
    assert found["severity"] == "warning" and found["field"].startswith("/order")
    assert found["messageNl"].endswith(".") and found["actionNl"].endswith(".")
    with shared.database.reading() as session:
        assert find_order(session, NUMBER) is not None


def test_only_senders_deliver(deliver: Deliver, world: World) -> None:
    police = world.caller("POL-1", OrganisationKind.POLICE)
    assert deliver(row(), by=police).status_code == 403
    reader = world.caller("CJIB", OrganisationKind.CJIB, Scope.DELIVERIES_READ)
    assert deliver(row(), by=reader).status_code == 403
    assert stored(reader) == []


def test_a_delivery_of_another_organisation_is_not_found(deliver: Deliver, world: World) -> None:
    answer = deliver(b"{}")
    other = world.caller("GEM-1", OrganisationKind.OTHER_SENDER)
    assert other.get(f"/v1/deliveries/{answer.json['id']}").status_code == 404
    assert other.post(f"/v1/deliveries/{answer.json['id']}/rows/1/retry").status_code == 404
    assert other.get(f"/v1/deliveries/{some_id()}").status_code == 404
    assert stored(other) == []


@pytest.mark.parametrize("body", [b"", b"\n \n\r\n", b"[]"], ids=["empty", "blank", "no messages"])
def test_a_body_without_a_message_is_refused(cjib: Caller, deliver: Deliver, body: bytes) -> None:
    media_type = "application/json" if body == b"[]" else "application/ndjson"
    answer = deliver(body, **{"Content-Type": media_type})
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (400, "body_empty")
    assert stored(cjib) == []


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"messageId": NaN}', b'"tekst"', b"[1,", b'{"messages": [], "x": 1}', b'{"messages": {}}', b"[" * 9999],
    ids=["cut", "nan", "text", "list", "others", "object", "deep"],
)
def test_json_that_is_none_is_refused_and_nothing_is_stored(cjib: Caller, deliver: Deliver, body: bytes) -> None:
    answer = deliver(body, **{"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert stored(cjib) == []


def test_another_media_type_or_coding_is_refused(deliver: Deliver) -> None:
    assert deliver(row(), **{"Content-Type": "text/csv"}).status_code == 415
    assert deliver(row(), **{"Content-Encoding": "br"}).status_code == 415


def test_not_a_number_in_a_line_costs_that_number_only(deliver: Deliver) -> None:
    raw = row({"order/conditions/0/zone/bufferM": 0}).replace(b'"bufferM": 0', b'"bufferM": NaN')
    (result,) = deliver(raw).json["results"]
    assert result["outcome"] == "accepted_with_warnings"
    assert "number_not_finite" in [each["code"] for each in result["findings"]]


def test_gzip_is_unpacked_as_it_comes_also_in_several_members(deliver: Deliver) -> None:
    first, *others = many(3)
    packed = gzip.compress(first + b"\n") + gzip.compress(b"\n".join(others))
    answer = deliver(packed, **{"Content-Encoding": "gzip"})
    assert outcomes(answer) == ["accepted"] * 3, answer.text


@pytest.mark.parametrize("media_type", ["application/x-ndjson", "application/json"])
def test_gzip_cut_short_leaves_nothing_behind(cjib: Caller, deliver: Deliver, media_type: str) -> None:
    rows = [row(messageId=f"M-{number}", filler="x" * 5000 + str(number)) for number in range(1500)]
    packed = gzip.compress(b"\n".join(rows))
    headers = {"Content-Encoding": "gzip", "Content-Type": media_type}
    answer = deliver(packed[: len(packed) - 20], **headers)
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (400, "gzip_truncated")
    damaged = deliver(packed[:-8] + bytes(8), **headers)
    assert (damaged.status_code, damaged.json["errors"][0]["code"]) == (400, "gzip_damaged")
    assert stored(cjib) == []


def test_a_line_too_large_is_rejected_and_the_next_is_not(deliver: Deliver) -> None:
    answer = deliver(row(filler="x" * (1 << 20)), row(filler="x" * (3 << 20)), row())
    assert outcomes(answer) == ["rejected", "rejected", "accepted"]
    assert codes(answer.json["results"])[:2] == [["row_too_large"], ["row_too_large"]]


def test_a_thousand_rows_are_answered_at_once(deliver: Deliver) -> None:
    answer = deliver(*[b'{"orderNumber": "X-%d"}' % number for number in range(1000)])
    assert answer.status_code == 200
    assert len(answer.json["results"]) == 1000
    assert answer.json["counts"]["rejected"] == 1000


def test_more_are_taken_in_and_processed_by_the_worker(cjib: Caller, deliver: Deliver, shared: Runtime) -> None:
    rows = [*many(20), *[b'{"orderNumber": "X-%d"}' % number for number in range(981)]]
    answer = deliver(*rows)
    assert answer.status_code == 202, answer.text
    assert (answer.json["status"], answer.json["rows"], answer.json["counts"]["pending"]) == ("processing", 1001, 1001)
    process_pending(shared)
    report = cjib.get(answer.headers["Location"]).json
    assert (report["status"], report["counts"]["accepted"], report["counts"]["rejected"]) == ("done", 20, 981)
    assert report["counts"]["pending"] == 0
    page = cjib.get(answer.headers["Location"] + f"?limit=200&cursor={report['next']}").json
    assert [each["row"] for each in page["results"]] == list(range(51, 251))
    process_pending(shared)
    with shared.database.reading() as session:
        (told,) = session.query(Event).where(Event.type == EventType.DELIVERY_PROCESSED)
        assert (told.data["rows"], told.data["accepted"], told.data["rejected"]) == (1001, 20, 981)


def test_a_planted_address_is_in_no_answer_and_no_log(
    cjib: Caller, deliver: Deliver, shared: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    street = "Geheimstraat"
    address = {"postcode": "9999ZZ", "houseNumber": street, "suffix": street, "street": street, f"{street} 12": 1}
    spot = {"type": "Circle", "address": address, "radiusM": street}
    changes = {
        "order/protected/0/addresses": [address],
        "order/conditions/0/text": f"Niet komen in de {street}.",
        "order/conditions/0/zone/shape": spot,
    }
    accepted = deliver(row(changes))
    rejected = deliver(row(changes | {"order/regime": street}, messageId="M-2"), row(changes, kind=street)[:-2])
    broken = deliver(row(changes)[:-2], **{"Content-Type": "application/json"})
    misplaced = deliver(written({"messages": [], street: 1}), **{"Content-Type": "application/json"})
    assert [answer.status_code for answer in (accepted, rejected, broken, misplaced)] == [200, 200, 400, 400]
    shown = cjib.get(f"/v1/deliveries/{accepted.json['id']}").text
    told = [answer.text for answer in (accepted, rejected, broken, misplaced)] + [shown, "".join(capsys.readouterr())]
    with shared.database.reading() as session:
        told += [json.dumps(event.data, default=str) for event in session.query(Event)]
    assert [text for text in told if street.lower() in text.lower() or "9999" in text] == []
