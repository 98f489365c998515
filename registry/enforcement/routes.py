"""Breaches and deadlines."""

import base64
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.enforcement import agenda, service, shown
from registry.enforcement.models import Deadline
from registry.enforcement.schemas import (
    AssessmentSchema,
    BreachListSchema,
    BreachQuerySchema,
    BreachSchema,
    CalendarQuerySchema,
    DeadlineListSchema,
    DeadlineQuerySchema,
    DeadlineSchema,
    NewAssessmentSchema,
    NewBreachSchema,
)
from registry.enforcement.selecting import selection
from registry.errors import Fault, Invalid
from registry.http import Answer, asked_for, operation, runtime
from registry.http.fields import format_instant, parse_instant

breaches = Blueprint("breaches", __name__, url_prefix="/v1")
deadlines = Blueprint("deadlines", __name__, url_prefix="/v1")


@breaches.get("/breaches")
@requires(Scope.BREACHES_READ, Purpose.ENFORCEMENT)
@operation(query=BreachQuerySchema, answers={200: BreachListSchema})
def list_breaches(actor: Actor, query: dict[str, Any]) -> Any:
    """List the breaches that concern the caller's organisation, newest recorded first."""
    asked = service.BreachFilter(query["limit"], query["cursor"], query["order_id"], query["status"])
    with consultation() as session:
        found = service.breaches_of(session, actor, runtime().clock.now(), asked)
        numbers = service.numbered(session, [one.order_id for one in found])
        sources = service.sources_of(session, [one.id for one in found])
        rows = [shown.breach(one, numbers.get(one.id), sources) for one in found]
    return {"breaches": rows, "next": str(rows[-1]["id"]) if len(rows) == query["limit"] else None}


@breaches.get("/breaches/<uuid:breach_id>")
@requires(Scope.BREACHES_READ, Purpose.ENFORCEMENT)
@operation(answers={200: BreachSchema})
def show_breach(actor: Actor, breach_id: UUID) -> Any:
    """Show a breach: its accounts side by side, what humans found, and what follows from it."""
    with consultation() as session:
        return shown.dossier(service.dossier_for(session, actor, runtime().clock.now(), breach_id))


@breaches.post("/breaches")
@requires(Scope.BREACHES_WRITE, Purpose.ENFORCEMENT)
@operation(body=NewBreachSchema, answers={201: BreachSchema}, errors=(404, 409))
def record_breach(actor: Actor, body: dict[str, Any]) -> Any:
    """Record what police or supervision saw: it opens a suspected breach, or joins the one it belongs to."""
    now = runtime().clock.now()
    with runtime().database.transaction() as session:
        breach = service.observe(session, actor, now, service.Observation(**body))
        answer = shown.dossier(service.dossier_for(session, actor, now, breach.id))
    return Answer(answer, 201, {"Location": f"/v1/breaches/{breach.id}"})


@breaches.post("/breaches/<uuid:breach_id>/assessments")
@requires(Scope.BREACHES_ASSESS, Purpose.ENFORCEMENT)
@operation(body=NewAssessmentSchema, answers={201: AssessmentSchema}, errors=(409,))
def assess_breach(actor: Actor, breach_id: UUID, body: service.Finding) -> Any:
    """Record what the person this call names finds of a breach, and why; only a court makes it proven."""
    with runtime().database.transaction() as session:
        return Answer(shown.assessment(service.assess(session, actor, runtime().clock.now(), breach_id, body)), 201)


@deadlines.get("/deadlines")
@requires(Scope.DEADLINES_READ, Purpose.ENFORCEMENT)
@operation(query=DeadlineQuerySchema, answers={200: (DeadlineListSchema, agenda.MEDIA_TYPE)})
def list_deadlines(actor: Actor, query: dict[str, Any]) -> Any:
    """List the deadlines that concern the caller's organisation, soonest first, each explained.

    Asked for as text/calendar they come as iCalendar: those that run, without names.
    """
    if asked_for(agenda.MEDIA_TYPE):
        return _calendar(actor, query)
    now = runtime().clock.now()
    asked = service.DeadlineFilter(query["limit"], _place(query["cursor"]), query["state"], selection(query, "?"))
    with consultation() as session:
        found = service.deadlines_of(session, actor, now, asked)
        rows = [shown.deadline(one, now) for one in found]
        cursor = _cursor(found[-1].deadline) if len(found) == query["limit"] else None
    return {"deadlines": rows, "next": cursor}


def _cursor(last: Deadline) -> str:
    return base64.urlsafe_b64encode(f"{format_instant(last.soonest_at)}|{last.id}".encode()).decode()


def _place(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        at, _, key = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        return parse_instant(at), UUID(key)
    except ValueError as error:
        raise Invalid([Fault("?cursor", "Give the `next` of an earlier answer.")]) from error


@deadlines.get("/deadlines/calendar")
@requires(Scope.DEADLINES_READ, Purpose.ENFORCEMENT)
@operation(query=CalendarQuerySchema, answers={200: agenda.MEDIA_TYPE})
def show_calendar(actor: Actor, query: dict[str, Any]) -> Any:
    """Give the running deadlines of the caller's organisation as iCalendar, with stable ids and without names.

    At most the thousand soonest are in it.
    """
    return _calendar(actor, query)


@deadlines.get("/deadlines/<uuid:deadline_id>")
@requires(Scope.DEADLINES_READ, Purpose.ENFORCEMENT)
@operation(answers={200: DeadlineSchema})
def show_deadline(actor: Actor, deadline_id: UUID) -> Any:
    """Show a deadline: its start, its rule and source, and how its end was computed."""
    now = runtime().clock.now()
    with consultation() as session:
        return shown.deadline(service.deadline_for(session, actor, now, deadline_id), now)


def _calendar(actor: Actor, query: dict[str, Any]) -> Answer:
    now = runtime().clock.now()
    asked = service.DeadlineFilter(agenda.MOST_ENTRIES, of=selection(query, "?"))
    with consultation() as session:
        found = service.deadlines_of(session, actor, now, asked)
        content = agenda.calendar(found, runtime().settings.public_url, now)
    return Answer(content, media_type=f"{agenda.MEDIA_TYPE}; charset=utf-8")
