"""Briefing the officers on the street about one order, and recording who was briefed, for what, and with what."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor, Scope
from registry.access.service import record
from registry.dispatch.briefing import ShownOrder
from registry.dispatch.reading import OrderNow, orders_now
from registry.dispatch.rows import PartyRow
from registry.dispatch.street.reach import Briefed, order_to_tell
from registry.dispatch.street.telling import Beside, told
from registry.enforcement.service import counted_by_status
from registry.http.fields import format_instant
from registry.intake.overview import Expected
from registry.monitoring.whereabouts import Whereabouts, whereabouts_of
from registry.orders.force.standing import measures
from registry.orders.rules import PartyRole
from registry.orders.service import same_orders

Wire = dict[str, Any]


def brief(session: Session, actor: Actor, now: datetime, asked: Briefed, expected: Expected) -> Wire:
    """What officers must know of an order as it stands; raises NotFound where that is not their business."""
    order = order_to_tell(session, actor, now, asked)
    standing = orders_now(session, [order.id], now)[order.id]
    where = _whereabouts(session, now, standing)
    shown, position_shown = actor.may(Scope.PROTECTED_READ), actor.may(Scope.POSITIONS_READ)
    beside = Beside(where, position_shown, counted_by_status(session, order.id), order, expected)
    record(
        session,
        replace(actor, purpose=asked.purpose),
        now,
        Action.CONSULTED,
        f"order:{order.id}",
        part="briefing",
        incident=asked.incident_number,
        lookup=asked.lookup_id and str(asked.lookup_id),
        protected=shown,
        position_at=format_instant(where.at) if position_shown and where.at else None,
    )
    return told(session, ShownOrder(standing, measures().law, now, shown), beside)


def _whereabouts(session: Session, now: datetime, standing: OrderNow) -> Whereabouts:
    subject: PartyRow | None = next((each for each in standing.parties if each.role is PartyRole.SUBJECT), None)
    if subject is None:
        return Whereabouts(False, None, None)
    return whereabouts_of(session, now, subject.person_id, same_orders(session, standing.id))
