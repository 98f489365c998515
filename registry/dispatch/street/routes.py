"""The briefing about an order, for officers on the street."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.dispatch.street import service
from registry.dispatch.street.reach import Briefed
from registry.dispatch.street.schemas import BriefingQuerySchema, BriefingSchema, NewBreakGlassBriefingSchema
from registry.http import operation, runtime
from registry.intake.overview import Expected

blueprint = Blueprint("briefings", __name__, url_prefix="/v1")


@blueprint.get("/orders/<uuid:order_id>/briefing")
@requires(Scope.LOOKUPS_ASK, Purpose.ACUTE_CALL)
@operation(query=BriefingQuerySchema, answers={200: BriefingSchema})
def show_briefing(actor: Actor, order_id: UUID, query: dict[str, Any]) -> Any:
    """Show what officers must know of an order as it stands; who is protected, and where, takes `protected:read`.

    An order of another organisation is shown to whoever found it by a lookup of the last day, which is then named.
    """
    shared = runtime()
    with consultation() as session:
        asked = Briefed.by(order_id, query)
        return service.brief(session, actor, shared.clock.now(), asked, Expected.by(shared.settings))


@blueprint.post("/orders/<uuid:order_id>/break-glass-briefings")
@requires(Scope.BREAK_GLASS_USE, Purpose.ACUTE_CALL)
@operation(body=NewBreakGlassBriefingSchema, answers={200: BriefingSchema})
def break_glass(actor: Actor, order_id: UUID, body: dict[str, Any]) -> Any:
    """Brief about an order that is not the caller's, and tell who is protected, for a reason that is reviewed."""
    shared, purpose = runtime(), Purpose(body["purpose"])
    asked = Briefed(order_id, purpose, None, body["incident_number"], body["reason"])
    with shared.database.transaction() as session:
        return service.brief(session, actor, shared.clock.now(), asked, Expected.by(shared.settings))
