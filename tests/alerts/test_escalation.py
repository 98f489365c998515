from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from registry.access.models import AuditEntry
from registry.alerts.escalation import escalate, watch_receivers
from registry.alerts.models import AlertDuty
from registry.clock import Clock
from registry.http import Runtime
from registry.outbox.delivery import position_events
from registry.outbox.models import WebhookDelivery
from tests.alerts.conftest import Raise
from tests.world import Caller, HandClock

Events = Callable[..., list[dict[str, Any]]]
LADDER = {
    "duties": [
        {"name": "Piket teamleider", "contact": "+31 30 555 0101"},
        {"name": "Piket regiomanager", "contact": "+31 30 555 0102"},
    ]
}


@pytest.fixture
def ladder(probation: Caller) -> list[dict[str, Any]]:
    duties: list[dict[str, Any]] = probation.put("/v1/duties", LADDER).json["duties"]
    return duties


def test_an_alert_climbs_step_by_step_and_the_highest_repeats(
    probation: Caller, ladder: list[dict[str, Any]], raised: Raise, events: Events, clock: HandClock, shared: Runtime
) -> None:
    alert_id = raised(supervising_org_id=probation.organisation_id)
    clock.forward(minutes=4, seconds=59)
    escalate(shared)
    assert events(probation, "escalated.v1") == []
    levels = []
    for _ in range(3):
        clock.forward(seconds=1)
        escalate(shared)
        escalate(shared)
        shown = probation.get(f"/v1/alerts/{alert_id}").json
        levels.append((shown["level"], shown["duty"]["name"]))
        clock.forward(minutes=4, seconds=59)
    assert levels == [(1, "Piket teamleider"), (2, "Piket regiomanager"), (2, "Piket regiomanager")]
    told = [event["data"] for event in events(probation, "escalated.v1")]
    assert [(one["level"], one["dutyId"]) for one in told] == [
        (1, ladder[0]["id"]),
        (2, ladder[1]["id"]),
        (2, ladder[1]["id"]),
    ]
    assert "Piket" not in str(told)


def test_an_alert_that_was_taken_climbs_no_further(
    probation: Caller, ladder: list[dict[str, Any]], raised: Raise, events: Events, clock: HandClock, shared: Runtime
) -> None:
    alert_id = raised(supervising_org_id=probation.organisation_id)
    untaken = raised(supervising_org_id=probation.organisation_id)
    probation.post(f"/v1/alerts/{alert_id}/acknowledgement", {"note": "Gezien."})
    clock.forward(hours=1)
    escalate(shared)
    assert [event["subject"] for event in events(probation, "escalated.v1")] == [f"alert:{untaken}"]


def test_a_lower_priority_waits_longer(
    probation: Caller, ladder: list[dict[str, Any]], raised: Raise, clock: HandClock, shared: Runtime
) -> None:
    made = {priority: raised(priority, supervising_org_id=probation.organisation_id) for priority in (1, 2, 3)}
    expected = {timedelta(minutes=5): [1, 0, 0], timedelta(minutes=30): [2, 1, 0], timedelta(hours=8): [2, 2, 1]}
    start = clock.now()
    for after, levels in expected.items():
        clock.at = start + after
        escalate(shared)
        found = [probation.get(f"/v1/alerts/{made[priority]}").json["level"] for priority in (1, 2, 3)]
        assert found == levels


def test_a_worker_that_was_away_moves_an_alert_one_step_only(
    probation: Caller, ladder: list[dict[str, Any]], raised: Raise, clock: HandClock, shared: Runtime
) -> None:
    alert_id = raised(supervising_org_id=probation.organisation_id)
    clock.forward(hours=3)
    escalate(shared)
    shown = probation.get(f"/v1/alerts/{alert_id}").json
    assert (shown["level"], shown["nextEscalationAt"]) == (1, "2026-11-23T15:05:00Z")


def test_without_a_ladder_it_is_told_again_each_period(
    probation: Caller, raised: Raise, events: Events, clock: HandClock, shared: Runtime
) -> None:
    raised(supervising_org_id=probation.organisation_id)
    for _ in range(2):
        clock.forward(minutes=5)
        escalate(shared)
    told = [event["data"] for event in events(probation, "escalated.v1")]
    assert [one["level"] for one in told] == [0, 0]
    assert all("dutyId" not in one for one in told)


def test_only_the_ladders_own_organisation_sees_whose_duty_it_is(
    probation: Caller,
    police: Caller,
    ladder: list[dict[str, Any]],
    raised: Raise,
    clock: HandClock,
    shared: Runtime,
) -> None:
    police.put("/v1/duties", {"duties": [{"name": "Meldkamer", "contact": "+31 30 555 0103"}]})
    alert_id = raised(supervising_org_id=probation.organisation_id, police_org_id=police.organisation_id)
    clock.forward(minutes=5)
    escalate(shared)
    assert probation.get(f"/v1/alerts/{alert_id}").json["duty"]["name"] == "Piket teamleider"
    assert police.get(f"/v1/alerts/{alert_id}").json["duty"] is None
    assert [duty["name"] for duty in police.get("/v1/duties").json["duties"]] == ["Meldkamer"]


def test_an_escalation_is_audited(
    probation: Caller, ladder: list[dict[str, Any]], raised: Raise, clock: HandClock, shared: Runtime
) -> None:
    alert_id = raised(supervising_org_id=probation.organisation_id)
    clock.forward(minutes=5)
    escalate(shared)
    with shared.database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.object_ref == f"alert:{alert_id}")).all()
        assert [(entry.role, entry.details) for entry in entries] == [("escalation", {"escalated_to": 1})]


def test_a_ladder_is_replaced_whole_and_kept_sealed(
    probation: Caller, ladder: list[dict[str, Any]], shared: Runtime
) -> None:
    assert [duty["level"] for duty in ladder] == [1, 2]
    with shared.database.reading() as session:
        for duty in session.scalars(select(AlertDuty)):
            assert b"Piket" not in duty.details_sealed
    assert probation.put("/v1/duties", {"duties": LADDER["duties"][1:]}).status_code == 200
    assert [duty["name"] for duty in probation.get("/v1/duties").json["duties"]] == ["Piket regiomanager"]
    assert probation.put("/v1/duties", {"duties": [{"name": " "}]}).status_code == 400
    assert len(probation.get("/v1/duties").json["duties"]) == 1
    assert probation.put("/v1/duties", {"duties": []}).json == {"duties": []}


def test_a_receiver_not_reached_for_a_minute_raises_an_alert_until_it_is(
    probation: Caller, police: Caller, shared: Runtime, raised: Raise
) -> None:
    document = {"url": "http://127.0.0.1:1/hook", "types": ["*"]}
    probation.post("/v1/subscriptions", document)
    raised(supervising_org_id=probation.organisation_id)
    position_events(shared.database, Clock().now() - timedelta(seconds=50))
    watch_receivers(shared)
    assert failing(probation) == []
    later = update(WebhookDelivery).values(created_at=Clock().now() - timedelta(seconds=61))
    with shared.database.transaction() as session:
        session.execute(later)
    watch_receivers(shared)
    watch_receivers(shared)
    assert [(alert["priority"], alert["status"]) for alert in failing(probation)] == [(2, "open")]
    assert failing(police) == []
    accepted = update(WebhookDelivery).values(next_attempt_at=None, accepted_at=Clock().now())
    with shared.database.transaction() as session:
        session.execute(accepted)
    watch_receivers(shared)
    assert [alert["status"] for alert in failing(probation)] == ["closed"]


def failing(caller: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.get("/v1/alerts?class=webhook_failing").json["alerts"]
    return found
