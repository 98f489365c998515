import pytest

from registry.access.rules import OrganisationKind, Scope
from registry.enforcement.evidence.checklist import BreachKind, checked, checklist, kind_of
from registry.orders.rules import ConditionType
from tests.orders.orders import CONTACT_BAN

CAMERA = {"kind": "camera", "reference": "PL0900-1", "note": "Beelden van de bakker aan de Verborgenlaan."}


def test_every_kind_of_breach_says_what_it_needs_and_every_condition_has_a_kind():
    assert set(checklist().kinds) == set(BreachKind)
    assert all(row.need and row.name_nl for row in checklist().kinds.values())
    kinds = {one: kind_of(one.value) for one in ConditionType}
    assert kinds[ConditionType.CONTACT_BAN] is BreachKind.CONTACT
    assert kinds[ConditionType.AREA_BAN] is BreachKind.LOCATION
    assert kinds[ConditionType.LOCATION_DUTY] is BreachKind.DUTY
    assert kind_of(None) is BreachKind.OTHER


@pytest.mark.parametrize(
    ("kind", "present", "missing"),
    [
        ("contact", set(), ["known", "what", "who"]),
        ("contact", {"call_log", "service_record"}, ["who"]),
        ("contact", {"call_log", "service_record", "subscriber_data"}, []),
        ("location", {"monitor_bundle"}, ["known"]),
        ("digital", {"screenshot", "victim_statement"}, ["known", "who"]),
        ("duty", {"supervision_report", "subject_statement"}, []),
        ("other", {"document"}, ["known", "who"]),
    ],
)
def test_what_is_missing_follows_from_the_kind_and_what_is_there(kind, present, missing):
    found = checked([BreachKind(kind)], present)
    assert [one.need.code for one in found if not one.met_by] == missing


def checks(chain, breach, by=None):
    return (by or chain.police).get(f"/v1/breaches/{breach['id']}/evidence").json


def test_evidence_is_recorded_once_and_what_is_missing_shrinks(chain):
    order_id = chain.order(conditions=(CONTACT_BAN,), imposed_in_presence=False)
    breach = chain.breach(order_id, kind="contact")
    before = checks(chain, breach)
    assert (before["kinds"], before["missing"]) == (["contact"], ["dat hij het bevel kende"])
    path = f"/v1/breaches/{breach['id']}/evidence"
    first = chain.police.post(path, CAMERA).json
    assert chain.police.post(path, CAMERA).json["id"] == first["id"]
    other = chain.police.post(path, CAMERA | {"kind": "photo"})
    assert (other.status_code, other.json["code"]) == (409, "reference_used")
    statement = {"kind": "subject_statement", "reference": "PL0900-2"}
    chain.prosecution.post(path, statement)
    after = checks(chain, breach)
    assert (after["missing"], after["complete"]) == ([], True)
    assert [one["kind"] for one in after["evidence"]] == ["camera", "subject_statement"]


def test_an_order_that_was_served_is_known_to_him(chain):
    served = chain.breach(chain.order(imposed_in_presence=True), kind="location")
    assert checks(chain, served)["missing"] == []


def test_evidence_is_shown_to_those_it_concerns_and_its_note_to_who_may_know_who_is_protected(chain, world):
    breach = chain.breach(chain.order())
    path = f"/v1/breaches/{breach['id']}/evidence"
    chain.police.post(path, CAMERA)
    narrow = world.caller("POL-MN", OrganisationKind.POLICE, Scope.BREACHES_READ)
    assert "Verborgenlaan" not in narrow.get(path).text
    assert checks(chain, breach)["evidence"][0]["note"] == CAMERA["note"]
    assert chain.stranger.get(path).status_code == 404
    assert chain.stranger.post(path, CAMERA).status_code == 404


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({"kind": "gossip"}, "#/kind"), ({"sha256": "ABC"}, "#/sha256"), ({"reference": "a b"}, "#/reference")],
)
def test_faulty_evidence_is_refused(chain, changes, pointer):
    breach = chain.breach(chain.order())
    answer = chain.police.post(f"/v1/breaches/{breach['id']}/evidence", CAMERA | changes)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (400, pointer)
    assert checks(chain, breach)["evidence"] == []
