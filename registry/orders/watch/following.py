"""The job of this package: following what changed of orders and persons, and asking again what time has changed.

What changed is known by the positions of the events of orders and by the revisions of persons; a round past every
order in turn finds what neither told of. A run does a bounded piece of each, in short transactions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.http import Runtime
from registry.orders.models import Order, OrderParty, PartyLink, Person
from registry.orders.register.revision import zone_revision
from registry.orders.rows import add_missing, pieces
from registry.orders.rules import PartyRole
from registry.orders.watch import service
from registry.orders.watch.models import PersonWatch, WatchMark
from registry.orders.watch.rules import Plan
from registry.outbox.models import Event
from registry.outbox.rules import EventType

_EVENTS_AT_ONCE, _PERSONS_AT_ONCE, _SWEPT_AT_ONCE = 200, 100, 500
_RUN_S, _PAUSE_S, _RESTS = 4.0, 0.002, 1
_ONLY = 1
_OF_ORDERS = [kind.value for kind in EventType if kind.subject == "order"]


def plan_of(shared: Runtime) -> Plan:
    """The days ahead as this process is configured."""
    told = shared.settings
    return Plan(told.expiry_notice_days, told.release_notice_days, told.gap_days)


def watch_orders(shared: Runtime) -> None:
    """Follow what changed, and tell what has become due; returns within some seconds, also when much waits."""
    start_s = time.monotonic()
    # What has become due must not wait behind a million orders that were loaded just now.
    half_s, end_s = start_s + _RUN_S / 2, start_s + _RUN_S
    _sweep(shared)
    while _rested(_follow, shared) and time.monotonic() < half_s:
        pass
    while _rested(_tell_due, shared) and time.monotonic() < end_s:
        pass


def _rested(piece: Callable[[Runtime], bool], shared: Runtime) -> bool:
    """Do a piece, and rest in proportion: notices are of days, and the orders of a large delivery come first."""
    start_s = time.monotonic()
    is_more = piece(shared)
    time.sleep(max(_PAUSE_S, _RESTS * (time.monotonic() - start_s)))
    return is_more


def _tell_due(shared: Runtime) -> bool:
    """Ask again of the persons who are due longest; returns whether there were any."""
    now = shared.clock.now()
    with shared.database.reading() as session:
        due = select(PersonWatch.person_id).where(PersonWatch.due_at <= now).order_by(PersonWatch.due_at)
        persons = session.scalars(due.limit(_PERSONS_AT_ONCE)).all()
        found = service.examine(session, now, persons, plan_of(shared)) if persons else []
    if found:
        with shared.database.transaction() as session:
            service.settle(session, now, found)
    return bool(found)


def _follow(shared: Runtime) -> bool:
    """Have the persons looked at of whose orders something changed; returns whether there may be more."""
    with shared.database.reading() as session:
        old_position, old_revision, _ = _marked(session)
        orders, position = _changed_orders(session, old_position)
        persons, revision = _changed_persons(session, old_revision)
        persons |= subjects(session, orders)
    if (position, revision) == (old_position, old_revision):
        return False
    with shared.database.transaction() as session:
        make_due(session, shared.clock.now(), persons)
        _mark(session, position=position, revision=revision)
    return True


def _changed_orders(session: Session, position: int) -> tuple[set[UUID], int]:
    newest = session.scalar(select(func.max(Event.position))) or 0
    after = min(newest, position + _EVENTS_AT_ONCE)
    events = select(Event.subject_ref).where(Event.position > position, Event.position <= after)
    refs = session.scalars(events.where(Event.type.in_(_OF_ORDERS)))
    return {UUID(ref.partition(":")[2]) for ref in refs}, after


def _changed_persons(session: Session, revision: int) -> tuple[set[UUID], int]:
    """The persons of the next revisions; a revision is one transaction's, and is taken whole."""
    changed = select(Person.zone_revision).where(Person.zone_revision > revision).order_by(Person.zone_revision)
    last = session.scalars(changed.limit(_EVENTS_AT_ONCE)).all()
    if not last:
        return set(), max(revision, zone_revision(session))
    found = select(Person.id).where(Person.zone_revision > revision, Person.zone_revision <= last[-1])
    return set(session.scalars(found)), last[-1]


def subjects(session: Session, order_ids: Collection[UUID]) -> set[UUID]:
    """The persons whom any version of these orders binds, also those whom it binds no longer."""
    query = (
        select(PartyLink.person_id)
        .join(OrderParty, OrderParty.id == PartyLink.party_id)
        .where(OrderParty.role == PartyRole.SUBJECT.value)
        .distinct()
    )
    return {
        person_id
        for piece in pieces(order_ids)
        for person_id in session.scalars(query.where(OrderParty.order_id.in_(piece)))
    }


def make_due(session: Session, now: datetime, person_ids: Collection[UUID]) -> None:
    """Have the orders of these persons looked at as soon as can be."""
    add_missing(session, PersonWatch, [{"person_id": one, "due_at": now, "examined_at": None} for one in person_ids])
    table = table_of(PersonWatch)
    for piece in pieces(person_ids):
        waiting = (
            update(table).where(table.c.person_id.in_(piece)).where(or_(table.c.due_at.is_(None), table.c.due_at > now))
        )
        session.connection().execute(waiting.values(due_at=now))


def _sweep(shared: Runtime) -> None:
    """Look past the next orders in turn for one that was recorded after its subject was last looked at."""
    with shared.database.reading() as session:
        *_, after = _marked(session)
        orders = select(Order.id).order_by(Order.id).limit(_SWEPT_AT_ONCE)
        ids = session.scalars(orders.where(Order.id > after) if after else orders).all()
        missed = _missed(session, ids)
    last = ids[-1] if len(ids) == _SWEPT_AT_ONCE else None
    if missed or last != after:
        with shared.database.transaction() as session:
            make_due(session, shared.clock.now(), missed)
            _mark(session, swept_order_id=last)


def _missed(session: Session, order_ids: Collection[UUID]) -> set[UUID]:
    query = (
        select(PartyLink.person_id)
        .join(OrderParty, OrderParty.id == PartyLink.party_id)
        .join(Order, (Order.id == OrderParty.order_id) & (Order.current_version_id == OrderParty.version_id))
        .outerjoin(PersonWatch, PersonWatch.person_id == PartyLink.person_id)
        .where(OrderParty.role == PartyRole.SUBJECT.value, PartyLink.replaced_at.is_(None))
        .where(or_(PersonWatch.person_id.is_(None), PersonWatch.examined_at < Order.last_recorded_at))
    )
    return {person_id for piece in pieces(order_ids) for person_id in session.scalars(query.where(Order.id.in_(piece)))}


def _marked(session: Session) -> tuple[int, int, UUID | None]:
    query = select(WatchMark.position, WatchMark.revision, WatchMark.swept_order_id)
    found = session.execute(query.where(WatchMark.id == _ONLY)).first()
    return (0, 0, None) if found is None else (found.position, found.revision, found.swept_order_id)


def _mark(session: Session, **values: object) -> None:
    fresh = {"id": _ONLY, "position": 0, "revision": 0, "swept_order_id": None}
    add_missing(session, WatchMark, [fresh])
    session.connection().execute(update(table_of(WatchMark)).values(**values))
