"""Giving committed events their place in the feed, by one sequencer, and putting them on their way to receivers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from registry.db import new_id, table_of
from registry.outbox.models import Event, EventAudience, Subscription, WebhookDelivery
from registry.outbox.rules import EventType, wanted

_LARGEST_BATCH = 500


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits: how many, and since when the oldest of them."""

    number: int
    oldest_at: datetime | None


def unpositioned(session: Session) -> Backlog:
    """Return the events without a place in the feed."""
    waiting = select(func.count(), func.min(Event.recorded_at)).where(Event.position.is_(None))
    return Backlog(*session.execute(waiting).one())


def pending_deliveries(session: Session) -> Backlog:
    """Return the messages on their way to a receiver; they wait on the system's clock, also in a replay."""
    waiting = select(func.count(), func.min(WebhookDelivery.created_at))
    return Backlog(*session.execute(waiting.where(WebhookDelivery.next_attempt_at.is_not(None))).one())


def has_unpositioned(session: Session) -> bool:
    """Say whether there is anything to give a position; cheap, in a reading session."""
    return session.scalar(select(Event.id).where(Event.position.is_(None)).limit(1)) is not None


_OLDEST = (
    select(Event.id, func.row_number().over(order_by=Event.id).label("place"))
    .where(Event.position.is_(None))
    .order_by(Event.id)
    .limit(_LARGEST_BATCH)
    .subquery()
)
# One statement for all: each order of a large delivery has its event.
_POSITION = (
    update(table_of(Event))
    .where(table_of(Event).c.id == _OLDEST.c.id)
    .values(position=bindparam("last") + _OLDEST.c.place)
)


def sequence(session: Session, now: datetime) -> int:
    """Give the oldest committed events their position and their deliveries; returns how many there were.

    Whoever destroys old events keeps the newest: positions go on from it. Two who do this at once cannot give the same
    position twice: it is unique.
    """
    connection = session.connection()
    last = connection.scalar(select(func.max(Event.position))) or 0
    number = connection.execute(_POSITION, {"last": last}).rowcount
    if number:
        _address(session, now, last)
    return number


def _address(session: Session, now: datetime, last: int) -> None:
    """Put the events after a position on their way to the receivers that want them."""
    subscriptions = session.scalars(select(Subscription).where(Subscription.ended_at.is_(None))).all()
    if not subscriptions:
        return
    concerned = (
        select(Event.id, Event.type, EventAudience.organisation_id)
        .join(EventAudience, EventAudience.event_id == Event.id)
        .where(Event.position > last, EventAudience.organisation_id.in_({one.organisation_id for one in subscriptions}))
        .order_by(Event.position)
    )
    rows = [
        {
            "id": new_id(),
            "subscription_id": subscription.id,
            "event_id": event_id,
            "created_at": now,
            "is_urgent": EventType(event_type).is_urgent,
            "attempts": 0,
            "next_attempt_at": now,
        }
        for event_id, event_type, organisation_id in session.execute(concerned)
        for subscription in subscriptions
        if organisation_id == subscription.organisation_id and wanted(subscription.types, event_type)
    ]
    if rows:
        session.execute(insert(WebhookDelivery), rows)
