from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind
from registry.access.service import system_actor
from registry.enforcement.models import Breach
from registry.enforcement.rules import BreachOrigin
from registry.enforcement.service import Suspicion, breach_status, suspect
from registry.orders.models import Condition
from registry.outbox.models import Event, EventAudience
from tests.enforcement.conftest import instant
from tests.world import NOW, some_id


@pytest.fixture
def suspected(chain, shared):
    """Suspect a breach: (origin, hours before now, length in minutes or None, condition) to the breach's id."""
    actor = system_actor(chain.police.organisation_id, "test")

    def suspected(order_id, origin, hours, minutes=None, source=None, condition=None):
        from_at = NOW - timedelta(hours=hours)
        until_at = None if minutes is None else from_at + timedelta(minutes=minutes)
        kind = {"monitor": "episode", "report": "report"}.get(origin, origin)
        told = Suspicion(order_id, condition, BreachOrigin(origin), from_at, until_at, source or f"{kind}:{uuid4()}")
        with shared.database.transaction() as session:
            return suspect(session, actor, NOW, told).id

    return suspected


def events_of(shared, name):
    with shared.database.reading() as session:
        named = select(Event).where(Event.type == f"nl.beschermingsbevel.{name}.v1").order_by(Event.id)
        found = list(session.scalars(named))
        session.expunge_all()
        return found


def conditions(shared):
    with shared.database.reading() as session:
        return {one.reference: one.id for one in session.scalars(select(Condition))}


@pytest.mark.parametrize(
    ("first", "second", "one_breach"),
    [
        (("monitor", 10, 20), ("monitor", 9.3, 5), True),
        (("monitor", 10, 20), ("monitor", 9, 5), False),
        (("monitor", 10, 20), ("report", 9, None), True),
        (("monitor", 40, 20), ("report", 16, None), True),
        (("monitor", 41, 20), ("report", 16, None), False),
        (("report", 40, None), ("police", 16, None), True),
        (("report", 41, None), ("supervision", 16, None), False),
    ],
)
def test_accounts_of_one_breach_join_it_whichever_comes_first(chain, suspected, first, second, one_breach):
    for number, pair in enumerate(((first, second), (second, first))):
        order_id = chain.order(number=f"CJIB-2026-00020{number}")
        assert (suspected(order_id, *pair[0]) == suspected(order_id, *pair[1])) is one_breach


@pytest.mark.parametrize("told_by", ["police", "report", "supervision"])
def test_what_happens_every_night_is_a_breach_every_night(chain, suspected, told_by):
    order_id = chain.order()
    nights = {suspected(order_id, told_by, 24 * night + 1, 10) for night in range(6)}
    assert len(nights) == 6
    seen = suspected(order_id, "monitor", 24 * 3 + 1, 20)
    assert seen in nights


def test_one_evening_told_by_three_is_one_breach_and_the_evening_before_another(chain, suspected):
    order_id = chain.order()
    told = [suspected(order_id, teller, hours) for teller, hours in (("report", 3), ("police", 2), ("supervision", 9))]
    assert len(set(told)) == 1
    assert suspected(order_id, "report", 27) not in told


def test_the_victims_and_the_monitors_view_stand_side_by_side(chain, suspected):
    order_id = chain.order()
    breach_id = suspected(order_id, "monitor", 10, 20)
    suspected(order_id, "report", 9.5)
    shown = chain.police.get(f"/v1/breaches/{breach_id}").json
    assert [one["kind"] for one in shown["sources"]] == ["monitor", "report"]
    assert (shown["occurredFrom"], shown["occurredUntil"]) == ("2026-11-23T02:00:00Z", "2026-11-23T02:30:00Z")


def test_an_episode_told_again_with_its_end_is_the_same_account(chain, suspected):
    order_id = chain.order()
    source = f"episode:{uuid4()}"
    breach_id = suspected(order_id, "monitor", 2, None, source)
    assert chain.police.get(f"/v1/breaches/{breach_id}").json["occurredUntil"] is None
    assert suspected(order_id, "monitor", 2, 15, source) == breach_id
    shown = chain.police.get(f"/v1/breaches/{breach_id}").json
    assert (len(shown["sources"]), shown["occurredUntil"]) == (1, "2026-11-23T10:15:00Z")


def test_an_episode_that_goes_on_is_joined_by_what_people_see_meanwhile(chain, suspected):
    order_id = chain.order()
    assert suspected(order_id, "monitor", 60) == suspected(order_id, "report", 1)


