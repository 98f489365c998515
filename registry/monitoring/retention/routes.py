"""Holds of positions: record, list, release."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import Answer, operation, runtime
from registry.monitoring.retention import service
from registry.monitoring.retention.models import PositionHold
from registry.monitoring.retention.schemas import (
    HoldReleaseSchema,
    NewPositionHoldSchema,
    PositionHoldListSchema,
    PositionHoldSchema,
)
from registry.monitoring.rules import Page
from registry.monitoring.schemas import PageQuerySchema

blueprint = Blueprint("retention", __name__, url_prefix="/v1")


@blueprint.post("/position-holds")
@requires(Scope.POSITIONS_HOLD, Purpose.ENFORCEMENT)
@operation(body=NewPositionHoldSchema, answers={201: PositionHoldSchema}, errors=(404,))
def hold(actor: Actor, body: dict[str, Any]) -> Any:
    """Keep a wearer's positions of a time, wherever he was, until somebody releases them.

    Without a hold what proved nothing is removed after a configured time. What is gone already does not come back.
    """
    with runtime().database.transaction() as session:
        made = service.hold(session, actor, runtime().clock.now(), service.NewHold(**body))
        return Answer(_shown(made, service.removed_before_on(session)), 201)


@blueprint.get("/position-holds")
@requires(Scope.POSITIONS_HOLD, Purpose.ENFORCEMENT)
@operation(query=PageQuerySchema, answers={200: PositionHoldListSchema})
def list_position_holds(actor: Actor, query: dict[str, Any]) -> Any:
    """List the holds that the caller's organisation recorded, or of wearers whom it supervises, newest first."""
    page = Page(query["limit"], query["cursor"])
    with consultation() as session:
        found = service.holds_of(session, actor, runtime().clock.now(), page)
        before_on = service.removed_before_on(session)
        last_id = str(found[-1].id) if len(found) == page.limit else None
        return {"positionHolds": [_shown(one, before_on) for one in found], "next": last_id}


@blueprint.post("/position-holds/<uuid:hold_id>/release")
@requires(Scope.POSITIONS_HOLD, Purpose.ENFORCEMENT)
@operation(body=HoldReleaseSchema, answers={200: PositionHoldSchema}, errors=(409,))
def release(actor: Actor, hold_id: UUID, body: dict[str, Any]) -> Any:
    """Release positions that were held; the end user of the call is who releases them.

    They are removed with what else is old enough, unless something else keeps them.
    """
    with runtime().database.transaction() as session:
        found = service.release(session, actor, runtime().clock.now(), hold_id, body["reason"])
        return _shown(found, service.removed_before_on(session))


def _shown(one: PositionHold, before_on: date | None) -> dict[str, Any]:
    shown: dict[str, Any] = PositionHoldSchema(exclude=("removed_before_on",)).dump(one)
    return shown | {"removedBeforeOn": before_on and before_on.isoformat()}
