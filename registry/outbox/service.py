"""Publishing events, giving them their place in the feed, reading the feed, and who is told by webhook."""

import base64
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import bulk, new_id
from registry.db.bulk import instant_us, layout
from registry.errors import Conflict, NotFound
from registry.outbox.models import Event, EventAudience, Subscription, WebhookDelivery
from registry.outbox.rules import EventType, check_event, wanted

_MOST_SUBSCRIPTIONS = 20
_BOTH_SECRETS_FOR = timedelta(hours=24)

_INSERT_EVENT, _INSERT_AUDIENCE = insert(Event), insert(EventAudience)


def publish(
    session: Session, now: datetime, event_type: str, subject_ref: str, audience: Iterable[uuid.UUID], **data: Any
) -> uuid.UUID:
    """Put an event in the outbox, in the transaction of the change it tells of; `data` holds references only.

    Raises ValueError for a type or a field that the catalogue in `rules` does not know.
    """
    present = check_event(event_type, subject_ref, data)
    event_id = new_id()
    event = {"id": event_id, "type": str(event_type), "subject_ref": subject_ref, "recorded_at": now, "data": present}
    # Past the mapper: an event goes with every change, and many changes come at once.
    connection = session.connection()
    connection.execute(_INSERT_EVENT, event)
    concerned = [{"event_id": event_id, "organisation_id": one} for one in sorted(set(audience))]
    if concerned:
        connection.execute(_INSERT_AUDIENCE, concerned)
    return event_id


class EventDraft(NamedTuple):
    """An event made before its transaction, of plain values: the id, the type, the subject and the data as JSON."""

    id: bytes
    type: str
    subject_ref: str
    data: str


_EVENT, _AUDIENCE = (
    layout(Event, "id type subject_ref data recorded_at"),
    layout(EventAudience, "event_id organisation_id"),
)


def draft_event(event_type: EventType, subject_ref: str, **data: Any) -> EventDraft:
    """Make an event for `publish_drafts`; raises ValueError as `publish` does."""
    present = check_event(event_type, subject_ref, data)
    written = orjson.dumps(present, option=orjson.OPT_UTC_Z).decode()
    return EventDraft(new_id().bytes, event_type.value, subject_ref, written)


def publish_drafts(session: Session, now: datetime, drafts: Sequence[tuple[EventDraft, Iterable[uuid.UUID]]]) -> None:
    """Put events in the outbox, each with its audience, in the transaction of the changes they tell of."""
    at_us = instant_us(now)
    told = [(drafted.id, one.bytes) for drafted, audience in drafts for one in sorted(set(audience))]
    bulk.insert(session, [(_EVENT, [(*drafted, at_us) for drafted, _ in drafts]), (_AUDIENCE, told)])


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """What a reader of the feed asks: what comes after a position, of some types."""

    after: int
    limit: int
    types: tuple[str, ...] = ("*",)


def feed(session: Session, actor: Actor, now: datetime, query: FeedQuery) -> tuple[list[Event], int]:
    """Return the positioned events of the actor's organisation in order, and the position to go on from."""
    newest = session.scalar(select(func.max(Event.position))) or 0
    types = [kind.value for kind in EventType if wanted(query.types, kind)]
    page = (
        select(Event)
        .join(EventAudience, EventAudience.event_id == Event.id)
        .where(EventAudience.organisation_id == actor.organisation_id)
        .where(Event.position > query.after, Event.position <= newest, Event.type.in_(types))
        .order_by(Event.position)
        .limit(query.limit)
    )
    events = list(session.scalars(page))
    record(session, actor, now, Action.CONSULTED, "feed", after=query.after, shown=len(events))
    if len(events) < query.limit:
        return events, max(newest, query.after)
    return events, events[-1].position or newest


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of a list that runs from the newest to the oldest: what comes after an id."""

    limit: int
    after: uuid.UUID | None = None


def add_subscription(session: Session, actor: Actor, now: datetime, url: str, types: Sequence[str]) -> Subscription:
    """Subscribe the actor's organisation; the secret is shown in this answer only."""
    own = select(func.count()).where(Subscription.organisation_id == actor.organisation_id)
    if (session.scalar(own.where(Subscription.ended_at.is_(None))) or 0) >= _MOST_SUBSCRIPTIONS:
        raise Conflict("too_many_subscriptions", f"There are {_MOST_SUBSCRIPTIONS} subscriptions; end one first.")
    subscription = Subscription(
        id=new_id(),
        organisation_id=actor.organisation_id,
        url=url,
        types=sorted(set(types)),
        secret=_new_secret(),
        created_at=now,
    )
    session.add(subscription)
    record(session, actor, now, Action.COLLECTED, f"subscription:{subscription.id}", types=subscription.types)
    return subscription


