"""Deadlines: derived anew from the events of a proceeding at each of them, listed soonest first, and watched."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record, visible
from registry.alerts.service import NewAlert, close_alert, raise_alert
from registry.db import new_id
from registry.enforcement.models import Deadline, Proceeding, ProceedingEvent
from registry.enforcement.procedure.clocks import Clock, ClockState
from registry.enforcement.procedure.table import load
from registry.errors import NotFound
from registry.law import LawTable
from registry.law.terms import steps_nl
from registry.outbox.rules import EventType
from registry.outbox.service import publish

NEAR, MISSED = "deadline_near", "deadline_missed"
_WATCHED_AT_ONCE = 200
# Who acts next while these run: the police hold the arrested person. Every other term is the prosecution's to guard.
_POLICE_TERMS = frozenset({"T41", "T41-M", "T42", "T42-6"})
RIGHTS = load().rights


def warn_at(start_at: datetime, due_at: datetime) -> datetime:
    """When a quarter of the length is left, and at least an hour before the end."""
    return due_at - max((due_at - start_at) / 4, timedelta(hours=1))


def count_running(session: Session) -> int:
    """Return how many deadlines run."""
    return session.scalar(select(func.count()).where(Deadline.state == ClockState.OPEN.value)) or 0


def derive(session: Session, now: datetime, proceeding: Proceeding, running: Iterable[Clock], law: LawTable) -> None:
    """Write what the fold of the events gives; a deadline it no longer gives is kept as superseded."""
    rows = select(Deadline).where(Deadline.proceeding_id == proceeding.id)
    known = {(row.term_id, str(row.start_event_id)): row for row in session.scalars(rows)}
    for clock in running:
        row = known.pop((clock.term.id, clock.start.id), None)
        if row is None:
            row = _new(proceeding, clock)
            session.add(row)
        _update(session, now, row, clock, law)
    for row in known.values():
        row.state = ClockState.SUPERSEDED.value
        _silence(session, now, row)
    session.flush()


def _new(proceeding: Proceeding, clock: Clock) -> Deadline:
    by_police = clock.term.id in _POLICE_TERMS
    first, second = proceeding.police_org_id, proceeding.prosecuting_org_id
    acting = (first or second) if by_police else (second or first)
    return Deadline(
        id=new_id(),
        proceeding_id=proceeding.id,
        order_id=proceeding.order_id,
        breach_id=proceeding.breach_id,
        term_id=clock.term.id,
        start_event_id=uuid.UUID(clock.start.id),
        title_nl=clock.term.title_nl,
        source=clock.term.source,
        nature=clock.term.nature.value,
        owner_org_id=acting or proceeding.supervising_org_id or proceeding.sending_org_id,
        **proceeding.owners(),
    )


def _update(session: Session, now: datetime, row: Deadline, clock: Clock, law: LawTable) -> None:
    computed = clock.computed
    if row.due_at != computed.due_at or row.state != ClockState.OPEN:
        _silence(session, now, row)
        row.near_told_at = row.missed_told_at = None
    row.due_at, row.due_on, row.alternative_due_on = computed.due_at, computed.due_on, computed.alternative_due_on
    row.target_at = computed.target_at
    row.soonest_at = computed.due_at or computed.target_at or clock.start.occurred_at
    row.warn_at = warn_at(clock.start.occurred_at, computed.due_at) if computed.due_at else computed.target_at
    row.steps = [[code, values] for code, values in computed.steps]
    row.stop_event_id = uuid.UUID(clock.stop.id) if clock.stop else None
    row.state, row.law_hash, row.computed_at = clock.state.value, law.hash, now
    if clock.state is not ClockState.OPEN:
        _silence(session, now, row)


def _silence(session: Session, now: datetime, row: Deadline) -> None:
    """Close the alerts of a deadline that no longer runs."""
    for told, alert_class in ((row.near_told_at, NEAR), (row.missed_told_at, MISSED)):
        if told is not None:
            close_alert(session, now, alert_class, f"deadline:{row.id}")


def explained(row: Deadline) -> list[str]:
    """Return how the end was computed, in Dutch, each step with its source."""
    return steps_nl(((code, values) for code, values in row.steps), row.source)


def state_at(row: Deadline, now: datetime) -> ClockState:
    """Return the state as of now: one that runs past its end is missed, or lapsed if it was a right to use.

    Either may yet be met late.
    """
    state = ClockState(row.state)
    if state is not ClockState.OPEN or not _is_past(row, now):
        return state
    return ClockState.LAPSED if row.term_id in RIGHTS else ClockState.MISSED


def _is_past(row: Deadline, now: datetime) -> bool:
    return row.due_at is not None and (row.due_at <= now if row.due_on else row.due_at < now)


def _past(now: datetime) -> ColumnElement[bool]:
    return or_(Deadline.due_at < now, and_(Deadline.due_on.is_not(None), Deadline.due_at == now))


@dataclass(frozen=True, slots=True)
class DeadlineFilter:
    """Which deadlines to list; without a state those that run, also past their end."""

    limit: int = 50
    after: tuple[datetime, uuid.UUID] | None = None
    state: ClockState | None = None
    owner_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A deadline with the events that started and stopped it."""

    deadline: Deadline
    start: ProceedingEvent
    stop: ProceedingEvent | None


