import base64
import json

import pytest
from sqlalchemy import select, text

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.jobs import watch_provisional
from registry.outbox.models import Event
from tests.intake.conftest import many
from tests.intake.provisional import INSTRUCTION, PDF, enter, entry, message, order
from tests.world import some_id


def ask(by, **question):
    answer = by.post("/v1/lookups", {"purpose": "acute_call", "incidentNumber": "2026-1", **question})
    assert answer.status_code == 200, answer.json
    return answer.json


def test_what_the_prosecution_enters_is_found_at_once_and_marked_provisional(prosecutor, police, deliver):
    deliver(*many(3))
    entered = enter(prosecutor)
    assert entered.status_code == 201, entered.json
    told = entered.json
    assert told["state"] == "waiting" and told["replacedBy"] is None and told["proposals"] == []
    assert told["enteredBy"]["code"] == told["instruction"]["organisation"]["code"] == "OM-MN"
    (hit,) = ask(police, bsn="111222333")["hits"]
    assert hit["orderNumber"] == told["orderNumber"]
    assert hit["status"]["code"] == "in_force" and hit["status"]["toBeVerified"]
    assert any("nog niet bevestigd door het CJIB" in reason for reason in hit["status"]["reasonsNl"])
    assert hit["provisional"]["enteredBy"] == "Organisatie OM-MN"
    assert hit["source"] == {"code": "OM-MN", "name": "Organisatie OM-MN", "doubtNl": None}


def test_the_list_of_orders_and_the_order_itself_say_that_it_is_provisional(prosecutor):
    made = enter(prosecutor).json
    (line,) = prosecutor.get("/v1/orders").json["orders"]
    whole = prosecutor.get(f"/v1/orders/{made['orderId']}").json
    for shown in (line, whole):
        assert shown["provisional"]["expiresAt"] == made["expiresAt"]
        assert "provisional" in [reason["code"] for reason in shown["status"]["reasons"]]


def test_the_police_enters_on_instruction_only(police, prosecutor):
    refused = enter(police)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (400, "#/instruction")
    for organisation in (None, "POL-MN", "NOBODY"):
        answer = enter(police, instruction=INSTRUCTION | {"organisation": organisation})
        assert answer.status_code == 400, organisation
    late = enter(police, instruction=INSTRUCTION | {"givenAt": "2026-11-24T11:00:00Z"})
    assert late.json["errors"][0]["pointer"] == "#/instruction/givenAt"
    made = enter(police, instruction=INSTRUCTION)
    assert made.status_code == 201
    told = prosecutor.get(f"/v1/provisional-orders/{made.json['orderId']}").json
    assert told["instruction"]["givenBy"] == "mr. A. Voorbeeld" and told["enteredBy"]["code"] == "POL-MN"
    (hit,) = ask(police, bsn="111222333")["hits"]
    assert any("in opdracht van Organisatie OM-MN" in reason for reason in hit["status"]["reasonsNl"])


def test_sent_twice_it_is_entered_once_and_another_order_under_the_reference_is_a_conflict(prosecutor, police):
    first, again = enter(prosecutor), enter(prosecutor)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    other = enter(prosecutor, order=order(regime="GDA", ground="b"))
    assert (other.status_code, other.json["code"]) == (409, "reference_used")
    assert len(ask(police, bsn="111222333")["hits"]) == 1


def test_past_its_term_it_is_never_in_force_and_says_why(prosecutor, police, clock):
    made = enter(prosecutor).json
    clock.forward(days=20, hours=23)
    assert ask(police, bsn="111222333")["hits"][0]["status"]["code"] == "in_force"
    clock.forward(hours=1)
    hit = ask(police, bsn="111222333")["hits"][0]
    assert hit["status"]["code"] == "expired_verify" and hit["powers"]["card"] is None
    assert any("niet bevestigd door het CJIB" in reason for reason in hit["status"]["reasonsNl"])
    shown = prosecutor.get(f"/v1/provisional-orders/{made['orderId']}").json
    assert shown["state"] == "expired"
    listed = prosecutor.get("/v1/provisional-orders?state=expired").json["provisionalOrders"]
    assert [one["orderId"] for one in listed] == [made["orderId"]]
    assert prosecutor.get("/v1/provisional-orders?state=waiting").json["provisionalOrders"] == []


