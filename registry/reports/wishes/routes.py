"""A victim's wishes: change them, read them."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import operation, runtime
from registry.http.fields import format_instant
from registry.reports.models import Report
from registry.reports.service import report_for
from registry.reports.wishes import service
from registry.reports.wishes.models import ReportWishes
from registry.reports.wishes.schemas import ContactWishesSchema, KeptWishesSchema
from registry.reports.wishes.showing import wishes_wire

blueprint = Blueprint("wishes", __name__, url_prefix="/v1")

# What tells who she is, or where.
_PRIVATE = ("reach", "how", "safeTimes", "contactPerson")


@blueprint.put("/reports/<uuid:report_id>/wishes")
@requires(Scope.WISHES_WRITE, Purpose.REPORT)
@operation(body=ContactWishesSchema, answers={200: KeptWishesSchema})
def replace_wishes(actor: Actor, report_id: UUID, body: dict[str, Any]) -> Any:
    """Keep what a victim wishes from now on about being told; what she wished before stays on record."""
    with runtime().database.transaction() as session:
        row = service.replace(session, actor, runtime().clock.now(), report_id, body)
        report = session.get_one(Report, row.report_id)
        return _shown(actor, report, row)


@blueprint.get("/reports/<uuid:report_id>/wishes")
@requires(Scope.WISHES_READ, Purpose.REPORT)
@operation(answers={200: KeptWishesSchema})
def show_wishes(actor: Actor, report_id: UUID) -> Any:
    """Show whether, of what, how and when a victim wants to hear; 404 when she was not asked."""
    now = runtime().clock.now()
    with consultation() as session:
        report = report_for(session, actor, now, report_id)
        return _shown(actor, report, service.wishes_of(session, actor, now, report))


def _shown(actor: Actor, report: Report, row: ReportWishes) -> dict[str, Any]:
    wire = wishes_wire(row.content)
    is_own = actor.organisation_id == report.partner_org_id
    if not is_own and (report.contact_blocked or not actor.may(Scope.PROTECTED_READ)):
        wire |= dict.fromkeys(_PRIVATE)
    blocked = None if is_own else report.contact_blocked
    return wire | {"recordedAt": format_instant(row.recorded_at), "isBlocked": blocked}
