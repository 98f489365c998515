"""Rows in quarantine: list, and try again after a fix."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import Answer, operation, runtime
from registry.http.fields import format_instant
from registry.intake.models import IntakeRow
from registry.intake.quarantine import service
from registry.intake.quarantine.schemas import QuarantineQuerySchema, QuarantineSchema, RetriedSchema
from registry.intake.senders import check_sender

blueprint = Blueprint("quarantine", __name__, url_prefix="/v1")


@blueprint.get("/quarantined-rows")
@requires(Scope.DELIVERIES_READ, Purpose.INTAKE)
@operation(query=QuarantineQuerySchema, answers={200: QuarantineSchema})
def list_rows(actor: Actor, query: dict[str, Any]) -> Any:
    """List the rows of the caller's organisation that could not be processed, with their cause and age."""
    now, after = runtime().clock.now(), _place(query["cursor"])
    with consultation() as session:
        found = service.quarantined(session, actor, now, query["limit"], after)
        following = f"{found[-1].delivery_id}:{found[-1].row_number}" if len(found) == query["limit"] else None
        return {"rows": [_shown(row, now) for row in found], "next": following}


@blueprint.post("/quarantined-rows/retry")
@requires(Scope.DELIVERIES_WRITE, Purpose.INTAKE, Scope.OTHER_ORDERS_WRITE)
@operation(answers={202: RetriedSchema})
def retry_rows(actor: Actor) -> Any:
    """Have every row in quarantine tried again by the worker, after what stood in their way was mended."""
    check_sender(actor)
    with runtime().database.transaction() as session:
        return Answer({"rows": service.try_again(session, actor, runtime().clock.now())}, 202)


def _place(cursor: str | None) -> service.Place | None:
    if cursor is None:
        return None
    delivery_id, _, row_number = cursor.partition(":")
    return service.Place(UUID(delivery_id), int(row_number))


def _shown(row: IntakeRow, now: datetime) -> dict[str, Any]:
    return {
        "deliveryId": row.delivery_id,
        "row": row.row_number,
        "messageId": row.message_id,
        "orderNumber": row.order_number,
        "version": row.version,
        "kind": row.kind,
        "cause": row.last_error,
        "attempts": row.attempts,
        "since": format_instant(row.judged_at),
        "ageS": max(0, int((now - row.judged_at).total_seconds())),
        "retryAt": row.retry_at and format_instant(row.retry_at),
    }
