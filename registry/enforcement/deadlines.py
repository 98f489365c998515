"""Deadlines: derived anew from the events of a proceeding at each of them, and watched."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from registry.alerts.service import NewAlert, close_alert, raise_alert
from registry.db import new_id
from registry.enforcement.models import Deadline, Proceeding
from registry.enforcement.procedure.clocks import Clock, ClockState
from registry.enforcement.procedure.rules import owner_of
from registry.enforcement.procedure.table import load
from registry.law import LawTable
from registry.law.terms import steps_nl
from registry.outbox.rules import EventType
from registry.outbox.service import publish

NEAR, MISSED = "deadline_near", "deadline_missed"
_WATCHED_AT_ONCE = 200
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
        owner_org_id=owner_of(clock.rule.owner, proceeding.owners()),
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


def past(now: datetime) -> ColumnElement[bool]:
    """Keep the deadlines whose end has passed."""
    return or_(Deadline.due_at < now, and_(Deadline.due_on.is_not(None), Deadline.due_at == now))


def _due_for_near(now: datetime) -> ColumnElement[bool]:
    return and_(
        Deadline.state == ClockState.OPEN,
        Deadline.near_told_at.is_(None),
        Deadline.warn_at <= now,
        or_(Deadline.due_at.is_(None), ~past(now)),
    )


def _due_for_missed(now: datetime) -> ColumnElement[bool]:
    return and_(Deadline.state == ClockState.OPEN, Deadline.missed_told_at.is_(None), past(now))


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
    """A call on whoever must act, by their own ladder; the supervisor and the others see it too."""
    owners, subject = row.owners(), f"deadline:{row.id}"
    ladder_id = row.owner_org_id if row.owner_org_id in owners.values() else None
    return NewAlert(alert_class, priority, title_nl, subject, owners, _references(row), ladder_id)


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
