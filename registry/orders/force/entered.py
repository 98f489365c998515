"""Reading what is known of provisional orders, and which orders are one: a provisional one and what took its place."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from registry.access.models import Organisation
from registry.db import Prepared
from registry.orders.force.provisional import Provisional
from registry.orders.models import Order, ProvisionalOrder
from registry.orders.rows import pieces

_BY, _ON_INSTRUCTION, _GOVERNING = aliased(Organisation), aliased(Organisation), aliased(Order)

# Made once: every lookup of a dispatch room asks it.
_PROVISIONAL = Prepared(
    select(
        ProvisionalOrder.id,
        _BY.name.label("entered_by"),
        _ON_INSTRUCTION.name.label("instructed_by"),
        ProvisionalOrder.entered_at,
        ProvisionalOrder.expires_at,
        ProvisionalOrder.replaced_version,
        _GOVERNING.number.label("replaced_by_number"),
    )
    .join(_BY, _BY.id == ProvisionalOrder.entering_org_id)
    .join(_ON_INSTRUCTION, _ON_INSTRUCTION.id == ProvisionalOrder.instructing_org_id)
    .outerjoin(_GOVERNING, _GOVERNING.id == ProvisionalOrder.replaced_by_id)
    .where(ProvisionalOrder.id.in_(bindparam("order_ids", expanding=True)))
)
_GOVERNED = Prepared(
    select(ProvisionalOrder.id, ProvisionalOrder.replaced_by_id).where(
        ProvisionalOrder.id.in_(bindparam("order_ids", expanding=True)), ProvisionalOrder.replaced_by_id.is_not(None)
    )
)


def provisional_of(session: Session, order_ids: Collection[UUID]) -> dict[UUID, Provisional]:
    """What is known of those of the orders that were entered provisionally."""
    rows = (row for piece in pieces(order_ids) for row in _PROVISIONAL.all(session, order_ids=piece))
    return {
        row.id: Provisional(
            entered_by=row.entered_by,
            instructed_by=row.instructed_by,
            entered_at=row.entered_at,
            expires_at=row.expires_at,
            replaced_by_number=row.replaced_by_number,
            replaced_version=row.replaced_version,
        )
        for row in rows
    }


def governing(session: Session, order_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The order that took the place of each that was replaced."""
    rows = (row for piece in pieces(order_ids) for row in _GOVERNED.all(session, order_ids=piece))
    return {row.id: row.replaced_by_id for row in rows}


def same_orders(session: Session, order_id: UUID) -> set[UUID]:
    """An order with the one that took its place and those whose place it took: what hangs on one concerns all."""
    own = select(ProvisionalOrder.replaced_by_id).where(ProvisionalOrder.id == order_id)
    first = session.scalar(own) or order_id
    linked = select(ProvisionalOrder.id).where(
        or_(ProvisionalOrder.replaced_by_id == first, ProvisionalOrder.id == first)
    )
    return {order_id, first, *session.scalars(linked)}
