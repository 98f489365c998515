"""The ledger of substitute detention of an order: from every proceeding on it, and what its judgment set."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.enforcement.following import facts_of, standing
from registry.enforcement.models import Proceeding, ProceedingEvent
from registry.enforcement.procedure.ledger import Ledger, bounds, ledger
from registry.enforcement.procedure.rules import Frame
from registry.enforcement.procedure.table import load
from registry.errors import NotFound
from registry.law.terms import DUTCH_TIME
from registry.orders.force.standing import measures
from registry.orders.models import Order, OrderVersion
from registry.orders.service import order_for, same_orders


def ledger_for(session: Session, actor: Actor, now: datetime, order_id: uuid.UUID) -> Ledger:
    """Return the ledger of a measure that concerns the actor; raises NotFound where the regime knows none."""
    order = order_for(session, actor, order_id)
    found = ledger_of(session, order.id)
    if found is None:
        raise NotFound("The regime of this order knows no substitute detention.")
    record(session, actor, now, Action.CONSULTED, f"order:{order.id}", ledger=True)
    return found


def ledger_of(session: Session, order_id: uuid.UUID) -> Ledger | None:
    """The ledger of an order, or None where its regime knows no substitute detention for each breach."""
    order = session.get_one(Order, order_id)
    version = session.get(OrderVersion, order.current_version_id) if order.current_version_id else None
    if version is None or order.regime is None:
        return None
    on = version.decided_on or version.starts_on or version.recorded_at.astimezone(DUTCH_TIME).date()
    try:
        keeps = load().of(Frame(order.regime, on, decided_on=version.decided_on)).ledger
    except LookupError:
        return None
    read = version.content.get("read") or {}
    allowed = bounds(measures().law, on, read.get("breach_penalty")) if keeps else None
    if allowed is None:
        return None
    return ledger(facts_of(_events(session, order_id)), allowed)


def _events(session: Session, order_id: uuid.UUID) -> list[ProceedingEvent]:
    of_order = select(ProceedingEvent).join(Proceeding, Proceeding.id == ProceedingEvent.proceeding_id)
    found = session.scalars(of_order.where(Proceeding.order_id.in_(same_orders(session, order_id))))
    return standing(found)
