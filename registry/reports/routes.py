"""Reports: receive, read, link."""

from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import Answer, operation, runtime
from registry.http.fields import camel, format_instant
from registry.orders.force.standing import measures
from registry.reports import service
from registry.reports.models import Report
from registry.reports.receipt import Complaint, receipt_of
from registry.reports.rules import STATUS_NL, ReportStatus
from registry.reports.schemas import (
    NewReportLinkSchema,
    NewReportSchema,
    ReceiptSchema,
    ReportListSchema,
    ReportQuerySchema,
    ReportSchema,
    ReportStatusSchema,
)
from registry.reports.wishes.guarding import current
from registry.reports.wishes.showing import wishes_wire

blueprint = Blueprint("reports", __name__, url_prefix="/v1")

# What she told in her own words may say where she lives as well.
_PRIVATE = ("protected", "description")


@blueprint.post("/reports")
@requires(Scope.REPORTS_WRITE, Purpose.REPORT)
@operation(body=NewReportSchema, answers={201: ReceiptSchema}, errors=(409,))
def receive_report(actor: Actor, body: dict[str, Any]) -> Any:
    """Pass on what a victim reported, with or without an order number.

    The receipt is the same whether or not an order is known. A report is no emergency call and no criminal complaint;
    the receipt says so, and until when a victim of stalking can complain.
    """
    apart = {name: body.pop(name) for name in ("kind", "occurred_at", "reported_at", "acute", "reference")}
    apart["wishes"] = body.pop("contact")
    with runtime().database.transaction() as session:
        new = service.NewReport(content=body, **apart)
        report = service.receive(session, actor, runtime().clock.now(), new)
    return Answer(_receipt(report), 201, {"Location": f"/v1/reports/{report.id}"})


@blueprint.get("/reports")
@requires(Scope.REPORTS_READ, Purpose.REPORT)
@operation(query=ReportQuerySchema, answers={200: ReportListSchema})
def list_reports(actor: Actor, query: dict[str, Any]) -> Any:
    """List the reports that the caller's organisation passed on, must follow up or may link, newest first."""
    asked = service.ReportFilter(query["limit"], query["cursor"])
    with consultation() as session:
        found = service.reports_of(session, actor, runtime().clock.now(), asked)
        statuses = service.statuses_of(session, found)
        rows = [_summary(actor, one, statuses[one.id]) for one in found]
    return {"reports": rows, "next": str(rows[-1]["id"]) if len(rows) == query["limit"] else None}


@blueprint.get("/reports/<uuid:report_id>")
@requires(Scope.REPORTS_READ, Purpose.REPORT)
@operation(answers={200: ReportSchema})
def show_report(actor: Actor, report_id: UUID) -> Any:
    """Show a report with what was told in it."""
    with consultation() as session:
        report = service.report_for(session, actor, runtime().clock.now(), report_id)
        return _shown(session, actor, report)


@blueprint.get("/reports/<uuid:report_id>/status")
@requires(Scope.REPORTS_READ, Purpose.REPORT)
@operation(answers={200: ReportStatusSchema})
def show_status(actor: Actor, report_id: UUID) -> Any:
    """Say in one coarse word what became of a report; never an outcome or an arrest."""
    with consultation() as session:
        report = service.report_for(session, actor, runtime().clock.now(), report_id)
        status = service.statuses_of(session, [report])[report.id]
        return {"id": report.id, "receiptNumber": report.receipt_number, "status": status, "text": STATUS_NL[status]}


@blueprint.post("/reports/<uuid:report_id>/link")
@requires(Scope.REPORTS_LINK, Purpose.ENFORCEMENT)
@operation(body=NewReportLinkSchema, answers={200: ReportSchema}, errors=(409,))
def link_report(actor: Actor, report_id: UUID, body: dict[str, Any]) -> Any:
    """Link a report to an order, as a human of police or prosecution finds; it opens or joins a suspected breach."""
    with runtime().database.transaction() as session:
        report = service.link_report(session, actor, runtime().clock.now(), report_id, body["order_id"])
        return _shown(session, actor, report)


def _receipt(report: Report) -> dict[str, Any]:
    made = receipt_of(report.occurred_at, report.received_at, measures().law, acute=report.acute)
    return {
        "id": report.id,
        "receiptNumber": report.receipt_number,
        "receivedAt": format_instant(report.received_at),
        "status": ReportStatus.RECEIVED,
        "notices": list(made.notices),
        "complaint": made.complaint and _complaint(made.complaint),
        "options": [{"code": one.code, "text": one.text_nl, "source": one.source} for one in made.options],
    }


def _complaint(made: Complaint) -> dict[str, Any]:
    return {
        "until": made.until.isoformat(),
        "arguableUntil": made.arguable_until and made.arguable_until.isoformat(),
        "text": made.text_nl,
        "source": made.source,
    }


def _summary(actor: Actor, report: Report, status: ReportStatus) -> dict[str, Any]:
    return {
        "id": report.id,
        "receiptNumber": report.receipt_number,
        "reference": report.partner_reference,
        "kind": report.kind,
        "acute": report.acute,
        "occurredAt": format_instant(report.occurred_at),
        "reportedAt": report.reported_at and format_instant(report.reported_at),
        "receivedAt": format_instant(report.received_at),
        "status": status,
        "link": _link(actor, report),
    }


def _link(actor: Actor, report: Report) -> dict[str, Any] | None:
    if report.linked_at is None or _is_own(actor, report):
        return None
    return {
        "orderId": report.order_id,
        "breachId": report.breach_id,
        "by": report.linked_by,
        "at": format_instant(report.linked_at),
    }


def _is_own(actor: Actor, report: Report) -> bool:
    return actor.organisation_id == report.partner_org_id


def _shown(session: Session, actor: Actor, report: Report) -> dict[str, Any]:
    content = {name: _wire(value) for name, value in report.content.items()}
    if not (_is_own(actor, report) or actor.may(Scope.PROTECTED_READ)):
        content |= dict.fromkeys(_PRIVATE)
    status = service.statuses_of(session, [report])[report.id]
    told = {camel(name): value for name, value in content.items()}
    return _summary(actor, report, status) | told | {"contact": _contact(session, actor, report)}


def _contact(session: Session, actor: Actor, report: Report) -> dict[str, Any] | None:
    """Her wishes, for who may read them; those of a contact who is blocked are shown by `/wishes` alone."""
    may_see = _is_own(actor, report) or (actor.may(Scope.PROTECTED_READ) and not report.contact_blocked)
    may_read = actor.may(Scope.WISHES_READ) and may_see
    wishes = current(session, report.id) if may_read else None
    return wishes_wire(wishes.content) if wishes else None


def _wire(value: Any) -> Any:
    return {camel(name): one for name, one in value.items()} if isinstance(value, dict) else value
