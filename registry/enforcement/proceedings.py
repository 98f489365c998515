"""Proceedings: what happened after a breach, in any order of recording, and what follows from all of it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor, OrganisationKind
from registry.access.service import record
from registry.db import new_id
from registry.enforcement.arrests import put_before_prosecution
from registry.enforcement.breaches import locked_breach
from registry.enforcement.districts import district_of
from registry.enforcement.following import (
    dutch_day,
    events_of,
    follow,
    frame_of,
    locked_proceeding,
    running_on,
    standing,
    tell_course,
)
from registry.enforcement.models import Breach, Proceeding, ProceedingEvent
from registry.enforcement.observations import Observation, observe, report_at_once
from registry.enforcement.plans import mark_done
from registry.enforcement.procedure.clocks import instant
from registry.enforcement.procedure.details import NewEvent, happens_once, is_told_twice, same_step
from registry.enforcement.procedure.events import EventKind
from registry.enforcement.procedure.table import load
from registry.enforcement.timing import require_after_order, require_past
from registry.errors import Conflict, Fault, Invalid
from registry.orders.force.standing import measures
from registry.orders.models import Condition, Order, OrderVersion
from registry.outbox.rules import EventType

# With what a proceeding can begin: a court's decision alone follows something that was not recorded.
STARTING = frozenset(
    {
        *(EventKind.ARREST, EventKind.PROSECUTOR_DECISION, EventKind.PROBATION_REPORT),
        *(EventKind.COMPLIANCE_ORDER, EventKind.OUTCOME),
    }
)


@dataclass(frozen=True, slots=True)
class Start:
    """What a proceeding begins with, about a breach or else an order."""

    event: NewEvent
    breach_id: uuid.UUID | None = None
    order_id: uuid.UUID | None = None


def start_proceeding(session: Session, actor: Actor, now: datetime, start: Start) -> Proceeding:
    """Start a proceeding with its first event, also while the breach is only suspected (art. 6:3:15, 84 Sv)."""
    if start.event.kind not in STARTING:
        kinds = ", ".join(sorted(STARTING))
        raise Invalid([Fault("#/event/kind", f"A proceeding starts with one of: {kinds}.", "not_a_start")])
    require_past("#/event/occurredAt", start.event.occurred_at, now)
    breach = _breach_of(session, actor, now, start)
    running = session.scalar(running_on(breach.id))
    if running is not None:
        return _started_before(session, running, start.event)
    require_after_order(session, breach.order_id, "#/event/occurredAt", start.event.occurred_at)
    proceeding = _new(session, breach, now)
    event = _event(actor, now, proceeding, start.event)
    proceeding.started_at, proceeding.started_by = event.occurred_at, event.id
    _require_procedure(proceeding)
    session.add(proceeding)
    session.flush()
    session.add(event)
    session.flush()
    breach.revision += 1
    record(session, actor, now, Action.COLLECTED, f"proceeding:{proceeding.id}", event=event.kind)
    tell_course(session, now, EventType.PROCEEDING_STARTED, proceeding, event)
    follow(session, now, proceeding)
    put_before_prosecution(session, actor, now, proceeding, event)
    if start.breach_id is not None:
        _pass_on(session, actor, now, breach, event)
    return proceeding


def _pass_on(session: Session, actor: Actor, now: datetime, breach: Breach, event: ProceedingEvent) -> None:
    """Put a report of probation before prosecution, CJIB and police, however it was recorded (art. 6:3:14 lid 4 Sv)."""
    if _is_of_probation(actor, event.kind):
        report_at_once(session, now, breach, safety_at_stake=event.details.get("safety_at_stake") == "true")


def _breach_of(session: Session, actor: Actor, now: datetime, start: Start) -> Breach:
    """The breach named; without one, the fact itself is what makes a breach of the order suspected."""
    if start.breach_id is not None:
        return locked_breach(session, actor, start.breach_id)
    if start.order_id is None:
        raise Invalid([Fault("#", "Name the breachId, or else the orderId.", "breach_or_order")])
    at = start.event.occurred_at
    reference = f"{start.order_id}/{start.event.kind}/{at.isoformat()}"
    seen = Observation(start.order_id, None, at, None, reference)
    if _is_of_probation(actor, start.event.kind):
        # It happened before probation knew of it, and that before it was reported.
        aware_at = instant(start.event.details.get("aware_at"))
        at_stake = start.event.details.get("safety_at_stake") == "true"
        since_at = min(at, aware_at or at)
        seen = replace(seen, occurred_from=since_at, aware_at=aware_at, safety_at_stake=at_stake)
    return observe(session, actor, now, seen)


def _is_of_probation(actor: Actor, kind: str) -> bool:
    return kind == EventKind.PROBATION_REPORT and actor.organisation_kind is OrganisationKind.PROBATION


def _started_before(session: Session, running: Proceeding, new: NewEvent) -> Proceeding:
    first = session.get_one(ProceedingEvent, running.started_by)
    if first.idempotency_key in (new.content_key, new.key):
        return running
    raise Conflict("proceeding_runs", f"A proceeding on this breach runs already: record the event in {running.id}.")


def _new(session: Session, breach: Breach, now: datetime) -> Proceeding:
    order = session.get_one(Order, breach.order_id)
    version = session.get(OrderVersion, order.current_version_id) if order.current_version_id else None
    conditions = session.scalars(select(Condition).where(Condition.version_id == order.current_version_id))
    return Proceeding(
        id=new_id(),
        breach_id=breach.id,
        order_id=order.id,
        regime=order.regime or "",
        ground=_read(version).get("ground"),
        decided_on=_judged_on(order, version),
        monitored=any(one.content.get("electronic_monitoring") is True for one in conditions),
        arrondissement=district_of(session, breach),
        breach_on=dutch_day(breach.occurred_from),
        **breach.owners(),
    )


def _read(version: OrderVersion | None) -> Mapping[str, Any]:
    return (version.content.get("read") if version else None) or {}


def _judged_on(order: Order, version: OrderVersion | None) -> date | None:
    """The day of the judgment that chooses the law; None where nobody can tell."""
    told, decided_on = _read(version).get("judged_on"), version.decided_on if version else None
    told_on = date.fromisoformat(told) if told else None
    return told_on if order.regime is None else measures().law.judged_on(order.regime, told_on, decided_on)


def _require_procedure(proceeding: Proceeding) -> None:
    try:
        load().of(frame_of(proceeding, ()))
    except LookupError as error:
        raise Conflict("regime_unknown", "The regime of this order is unknown, and so is its procedure.") from error


def record_event(
    session: Session, actor: Actor, now: datetime, proceeding_id: uuid.UUID, new: NewEvent
) -> ProceedingEvent:
    """Record a fact of a proceeding, in any order of arrival and also after its end; the same fact twice is one."""
    require_past("#/occurredAt", new.occurred_at, now)
    proceeding = locked_proceeding(session, actor, proceeding_id)
    events = events_of(session, proceeding.id)
    known = _known(events, new)
    if known is not None:
        return known
    _require_no_conflict(proceeding, events, new)
    require_after_order(session, proceeding.order_id, "#/occurredAt", new.occurred_at)
    event = _event(actor, now, proceeding, new)
    session.add(event)
    session.flush()
    record(session, actor, now, Action.COLLECTED, f"proceeding:{proceeding.id}", event=event.kind, id=str(event.id))
    tell_course(session, now, EventType.PROCEEDING_EVENT_RECORDED, proceeding, event)
    put_before_prosecution(session, actor, now, proceeding, event)
    _pass_on(session, actor, now, session.get_one(Breach, proceeding.breach_id), event)
    mark_done(session, proceeding, event)
    follow(session, now, proceeding)
    return event


def _event(actor: Actor, now: datetime, proceeding: Proceeding, new: NewEvent) -> ProceedingEvent:
    return ProceedingEvent(
        id=new_id(),
        proceeding_id=proceeding.id,
        idempotency_key=new.key or new.content_key,
        kind=new.kind.value,
        occurred_at=new.occurred_at,
        recorded_at=now,
        recorded_by=actor.end_user,
        unit=actor.unit,
        organisation_id=actor.organisation_id,
        details=dict(new.details),
        corrects=new.corrects,
    )


def _known(events: Sequence[ProceedingEvent], new: NewEvent) -> ProceedingEvent | None:
    """The event that says the same already, unless it was corrected away since."""
    counting = {one.id for one in standing(events)}
    for one in events:
        same = _content_key(one) == new.content_key
        if new.key is not None and one.idempotency_key == new.key and not same:
            detail = f"The key of this event was used before, for other content: event {one.id}."
            raise Conflict("key_used", detail)
        if same and (one.id in counting or one.idempotency_key == (new.key or new.content_key)):
            return one
    return None


def _content_key(event: ProceedingEvent) -> str:
    return NewEvent(EventKind(event.kind), event.occurred_at, event.details, corrects=event.corrects).content_key


def _require_no_conflict(proceeding: Proceeding, events: Sequence[ProceedingEvent], new: NewEvent) -> None:
    counting = standing(events)
    if new.corrects is not None:
        corrected = next((one for one in counting if one.id == new.corrects), None)
        if corrected is None:
            detail = "There is no such event in this proceeding that still counts; read it again."
            raise Conflict("nothing_to_correct", detail)
        counting = [one for one in counting if one is not corrected]
    several = load().of(frame_of(proceeding, ())).several
    for one in counting:
        if not new.another and one.kind == new.kind and _is_same_step(one, new, counting, several):
            raise Conflict(
                "step_recorded",
                f"{one.recorded_by} recorded this step at {one.recorded_at.isoformat(timespec='seconds')} with other "
                f"content, as event {one.id}; send the event with corrects={one.id} if that one is wrong, or with "
                "another=true if this is one more.",
            )


def _is_same_step(
    one: ProceedingEvent, new: NewEvent, counting: Iterable[ProceedingEvent], several: Collection[EventKind]
) -> bool:
    """Whether what is told now is, or contradicts, a step that was recorded."""
    is_one = one.occurred_at == new.occurred_at or happens_once(new.kind, several)
    if is_one and same_step(new.kind, one.details, new.details):
        return True
    first_at, last_at = sorted((one.occurred_at, new.occurred_at))
    between = [
        EventKind(other.kind) for other in counting if first_at <= other.occurred_at <= last_at and other is not one
    ]
    return is_told_twice(new.kind, one.details, new.details, between)
