"""Lead times as a document and as CSV."""

from typing import Any

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.enforcement.leadtimes import service
from registry.enforcement.leadtimes.rules import LeadTime
from registry.enforcement.leadtimes.schemas import LeadTimeListSchema, LeadTimeQuerySchema, period
from registry.http import Answer, Forms, asked_for, operation, runtime
from registry.intake import sheets

blueprint = Blueprint("leadtimes", __name__, url_prefix="/v1")

_PAGE = (("text/html", "/lead-times"), ("application/pdf", "/lead-times"))
COLUMNS = (
    *("milestone", "unit", "month", "number", "medianDays", "ninetyPercentDays", "longestDays"),
    *("judged", "inTime", "shareInTime"),
)


@blueprint.get("/lead-times")
@requires(Scope.DEADLINES_READ, Purpose.ENFORCEMENT)
@operation(query=LeadTimeQuerySchema, answers={200: Forms(LeadTimeListSchema, sheets.MEDIA_TYPE, _PAGE)})
def list_lead_times(actor: Actor, query: dict[str, Any]) -> Any:
    """List how long breaches took to assessment, arrest, demand, hearing and decision, and the share in time.

    By unit and by the month in which it was reached. Counted from the earliest of: when a victim told the partner
    (`reportedAt`) or else when her report was received, also if it was linked later; since when probation knew
    (`awareAt`); when a monitor or the police made it known. Counted to: when it was assessed, and when arrest, demand,
    hearing and decision were, not when they were recorded. Asked for as text/csv it is a sheet. Nothing in it is about
    a person, but a unit with few breaches may make one known: publish with care.
    """
    now = runtime().clock.now()
    first, last = period(query, service.month_of(now))
    with consultation() as session:
        found = service.lead_times_of(session, actor, now, service.Asked(first, last, query["origin"]))
    rows = [shown(one) for one in found]
    if asked_for(sheets.MEDIA_TYPE):
        lines = sheets.lines_of([COLUMNS, *([row[name] for name in COLUMNS] for row in rows)])
        return Answer(lines, media_type=sheets.CONTENT_TYPE)
    return {"from": str(first), "until": str(last), "leadTimes": rows}


def shown(one: LeadTime) -> dict[str, Any]:
    """Show a lead time."""
    share = one.share_in_time
    return {
        "milestone": one.milestone.value,
        "unit": one.unit,
        "month": str(one.month),
        "number": one.number,
        "medianDays": one.median_days,
        "ninetyPercentDays": one.ninety_percent_days,
        "longestDays": one.longest_days,
        "judged": one.judged,
        "inTime": one.in_time,
        "shareInTime": None if share is None else round(share, 4),
    }
