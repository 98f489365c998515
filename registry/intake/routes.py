"""Deliveries of orders, and the report of each row."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, request

from registry import logs
from registry.access.guard import consultation, public, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.errors import NotFound
from registry.http import Answer, asked_for, operation, runtime
from registry.http.bodies import MIB, read_body
from registry.http.fields import format_instant
from registry.http.operation import JSON, Messages
from registry.intake import catalogue, export, feedback, overview, service, sheets
from registry.intake.delivery import AT_ONCE, Body, Received, receive
from registry.intake.findings import Finding, finding
from registry.intake.lines import Digest, lines, messages
from registry.intake.message_schemas import OrderMessageSchema
from registry.intake.models import IntakeDelivery, IntakeFinding, IntakeRow
from registry.intake.processing import Judge, after
from registry.intake.schemas import (
    DeliveryListSchema,
    DeliveryQuerySchema,
    DeliveryReportSchema,
    DeliverySchema,
    FindingCodesSchema,
    FindingListSchema,
    FindingQuerySchema,
    ReportQuerySchema,
    RowSchema,
)
from registry.intake.streams import NDJSON, unpacked

blueprint = Blueprint("deliveries", __name__, url_prefix="/v1")

_ANSWERED_WITHIN_S = 25.0
_MOST_ROWS = 2**31 - 1
_PAGE = 50
_log = logs.get(__name__)


@blueprint.post("/deliveries")
@requires(Scope.DELIVERIES_WRITE, Purpose.INTAKE, Scope.OTHER_ORDERS_WRITE)
@operation(
    raw_body=Messages((JSON, *NDJSON), OrderMessageSchema), answers={200: DeliveryReportSchema, 202: DeliverySchema}
)
def create_delivery(actor: Actor) -> Any:
    """Deliver order messages: one, a list, or NDJSON of any length.

    Up to 1,000 rows are answered at once with the report; of more, 202 says that every row is stored, and where the
    report will be. Each row stands on its own: a rejected one never costs the others.

    What differs from the form below is a finding, listed in the report with what to do; rejected is only a row without
    order number, regime or recognisable subject.
    """
    service.check_sender(actor)
    shared = runtime()
    received = receive(shared.database, shared.clock, actor, _body())
    if received.rows <= AT_ONCE:
        _judge_now(received)
    with shared.database.reading() as session:
        delivery = session.get_one(IntakeDelivery, received.delivery_id)
        if received.rows > AT_ONCE or delivery.judged_until < delivery.rows:
            return Answer(_shown(delivery), 202, {"Location": f"/v1/deliveries/{delivery.id}"})
        rows = overview.rows_of(session, delivery.id, overview.RowPage(AT_ONCE))
        return _shown(delivery) | {"results": [_row(row) for row in rows], "next": None}


@blueprint.get("/deliveries")
@requires(Scope.DELIVERIES_READ, Purpose.INTAKE)
@operation(query=DeliveryQuerySchema, answers={200: DeliveryListSchema})
def list_deliveries(actor: Actor, query: dict[str, Any]) -> Any:
    """List the deliveries of the caller's organisation, newest first."""
    with consultation() as session:
        now = runtime().clock.now()
        found = overview.deliveries_of(session, actor, now, query["limit"], query["cursor"])
        following = str(found[-1].id) if len(found) == query["limit"] else None
        return {"deliveries": [_shown(one) for one in found], "next": following}


@blueprint.get("/deliveries/<uuid:delivery_id>")
@requires(Scope.DELIVERIES_READ, Purpose.INTAKE)
@operation(query=ReportQuerySchema, answers={200: (DeliveryReportSchema, sheets.MEDIA_TYPE)})
def show_delivery(actor: Actor, delivery_id: UUID, query: dict[str, Any]) -> Any:
    """Show the report of a delivery: how far it is, and what became of each row so far.

    Asked for as `text/csv` it has a line for each finding, and every row unless a `limit` is given.
    """
    is_sheet = asked_for(sheets.MEDIA_TYPE)
    limit = query["limit"] or (_MOST_ROWS if is_sheet else _PAGE)
    page = overview.RowPage(limit, min(int(query["cursor"]), _MOST_ROWS), query["outcome"])
    with consultation() as session:
        delivery = overview.delivery_for(session, actor, runtime().clock.now(), delivery_id)
        if is_sheet:
            return _sheet(export.report_lines(runtime().database, delivery.id, page), f"delivery-{delivery.id}")
        rows = overview.rows_of(session, delivery.id, page)
        following = str(rows[-1].row_number) if len(rows) == page.limit else None
        return _shown(delivery) | {"results": [_row(row) for row in rows], "next": following}


@blueprint.get("/finding-codes")
@public
@operation(answers={200: FindingCodesSchema})
def list_finding_codes() -> Any:
    """List every code that the report of a delivery can name, with its message and action in Dutch."""
    return {"findingCodes": catalogue.listed()}


