"""Messages of an order that did not work: rejected, set aside, or an ending in conflict with what was there before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Exists, bindparam, exists, select
from sqlalchemy.orm import Session

from registry.db import Prepared
from registry.intake.models import IntakeDelivery, IntakeRow
from registry.intake.rules import RowOutcome
from registry.orders.force.case import Unprocessed
from registry.orders.models import Order
from registry.orders.rules import WORKS_AT_ONCE

_STOPS = frozenset(each.value for each in WORKS_AT_ONCE)


def unprocessed_of(number: Any, sender_id: Any) -> Exists:
    """Whether there is such a message of the order with that number from that sender: a part of another statement."""
    return exists(
        select(IntakeRow.row_number)
        .join(IntakeDelivery, IntakeDelivery.id == IntakeRow.delivery_id)
        .where(IntakeRow.open_number == number, IntakeDelivery.sending_org_id == sender_id)
    )


# Made once: lookups of a dispatch room ask it.
_UNPROCESSED = Prepared(
    select(Order.id, IntakeRow.kind, IntakeRow.outcome, IntakeDelivery.received_at)
    .join(IntakeRow, IntakeRow.open_number == Order.number)
    .join(
        IntakeDelivery,
        (IntakeDelivery.id == IntakeRow.delivery_id) & (IntakeDelivery.sending_org_id == Order.sending_org_id),
    )
    .where(Order.id.in_(bindparam("order_ids", expanding=True)))
)


def unprocessed(session: Session, order_ids: Collection[UUID]) -> dict[UUID, tuple[Unprocessed, ...]]:
    """What of these orders did not work and was not sent again since."""
    found: defaultdict[UUID, list[Unprocessed]] = defaultdict(list)
    if order_ids:
        for row in _UNPROCESSED.all(session, order_ids=list(order_ids)):
            stops = row.kind in _STOPS or row.outcome == RowOutcome.CONFLICT
            found[row.id].append(Unprocessed(stops, row.received_at))
    return {order_id: tuple(each) for order_id, each in found.items()}
