"""Proceedings: their start, their events, what is planned, and the ledger of a measure."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.enforcement import course_shown, service
from registry.enforcement.course_schemas import (
    LedgerSchema,
    NewPlanSchema,
    NewProceedingSchema,
    PlanSchema,
    ProceedingSchema,
)
from registry.enforcement.event_schemas import NewEventSchema
from registry.enforcement.plans import NewPlan
from registry.enforcement.procedure.details import NewEvent
from registry.http import Answer, operation, runtime

blueprint = Blueprint("proceedings", __name__, url_prefix="/v1")


@blueprint.post("/proceedings")
@requires(Scope.PROCEEDINGS_WRITE, Purpose.ENFORCEMENT)
@operation(body=NewProceedingSchema, answers={201: ProceedingSchema}, errors=(404, 409))
def start_proceeding(actor: Actor, body: dict[str, Any]) -> Any:
    """Start a proceeding with an arrest or a decision of the prosecutor, also while the breach is only suspected.

    Without a breach, the order is named, and the event itself makes a breach of it suspected.
    """
    now = runtime().clock.now()
    with runtime().database.transaction() as session:
        proceeding = service.start_proceeding(session, actor, now, service.Start(**body))
        answer = course_shown.course(service.course_for(session, actor, now, proceeding.id), now)
    return Answer(answer, 201, {"Location": f"/v1/proceedings/{proceeding.id}"})


@blueprint.get("/proceedings/<uuid:proceeding_id>")
@requires(Scope.PROCEEDINGS_READ, Purpose.ENFORCEMENT)
@operation(answers={200: ProceedingSchema})
def show_proceeding(actor: Actor, proceeding_id: UUID) -> Any:
    """Show a proceeding: its events, the deadlines they start and stop, and what a human should look at."""
    now = runtime().clock.now()
    with consultation() as session:
        return course_shown.course(service.course_for(session, actor, now, proceeding_id), now)


@blueprint.post("/proceedings/<uuid:proceeding_id>/events")
@requires(Scope.PROCEEDINGS_WRITE, Purpose.ENFORCEMENT)
@operation(body=NewEventSchema, answers={201: ProceedingSchema}, errors=(409,))
def record_event(actor: Actor, proceeding_id: UUID, body: NewEvent) -> Any:
    """Record a fact, in any order of arrival and however late; the answer is the proceeding as it then stands."""
    now = runtime().clock.now()
    with runtime().database.transaction() as session:
        service.record_event(session, actor, now, proceeding_id, body)
        return Answer(course_shown.course(service.course_for(session, actor, now, proceeding_id), now), 201)


@blueprint.post("/proceedings/<uuid:proceeding_id>/plans")
@requires(Scope.PROCEEDINGS_WRITE, Purpose.ENFORCEMENT)
@operation(body=NewPlanSchema, answers={201: PlanSchema}, errors=(409,))
def plan_step(actor: Actor, proceeding_id: UUID, body: NewPlan) -> Any:
    """Plan a step; one that the law does not allow is refused with every reason and its article, in Dutch."""
    now = runtime().clock.now()
    with runtime().database.transaction() as session:
        return Answer(course_shown.plan(service.plan_step(session, actor, now, proceeding_id, body)), 201)


@blueprint.post("/proceedings/<uuid:proceeding_id>/plans/<uuid:plan_id>/withdrawal")
@requires(Scope.PROCEEDINGS_WRITE, Purpose.ENFORCEMENT)
@operation(answers={200: PlanSchema}, errors=(409,))
def withdraw_plan(actor: Actor, proceeding_id: UUID, plan_id: UUID) -> Any:
    """Take a planned step back."""
    now = runtime().clock.now()
    with runtime().database.transaction() as session:
        return course_shown.plan(service.withdraw_plan(session, actor, now, proceeding_id, plan_id))


@blueprint.get("/orders/<uuid:order_id>/substitute-detention")
@requires(Scope.PROCEEDINGS_READ, Purpose.ENFORCEMENT)
@operation(answers={200: LedgerSchema})
def show_ledger(actor: Actor, order_id: UUID) -> Any:
    """Show the ledger of substitute detention of a measure: set, ordered, executed, and left."""
    with consultation() as session:
        found = service.ledger_for(session, actor, runtime().clock.now(), order_id)
        return course_shown.ledger(order_id, found)
