"""A briefing as a page for the telephone of officers on the street: no script, nothing from elsewhere."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template

from registry import __version__
from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.console.moments import clock_nl
from registry.dispatch.street import service
from registry.dispatch.street.reach import Briefed
from registry.dispatch.street.schemas import BriefingQuerySchema
from registry.http import Answer, operation, runtime
from registry.intake.overview import Expected

blueprint = Blueprint("briefing_pages", __name__, template_folder="templates")

_HTML = "text/html"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@blueprint.get("/briefings/<uuid:order_id>")
@requires(Scope.LOOKUPS_ASK, Purpose.ACUTE_CALL)
@operation(query=BriefingQuerySchema, answers={200: _HTML})
def page(actor: Actor, order_id: UUID, query: dict[str, Any]) -> Answer:
    """Show the briefing of an order on one screen; the same as the API tells, to the same callers."""
    shared = runtime()
    with consultation() as session:
        asked = Briefed.by(order_id, query)
        told = service.brief(session, actor, shared.clock.now(), asked, Expected.by(shared.settings))
    html = render_template("briefing.html", version=__version__, told=told, clock_nl=clock_nl)
    return Answer(html, headers={"Content-Security-Policy": _POLICY}, media_type=f"{_HTML}; charset=utf-8")