def test_a_breach_of_another_condition_or_order_is_another_breach(chain, shared, suspected):
    order_id, other_id = chain.order(), chain.order(number="CJIB-2026-000124")
    ids = conditions(shared)
    first = suspected(order_id, "police", 1, condition=ids["C1"])
    assert suspected(other_id, "police", 1) != first
    assert suspected(order_id, "report", 1) == first
    with shared.database.reading() as session:
        of_order = select(Condition).where(Condition.reference == "C2").order_by(Condition.id)
        other = session.scalars(of_order).first().id
    assert suspected(order_id, "police", 1, condition=other) != first


def test_what_was_assessed_is_closed_to_new_accounts(chain, suspected):
    order_id = chain.order()
    first = suspected(order_id, "police", 2)
    body = {"status": "unfounded", "reason": "Het was zijn broer."}
    assert chain.police.post(f"/v1/breaches/{first}/assessments", body).status_code == 201
    second = suspected(order_id, "police", 1)
    assert second != first
    shown = {one["id"]: one["number"] for one in chain.police.get("/v1/breaches").json["breaches"]}
    assert shown == {str(first): None, str(second): 1}


def test_a_suspected_breach_is_told_to_those_concerned_and_to_nobody_else(chain, shared, suspected):
    order_id = chain.order()
    breach_id = suspected(order_id, "report", 2)
    suspected(order_id, "report", 1)
    opened, joined = events_of(shared, "breach.suspected")
    assert opened.data["breach_id"] == joined.data["breach_id"] == str(breach_id)
    assert (opened.data["joined"], joined.data["joined"]) == (False, True)
    with shared.database.reading() as session:
        heard = set(session.scalars(select(EventAudience.organisation_id).where(EventAudience.event_id == opened.id)))
    assert {chain.police.organisation_id, chain.prosecution.organisation_id, chain.probation.organisation_id} <= heard
    assert not heard & {chain.partner.organisation_id, chain.stranger.organisation_id}


@pytest.mark.parametrize(
    ("who", "origin"), [("police", "police"), ("prosecution", "police"), ("probation", "supervision")]
)
def test_what_an_organisation_saw_bears_its_own_origin(chain, who, origin):
    order_id = chain.order()
    body = {"orderId": str(order_id), "occurredFrom": "2026-11-23T10:00:00Z", "reference": "PL-2026-1"}
    for _ in range(2):
        answer = getattr(chain, who).post("/v1/breaches", body)
        assert answer.status_code == 201
        assert (answer.json["origin"], answer.json["status"], len(answer.json["sources"])) == (origin, "suspected", 1)


def test_what_was_seen_must_be_possible(chain, shared):
    order_id, other_id = chain.order(), chain.order(number="CJIB-2026-000124")
    future = {"orderId": str(order_id), "occurredFrom": "2026-11-24T10:00:00Z"}
    assert chain.police.post("/v1/breaches", future).json["errors"][0]["pointer"] == "#/occurredFrom"
    with shared.database.reading() as session:
        foreign = session.scalars(select(Condition.id).order_by(Condition.id.desc())).first()
    seen = {"orderId": str(order_id), "occurredFrom": "2026-11-23T10:00:00Z", "reference": "PL-1"}
    answer = chain.police.post("/v1/breaches", seen | {"conditionId": str(foreign)})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (400, "#/conditionId")
    turned = chain.police.post("/v1/breaches", seen | {"occurredUntil": "2026-11-23T09:00:00Z"})
    assert turned.json["errors"][0]["pointer"] == "#/occurredUntil"
    assert chain.police.get("/v1/breaches").json["breaches"] == []
    assert chain.police.post("/v1/breaches", seen).status_code == 201
    assert chain.police.post("/v1/breaches", seen | {"orderId": str(other_id)}).json["code"] == "reference_used"


def test_a_partner_cannot_record_a_breach_and_a_stranger_finds_neither_order_nor_breach(chain):
    order_id = chain.order()
    breach = chain.breach(order_id)
    seen = {"orderId": str(order_id), "occurredFrom": "2026-11-23T10:00:00Z"}
    assert chain.partner.post("/v1/breaches", seen).status_code == 403
    for other in (chain.stranger, chain.partner):
        assert other.get(f"/v1/breaches/{breach['id']}").status_code == 404
        assert other.get("/v1/breaches").json["breaches"] == []
        finding = {"status": "plausible", "reason": "Gezien.", "provable": "well"}
        assert other.post(f"/v1/breaches/{breach['id']}/assessments", finding).status_code == 404
    assert chain.stranger.post("/v1/breaches", seen).status_code == 404
    assert (
        chain.stranger.get(f"/v1/breaches/{some_id()}").json["detail"]
        == (chain.stranger.get(f"/v1/breaches/{breach['id']}").json["detail"])
    )


