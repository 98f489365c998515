"""The four moments: record what a victim was told, and see what is missing."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import Answer, operation, runtime
from registry.http.fields import format_instant
from registry.reports.informing import service
from registry.reports.informing.models import InformedMoment
from registry.reports.informing.rules import MOMENTS_NL, Moment, missing
from registry.reports.informing.schemas import (
    MomentSchema,
    NewMomentSchema,
    NewOrderMomentSchema,
    OrderMomentsSchema,
    ReportMomentsSchema,
)

blueprint = Blueprint("moments", __name__, url_prefix="/v1")


@blueprint.post("/orders/<uuid:order_id>/moments")
@requires(Scope.INFORMING_WRITE, Purpose.ENFORCEMENT)
@operation(body=NewOrderMomentSchema, answers={201: MomentSchema}, errors=(409,))
def record_of_order(actor: Actor, order_id: UUID, body: dict[str, Any]) -> Any:
    """Record what somebody whom an order protects was told, with the proof."""
    with runtime().database.transaction() as session:
        row = service.told_of_order(session, actor, runtime().clock.now(), order_id, _new(body))
        return Answer(_shown(row), 201)


@blueprint.get("/orders/<uuid:order_id>/moments")
@requires(Scope.INFORMING_READ, Purpose.ENFORCEMENT)
@operation(answers={200: OrderMomentsSchema})
def list_of_order(actor: Actor, order_id: UUID) -> Any:
    """Show what those whom an order protects were told, and what each was not told yet."""
    with consultation() as session:
        protected, rows = service.moments_of_order(session, actor, runtime().clock.now(), order_id)
        return {
            "moments": [_shown(row) for row in rows],
            "protected": [
                {
                    "protected": one,
                    "missing": list(missing(row.moment for row in rows if _is_hers(row, one, protected))),
                }
                for one in protected
            ],
        }


@blueprint.post("/reports/<uuid:report_id>/moments")
@requires(Scope.INFORMING_WRITE, Purpose.REPORT)
@operation(body=NewMomentSchema, answers={201: MomentSchema}, errors=(409,))
def record_of_report(actor: Actor, report_id: UUID, body: dict[str, Any]) -> Any:
    """Record what a victim was told after her report, with the proof."""
    with runtime().database.transaction() as session:
        row = service.told_after_report(session, actor, runtime().clock.now(), report_id, _new(body))
        return Answer(_shown(row), 201)


@blueprint.get("/reports/<uuid:report_id>/moments")
@requires(Scope.INFORMING_READ, Purpose.REPORT)
@operation(answers={200: ReportMomentsSchema})
def list_of_report(actor: Actor, report_id: UUID) -> Any:
    """Show what a victim was told after her report, and what she was not told yet."""
    with consultation() as session:
        rows = service.moments_of_report(session, actor, runtime().clock.now(), report_id)
        return {"moments": [_shown(row) for row in rows], "missing": list(missing(row.moment for row in rows))}


def _is_hers(row: InformedMoment, who: str, protected: list[str]) -> bool:
    """Whether she was told: by her reference, or after a report on an order that protects nobody else."""
    return row.protected == who or (row.report_id is not None and len(protected) == 1)


def _new(body: dict[str, Any]) -> service.NewMoment:
    proof = body["proof"]
    return service.NewMoment(
        body["moment"].value,
        body["told_at"],
        body["channel"].value,
        proof["kind"],
        proof["reference"],
        proof["sha256"],
        body.get("protected"),
    )


def _shown(row: InformedMoment) -> dict[str, Any]:
    return {
        "id": row.id,
        "moment": row.moment,
        "text": MOMENTS_NL[Moment(row.moment)],
        "protected": row.protected,
        "reportId": row.report_id,
        "toldAt": format_instant(row.told_at),
        "channel": row.channel,
        "proof": {"kind": row.proof_kind, "reference": row.proof_reference, "sha256": row.proof_sha256},
        "againstHerWishes": row.against_wishes,
        "by": row.recorded_by,
        "unit": row.unit,
    }
