import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.privacy.models import PrivacyItem
from tests.world import some_id

HELD = {"postcode": "9712 XK", "houseNumber": "77"}
ADDRESS = "Verborgenlaan 77, 9712XK Groningen"
REASON = "Zij is aan de lijn en zegt dat hij voor de deur staat."
WHERE = ("Verborgenlaan", "9712XK", "Groningen")


@pytest.fixture
def seeing(world):
    """A room that may see who is protected, and may ask where she is."""
    scopes = (Scope.LOOKUPS_ASK, Scope.PROTECTED_READ, Scope.PROTECTED_ADDRESSES_ASK)
    return world.caller("POL-MN", OrganisationKind.POLICE, *scopes)


@pytest.fixture
def look(seeing):
    def look(**question):
        answer = seeing.post("/v1/lookups", {"purpose": "acute_call", "incidentNumber": "I-1", **question})
        assert answer.status_code == 200, answer.json
        return answer.json

    return look


def path_of(answer):
    return f"/v1/lookups/{answer['lookupId']}/address-disclosures"


def wanted(order_id, **changes):
    return {"orderId": str(order_id), "reference": "P1", "reason": REASON} | changes


def items_of(officer):
    return officer.get("/v1/privacy-items").json["items"]


def test_the_address_is_told_against_a_reason_and_raises_an_item_with_a_term(register, noise, look, seeing, officer):
    order_id = register()
    found = look(bsn="999990019")
    assert found["hits"][0]["protected"][0]["name"] == "Fictitia Vosmeer"
    assert not [word for word in WHERE if word in str(found)]
    answer = seeing.post(path_of(found), wanted(order_id))
    assert answer.status_code == 200 and answer.json["addressesNl"] == [ADDRESS]
    (item,) = items_of(officer)
    assert (item["kind"], item["status"], item["reason"]) == ("protected_address", "open", REASON)
    assert (item["lookups"], item["orderId"], item["reference"]) == ([found["lookupId"]], str(order_id), "P1")
    assert item["reviewBy"] == answer.json["reviewBy"] == "2026-11-26T12:00:05Z"
    assert not [word for word in WHERE if word in str(item)]


def test_what_was_told_is_in_the_audit_without_the_reason_which_is_sealed(register, look, seeing, shared, officer):
    order_id = register()
    seeing.post(path_of(look(bsn="999990019")), wanted(order_id))
    with shared.database.reading() as session:
        entry = session.scalar(select(AuditEntry).where(AuditEntry.action == "disclosed"))
        item = session.scalar(select(PrivacyItem))
    assert (entry.object_ref, entry.details["item"], entry.end_user) == (f"order:{order_id}", str(item.id), "tester-1")
    assert REASON not in str(entry.details) + str(item.context) and REASON.encode() not in item.reason_sealed


def test_a_second_request_for_the_same_hit_is_another_lookup_or_the_same_item(register, look, seeing, officer):
    order_id = register()
    first, second = look(bsn="999990019"), look(bsn="999990019")
    for found in (first, first, second):
        assert seeing.post(path_of(found), wanted(order_id)).status_code == 200
    assert [each["lookups"] for each in items_of(officer)] == [[second["lookupId"]], [first["lookupId"]]]


def test_no_address_is_told_without_reason_scope_lookup_or_hit(
    register, noise, look, seeing, room, world, officer, clock
):
    order_id = register()
    found, miss = look(bsn="999990019"), look(bsn="900000016")
    assert seeing.post(path_of(found), wanted(order_id, reason=" ")).status_code == 400
    assert room.post(path_of(found), wanted(order_id)).status_code == 403
    assert seeing.post(path_of(miss), wanted(order_id)).status_code == 404
    assert seeing.post(path_of(found), wanted(order_id, reference="P9")).status_code == 404
    assert seeing.post(path_of(found), wanted(some_id())).status_code == 404
    assert seeing.post(path_of({"lookupId": some_id()}), wanted(order_id)).status_code == 404
    other = world.caller("POL-LI", OrganisationKind.POLICE)
    assert other.post(path_of(found), wanted(order_id)).status_code == 404
    partner = world.caller("SHN", OrganisationKind.PARTNER)
    assert partner.post(path_of(found), wanted(order_id)).status_code == 403
    clock.forward(hours=25)
    assert seeing.post(path_of(found), wanted(order_id)).status_code == 404
    assert items_of(officer) == []


def test_a_briefing_tells_the_address_that_the_question_held_and_no_other(register, noise, look, seeing, room):
    order_id = register()
    path = f"/v1/orders/{order_id}/briefing?purpose=acute_call"

    def told(caller, found=None):
        more = f"&lookupId={found['lookupId']}" if found else ""
        return caller.get(path + more).json["protected"][0]["addressesNl"]

    assert told(seeing, look(**HELD)) == [ADDRESS]
    assert told(seeing, look(**HELD, suffix="B")) == [ADDRESS]
    assert told(seeing, look(bsn="999990019", postcode="9712 XK", houseNumber="78")) is None
    assert told(seeing, look(bsn="999990019")) is None
    assert told(seeing) is None
    assert told(room, look(**HELD)) is None
