"""What follows from the events of a proceeding together: its end, its deadlines, and whether the breach is proven."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from registry.access.rules import Actor
from registry.access.service import visible
from registry.alerts.service import close_alert
from registry.enforcement import arrests, deadlines, minister
from registry.enforcement.breaches import assessments_of, tell
from registry.enforcement.districts import settle_district
from registry.enforcement.models import Breach, Deadline, Proceeding, ProceedingEvent
from registry.enforcement.moves import Cause, note_moves
from registry.enforcement.procedure.clocks import clocks, ended_by
from registry.enforcement.procedure.custody import Custody, custody
from registry.enforcement.procedure.details import establishes
from registry.enforcement.procedure.events import Event, EventKind
from registry.enforcement.procedure.rules import Frame
from registry.enforcement.quiet import settle_quiet
from registry.enforcement.rules import BreachStatus, Judge, may_become
from registry.enforcement.standstill import standing_still
from registry.errors import Conflict, NotFound
from registry.law.terms import DUTCH_TIME
from registry.orders.force.standing import measures
from registry.outbox.rules import EventType
from registry.outbox.service import publish

CUSTODY = "custody_undecided"


def follow(session: Session, now: datetime, proceeding: Proceeding, begun: Cause = Cause.EVENT) -> list[Deadline]:
    """Derive anew what follows from all events that count: the end, the deadlines, and whether the breach is proven.

    Returns the deadlines that moved; `begun` is why one that is new begins.
    """
    events = standing(events_of(session, proceeding.id))
    facts = facts_of(events)
    settle_district(session, proceeding)
    law = measures().law
    (frame,) = standing_still(session, [(proceeding.order_id, frame_of(proceeding, facts))], law)
    _settle_end(session, now, proceeding, ended_by(frame, facts))
    known = session.scalars(select(Deadline).where(Deadline.proceeding_id == proceeding.id)).all()
    basis = deadlines.Basis(proceeding, known, law, begun)
    running = clocks(frame, facts, law)
    moved = note_moves(session, now, deadlines.derive(session, now, basis, running))
    session.flush()
    settle_custody(session, now, proceeding, custody(frame, facts, law, running))
    settle_quiet(session, now, proceeding, events, running)
    _settle_proof(session, now, proceeding, events)
    arrests.settle(session, now, proceeding, events)
    return moved


def facts_of(events: Iterable[ProceedingEvent]) -> list[Event]:
    """Return events as the clocks take them."""
    return [Event(EventKind(one.kind), one.occurred_at, str(one.id), one.details) for one in events]


def frame_of(proceeding: Proceeding, facts: Iterable[Event]) -> Frame:
    """What the proceeding is about; the law is that of the first arrest, else of the breach."""
    arrests = [one.occurred_at for one in facts if one.kind is EventKind.ARREST]
    on = dutch_day(min(arrests)) if arrests else proceeding.breach_on
    return Frame(
        proceeding.regime,
        on,
        proceeding.ground,
        proceeding.decided_on,
        proceeding.monitored,
        proceeding.arrondissement,
    )


def settle_custody(session: Session, now: datetime, proceeding: Proceeding, held: Custody | None) -> None:
    """Keep when an alarm must be raised for somebody who is held without a decision; close one that is over."""
    limit_at = held.limit_at if held else None
    if proceeding.custody_told_at is not None and proceeding.custody_limit_at != limit_at:
        close_alert(session, now, CUSTODY, f"proceeding:{proceeding.id}")
        proceeding.custody_told_at = None
    proceeding.custody_limit_at, proceeding.custody_alarm_at = limit_at, held.alarm_at if held else None


def _settle_end(session: Session, now: datetime, proceeding: Proceeding, end: Event | None) -> None:
    ended_by_id = uuid.UUID(end.id) if end else None
    if proceeding.ended_by == ended_by_id:
        return
    breach = session.scalars(
        select(Breach).where(Breach.id == proceeding.breach_id).with_for_update(key_share=True)
    ).one()
    if end is None and session.scalar(running_on(breach.id)) is not None:
        raise Conflict("proceeding_runs", "This would reopen a proceeding while another on the same breach runs.")
    proceeding.ended_by, proceeding.ended_at = ended_by_id, end.occurred_at if end else None
    breach.revision += 1
    session.flush()
    if end is not None:
        event = session.get_one(ProceedingEvent, ended_by_id)
        tell_course(session, now, EventType.PROCEEDING_ENDED, proceeding, event)


def _proof(events: Iterable[ProceedingEvent]) -> ProceedingEvent | None:
    """The decision of a court that the breach is established, if there is one among the events that count."""
    return next((one for one in events if establishes(EventKind(one.kind), one.details)), None)


def is_settled(breach: Breach, events: Iterable[ProceedingEvent]) -> bool:
    """Whether a breach is said to be proven, or not, as all events of its proceeding have it."""
    listed = list(events)
    if _proof(standing(listed)) is not None:
        return not may_become(BreachStatus(breach.status), BreachStatus.PROVEN, Judge.COURT)
    return breach.proven_by not in {one.id for one in listed}


def _settle_proof(session: Session, now: datetime, proceeding: Proceeding, events: Iterable[ProceedingEvent]) -> None:
    """Proven by a recorded decision of a court; when that record is corrected away, as it was assessed before."""
    proof = _proof(events)
    breach = session.scalars(
        select(Breach).where(Breach.id == proceeding.breach_id).with_for_update(key_share=True)
    ).one()
    current = BreachStatus(breach.status)
    if proof is not None and may_become(current, BreachStatus.PROVEN, Judge.COURT):
        breach.status, breach.proven_by = BreachStatus.PROVEN.value, proof.id
    elif proof is None and breach.proven_by in {one.id for one in events_of(session, proceeding.id)}:
        assessed = assessments_of(session, breach.id)
        breach.status = assessed[-1].status if assessed else BreachStatus.SUSPECTED.value
        breach.proven_by = None
    else:
        return
    breach.revision += 1
    tell(session, now, EventType.BREACH_ASSESSED, breach, former_status=current.value)


def tell_course(
    session: Session, now: datetime, event_type: EventType, proceeding: Proceeding, event: ProceedingEvent
) -> None:
    """Tell the organisations concerned what happened in a proceeding, the minister of an arrest (6:3:15 lid 4 Sv)."""
    told, on = proceeding.audience(), dutch_day(event.occurred_at)
    if event.kind == EventKind.ARREST:
        told |= minister.told_of(session, minister.ARREST, proceeding.regime, on)
    publish(
        session,
        now,
        event_type,
        f"proceeding:{proceeding.id}",
        told,
        proceeding_id=proceeding.id,
        breach_id=proceeding.breach_id,
        order_id=proceeding.order_id,
        regime=proceeding.regime,
        event_id=event.id,
        kind=event.kind,
        occurred_at=event.occurred_at,
        ended_at=proceeding.ended_at,
    )


def events_of(session: Session, proceeding_id: uuid.UUID) -> list[ProceedingEvent]:
    """Return everything recorded in a proceeding, in the order in which it happened."""
    rows = select(ProceedingEvent).where(ProceedingEvent.proceeding_id == proceeding_id)
    return list(session.scalars(rows.order_by(ProceedingEvent.occurred_at, ProceedingEvent.id)))


def locked_proceeding(session: Session, actor: Actor, proceeding_id: uuid.UUID) -> Proceeding:
    """Return a proceeding of the actor's organisation, held until the transaction ends; raises NotFound."""
    found = (
        select(Proceeding)
        .where(Proceeding.id == proceeding_id, visible(Proceeding, actor))
        .with_for_update(key_share=True)
    )
    proceeding = session.scalar(found.execution_options(populate_existing=True))
    if proceeding is None:
        raise NotFound
    return proceeding


def running_on(breach_id: uuid.UUID) -> Select[Proceeding]:
    """Ask for the proceeding on a breach that has not ended."""
    return select(Proceeding).where(Proceeding.breach_id == breach_id, Proceeding.ended_at.is_(None))


def standing(events: Iterable[ProceedingEvent]) -> list[ProceedingEvent]:
    """Return the events that count: those that no later one corrects."""
    listed = list(events)
    corrected = {one.corrects for one in listed}
    return [one for one in listed if one.id not in corrected]


def dutch_day(at: datetime) -> date:
    """Return the calendar day in the Netherlands."""
    return at.astimezone(DUTCH_TIME).date()
