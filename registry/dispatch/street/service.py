"""Briefing the officers on the street about one order, and recording who was briefed, for what, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.models import AuditEntry
from registry.access.rules import Action, Actor, Purpose, Scope
from registry.access.service import record, visible
from registry.dispatch.briefing import ShownOrder
from registry.dispatch.reading import OrderNow, orders_now
from registry.dispatch.rows import PartyRow
from registry.dispatch.street.telling import Beside, told
from registry.enforcement.service import counted_by_status
from registry.errors import NotFound
from registry.http.fields import format_instant
from registry.intake.overview import Expected
from registry.monitoring.whereabouts import Whereabouts, whereabouts_of
from registry.orders.force.entered import governing
from registry.orders.force.standing import measures
from registry.orders.models import Order
from registry.orders.rules import PartyRole
from registry.orders.service import same_orders

Wire = dict[str, Any]

# Configuration: how long the order that a lookup found may be briefed about on the strength of that lookup.
_LOOKUP_COUNTS_FOR = timedelta(hours=24)
_NO_ORDER = "There is no order with this id here."


@dataclass(frozen=True, slots=True)
class Briefed:
    """About which order, for what purpose, and by which lookup of the same organisation it was found."""

    order_id: UUID
    purpose: Purpose
    lookup_id: UUID | None = None
    incident_number: str | None = None

    @classmethod
    def by(cls, order_id: UUID, query: Mapping[str, Any]) -> Briefed:
        """What a query asks of an order."""
        return cls(order_id, Purpose(query["purpose"]), query["lookup_id"], query["incident_number"])


def brief(session: Session, actor: Actor, now: datetime, asked: Briefed, expected: Expected) -> Wire:
    """What officers must know of an order as it stands; raises NotFound where it is neither theirs nor found by them.

    An order that was entered ahead of the CJIB's message is told as the order that took its place.
    """
    order = _order_for(session, actor, now, asked)
    order_id = governing(session, {order.id}).get(order.id, order.id)
    order = session.get_one(Order, order_id)
    standing = orders_now(session, [order_id], now)[order_id]
    where = _whereabouts(session, now, standing)
    shown, position_shown = actor.may(Scope.PROTECTED_READ), actor.may(Scope.POSITIONS_READ)
    beside = Beside(where, position_shown, counted_by_status(session, order_id), order, expected)
    record(
        session,
        replace(actor, purpose=asked.purpose),
        now,
        Action.CONSULTED,
        f"order:{order_id}",
        part="briefing",
        incident=asked.incident_number,
        lookup=asked.lookup_id and str(asked.lookup_id),
        protected=shown,
        position_at=format_instant(where.at) if position_shown and where.at else None,
    )
    return told(session, ShownOrder(standing, measures().law, now, shown), beside)


def _order_for(session: Session, actor: Actor, now: datetime, asked: Briefed) -> Order:
    """The order, for whoever it concerns or whose lookup showed it: knowing its number is no reason to read it."""
    if asked.lookup_id is not None:
        _require_shown(session, actor, now, asked)
        order = session.get(Order, asked.order_id)
    else:
        order = session.scalar(select(Order).where(Order.id == asked.order_id, visible(Order, actor)))
    if order is None:
        raise NotFound(_NO_ORDER)
    return order


def _require_shown(session: Session, actor: Actor, now: datetime, asked: Briefed) -> None:
    lookups = select(AuditEntry.details).where(
        AuditEntry.object_ref == f"lookup:{asked.lookup_id}",
        AuditEntry.organisation_id == actor.organisation_id,
        AuditEntry.action == Action.CONSULTED.value,
        AuditEntry.at > now - _LOOKUP_COUNTS_FOR,
    )
    if not any(str(asked.order_id) in (details or {}).get("orders", ()) for details in session.scalars(lookups)):
        raise NotFound(_NO_ORDER)


def _whereabouts(session: Session, now: datetime, standing: OrderNow) -> Whereabouts:
    subject: PartyRow | None = next((each for each in standing.parties if each.role is PartyRole.SUBJECT), None)
    if subject is None:
        return Whereabouts(False, None, None)
    return whereabouts_of(session, now, subject.person_id, same_orders(session, standing.id))
