"""Demands made for a test: by the prosecution, on the organisation that supervises a wearer."""

from datetime import timedelta

from registry.access.rules import OrganisationKind, Scope
from registry.http.fields import format_instant
from tests.world import NOW

SECOND = {"End-User": "tester-2"}
READING = (Scope.HISTORIES_READ, Scope.HISTORIES_EXPORT, Scope.EVIDENCE_EXPORT, Scope.DEMANDS_READ)


def window(from_s, until_s):
    """A window in seconds from NOW."""
    at = (format_instant(NOW + timedelta(seconds=second)) for second in (from_s, until_s))
    return dict(zip(("from", "until"), at, strict=True))


def demanded(wearer, **more):
    told = {"personId": wearer["personId"], "organisation": "OM-1", "demandedBy": "mr. V. Ordering"}
    told |= {"demandedByRole": "officier van justitie", "legalBasis": "Zie de vordering.", "document": "Vordering 12"}
    return told | window(-240, -60) | {"validUntil": format_instant(NOW + timedelta(days=7))} | more


def prosecutor(world, *more):
    """A caller of the organisation that demands; it asks no lookups."""
    return world.caller("OM-1", OrganisationKind.PROSECUTION, *READING, *more)


def recorded(field, wearer, **more):
    answer = field.supervisor.post("/v1/position-demands", demanded(wearer, **more))
    assert answer.status_code == 201, answer.text
    return answer.json


def approved(field, wearer, **more):
    """A demand that a second person approved; return its id."""
    made = recorded(field, wearer, **more)
    answer = field.supervisor.post(f"/v1/position-demands/{made['id']}/approval", headers=SECOND)
    assert answer.status_code == 200, answer.text
    return made["id"]


def revoke(field, demand_id):
    answer = field.supervisor.post(
        f"/v1/position-demands/{demand_id}/revocation", {"reason": "De zaak is geseponeerd."}
    )
    assert answer.status_code == 200, answer.text
    return answer.json


def reading(wearer):
    return f"/v1/wearers/{wearer['personId']}/position-readings"


def wanted(demand_id, begins_s=-240, until_s=-60, **more):
    return window(begins_s, until_s) | {"reason": "Dossier 12.", "demandId": demand_id} | more


def seconds_of(answer):
    assert answer.status_code == 200, answer.text
    return [one["at"][14:19] for one in answer.json["positions"]]
