"""Deadlines as lists: those that concern an organisation, soonest first, each with the events it hangs on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.enforcement.deadlines import RIGHTS, RUNS, past
from registry.enforcement.models import Deadline, Proceeding, ProceedingEvent
from registry.enforcement.ownership import ACTS, owned_by, readable
from registry.enforcement.procedure.clocks import ClockState
from registry.errors import NotFound
from registry.law.rules import RegimeCode
from registry.law.terms import Nature
from registry.orders.force.standing import measures
from registry.orders.models import Order


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
    """A deadline with the events that started and stopped it; one outside a proceeding has none."""

    deadline: Deadline
    start: ProceedingEvent | None
    stop: ProceedingEvent | None


def deadlines_of(session: Session, actor: Actor, now: datetime, asked: DeadlineFilter) -> list[Shown]:
    """Return the deadlines that concern the actor's organisation, soonest first."""
    own = select(Deadline).where(readable(actor), _in_state(asked.state, now), *_selected(session, asked.of))
    if asked.after is not None:
        at, key = asked.after
        own = own.where(or_(Deadline.soonest_at > at, and_(Deadline.soonest_at == at, Deadline.id > key)))
    found = session.scalars(own.order_by(Deadline.soonest_at, Deadline.id).limit(asked.limit)).all()
    record(session, actor, now, Action.CONSULTED, "deadlines", shown=[str(one.id) for one in found])
    return _with_events(session, found)


def _selected(session: Session, of: Selection) -> Iterator[ColumnElement[bool]]:
    if of.owner_id is not None:
        yield owned_by(session, of.owner_id)
    if of.nature is not None:
        yield Deadline.nature == of.nature.value
    if of.regime is not None:
        in_order = exists().where(Order.id == Deadline.order_id, Order.regime == of.regime)
        yield _of_course(Proceeding.regime == of.regime, in_order)
    if of.arrondissement is not None:
        rows = measures().law.terms.arrondissements
        codes = [code for row in rows if row.code == of.arrondissement for code in row.organisations]
        owned = exists().where(ACTS, Organisation.code.in_(codes))
        yield _of_course(Proceeding.arrondissement == of.arrondissement, owned)


def _of_course(of_proceeding: ColumnElement[bool], otherwise: ColumnElement[bool]) -> ColumnElement[bool]:
    """Ask the proceeding that a deadline hangs on; where there is none, the order or the owner."""
    course = exists().where(Proceeding.id == Deadline.proceeding_id, of_proceeding)
    return or_(course, and_(Deadline.proceeding_id.is_(None), otherwise))


def deadline_for(session: Session, actor: Actor, now: datetime, deadline_id: uuid.UUID) -> Shown:
    """Return a deadline that concerns the actor's organisation; raises NotFound otherwise."""
    row = session.scalar(select(Deadline).where(Deadline.id == deadline_id, readable(actor)))
    if row is None:
        raise NotFound("There is no deadline with this id here.")
    record(session, actor, now, Action.CONSULTED, f"deadline:{row.id}")
    return _with_events(session, [row])[0]


def _in_state(state: ClockState | None, now: datetime) -> ColumnElement[bool]:
    runs, is_right = RUNS, Deadline.term_id.in_(RIGHTS)
    if state is None:
        return and_(runs, or_(~past(now), ~is_right))
    if state is ClockState.OPEN:
        return and_(runs, ~past(now))
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
    return [Shown(row, _one(events, row.start_event_id), _one(events, row.stop_event_id)) for row in rows]


def _one(events: Mapping[uuid.UUID, ProceedingEvent], key: uuid.UUID | None) -> ProceedingEvent | None:
    return None if key is None else events[key]
