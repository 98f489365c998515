"""Lead times as a page with charts, for the report of twice a year: no script, nothing from elsewhere; also as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from flask import Blueprint, render_template, request

from registry import __version__
from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.console import charts
from registry.console.moments import clock_nl
from registry.console.paper import PDF, as_pdf
from registry.enforcement.leadtimes import service
from registry.enforcement.leadtimes.rules import LeadTime, Milestone, Month
from registry.enforcement.leadtimes.schemas import LeadTimeQuerySchema, period
from registry.http import Answer, operation, runtime

blueprint = Blueprint("leadtime_pages", __name__, template_folder="templates")

_HTML = "text/html"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_NAMES_NL = {
    Milestone.ASSESSMENT: "beoordeling",
    Milestone.ARREST: "aanhouding",
    Milestone.DEMAND: "vordering",
    Milestone.HEARING: "zitting",
    Milestone.DECISION: "beslissing",
}
# Beyond so many bars their words would touch: then only some of them have any.
_MOST_WORDS = 12
_MONTHS_NL = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


@blueprint.get("/lead-times")
@requires(Scope.DEADLINES_READ, Purpose.ENFORCEMENT)
@operation(query=LeadTimeQuerySchema, answers={200: (_HTML, PDF)})
def page(actor: Actor, query: dict[str, Any]) -> Answer:
    """Show how long breaches took to each milestone, as a page or asked for as application/pdf on paper."""
    now = runtime().clock.now()
    first, last = period(query, service.month_of(now))
    with consultation() as session:
        found = service.lead_times_of(session, actor, now, service.Asked(first, last, query["origin"]))
    told = {
        "version": __version__,
        "made_at": clock_nl(now),
        "first": month_nl(first),
        "last": month_nl(last),
        "sections": [_section(milestone, found, first.until(last)) for milestone in Milestone],
        "size": {"width": charts.WIDTH, "height": charts.HEIGHT},
        "number_nl": number_nl,
        "share_nl": share_nl,
    }
    html = render_template("leadtimes.html", **told)
    if request.accept_mimetypes.best_match([_HTML, PDF]) == PDF:
        return Answer(as_pdf(html), headers={"Content-Disposition": _named(first, last)}, media_type=PDF)
    return Answer(html, headers={"Content-Security-Policy": _POLICY}, media_type=f"{_HTML}; charset=utf-8")


def _named(first: Month, last: Month) -> str:
    return f'inline; filename="doorlooptijden-{first}-{last}.pdf"'


def _section(milestone: Milestone, found: Sequence[LeadTime], months: Sequence[Month]) -> dict[str, Any]:
    mine = [one for one in found if one.milestone is milestone]
    totals = {one.month: one for one in mine if one.unit is None}
    return {
        "name": _NAMES_NL[milestone],
        "code": milestone.value,
        "number": sum(one.number for one in totals.values()),
        "bars": charts.bars([_column(month, totals.get(month)) for month in months]),
        "worded": ceil(len(months) / _MOST_WORDS),
        "rows": [(month_nl(one.month), one) for one in mine],
    }


def _column(month: Month, total: LeadTime | None) -> charts.Column:
    label = f"{_MONTHS_NL[month.number - 1]} {month.year % 100:02d}"
    if total is None:
        return charts.Column(label, None, "", "")
    above = f"{number_nl(total.median_days)} d"
    return charts.Column(label, total.median_days, above, share_nl(total.share_in_time))


def month_nl(month: Month) -> str:
    """Return a month as it stands in a table.

    >>> month_nl(Month(2026, 3))
    'mrt 2026'
    """
    return f"{_MONTHS_NL[month.number - 1]} {month.year}"


def number_nl(value: float) -> str:
    """Return a number with the comma that the Dutch write.

    >>> number_nl(2.25), number_nl(10.0)
    ('2,3', '10')
    """
    return f"{value:.1f}".removesuffix(".0").replace(".", ",")


def share_nl(share: float | None) -> str:
    """Return a share as a percentage; nothing where there is none.

    >>> share_nl(0.5), share_nl(None)
    ('50 %', '')
    """
    return "" if share is None else f"{share:.0%}".replace("%", " %")
