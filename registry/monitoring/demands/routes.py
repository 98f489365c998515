"""Demands of positions: record, approve, revoke, read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import Answer, operation, runtime
from registry.http.fields import camel
from registry.monitoring.demands import service
from registry.monitoring.demands.models import PositionDemand
from registry.monitoring.demands.schemas import (
    DemandListSchema,
    DemandRevocationSchema,
    DemandSchema,
    NewDemandSchema,
)
from registry.monitoring.rules import Page
from registry.monitoring.schemas import PageQuerySchema

blueprint = Blueprint("demands", __name__, url_prefix="/v1")

_STATED = ("demanded_by", "demanded_by_role", "legal_basis", "document")


@blueprint.post("/position-demands")
@requires(Scope.DEMANDS_WRITE, Purpose.ENFORCEMENT)
@operation(body=NewDemandSchema, answers={201: DemandSchema}, errors=(404,))
def record_demand(actor: Actor, body: dict[str, Any]) -> Any:
    """Record that an organisation demands the positions of a wearer whom the caller's organisation supervises.

    It opens nothing until another person approves it; while it can, the positions of its window are not removed.
    """
    now = runtime().clock.now()
    with runtime().database.transaction() as session:
        made = service.record_demand(session, actor, now, service.NewDemand(**body))
        return Answer(_shown(session, now, [made])[0], 201)


@blueprint.post("/position-demands/<uuid:demand_id>/approval")
@requires(Scope.DEMANDS_APPROVE, Purpose.ENFORCEMENT)
@operation(answers={200: DemandSchema}, errors=(409,))
def approve(actor: Actor, demand_id: UUID) -> Any:
    """Approve a demand, as another person than who recorded it; the organisation it names can read from now on."""
    now = runtime().clock.now()
    with runtime().database.transaction() as session:
        return _shown(session, now, [service.approve(session, actor, now, demand_id)])[0]


@blueprint.post("/position-demands/<uuid:demand_id>/revocation")
@requires(Scope.DEMANDS_WRITE, Purpose.ENFORCEMENT, Scope.DEMANDS_APPROVE)
@operation(body=DemandRevocationSchema, answers={200: DemandSchema}, errors=(409,))
def revoke(actor: Actor, demand_id: UUID, body: dict[str, Any]) -> Any:
    """Revoke a demand, approved or not; nothing more is read under it, also in the middle of a list."""
    now = runtime().clock.now()
    with runtime().database.transaction() as session:
        return _shown(session, now, [service.revoke(session, actor, now, demand_id, body["reason"])])[0]


@blueprint.get("/position-demands")
@requires(Scope.DEMANDS_READ, Purpose.ENFORCEMENT)
@operation(query=PageQuerySchema, answers={200: DemandListSchema})
def list_position_demands(actor: Actor, query: dict[str, Any]) -> Any:
    """List the demands on the caller's organisation, and the approved ones of its own, newest first."""
    now, page = runtime().clock.now(), Page(query["limit"], query["cursor"])
    with consultation() as session:
        found = service.demands_of(session, actor, now, page)
        last_id = str(found[-1].id) if len(found) == page.limit else None
        return {"positionDemands": _shown(session, now, found), "next": last_id}


@blueprint.get("/position-demands/<uuid:demand_id>")
@requires(Scope.DEMANDS_READ, Purpose.ENFORCEMENT)
@operation(answers={200: DemandSchema})
def show_demand(actor: Actor, demand_id: UUID) -> Any:
    """Show a demand."""
    now = runtime().clock.now()
    with consultation() as session:
        return _shown(session, now, [service.demand_for(session, actor, now, demand_id)])[0]


def _shown(session: Session, now: datetime, demands: list[PositionDemand]) -> list[dict[str, Any]]:
    codes, uses = service.organisation_codes(session, demands), service.uses_of(session, demands)
    row_fields = DemandSchema(exclude=(*_STATED, "status", "organisation", "uses", "last_used_at"))
    return [
        row_fields.dump(one)
        | {camel(name): one.details[name] for name in _STATED}
        | dict(zip(("uses", "lastUsedAt"), uses.get(one.id, (0, None)), strict=True))
        | {"status": one.terms.status(now).value, "organisation": codes[one.demanding_org_id]}
        for one in demands
    ]
