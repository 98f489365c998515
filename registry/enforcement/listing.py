"""Deadlines as lists: those that concern an organisation, soonest first, each with the events it hangs on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record, visible
from registry.enforcement.deadlines import RIGHTS, RUNS, past
from registry.enforcement.models import Deadline, Proceeding, ProceedingEvent
from registry.enforcement.procedure.clocks import ClockState
from registry.errors import NotFound
from registry.law.rules import RegimeCode
from registry.law.terms import Nature


@dataclass(frozen=True, slots=True)
class Selection:
    """Which deadlines are meant: whose they are to act on, of what nature, under which regime and in which district."""

    owner_id: uuid.UUID | None = None
    nature: Nature | None = None
    regime: RegimeCode | None = None
    arrondissement: str | None = None


@dataclass(frozen=True, slots=True)
class DeadlineFilter:
    """Which deadlines to list; without a state those that run, also past their end."""

    limit: int = 50
    after: tuple[datetime, uuid.UUID] | None = None
    state: ClockState | None = None
    of: Selection = Selection()


@dataclass(frozen=True, slots=True)
class Shown:
    """A deadline with the events that started and stopped it."""

    deadline: Deadline
    start: ProceedingEvent
    stop: ProceedingEvent | None


def deadlines_of(session: Session, actor: Actor, now: datetime, asked: DeadlineFilter) -> list[Shown]:
    """Return the deadlines that concern the actor's organisation, soonest first."""
    own = select(Deadline).where(visible(Deadline, actor), _in_state(asked.state, now), *_selected(asked.of))
    if asked.after is not None:
        at, key = asked.after
        own = own.where(or_(Deadline.soonest_at > at, and_(Deadline.soonest_at == at, Deadline.id > key)))
    found = session.scalars(own.order_by(Deadline.soonest_at, Deadline.id).limit(asked.limit)).all()
    record(session, actor, now, Action.CONSULTED, "deadlines", shown=[str(one.id) for one in found])
    return _with_events(session, found)


def _selected(of: Selection) -> Iterator[ColumnElement[bool]]:
    if of.owner_id is not None:
        yield Deadline.owner_org_id == of.owner_id
    if of.nature is not None:
        yield Deadline.nature == of.nature.value
    course = [
        column == wanted
        for column, wanted in ((Proceeding.regime, of.regime), (Proceeding.arrondissement, of.arrondissement))
        if wanted is not None
    ]
    if course:
        yield exists().where(Proceeding.id == Deadline.proceeding_id, *course)


def deadline_for(session: Session, actor: Actor, now: datetime, deadline_id: uuid.UUID) -> Shown:
    """Return a deadline that concerns the actor's organisation; raises NotFound otherwise."""
    row = session.scalar(select(Deadline).where(Deadline.id == deadline_id, visible(Deadline, actor)))
    if row is None:
        raise NotFound("There is no deadline with this id here.")
    record(session, actor, now, Action.CONSULTED, f"deadline:{row.id}")
    return _with_events(session, [row])[0]


def _in_state(state: ClockState | None, now: datetime) -> ColumnElement[bool]:
    runs, is_right = RUNS, Deadline.term_id.in_(RIGHTS)
    if state is None:
        return and_(runs, or_(Deadline.due_at.is_(None), ~past(now), ~is_right))
    if state is ClockState.OPEN:
        return and_(runs, or_(Deadline.due_at.is_(None), ~past(now)))
    if state is ClockState.MISSED:
        return or_(Deadline.state == ClockState.MISSED, and_(runs, past(now), ~is_right))
    if state is ClockState.LAPSED:
        return or_(Deadline.state == ClockState.LAPSED, and_(runs, past(now), is_right))
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
