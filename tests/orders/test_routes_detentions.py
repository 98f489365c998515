from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.http.fields import format_instant
from registry.orders.naming.identifiers import PartialDate
from tests.orders.orders import SUBJECT, content, message
from tests.world import NOW, some_id

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def police(world):
    return world.caller("POL-MN", OrganisationKind.POLICE, Scope.ORDERS_READ, Scope.DETENTIONS_WRITE)


@pytest.fixture
def order_id(deliver):
    return deliver(message())


@pytest.fixture
def detained(police, order_id):
    def detained(from_at=NOW - 3 * DAY, kind="detained", **more):
        body = {"orderId": str(order_id), "kind": kind, "fromAt": format_instant(from_at), "source": "DJI"}
        return police.post("/v1/detentions", body | more).json

    return detained


def status(police, order_id):
    return police.get(f"/v1/orders/{order_id}").json["status"]


def listed(police, order_id, query=""):
    return police.get(f"/v1/orders/{order_id}/detentions{query}").json


def test_a_detention_that_ends_moves_the_end_of_the_order_and_keeps_what_was_known(clock, police, order_id, detained):
    first = detained()
    assert (status(police, order_id)["code"], status(police, order_id)["bindsWhilePaused"]) == ("paused", True)
    clock.forward(hours=1)
    ended = police.post(f"/v1/detentions/{first['id']}/end", {"untilAt": format_instant(NOW)})
    assert (ended.status_code, ended.json["fromAt"]) == (201, first["fromAt"])
    after = status(police, order_id)
    assert (after["code"], after["bindsWhilePaused"]) == ("in_force", None)
    assert "tot en met 2 november 2028" in after["reasons"][0]["text"]
    newest, oldest = listed(police, order_id)["detentions"]
    assert (oldest["untilAt"], oldest["replacedBecause"], oldest["replacementId"]) == (None, "ended", newest["id"])
    assert (newest["untilAt"], newest["replacedAt"]) == (format_instant(NOW), None)


def test_a_correction_replaces_and_a_withdrawal_takes_back(clock, police, order_id, detained):
    first = detained()
    body = {"kind": "detained", "fromAt": format_instant(NOW - 9 * DAY), "untilAt": None, "source": "DJI"}
    corrected = police.post(f"/v1/detentions/{first['id']}/correction", body).json
    clock.forward(hours=1)
    gone = police.post(f"/v1/detentions/{corrected['id']}/withdrawal")
    assert (gone.status_code, gone.json["replacedBecause"]) == (200, "mistaken")
    assert status(police, order_id)["code"] == "in_force"
    assert [one["replacedBecause"] for one in listed(police, order_id)["detentions"]] == ["mistaken", "corrected"]
    assert listed(police, order_id, "?held=true")["detentions"] == []


def test_what_gave_way_cannot_be_changed_again(police, order_id, detained):
    first = detained()
    police.post(f"/v1/detentions/{first['id']}/end", {"untilAt": format_instant(NOW)})
    for path, body in (("end", {"untilAt": format_instant(NOW)}), ("withdrawal", None)):
        answer = police.post(f"/v1/detentions/{first['id']}/{path}", body)
        assert (answer.status_code, answer.json["code"]) == (409, "detention_replaced")


def test_a_stretch_that_ends_before_it_begins_is_refused(police, order_id, detained):
    first = detained()
    before = {"untilAt": format_instant(NOW - 4 * DAY)}
    answer = police.post(f"/v1/detentions/{first['id']}/end", before)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (400, "#/untilAt")
    assert listed(police, order_id)["detentions"][0]["replacedAt"] is None


def test_a_list_goes_on_where_it_stopped(clock, police, order_id, detained):
    made = [detained(NOW - n * HOUR)["id"] for n in range(1, 6)]
    first = listed(police, order_id, "?limit=3")
    second = listed(police, order_id, f"?limit=3&cursor={first['next']}")
    assert [one["id"] for one in first["detentions"] + second["detentions"]] == made[::-1]
    assert second["next"] is None


def test_unlawful_absence_pauses_a_gvm_and_no_suspended_sentence(police, order_id, deliver, detained, clock):
    gvm = deliver(message(told=content(regime="GVM"), number="GVM-1"))
    detained(kind="unlawfully_absent")
    assert [status(police, each)["code"] for each in (order_id, gvm)] == ["in_force", "paused"]


def test_detentions_of_an_order_of_others_are_not_there(world, police, order_id, detained):
    first = detained()
    stranger = world.caller("POL-OB", OrganisationKind.POLICE, Scope.ORDERS_READ, Scope.DETENTIONS_WRITE)
    assert stranger.get(f"/v1/orders/{order_id}/detentions").status_code == 404
    assert stranger.post(f"/v1/detentions/{first['id']}/withdrawal").status_code == 404
    assert stranger.post(f"/v1/detentions/{first['id']}/end", {"untilAt": format_instant(NOW)}).status_code == 404
    assert police.post(f"/v1/detentions/{some_id()}/withdrawal").status_code == 404
    assert listed(police, order_id)["detentions"][0]["replacedAt"] is None


def test_a_question_or_a_body_that_is_wrong_names_each_fault(police, order_id, detained):
    assert listed(police, order_id, "?held=maybe")["errors"][0]["pointer"] == "?held"
    answer = police.post(f"/v1/detentions/{detained()['id']}/correction", {"kind": "asleep", "source": ""})
    assert {one["pointer"] for one in answer.json["errors"]} == {"#/kind", "#/fromAt", "#/source"}


def test_each_read_and_change_is_audited(shared, police, order_id, detained):
    first = detained()
    police.post(f"/v1/detentions/{first['id']}/withdrawal")
    listed(police, order_id)
    with shared.database.reading() as session:
        found = select(AuditEntry.action, AuditEntry.details).where(
            AuditEntry.organisation_id == police.organisation_id
        )
        told = [(action, details.get("because"), details.get("part")) for action, details in session.execute(found)]
    assert {("collected", None, None), ("changed", "mistaken", None), ("consulted", None, "detentions")} <= set(told)


def test_a_detention_under_a_number_that_somebody_else_bears_is_kept_in_doubt_until_it_is_confirmed(
    deliver, police, order_id, detained
):
    other = replace(SUBJECT, skn=None, surname="Yilmaz", birth_date=PartialDate(1999, 4, 2))
    deliver(message(told=content(subject=other), number="CJIB-2026-000124"))
    told = detained()
    assert told["doubt"]["code"] == "number_shared" and "telt niet mee" in told["doubt"]["text"]
    assert status(police, order_id)["code"] == "in_force"
    confirmed = {name: told[name] for name in ("kind", "fromAt", "source")} | {"identityConfirmed": True}
    answer = police.post(f"/v1/detentions/{told['id']}/correction", confirmed)
    assert (answer.status_code, answer.json["doubt"]) == (201, None)
    assert status(police, order_id)["code"] == "paused"
    assert [one["doubt"] and one["doubt"]["code"] for one in listed(police, order_id)["detentions"]] == [
        None,
        "number_shared",
    ]
