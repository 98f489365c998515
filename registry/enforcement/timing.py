"""When a fact can have happened: not in the future, and not before its order."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.errors import Fault, Invalid
from registry.law.terms import DUTCH_TIME
from registry.orders.models import Order, OrderVersion

_CLOCKS_DIFFER_BY = timedelta(minutes=5)


def require_past(pointer: str, at: datetime, now: datetime) -> None:
    """Refuse a fact that has not happened yet, with room for clocks that differ."""
    if at > now + _CLOCKS_DIFFER_BY:
        raise Invalid([Fault(pointer, "This lies in the future: record a fact once it has happened.", "future")])


def require_after_order(session: Session, order_id: uuid.UUID, pointer: str, at: datetime) -> None:
    """Refuse a fact from before the order it is said to be about."""
    dates = select(OrderVersion.decided_on, OrderVersion.starts_on).join(
        Order, Order.current_version_id == OrderVersion.id
    )
    row = session.execute(dates.where(Order.id == order_id)).first()
    known = [day for day in row or () if day is not None]
    if known and at.astimezone(DUTCH_TIME).date() < min(known):
        raise Invalid([Fault(pointer, "This lies before the order: it cannot be a breach of it.", "before_order")])