def test_who_entered_it_withdraws_it_and_nobody_else_does(prosecutor, police, world):
    made = enter(police, instruction=INSTRUCTION).json
    path = f"/v1/provisional-orders/{made['orderId']}/withdrawal"
    stranger = world.caller("OM-NH", OrganisationKind.PROSECUTION)
    assert stranger.post(path, {"reason": "Vergissing."}).status_code == 404
    assert prosecutor.post(path, {"reason": "Vergissing."}).status_code == 403
    done = police.post(path, {"reason": "Vergissing."})
    assert done.json["state"] == "withdrawn"
    assert police.post(path, {"reason": "Vergissing."}).json["code"] == "provisional_withdrawn"
    (hit,) = ask(police, bsn="111222333")["hits"]
    assert hit["status"]["code"] == "ended"


def test_a_withdrawn_entry_meets_no_message(prosecutor, deliver):
    made = enter(prosecutor).json
    prosecutor.post(f"/v1/provisional-orders/{made['orderId']}/withdrawal", {"reason": "Vergissing."})
    deliver(message())
    shown = prosecutor.get(f"/v1/provisional-orders/{made['orderId']}").json
    assert (shown["state"], shown["replacedBy"], shown["proposals"]) == ("withdrawn", None, [])


def test_what_is_not_his_is_not_found(prosecutor, world):
    made = enter(prosecutor).json
    stranger = world.caller("OM-NH", OrganisationKind.PROSECUTION)
    path = f"/v1/provisional-orders/{made['orderId']}"
    for where in (path, f"{path}/document", f"/v1/provisional-orders/{some_id()}"):
        assert stranger.get(where).status_code == 404, where
    for verb, body in (("link", {"orderId": str(some_id())}), ("unlink", {"reason": "Nee."})):
        assert stranger.post(f"{path}/{verb}", body).status_code == 404
    assert stranger.get("/v1/provisional-orders").json["provisionalOrders"] == []


def test_the_document_needs_its_own_scope_and_reading_it_is_on_record(prosecutor, world, shared):
    made = enter(prosecutor).json
    path = f"/v1/provisional-orders/{made['orderId']}/document"
    reader = world.caller("OM-MN", OrganisationKind.PROSECUTION, Scope.PROVISIONAL_READ, Scope.ORDERS_READ)
    assert reader.get(path).status_code == 403
    given = prosecutor.get(path)
    assert given.data == PDF and given.headers["Content-Disposition"].endswith('.pdf"')
    with shared.database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.object_ref == f"order:{made['orderId']}")).all()
    assert any((each.details or {}).get("part") == "document" for each in entries)


@pytest.mark.parametrize(
    ("document", "status", "code"),
    [
        ("geen base64!", 400, None),
        (17, 400, None),
        ("", 400, None),
        (base64.b64encode(b"MZ\x90 program").decode(), 400, "document_type_unknown"),
        (base64.b64encode(b"%PDF-" + b"x" * (5 << 20)).decode(), 413, "content_too_large"),
        (base64.b64encode(b"%PDF-" + b"x" * (8 << 20)).decode(), 413, "content_too_large"),
    ],
    ids=["not-base64", "not-text", "empty", "program", "large", "beyond-the-body"],
)
def test_a_document_that_cannot_be_kept_is_refused(prosecutor, document, status, code):
    answer = enter(prosecutor, document=document)
    assert answer.status_code == status
    if code:
        told = {answer.json["code"], *(each.get("code") for each in answer.json.get("errors", []))}
        assert code in told
    assert prosecutor.get("/v1/orders").json["orders"] == []


def test_an_order_nothing_can_be_done_with_is_refused_with_every_reason(prosecutor):
    answer = enter(prosecutor, order={"regime": "XX", "subject": {}})
    assert answer.status_code == 400
    assert {each["code"] for each in answer.json["errors"]} == {"regime_unknown", "subject_unrecognisable"}
    deep = json.loads('{"a":' * 300 + "1" + "}" * 300)
    assert enter(prosecutor, order=deep).status_code == 400


