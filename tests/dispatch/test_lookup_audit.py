import json

import pytest
from sqlalchemy import select

from registry.access.audit import ReadAuditor
from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind
from tests.world import some_id


@pytest.mark.parametrize("kind", [OrganisationKind.CJIB, OrganisationKind.PROBATION, OrganisationKind.PARTNER])
def test_only_police_and_prosecution_may_ask(world, kind):
    caller = world.caller("X", kind)
    assert caller.post("/v1/lookups", {"purpose": "report", "bsn": "999990019"}).status_code == 403


def test_every_lookup_also_one_without_a_hit_is_in_the_audit_before_its_answer_and_holds_no_personal_data(
    register, noise, room, shared, ask
):
    order_id = register()
    empty = ask(bsn="900000016", name="Oosterhuis")
    found = ask(bsn="999990019", phone="0612345678", incidentNumber="BVH 2026-1")
    with shared.database.reading() as session:
        asked = session.scalars(select(AuditEntry).where(AuditEntry.action == "consulted")).all()
        session.expunge_all()
    entries = {one.object_ref: one for one in asked}
    first, second = entries[f"lookup:{empty['lookupId']}"], entries[f"lookup:{found['lookupId']}"]
    assert first.details == {"incident": None, "fields": ["bsn", "name"], "orders": [], "found": 0, "protected": False}
    assert second.details["orders"] == [str(order_id)]
    assert (second.details["incident"], second.purpose, second.end_user) == ("BVH 2026-1", "acute_call", "tester-1")
    written = json.dumps([first.details, second.details])
    for personal in ("999990019", "900000016", "612345678", "Berg", "Oosterhuis"):
        assert personal not in written


def test_a_lookup_that_cannot_be_audited_is_not_answered(register, room, shared, monkeypatch):
    register()

    def full(*_):
        raise OSError("disk full")

    monkeypatch.setattr(shared.get(ReadAuditor), "write", full)
    body = {"purpose": "report", "bsn": "999990019"}
    answer = room.app.test_client().post("/v1/lookups", json=body, headers=room.headers)
    assert answer.status_code == 500
    assert b"Berg" not in answer.data


def test_a_lookup_without_incident_is_listed_until_the_incident_is_named(register, room, world, ask):
    first, second = ask(bsn="900000016"), ask(plate="12ABC3")
    ask(bsn="900000016", incidentNumber="2026-77")
    assert first["incidentMissing"]
    listed = room.get("/v1/lookups/missing-incidents").json["lookups"]
    assert [one["lookupId"] for one in listed] == [second["lookupId"], first["lookupId"]]
    assert listed[0] | {"askedAt": None, "lookupId": None} == {
        "lookupId": None,
        "askedAt": None,
        "endUser": "tester-1",
        "unit": "unit-1",
        "role": "role-1",
        "purpose": "acute_call",
        "hits": 0,
    }
    answer = room.put(f"/v1/lookups/{second['lookupId']}/incident", {"incidentNumber": "2026-78"})
    assert answer.json == {"lookupId": second["lookupId"], "incidentNumber": "2026-78"}
    left = room.get("/v1/lookups/missing-incidents").json["lookups"]
    assert [one["lookupId"] for one in left] == [first["lookupId"]]


def test_the_list_of_missing_incidents_goes_on_at_its_cursor(room, ask):
    asked = [ask(bsn="900000016")["lookupId"] for _ in range(3)]
    first = room.get("/v1/lookups/missing-incidents?limit=2").json
    second = room.get(f"/v1/lookups/missing-incidents?limit=2&cursor={first['next']}").json
    assert [one["lookupId"] for one in first["lookups"] + second["lookups"]] == asked[::-1]
    assert second["next"] is None


def test_the_lookups_of_another_organisation_are_not_listed_and_cannot_be_named(world, ask):
    lookup_id = ask(bsn="900000016")["lookupId"]
    other = world.caller("POL-LI", OrganisationKind.POLICE)
    assert other.get("/v1/lookups/missing-incidents").json["lookups"] == []
    assert other.put(f"/v1/lookups/{lookup_id}/incident", {"incidentNumber": "1"}).status_code == 404
    assert other.put(f"/v1/lookups/{some_id()}/incident", {"incidentNumber": "1"}).status_code == 404