def deadlines_of(session: Session, actor: Actor, now: datetime, asked: DeadlineFilter) -> list[Shown]:
    """Return the deadlines that concern the actor's organisation, soonest first."""
    own = select(Deadline).where(visible(Deadline, actor), _in_state(asked.state, now))
    if asked.owner_id is not None:
        own = own.where(Deadline.owner_org_id == asked.owner_id)
    if asked.after is not None:
        at, key = asked.after
        own = own.where(or_(Deadline.soonest_at > at, and_(Deadline.soonest_at == at, Deadline.id > key)))
    found = session.scalars(own.order_by(Deadline.soonest_at, Deadline.id).limit(asked.limit)).all()
    record(session, actor, now, Action.CONSULTED, "deadlines", shown=[str(one.id) for one in found])
    return _with_events(session, found)


def deadline_for(session: Session, actor: Actor, now: datetime, deadline_id: uuid.UUID) -> Shown:
    """Return a deadline that concerns the actor's organisation; raises NotFound otherwise."""
    row = session.scalar(select(Deadline).where(Deadline.id == deadline_id, visible(Deadline, actor)))
    if row is None:
        raise NotFound("There is no deadline with this id here.")
    record(session, actor, now, Action.CONSULTED, f"deadline:{row.id}")
    return _with_events(session, [row])[0]


def _in_state(state: ClockState | None, now: datetime) -> ColumnElement[bool]:
    runs, is_right = Deadline.state == ClockState.OPEN, Deadline.term_id.in_(RIGHTS)
    if state is None:
        return and_(runs, or_(Deadline.due_at.is_(None), ~_past(now), ~is_right))
    if state is ClockState.OPEN:
        return and_(runs, or_(Deadline.due_at.is_(None), ~_past(now)))
    if state is ClockState.MISSED:
        return or_(Deadline.state == ClockState.MISSED, and_(runs, _past(now), ~is_right))
    if state is ClockState.LAPSED:
        return or_(Deadline.state == ClockState.LAPSED, and_(runs, _past(now), is_right))
    return Deadline.state == state


def deadlines_in(session: Session, proceeding_id: uuid.UUID) -> list[Shown]:
    """Return every deadline of a proceeding, soonest first."""
    rows = select(Deadline).where(Deadline.proceeding_id == proceeding_id)
    return _with_events(session, session.scalars(rows.order_by(Deadline.soonest_at, Deadline.id)).all())


def _with_events(session: Session, rows: Sequence[Deadline]) -> list[Shown]:
    named = {key for row in rows for key in (row.start_event_id, row.stop_event_id) if key}
    events = {one.id: one for one in session.scalars(select(ProceedingEvent).where(ProceedingEvent.id.in_(named)))}
    stops = [events[row.stop_event_id] if row.stop_event_id else None for row in rows]
    return [Shown(row, events[row.start_event_id], stop) for row, stop in zip(rows, stops, strict=True)]


def _due_for_near(now: datetime) -> ColumnElement[bool]:
    return and_(
        Deadline.state == ClockState.OPEN,
        Deadline.near_told_at.is_(None),
        Deadline.warn_at <= now,
        or_(Deadline.due_at.is_(None), ~_past(now)),
    )


def _due_for_missed(now: datetime) -> ColumnElement[bool]:
    return and_(Deadline.state == ClockState.OPEN, Deadline.missed_told_at.is_(None), _past(now))


def needs_watch(session: Session, now: datetime) -> bool:
    """Say whether any deadline is near or missed and not told of yet; cheap, in a reading session."""
    return bool(session.scalar(select(exists().where(or_(_due_for_near(now), _due_for_missed(now))))))


def watch(session: Session, now: datetime) -> int:
    """Raise an alert, once, for each deadline that is near and each that was missed; returns how many there were."""
    near = session.scalars(_held(_due_for_near(now))).all()
    for row in near:
        row.near_told_at = now
        what = "Termijn loopt bijna af" if row.due_at else "Streeftijd voorbij (onverwijld)"
        raise_alert(session, now, _alert(row, NEAR, 2, f"{what}: {row.title_nl}"))
        _tell(session, now, EventType.DEADLINE_NEAR, row)
    missed = session.scalars(_held(_due_for_missed(now))).all()
    for row in missed:
        row.missed_told_at = now
        close_alert(session, now, NEAR, f"deadline:{row.id}")
        if row.term_id in RIGHTS:
            continue
        raise_alert(session, now, _alert(row, MISSED, 1, f"Termijn verstreken: {row.title_nl}"))
        _tell(session, now, EventType.DEADLINE_MISSED, row)
    return len(near) + len(missed)


def _held(due: ColumnElement[bool]) -> Select[Deadline]:
    rows = select(Deadline).where(due).order_by(Deadline.soonest_at, Deadline.id).limit(_WATCHED_AT_ONCE)
    return rows.with_for_update(key_share=True, skip_locked=True)


def _alert(row: Deadline, alert_class: str, priority: int, title_nl: str) -> NewAlert:
    return NewAlert(alert_class, priority, title_nl, f"deadline:{row.id}", row.owners(), _references(row))


def _references(row: Deadline) -> dict[str, Any]:
    return {
        "deadline_id": str(row.id),
        "proceeding_id": str(row.proceeding_id),
        "breach_id": str(row.breach_id),
        "order_id": str(row.order_id),
    }


def _tell(session: Session, now: datetime, event_type: EventType, row: Deadline) -> None:
    state = state_at(row, now).value
    data = _references(row) | {"rule": row.term_id, "status": state, "due_at": row.due_at, "due_on": row.due_on}
    publish(session, now, event_type, f"deadline:{row.id}", row.audience(), **data)
