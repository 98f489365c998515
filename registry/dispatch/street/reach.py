"""Whose business an order is: who may be told of it, for what purpose, and by which lookup he found it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Actor, Purpose
from registry.access.service import visible
from registry.dispatch.disclosing import was_shown
from registry.errors import NotFound
from registry.orders.force.entered import governing
from registry.orders.models import Order

_NO_ORDER = "There is no order with this id here."


@dataclass(frozen=True, slots=True)
class Briefed:
    """About which order, for what purpose, and by which lookup of the same organisation it was found."""

    order_id: UUID
    purpose: Purpose
    lookup_id: UUID | None = None
    incident_number: str | None = None
    break_glass_reason: str | None = None

    @classmethod
    def by(cls, order_id: UUID, query: Mapping[str, Any]) -> Briefed:
        """What a query asks of an order."""
        return cls(order_id, Purpose(query["purpose"]), query["lookup_id"], query["incident_number"])


def order_to_tell(session: Session, actor: Actor, now: datetime, asked: Briefed) -> Order:
    """The order, for whoever it concerns or whose lookup showed it: knowing its number is no reason to read it.

    An order that was entered ahead of the CJIB's message is told as the one that took its place. Raises NotFound.
    """
    if asked.break_glass_reason is not None:
        order = session.get(Order, asked.order_id)
    elif asked.lookup_id is not None:
        shown = was_shown(session, actor, now, asked.lookup_id, asked.order_id)
        order = session.get(Order, asked.order_id) if shown else None
    else:
        order = session.scalar(select(Order).where(Order.id == asked.order_id, visible(Order, actor)))
    if order is None:
        raise NotFound(_NO_ORDER)
    into_id = governing(session, {order.id}).get(order.id)
    return order if into_id is None else session.get_one(Order, into_id)
