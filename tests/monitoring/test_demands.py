"""Demands: who may make them work, what they open, and to whom they do not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.http.fields import format_instant
from registry.monitoring.demands.models import PositionDemand
from registry.monitoring.evidence.models import TrackExport
from tests.monitoring.demands import (
    SECOND,
    approved,
    demanded,
    prosecutor,
    reading,
    recorded,
    revoke,
    seconds_of,
    wanted,
    window,
)
from tests.monitoring.test_retention import LONG_AGO, after, at, days
from tests.monitoring.wearers import INSIDE, OUTSIDE, circle, stay
from tests.world import NOW, some_id

__all__ = ["days"]


@pytest.fixture
def om(world):
    return prosecutor(world)


@pytest.fixture
def wearer(field, om):
    """A wearer who was nowhere near his area, and another at the same places."""
    wearer = field.wearer()
    field.wearer("EB-other", circle(*INSIDE))
    seconds = (-300, -241, -240, -180, -120, -61, -60, -30)
    field.send(*stay(OUTSIDE, *seconds), *stay(OUTSIDE, *seconds, device="EB-other"))
    return wearer


def test_a_demand_opens_exactly_its_window_to_the_organisation_that_it_names(field, wearer, om):
    path, demand_id = reading(wearer), approved(field, wearer)
    assert seconds_of(om.post(path, wanted(demand_id))) == ["56:00", "57:00", "58:00", "58:59"]
    assert seconds_of(om.post(path, wanted(demand_id, -200, -100))) == ["57:00", "58:00"]
    for beyond in ((-241, -60), (-240, -59), (-300, -30), (-30, -10)):
        refused = om.post(path, wanted(demand_id, *beyond))
        assert (refused.status_code, "shorter time" in refused.json["detail"]) == (403, True)
    millisecond = {"until": (format_instant(NOW - timedelta(seconds=60) + timedelta(microseconds=1)))}
    assert om.post(path, wanted(demand_id) | millisecond).status_code == 403
    assert field.count(TrackExport) == 2


def test_nobody_else_reads_under_a_demand_and_no_other_wearer(field, wearer, om, world):
    path, demand_id = reading(wearer), approved(field, wearer)
    other = next(one for one in field.supervisor.get("/v1/couplings").json["couplings"] if one["device"] == "EB-other")
    refused = om.post(reading(other), wanted(demand_id))
    assert (refused.status_code, "another wearer" in refused.json["detail"]) == (403, True)
    strangers = [
        world.caller("OM-2", OrganisationKind.PROSECUTION),
        world.caller("POL-1", OrganisationKind.POLICE),
        world.caller("RN-2", OrganisationKind.PROBATION),
    ]
    for one in strangers:
        told, nothing = one.post(path, wanted(demand_id)), one.post(path, wanted(str(some_id())))
        assert (told.status_code, told.json["detail"]) == (404, nothing.json["detail"])
        assert one.get(f"/v1/position-demands/{demand_id}").status_code == 404
        assert one.get("/v1/position-demands").json["positionDemands"] == []
        assert one.post(f"/v1/position-demands/{demand_id}/revocation", {"reason": "Weg."}).status_code == 404
    assert field.provider.post(path, wanted(demand_id)).status_code == 403
    assert om.post(path, wanted(None)).status_code == 404
    assert om.post(path, wanted(str(some_id()))).status_code == 404
    assert field.count(TrackExport) == 0


def test_a_demand_opens_nothing_before_a_second_person_approved_it(field, wearer, om):
    made = recorded(field, wearer)
    own = f"/v1/position-demands/{made['id']}"
    assert (made["status"], om.get(own).status_code) == ("recorded", 404)
    assert om.post(reading(wearer), wanted(made["id"])).status_code == 404
    for same in ({}, {"End-User": "Tester 1"}, {"End-User": "TESTER-1."}, {"End-User": "Mr V Ordering"}):
        refused = field.supervisor.post(f"{own}/approval", headers=same)
        assert (refused.status_code, refused.json["code"]) == (409, "own_demand")
    assert om.post(f"{own}/approval").status_code == 403
    shown = field.supervisor.post(f"{own}/approval", headers=SECOND).json
    assert (shown["status"], shown["recordedBy"], shown["approvedBy"]) == ("approved", "tester-1", "tester-2")
    again = field.supervisor.post(f"{own}/approval", headers=SECOND)
    assert (again.status_code, again.json["code"]) == (409, "demand_approved")
    assert om.get(own).json == shown == om.get("/v1/position-demands").json["positionDemands"][0]
    assert om.post(reading(wearer), wanted(made["id"])).status_code == 200


def test_what_is_revoked_or_expired_opens_nothing_also_in_the_middle_of_a_list(field, wearer, om, world):
    path, demand_id, other_id = reading(wearer), approved(field, wearer), approved(field, wearer)
    first = om.post(path, wanted(demand_id, limit=2)).json
    revoke(field, demand_id)
    refused = om.post(path, wanted(demand_id, limit=2, cursor=first["next"]))
    assert (refused.status_code, refused.json["detail"]) == (403, "This demand was revoked.")
    again = field.supervisor.post(f"/v1/position-demands/{demand_id}/revocation", {"reason": "Nogmaals."})
    assert (again.status_code, again.json["code"]) == (409, "demand_revoked")
    assert om.get(f"/v1/position-demands/{demand_id}").json["status"] == "revoked"
    assert om.post(path, wanted(other_id, limit=2, cursor=first["next"])).status_code == 200
    world.clock.forward(days=7)
    refused = om.post(path, wanted(other_id))
    assert (refused.status_code, refused.json["detail"]) == (403, "This demand is no longer valid.")
    assert field.count(TrackExport) == 2


def test_every_step_is_audited_and_every_reading_with_its_demand(field, wearer, om):
    demand_id = approved(field, wearer)
    given = om.post(reading(wearer), wanted(demand_id, limit=3)).json
    assert (revoke(field, demand_id)["uses"], recorded(field, wearer)["lastUsedAt"]) == (1, None)
    entries = field.rows(select(AuditEntry))
    of_demand = [one for one in entries if one.object_ref == f"position-demand:{demand_id}"]
    assert sorted((one.action, one.end_user) for one in of_demand) == [
        ("changed", "tester-1"), ("changed", "tester-2"), ("collected", "tester-1"),
    ]  # fmt: skip
    (read,) = [one for one in entries if one.object_ref == f"positions:{given['id']}"]
    assert (read.action, read.details["demand"], read.details["shown"]) == ("disclosed", demand_id, 3)
    assert read.organisation_id == om.organisation_id
    (export,) = field.rows(select(TrackExport))
    assert (str(export.demand_id), export.kind, export.details["reason"]) == (demand_id, "positions", "Dossier 12.")
    assert "Ordering" not in str([one.details for one in entries]) and "Dossier" not in str(read.details)


def test_who_demands_and_on_what_basis_is_sealed(field, wearer):
    recorded(field, wearer)
    (sealed,) = field.rows(select(PositionDemand.details_sealed))
    assert b"Ordering" not in sealed and b"vordering" not in sealed


def test_only_who_supervises_the_wearer_records_a_demand(field, wearer, om, world):
    others = [world.caller("RN-2", OrganisationKind.PROBATION), world.caller("OM-2", OrganisationKind.PROSECUTION)]
    assert [one.post("/v1/position-demands", demanded(wearer)).status_code for one in others] == [404, 404]
    assert om.post("/v1/position-demands", demanded(wearer)).status_code == 403
    assert field.supervisor.post("/v1/position-demands", demanded({"personId": str(some_id())})).status_code == 404
    demand_id = approved(field, wearer)
    every = world.caller_of(om, *Scope)
    refused = every.post(f"/v1/position-demands/{demand_id}/revocation", {"reason": "Weg."})
    assert (refused.status_code, refused.json["code"]) == (409, "demand_of_another")
    assert field.count(PositionDemand) == 1


WRONG = {
    "organisation": [{"organisation": "X-1"}, {"organisation": "RN-MN"}, {"organisation": "EB"}],
    "demandedBy": [{"demandedBy": "Tester 1"}, {"demandedBy": " "}],
    "legalBasis": [{"legalBasis": " "}],
    "document": [{"document": "\n"}],
    "until": [window(-60, -240), window(-60, 1), window(-367 * 86_400, -60)],
    "validUntil": [{"validUntil": format_instant(NOW)}, {"validUntil": format_instant(NOW + timedelta(days=181))}],
}


def test_a_demand_that_is_unbounded_or_says_nothing_is_refused_with_the_place(field, wearer):
    for name, changes in WRONG.items():
        for change in changes:
            answer = field.supervisor.post("/v1/position-demands", demanded(wearer, **change))
            pointers = [fault["pointer"] for fault in answer.json["errors"]]
            assert (answer.status_code, pointers) == (400, [f"#/{name}"]), change
    assert field.count(PositionDemand) == 0


def test_what_a_demand_can_open_is_not_removed_before_it_ends(days, world):
    prosecutor(world)
    wearer = days.wearer(begins=LONG_AGO)
    days.send(*stay(OUTSIDE, -300, -180, -120, -30))
    days.world.clock.forward(days=20)
    ends, soon = ({"validUntil": format_instant(NOW + timedelta(days=day))} for day in (100, 25))
    demand_id = recorded(days, wearer, **ends)["id"]
    recorded(days, wearer, **window(-310, -250), **soon)
    after(days, days=20)
    after(days, days=1)
    # The last one is where he was seen last, from which he is judged on, until he is seen later.
    assert at(days)[:2] == [-180, -120] and -300 not in at(days)
    revoke(days, demand_id)
    after(days, days=1)
    assert min(at(days)) > -120
