"""Events, whom they are for, subscriptions and their deliveries."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, Json, Sealed, new_id

_UNPOSITIONED = text("position IS NULL")
_DUE = text("next_attempt_at IS NOT NULL")


class Event(Base):
    """Something that happened. Its position in the feed is given after the commit, by one sequencer."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_unpositioned", "id", sqlite_where=_UNPOSITIONED, postgresql_where=_UNPOSITIONED),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    type: Mapped[str]
    subject_ref: Mapped[str]
    recorded_at: Mapped[datetime]
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    position: Mapped[int | None] = mapped_column(unique=True)


class EventAudience(Base):
    """An organisation that an event concerns."""

    __tablename__ = "event_audience"

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id"), primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True, index=True)


class Subscription(Base):
    """A receiver's wish to be told of events by webhook."""

    __tablename__ = "subscription"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    url: Mapped[str]
    types: Mapped[list[str]] = mapped_column(Json)
    secret_sealed: Mapped[bytes]
    previous_secret_sealed: Mapped[bytes | None]
    previous_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    secret: Sealed[str] = Sealed()
    previous_secret: Sealed[str | None] = Sealed()


class WebhookDelivery(Base):
    """One event on its way to one receiver, until it is accepted; the instants are the system clock's."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("subscription_id", "event_id"),
        Index(
            "ix_webhook_delivery_due",
            "subscription_id",
            "is_urgent",
            "next_attempt_at",
            sqlite_where=_DUE,
            postgresql_where=_DUE,
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    subscription_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("subscription.id"))
    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("event.id"), index=True)
    created_at: Mapped[datetime]
    is_urgent: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime | None]
    last_attempt_at: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
    accepted_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
