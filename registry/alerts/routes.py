"""Alerts: list, read, take; and the ladder of an organisation."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.alerts import service
from registry.alerts.models import Alert, AlertDuty
from registry.alerts.rules import AlertStatus
from registry.alerts.schemas import (
    AlertListSchema,
    AlertQuerySchema,
    AlertSchema,
    LadderSchema,
    NewAcknowledgementSchema,
    NewLadderSchema,
)
from registry.http import operation, runtime
from registry.http.fields import camel, format_instant

blueprint = Blueprint("alerts", __name__, url_prefix="/v1")


@blueprint.get("/alerts")
@requires(Scope.ALERTS_READ, Purpose.SUPERVISION)
@operation(query=AlertQuerySchema, answers={200: AlertListSchema})
def list_alerts(actor: Actor, query: dict[str, Any]) -> Any:
    """List the alerts that concern the caller's organisation, newest first."""
    asked = service.AlertFilter(query["limit"], query["status"], query["alert_class"], query["cursor"])
    with consultation() as session:
        alerts = service.alerts_of(session, actor, runtime().clock.now(), asked)
        duties = service.duties_reached(session, actor, alerts)
        shown = [_shown(alert, duties.get(alert.id)) for alert in alerts]
        return {"alerts": shown, "next": str(alerts[-1].id) if len(alerts) == query["limit"] else None}


@blueprint.get("/alerts/<uuid:alert_id>")
@requires(Scope.ALERTS_READ, Purpose.SUPERVISION)
@operation(answers={200: AlertSchema})
def show_alert(actor: Actor, alert_id: UUID) -> Any:
    """Show an alert."""
    with consultation() as session:
        alert = service.alert_for(session, actor, runtime().clock.now(), alert_id)
        return _shown(alert, service.duties_reached(session, actor, [alert]).get(alert.id))


@blueprint.post("/alerts/<uuid:alert_id>/acknowledgement")
@requires(Scope.ALERTS_ACKNOWLEDGE, Purpose.SUPERVISION)
@operation(body=NewAcknowledgementSchema, answers={200: AlertSchema}, errors=(409,))
def acknowledge_alert(actor: Actor, alert_id: UUID, body: dict[str, Any]) -> Any:
    """Take an alert, as the end user this call names, with a note; it climbs no further."""
    with runtime().database.transaction() as session:
        alert = service.acknowledge(session, actor, runtime().clock.now(), alert_id, body["note"])
        return _shown(alert, service.duties_reached(session, actor, [alert]).get(alert.id))


@blueprint.get("/duties")
@requires(Scope.ALERTS_READ, Purpose.SUPERVISION)
@operation(answers={200: LadderSchema})
def list_duties(actor: Actor) -> Any:
    """Show the ladder that the alerts of the caller's organisation climb."""
    with consultation() as session:
        return _ladder(service.duties_of(session, actor, runtime().clock.now()))


@blueprint.put("/duties")
@requires(Scope.DUTIES_MANAGE, Purpose.ADMINISTRATION)
@operation(body=NewLadderSchema, answers={200: LadderSchema})
def replace_duties(actor: Actor, body: dict[str, Any]) -> Any:
    """Replace the ladder of the caller's organisation: named duties, the first step up first."""
    with runtime().database.transaction() as session:
        return _ladder(service.replace_duties(session, actor, runtime().clock.now(), body["duties"]))


def _shown(alert: Alert, duty: AlertDuty | None) -> dict[str, Any]:
    return {
        "id": alert.id,
        "class": alert.alert_class,
        "priority": alert.priority,
        "title": alert.title_nl,
        "subject": alert.subject_ref,
        "context": {camel(name): value for name, value in alert.context.items()},
        "status": _status(alert),
        "raisedAt": format_instant(alert.raised_at),
        "level": alert.level,
        "nextEscalationAt": alert.next_escalation_at and format_instant(alert.next_escalation_at),
        "duty": duty and {"id": duty.id, "level": duty.level, "name": duty.details["name"]},
        "acknowledgement": _acknowledgement(alert),
        "closedAt": alert.closed_at and format_instant(alert.closed_at),
    }


def _status(alert: Alert) -> str:
    if alert.closed_at is not None:
        return AlertStatus.CLOSED
    return AlertStatus.OPEN if alert.acknowledged_at is None else AlertStatus.ACKNOWLEDGED


def _acknowledgement(alert: Alert) -> dict[str, Any] | None:
    if alert.acknowledged_at is None:
        return None
    return {"at": format_instant(alert.acknowledged_at), "by": alert.acknowledged_by, "note": alert.note}


def _ladder(duties: list[AlertDuty]) -> dict[str, Any]:
    return {"duties": [{"id": duty.id, "level": duty.level, **duty.details} for duty in duties]}