def test_an_assessment_is_added_with_what_it_rested_on_then(chain, shared, suspected):
    order_id = chain.order()
    breach_id = suspected(order_id, "police", 3)
    path = f"/v1/breaches/{breach_id}"
    finding = {"status": "plausible", "reason": "Camerabeeld.", "provable": "well"}
    first = chain.police.post(f"{path}/assessments", finding).json
    assert (first["by"], first["unit"], first["restsOn"]["status"]) == ("tester-1", "unit-1", "suspected")
    again = chain.prosecution.post(f"{path}/assessments", finding | {"reason": "Ook ik."})
    assert (again.status_code, again.json["code"]) == (409, "assessment_refused")
    permitted = {"status": "permitted", "reason": "Ontheffing.", "exemption": "Beschikking van 1 november."}
    chain.prosecution.post(f"{path}/assessments", permitted)
    shown = chain.probation.get(path).json
    assert (shown["status"], shown["assessments"][1]["exemption"]) == ("permitted", "Beschikking van 1 november.")
    assert [one["status"] for one in shown["assessments"]] == ["plausible", "permitted"]
    assert shown["assessments"][0] == first
    assert [one.data["status"] for one in events_of(shared, "breach.assessed")] == ["plausible", "permitted"]


def test_the_same_finding_with_another_weight_is_an_assessment_of_its_own(chain):
    breach = chain.breach(chain.order())
    path = f"/v1/breaches/{breach['id']}/assessments"
    finding = {"status": "plausible", "reason": "Camerabeeld.", "provable": "partly", "severity": "light"}
    assert chain.police.post(path, finding).status_code == 201
    assert chain.police.post(path, finding | {"provable": "well", "severity": "severe"}).status_code == 201
    assert chain.police.post(path, finding | {"provable": "well", "severity": "severe"}).status_code == 409
    shown = chain.police.get(f"/v1/breaches/{breach['id']}").json
    assert [one["provable"] for one in shown["assessments"]] == ["partly", "well"]
    assert shown["severity"] == "severe"


@pytest.mark.parametrize(
    "body",
    [
        {"status": "proven", "reason": "Zeker."},
        {"status": "suspected", "reason": "Terug."},
        {"status": "plausible", "reason": " \n", "provable": "well"},
        {"status": "plausible", "reason": "Zonder te zeggen hoe goed het te bewijzen is."},
        {"status": "permitted", "reason": "Zonder te zeggen wat het toestond."},
        {"status": "unfounded", "reason": "Niet hij.", "exemption": "Beschikking van 1 november."},
        {"status": "plausible"},
    ],
)
def test_nobody_proves_a_breach_by_assessing_it_nor_assesses_without_a_reason(chain, shared, body):
    breach = chain.breach(chain.order())
    assert chain.police.post(f"/v1/breaches/{breach['id']}/assessments", body).status_code == 400
    with shared.database.reading() as session:
        assert breach_status(session, session.scalars(select(Breach.id)).one()) == "suspected"


def test_the_breaches_of_an_order_are_numbered_by_when_they_happened(chain, suspected):
    order_id = chain.order()
    late, early = suspected(order_id, "police", 1), suspected(order_id, "police", 90)
    suspected(chain.order(number="CJIB-2026-000124"), "police", 100)
    listed = chain.police.get(f"/v1/breaches?orderId={order_id}").json["breaches"]
    assert [(one["id"], one["number"]) for one in listed] == [(str(early), 1), (str(late), 2)]
    page = chain.police.get("/v1/breaches?limit=2").json
    rest = chain.police.get(f"/v1/breaches?limit=2&cursor={page['next']}").json
    assert (len(page["breaches"]), len(rest["breaches"]), rest["next"]) == (2, 1, None)
    assert chain.police.get("/v1/breaches?status=plausible").json["breaches"] == []


def test_a_read_is_audited_and_the_reason_is_nowhere_in_clear(chain, shared):
    breach = chain.breach(chain.order())
    finding = {"status": "plausible", "reason": "Mevrouw Vosmeer zag hem", "provable": "well"}
    chain.police.post(f"/v1/breaches/{breach['id']}/assessments", finding)
    chain.probation.get(f"/v1/breaches/{breach['id']}")
    with shared.database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.object_ref == f"breach:{breach['id']}")).all()
        assert {"collected", "changed", "consulted"} <= {one.action for one in entries}
        assert "Vosmeer" not in repr([one.details for one in entries])
        stored = session.connection().exec_driver_sql("SELECT * FROM assessment").all()
        assert "Vosmeer" not in repr(stored)
        assert session.scalars(select(Event)).all()
        assert "Vosmeer" not in repr([one.data for one in session.scalars(select(Event))])


def test_an_organisation_of_another_kind_may_not_say_what_it_saw(chain, world):
    cjib = world.caller("CJIB", OrganisationKind.CJIB)
    seen = {"orderId": str(chain.order()), "occurredFrom": instant(NOW)}
    assert cjib.post("/v1/breaches", seen).status_code == 403
