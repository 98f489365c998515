"""Planned steps: what the law does not allow is refused with the article; what it allows is kept until it happens."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import new_id
from registry.enforcement.following import events_of, facts_of, frame_of, locked_proceeding, standing
from registry.enforcement.ledgers import ledger_of
from registry.enforcement.models import PlannedStep, Proceeding, ProceedingEvent
from registry.enforcement.procedure import ledger
from registry.enforcement.procedure.details import Details, same_step
from registry.enforcement.procedure.events import Event, EventKind
from registry.enforcement.procedure.planning import Objection, objections
from registry.enforcement.quiet import settle_plan
from registry.errors import Conflict, Fault, NotFound
from registry.orders.force.standing import measures


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A step that somebody means to take, and when."""

    kind: EventKind
    planned_at: datetime
    details: Details


def plan_step(session: Session, actor: Actor, now: datetime, proceeding_id: uuid.UUID, new: NewPlan) -> PlannedStep:
    """Keep a planned step; raises Conflict with every reason and article when the law does not allow it."""
    proceeding = locked_proceeding(session, actor, proceeding_id)
    events = standing(events_of(session, proceeding.id))
    _require_allowed(session, proceeding, events, new)
    known = next((one for one in plans_of(session, proceeding.id) if _is_same(one, new)), None)
    if known is not None:
        return known
    plan = PlannedStep(
        id=new_id(),
        proceeding_id=proceeding.id,
        kind=new.kind.value,
        details=dict(new.details),
        planned_at=new.planned_at,
        recorded_at=now,
        recorded_by=actor.end_user,
        unit=actor.unit,
        organisation_id=actor.organisation_id,
    )
    session.add(plan)
    session.flush()
    settle_plan(session, now, proceeding, events)
    record(session, actor, now, Action.COLLECTED, f"proceeding:{proceeding.id}", planned=plan.kind, id=str(plan.id))
    return plan


def _require_allowed(session: Session, proceeding: Proceeding, events: Iterable[ProceedingEvent], new: NewPlan) -> None:
    facts = facts_of(events)
    frame, law = frame_of(proceeding, facts), measures().law
    planned = Event(new.kind, new.planned_at, "planned", new.details)
    found = objections(frame, facts, planned, law)
    book = ledger_of(session, proceeding.order_id)
    refused = ledger.refusal(book, new.kind, new.details) if book else None
    if refused:
        found.append(Objection("beyond_ledger", *refused))
    if found:
        faults = [Fault("#/kind", f"{one.text_nl} [{one.source}]", one.code) for one in found]
        raise Conflict("step_not_allowed", f"The law does not allow this step: {faults[0].detail}", faults)


def _is_same(plan: PlannedStep, new: NewPlan) -> bool:
    return (plan.kind, plan.planned_at, plan.details) == (new.kind, new.planned_at, dict(new.details))


def withdraw_plan(
    session: Session, actor: Actor, now: datetime, proceeding_id: uuid.UUID, plan_id: uuid.UUID
) -> PlannedStep:
    """Take a planned step back; raises NotFound, or Conflict when it was taken."""
    proceeding = locked_proceeding(session, actor, proceeding_id)
    plan = session.scalar(
        select(PlannedStep).where(PlannedStep.id == plan_id, PlannedStep.proceeding_id == proceeding.id)
    )
    if plan is None:
        raise NotFound
    if plan.done_by is not None:
        raise Conflict("step_taken", "This step was taken; correct its event if that is wrong.")
    if plan.withdrawn_at is None:
        plan.withdrawn_at = now
        session.flush()
        settle_plan(session, now, proceeding, standing(events_of(session, proceeding.id)))
        record(session, actor, now, Action.CHANGED, f"proceeding:{proceeding.id}", withdrawn=str(plan.id))
    return plan


def plans_of(session: Session, proceeding_id: uuid.UUID) -> Sequence[PlannedStep]:
    """Return what was planned in a proceeding and not withdrawn, soonest first."""
    held = select(PlannedStep).where(PlannedStep.proceeding_id == proceeding_id, PlannedStep.withdrawn_at.is_(None))
    return session.scalars(held.order_by(PlannedStep.planned_at, PlannedStep.id)).all()


def mark_done(session: Session, proceeding: Proceeding, event: ProceedingEvent) -> None:
    """Say of the soonest plan of this step that it happened."""
    for plan in plans_of(session, proceeding.id):
        kind = EventKind(event.kind)
        if plan.done_by is None and plan.kind == kind and same_step(kind, plan.details, event.details):
            plan.done_by = event.id
            return
