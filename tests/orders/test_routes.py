import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from tests.description import description
from tests.orders.orders import content, message
from tests.world import NOW, some_id

EXAMPLES = Path(__file__).resolve().parents[2] / "api_spec" / "examples"


@pytest.fixture
def police(world):
    return world.caller("POL-MN", OrganisationKind.POLICE, Scope.ORDERS_READ)


def test_an_order_is_shown_with_its_status_and_why_in_dutch(deliver, police):
    order_id = deliver(message(), message(3, "change"))
    answer = police.get(f"/v1/orders/{order_id}").json
    assert answer["status"]["code"] == "in_force"
    assert answer["status"]["reasons"][0]["text"] == "Het bevel is ingegaan en geldt tot en met 31 oktober 2028."
    assert "ontbreekt een eerder bericht (nummer 2)" in answer["status"]["reasons"][1]["text"]
    assert (answer["missingVersions"], answer["missingCount"]) == ([2], 1)
    assert [one["version"] for one in answer["versions"]] == [1, 3]
    assert (answer["regimeName"], answer["subjectTerm"]) == ("voorwaardelijke veroordeling", "veroordeelde")
    assert answer["supervision"] == {"organisation": "RN-MN", "contactName": "A. Bakker", "phone": "+31301234567"}
    assert answer["parties"][0]["identity"]["birthDate"] == "1985-03-12"
    assert answer["conditions"][1]["summary"].startswith("Contactverbod: mag geen contact hebben met beschermde P1")


@pytest.mark.parametrize(
    ("regime", "decided_on", "judged_on", "imposed"),
    [
        ("VI", date(2024, 5, 6), date(2021, 6, 30), "voorwaardelijke invrijheidstelling (oude regeling)"),
        ("VI", date(2024, 5, 6), date(2021, 7, 1), "voorwaardelijke invrijheidstelling"),
        ("VI", date(2021, 6, 30), None, "voorwaardelijke invrijheidstelling (oude regeling)"),
        ("VI", date(2024, 5, 6), None, "voorwaardelijke invrijheidstelling"),
        ("VI", None, date(2015, 3, 2), "voorwaardelijke invrijheidstelling (oude regeling)"),
        # No other regime goes by a judgment.
        ("VV", date(2024, 5, 6), date(2015, 3, 2), "voorwaardelijke veroordeling"),
    ],
)
def test_a_release_is_named_after_the_scheme_of_the_judgment_and_not_of_the_decision_on_it(
    deliver, police, regime, decided_on, judged_on, imposed
):
    told = content(regime=regime, decided_on=decided_on, judged_on=judged_on)
    shown = police.get(f"/v1/orders/{deliver(message(told=told))}").json
    assert (shown["regimeName"], shown["judgedOn"]) == (imposed, judged_on and judged_on.isoformat())
    assert ("vóór 1 juli 2021" in shown["legalBasis"]["articles"]) is imposed.endswith("(oude regeling)")


def test_an_order_of_which_only_the_end_came_is_shown_as_incomplete(world, deliver):
    order_id = deliver(message(4, "withdrawal", None))
    sender = world.caller("CJIB", OrganisationKind.CJIB, Scope.ORDERS_READ)
    world.clock.forward(seconds=1)
    answer = sender.get(f"/v1/orders/{order_id}").json
    assert (answer["status"]["code"], answer["status"]["toBeVerified"]) == ("ended", True)
    assert (answer["regime"], answer["parties"], answer["conditions"]) == (None, [], [])
    assert sender.get("/v1/orders?number=CJIB-2026-000123").json["orders"][0]["id"] == str(order_id)


def test_an_order_of_another_organisation_is_not_there(world, deliver, police):
    other = deliver(message(told=content(police_unit="POL-OB")))
    paths = (f"/v1/orders/{other}", f"/v1/orders/{other}/history")
    assert [police.get(path).status_code for path in paths] == [404, 404]
    assert police.get(f"/v1/orders/{some_id()}").status_code == 404
    assert other not in [one["id"] for one in police.get("/v1/orders").json["orders"]]
    assert police.get("/v1/orders?number=CJIB-2026-000123").json["orders"] == []