def subscriptions_of(session: Session, actor: Actor, now: datetime, page: Page) -> list[Subscription]:
    """Return the subscriptions of the actor's organisation, the ended ones too, newest first."""
    own = select(Subscription).where(Subscription.organisation_id == actor.organisation_id)
    if page.after is not None:
        own = own.where(Subscription.id < page.after)
    found = list(session.scalars(own.order_by(Subscription.id.desc()).limit(page.limit)))
    record(session, actor, now, Action.CONSULTED, "subscriptions", shown=len(found))
    return found


def show_subscription(session: Session, actor: Actor, now: datetime, subscription_id: uuid.UUID) -> Subscription:
    """Return one subscription; raises NotFound unless it is the actor's organisation's."""
    subscription = _own(session, actor, subscription_id)
    record(session, actor, now, Action.CONSULTED, f"subscription:{subscription.id}")
    return subscription


def rotate_secret(session: Session, actor: Actor, now: datetime, subscription_id: uuid.UUID) -> Subscription:
    """Give a subscription a new secret; for a day each message is signed with the former one too."""
    subscription = _own(session, actor, subscription_id)
    if subscription.ended_at is not None:
        raise Conflict("subscription_ended", "This subscription has ended; make a new one.")
    subscription.previous_secret = subscription.secret
    subscription.previous_until = now + _BOTH_SECRETS_FOR
    subscription.secret = _new_secret()
    record(session, actor, now, Action.CHANGED, f"subscription:{subscription.id}", rotated=True)
    return subscription


def end_subscription(session: Session, actor: Actor, now: datetime, subscription_id: uuid.UUID) -> None:
    """End a subscription at the receiver's wish; what it was not told yet stays in the feed."""
    subscription = _own(session, actor, subscription_id)
    end(session, now, subscription, "deleted")
    record(session, actor, now, Action.CHANGED, f"subscription:{subscription.id}", ended=True)


def end(session: Session, now: datetime, subscription: Subscription, reason: str) -> None:
    """Stop telling a receiver, and give up what was on its way to it."""
    if subscription.ended_at is None:
        subscription.ended_at, subscription.end_reason = now, reason
    pending = update(WebhookDelivery).where(
        WebhookDelivery.subscription_id == subscription.id, WebhookDelivery.next_attempt_at.is_not(None)
    )
    session.execute(pending.values(next_attempt_at=None, given_up_at=now))


def deliveries_of(
    session: Session, actor: Actor, now: datetime, subscription_id: uuid.UUID, page: Page
) -> list[tuple[WebhookDelivery, Event]]:
    """Return what went, or is on its way, to a receiver, newest first, with the attempts made."""
    subscription = show_subscription(session, actor, now, subscription_id)
    rows = (
        select(WebhookDelivery, Event)
        .join(Event, Event.id == WebhookDelivery.event_id)
        .where(WebhookDelivery.subscription_id == subscription.id)
        .order_by(WebhookDelivery.id.desc())
        .limit(page.limit)
    )
    if page.after is not None:
        rows = rows.where(WebhookDelivery.id < page.after)
    return [(delivery, event) for delivery, event in session.execute(rows)]


@dataclass(frozen=True, slots=True)
class Failing:
    """A receiver that has not been reached for too long, or that said it is gone."""

    subscription_id: uuid.UUID
    organisation_id: uuid.UUID
    reason: str


def failing_receivers(session: Session, waiting_since: datetime) -> list[Failing]:
    """Return the receivers with a delivery that has waited since before an instant, and those that said 410."""
    overdue = select(WebhookDelivery.subscription_id).where(
        WebhookDelivery.next_attempt_at.is_not(None), WebhookDelivery.created_at < waiting_since
    )
    rows = select(Subscription).where(Subscription.id.in_(overdue) | (Subscription.end_reason == "gone"))
    return [
        Failing(row.id, row.organisation_id, "gone" if row.end_reason == "gone" else "undelivered")
        for row in session.scalars(rows)
    ]


def _own(session: Session, actor: Actor, subscription_id: uuid.UUID) -> Subscription:
    subscription = session.get(Subscription, subscription_id)
    if subscription is None or subscription.organisation_id != actor.organisation_id:
        raise NotFound
    return subscription


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
