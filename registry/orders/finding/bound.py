"""Which orders bind a person now, whatever their status."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.orders.models import Order, OrderParty, PartyLink
from registry.orders.rows import pieces
from registry.orders.rules import PartyRole


def orders_binding(session: Session, person_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """The orders of which each of these persons is the subject in their current version."""
    query = (
        select(PartyLink.person_id, Order.id)
        .join(OrderParty, OrderParty.id == PartyLink.party_id)
        .join(Order, (Order.id == OrderParty.order_id) & (Order.current_version_id == OrderParty.version_id))
        .where(PartyLink.replaced_at.is_(None), OrderParty.role == PartyRole.SUBJECT.value)
    )
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for piece in pieces(set(person_ids)):
        for person_id, order_id in session.execute(query.where(PartyLink.person_id.in_(piece))):
            found[person_id].add(order_id)
    return dict(found)