def test_an_incomplete_order_is_entered_with_what_to_look_at(prosecutor):
    answer = enter(prosecutor, order=order(conditions=[], endsOn=None, surprise=1))
    assert answer.status_code == 201
    assert {"conditions_missing", "unknown_field"} <= {each["code"] for each in answer.json["findings"]}
    mayor = enter(prosecutor, "OM-2", order=order(regime="HV"))
    assert "regime_not_of_sender" in {each["code"] for each in mayor.json["findings"]}


def test_nobody_but_police_and_prosecution_enters(world, cjib):
    for code, kind in (("RN", OrganisationKind.PROBATION), ("GEM", OrganisationKind.OTHER_SENDER)):
        assert enter(world.caller(code, kind)).status_code == 403
    assert enter(cjib).status_code == 403


def test_no_personal_data_is_in_an_event_the_audit_or_in_clear(prosecutor, police, shared, deliver):
    made = enter(police, instruction=INSTRUCTION).json
    deliver(message())
    prosecutor.get(f"/v1/provisional-orders/{made['orderId']}/document")
    secrets = ("111222333", "Berg", "Vos", "Voorbeeld", "Dorpsstraat", "Bel de reclassering", "beslissing")
    with shared.database.reading() as session:
        told = [json.dumps(each.data) for each in session.scalars(select(Event))]
        told += [json.dumps([each.object_ref, each.details]) for each in session.scalars(select(AuditEntry))]
        for table in ("provisional_order", "provisional_document", "provisional_key", "provisional_proposal"):
            told += [str(tuple(each)) for each in session.execute(text(f"SELECT * FROM {table}"))]
    assert told and not [secret for secret in secrets for each in told if secret in each]


def test_whoever_entered_it_and_the_prosecution_are_called_before_it_expires_and_when_it_has(
    prosecutor, police, shared, clock, deliver
):
    def classes(by):
        return [
            each["class"]
            for each in by.get("/v1/alerts").json["alerts"]
            if each["class"].startswith("provisional") and each["status"] != "closed"
        ]

    enter(police, instruction=INSTRUCTION)
    watch_provisional(shared)
    assert classes(police) == classes(prosecutor) == []
    clock.forward(days=18)
    watch_provisional(shared)
    watch_provisional(shared)
    assert classes(police) == classes(prosecutor) == ["provisional_expiring"]
    clock.forward(days=3)
    watch_provisional(shared)
    assert classes(police) == classes(prosecutor) == ["provisional_expired"]
    deliver(message())
    watch_provisional(shared)
    assert classes(police) == classes(prosecutor) == []


def test_an_entry_needs_every_field_and_takes_no_other(prosecutor):
    whole = entry()
    for name in ("reference", "order", "document"):
        answer = prosecutor.post("/v1/provisional-orders", {key: one for key, one in whole.items() if key != name})
        assert answer.json["errors"][0]["pointer"] == f"#/{name}"
    assert prosecutor.post("/v1/provisional-orders", whole | {"status": "in_force"}).status_code == 400


def test_what_was_known_before_the_message_came_can_still_be_asked(prosecutor, clock, deliver):
    made = enter(prosecutor).json
    path, entered_at = f"/v1/orders/{made['orderId']}", "2026-11-23T12:00:00Z"
    clock.forward(days=2)
    deliver(message())
    clock.forward(days=1)
    assert prosecutor.get(path).json["status"]["code"] == "ended"
    then = prosecutor.get(f"{path}?knownAt=2026-11-24T12:00:00Z").json["status"]
    assert then["code"] == "in_force" and then["toBeVerified"]
    assert "entry" in [step["code"] for step in then["steps"]]
    assert prosecutor.get(f"{path}?asOf={entered_at}").json["status"]["code"] == "in_force"
    late = prosecutor.get(f"{path}?asOf=2027-01-01T12:00:00Z&knownAt=2026-11-24T12:00:00Z").json["status"]
    assert late["code"] == "expired_verify" and late["reasons"][0]["code"] == "provisional_expired"


def test_an_order_that_begins_later_expires_unconfirmed_too(prosecutor, police, clock):
    enter(prosecutor, order=order(startsOn="2027-03-01"))
    assert ask(police, bsn="111222333")["hits"][0]["status"]["code"] == "not_yet"
    clock.forward(days=200)
    assert ask(police, bsn="111222333")["hits"][0]["status"]["code"] == "expired_verify"