def test_a_list_goes_on_where_it_stopped(deliver, police):
    made = [str(deliver(message(number=f"L-{number}"))) for number in range(5)]
    first = police.get("/v1/orders?limit=2").json
    second = police.get(f"/v1/orders?limit=2&cursor={first['next']}").json
    assert [one["id"] for one in first["orders"] + second["orders"]] == made[:0:-1]


def test_the_history_tells_what_was_recorded_when_and_under_which_law(deliver, police):
    order_id = deliver(message(), message(3, "merge", subject_link="NOISE-0"), message(2, "end", None))
    answer = police.get(f"/v1/orders/{order_id}/history").json
    assert [(one["version"], one["kind"], one["hasContent"]) for one in answer["versions"]] == [
        (1, "new", True),
        (3, "merge", True),
        (2, "end", False),
    ]
    assert len(answer["versions"][0]["lawHash"]) == 64
    assert [(one["kind"], one["linkedNumber"]) for one in answer["subjectLinks"]] == [("merge", "NOISE-0")]


def test_every_read_is_audited_and_says_whether_protected_persons_were_shown(shared, world, deliver, police):
    order_id = deliver(message())
    police.get(f"/v1/orders/{order_id}")
    police.get("/v1/orders")
    with shared.database.reading() as session:
        query = select(AuditEntry.object_ref, AuditEntry.details).where(
            AuditEntry.action == "consulted", AuditEntry.organisation_id == police.organisation_id
        )
        found = {ref: details for ref, details in session.execute(query)}
    assert found[f"order:{order_id}"] == {"protected": False}
    assert str(order_id) in found["orders"]["orders"]


def test_a_detention_pauses_the_order(world, deliver, police):
    order_id = deliver(message())
    prison = world.caller("POL-MN", OrganisationKind.POLICE, Scope.DETENTIONS_WRITE)
    body = {"orderId": str(order_id), "kind": "detained", "fromAt": "2026-11-20T09:00:00Z", "source": "DJI"}
    answer = prison.post("/v1/detentions", body)
    assert (answer.status_code, answer.json["untilAt"]) == (201, None)
    assert police.get(f"/v1/orders/{order_id}").json["status"]["code"] == "paused"


@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({"untilAt": "2026-11-19T09:00:00Z"}, 400, "#/untilAt"),
        ({"kind": "asleep"}, 400, "#/kind"),
        ({"source": " "}, 400, "#/source"),
        ({"fromAt": "2026-11-20"}, 400, "#/fromAt"),
        ({"orderId": str(some_id())}, 404, None),
    ],
)
def test_a_detention_that_cannot_be_is_refused(world, police, deliver, changes, status, pointer):
    order_id = deliver(message())
    prison = world.caller("POL-MN", OrganisationKind.POLICE, Scope.DETENTIONS_WRITE)
    body = {"orderId": str(order_id), "kind": "detained", "fromAt": "2026-11-20T09:00:00Z", "source": "DJI"}
    answer = prison.post("/v1/detentions", body | changes)
    assert answer.status_code == status
    assert [fault["pointer"] for fault in answer.json.get("errors", [])] == ([pointer] if pointer else [])


def test_a_detention_for_an_order_of_another_organisation_is_refused(world, deliver):
    order_id = deliver(message(told=content(police_unit="POL-OB")))
    prison = world.caller("POL-MN", OrganisationKind.POLICE, Scope.DETENTIONS_WRITE)
    from_at = (NOW - timedelta(days=1)).isoformat()
    body = {"orderId": str(order_id), "kind": "detained", "fromAt": from_at, "source": "DJI"}
    assert prison.post("/v1/detentions", body).status_code == 404


def test_each_operation_has_an_example(app):
    described = {
        operation["operationId"]
        for path in description(app)["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict) and operation.get("operationId", "").startswith("orders")
    }
    reads = {"ordersListOrders", "ordersShowOrder", "ordersShowHistory", "ordersListDetentions"}
    changes = {f"orders{verb}Detention" for verb in ("Record", "End", "Correct", "Withdraw")}
    exempts = {"ordersRecordExemption", "ordersListExemptions", "ordersWithdrawExemption"}
    assert described == reads | changes | exempts
    assert [name for name in described if "200" not in _example(name) and "201" not in _example(name)] == []


def _example(name):
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