@blueprint.get("/findings")
@requires(Scope.DELIVERIES_READ, Purpose.INTAKE)
@operation(query=FindingQuerySchema, answers={200: (FindingListSchema, sheets.MEDIA_TYPE)})
def list_findings(actor: Actor, query: dict[str, Any]) -> Any:
    """List what the caller's organisation still has to mend in what it sent, the oldest first.

    A finding closes when a later message of the same order is accepted that mends it. Asked for as `text/csv` the list
    is whole unless a `limit` is given.
    """
    now, is_sheet = runtime().clock.now(), asked_for(sheets.MEDIA_TYPE)
    page = feedback.FindingPage(query["limit"] or _PAGE, query["cursor"], query["code"], query["severity"])
    with consultation() as session:
        found = feedback.open_findings(session, actor, now, page)
        if is_sheet:
            whole = replace(page, limit=query["limit"] or _MOST_ROWS)
            return _sheet(export.finding_lines(runtime().database, actor.organisation_id, whole, now), "findings")
        following = str(found[-1].id) if len(found) == page.limit else None
        return {"findings": [_open_finding(one, now) for one in found], "next": following}


def _sheet(lines: Iterator[bytes], name: str) -> Answer:
    named = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Answer(lines, headers=named, media_type=sheets.CONTENT_TYPE)


@blueprint.post("/deliveries/<uuid:delivery_id>/rows/<int:row>/retry")
@requires(Scope.DELIVERIES_WRITE, Purpose.INTAKE, Scope.OTHER_ORDERS_WRITE)
@operation(answers={200: RowSchema}, errors=(409,))
def retry_row(actor: Actor, delivery_id: UUID, row: int) -> Any:
    """Try a pending or rejected row again, after what stood in its way was mended."""
    service.check_sender(actor)
    shared = runtime()
    if row > _MOST_ROWS:
        raise NotFound("There is no such row in this delivery.")
    with consultation() as session:
        overview.delivery_for(session, actor, shared.clock.now(), delivery_id)
    Judge(shared, announce=False).retry(delivery_id, row, by=actor)
    with shared.database.reading() as session:
        return _row(session.get_one(IntakeRow, (delivery_id, row)))


def _judge_now(received: Received) -> None:
    """What goes wrong here is no reason to refuse: the rows are on disk, and the worker goes on with them."""
    shared = runtime()
    try:
        judge = Judge(shared, announce=False)
        judge.go_on(received.delivery_id, after(_ANSWERED_WITHIN_S))
    except Exception as error:
        _log.error("delivery_left_to_the_worker", delivery=str(received.delivery_id), exc_info=error)


def _body() -> Body:
    digest = Digest()
    if request.mimetype in NDJSON:
        return Body(request.mimetype, lines(digest.over(unpacked())), lambda: digest.hex)
    whole = read_body(runtime().settings.max_body_mib * MIB)
    return Body(JSON, iter(messages(b"".join(digest.over([whole])))), lambda: digest.hex)


def _shown(delivery: IntakeDelivery) -> dict[str, Any]:
    names = ("accepted", "accepted_with_warnings", "duplicate", "conflict", "rejected")
    counts = {name: getattr(delivery, name) for name in names}
    return {
        "id": delivery.id,
        "status": delivery.status,
        "mediaType": delivery.media_type,
        "receivedAt": format_instant(delivery.received_at),
        "finishedReceivingAt": delivery.finished_receiving_at and format_instant(delivery.finished_receiving_at),
        "finishedAt": delivery.finished_at and format_instant(delivery.finished_at),
        "sha256": delivery.sha256,
        "rows": delivery.rows,
        "judged": delivery.judged_until,
        "counts": {
            "accepted": counts["accepted"],
            "acceptedWithWarnings": counts["accepted_with_warnings"],
            "duplicate": counts["duplicate"],
            "conflict": counts["conflict"],
            "rejected": counts["rejected"],
            "pending": delivery.rows - sum(counts.values()),
        },
    }


def _row(row: IntakeRow) -> dict[str, Any]:
    return {
        "row": row.row_number,
        "outcome": row.outcome,
        "messageId": row.message_id,
        "orderNumber": row.order_number,
        "version": row.version,
        "kind": row.kind,
        "orderId": row.order_id,
        "attempts": row.attempts,
        "retryAt": row.retry_at and format_instant(row.retry_at),
        "findings": _findings(row.findings),
    }


def _open_finding(one: IntakeFinding, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "deliveryId": one.delivery_id,
        "row": one.row_number,
        "orderNumber": one.order_number,
        "version": one.version,
        "openedAt": format_instant(one.opened_at),
        "ageDays": export.age_days(one, now),
        **_finding(finding(one.code, one.place, one.cause)),
    }


def _findings(stored: Sequence[Sequence[str | None]]) -> list[dict[str, Any]]:
    return [_finding(finding(str(code), str(field), cause)) for code, field, cause in stored]


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "code": one.code,
        "field": one.field,
        "cause": one.cause,
        "severity": one.severity,
        "messageNl": one.message_nl,
        "actionNl": one.action_nl,
    }
