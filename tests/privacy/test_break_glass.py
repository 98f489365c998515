import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.privacy.models import PrivacyItem
from tests.privacy.test_disclosing import items_of
from tests.world import some_id

REASON = "Hij houdt iemand vast; wij moeten weten wie."


@pytest.fixture
def team(world):
    """Who may not see who is protected, unless it must be."""
    return world.caller("POL-MN", OrganisationKind.POLICE, Scope.LOOKUPS_ASK, Scope.BREAK_GLASS_USE)


def look(caller, **question):
    return caller.post("/v1/lookups", {"purpose": "acute_call", "incidentNumber": "I-1", **question})


def test_a_lookup_for_a_reason_shows_who_is_protected_and_is_reviewed(register, noise, team, officer, shared):
    order_id = register()
    usual = look(team, bsn="999990019").json
    assert usual["hits"][0]["protected"][0]["name"] is None and usual["reviewBy"] is None
    assert items_of(officer) == []
    broken = look(team, bsn="999990019", breakGlassReason=REASON).json
    assert broken["hits"][0]["protected"][0]["name"] == "Fictitia Vosmeer"
    assert "Verborgenlaan" not in str(broken)
    (item,) = items_of(officer)
    assert (item["kind"], item["reason"], item["lookups"]) == ("break_glass", REASON, [broken["lookupId"]])
    assert item["reviewBy"] == broken["reviewBy"] == "2026-11-26T12:00:05Z"
    assert item["askedBy"]["endUser"] == "tester-1"
    with shared.database.reading() as session:
        entry = session.scalar(select(AuditEntry).where(AuditEntry.object_ref == f"lookup:{broken['lookupId']}"))
        row = session.scalar(select(PrivacyItem))
    assert entry.details["break_glass"] and entry.details["protected"] and entry.details["orders"] == [str(order_id)]
    assert REASON not in str(entry.details) and REASON.encode() not in row.reason_sealed


def test_break_glass_without_the_scope_or_a_reason_shows_and_raises_nothing(register, room, team, officer):
    register()
    refused = look(room, bsn="999990019", breakGlassReason=REASON)
    assert refused.status_code == 403 and "break-glass:use" in refused.json["detail"]
    assert look(team, bsn="999990019", breakGlassReason="  ").status_code == 400
    assert items_of(officer) == []


def test_a_break_glass_that_cannot_be_put_down_for_review_is_not_answered(register, team, monkeypatch):
    register()
    monkeypatch.setattr("registry.access.audit._append", lambda *_: 1 / 0)
    body = {"purpose": "acute_call", "bsn": "999990019", "breakGlassReason": REASON}
    answer = team.app.test_client().post("/v1/lookups", json=body, headers=team.headers)
    assert answer.status_code == 500 and b"Vosmeer" not in answer.data


def test_an_order_of_others_is_briefed_about_for_a_reason_and_each_time_reviewed(register, team, room, officer):
    order_id = register(police_unit=None)
    assert team.get(f"/v1/orders/{order_id}/briefing?purpose=acute_call").status_code == 404
    path = f"/v1/orders/{order_id}/break-glass-briefings"
    why = {"purpose": "acute_call", "reason": REASON}
    for _ in range(2):
        told = team.post(path, why)
        assert told.status_code == 200 and told.json["protected"][0]["name"] == "Fictitia Vosmeer"
        assert "Verborgenlaan" not in told.text
    assert [(each["kind"], each["orderId"]) for each in items_of(officer)] == [("break_glass", str(order_id))] * 2
    assert room.post(path, why).status_code == 403
    assert team.post(path, why | {"reason": ""}).status_code == 400
    assert team.post(f"/v1/orders/{some_id()}/break-glass-briefings", why).status_code == 404
    assert len(items_of(officer)) == 2
