"""Briefing the officers on the street about one order, and recording who was briefed, for what, and with what."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor, Scope
from registry.access.service import record
from registry.db import new_id
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
from registry.privacy.items import broken_glass, raise_item

Wire = dict[str, Any]


def brief(session: Session, actor: Actor, now: datetime, asked: Briefed, expected: Expected) -> Wire:
    """What officers must know of an order as it stands; raises NotFound where that is not their business."""
    reason = asked.break_glass_reason
    order = order_to_tell(session, actor, now, asked)
    standing = orders_now(session, [order.id], now)[order.id]
    where = _whereabouts(session, now, standing)
    shown = reason is not None or actor.may(Scope.PROTECTED_READ)
    position_shown = where.in_episode and actor.may(Scope.POSITIONS_READ)
    beside = Beside(where, position_shown, counted_by_status(session, order.id), order, expected, asked.lookup_id)
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
        **({} if reason is None else {"item": _reviewed(session, actor, now, order.id, reason)}),
    )
    return told(session, ShownOrder(standing, measures().law, now, shown), beside)


def _reviewed(session: Session, actor: Actor, now: datetime, order_id: UUID, reason: str) -> str:
    """Have each use of break glass looked into by itself."""
    return str(raise_item(session, now, broken_glass(actor, f"order:{new_id()}", reason, order_id=str(order_id))).id)


def _whereabouts(session: Session, now: datetime, standing: OrderNow) -> Whereabouts:
    subject: PartyRow | None = next((each for each in standing.parties if each.role is PartyRole.SUBJECT), None)
    if subject is None:
        return Whereabouts(False, None, None)
    return whereabouts_of(session, now, subject.person_id, same_orders(session, standing.id))
