"""Which orders bind a person now, whatever their status, and what the conditions of each tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.orders.models import Condition, Order, OrderParty, OrderVersion, PartyLink, Person, ZoneRecord
from registry.orders.rows import pieces
from registry.orders.rules import PartyRole


def orders_binding(session: Session, person_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """The orders of which each of these persons is the subject in their current version.

    Who was merged into another is bound by the orders of that other.
    """
    query = (
        select(Person.id.label("person_id"), Order.id)
        .join(PartyLink, PartyLink.person_id == func.coalesce(Person.merged_into_id, Person.id))
        .join(OrderParty, OrderParty.id == PartyLink.party_id)
        .join(Order, (Order.id == OrderParty.order_id) & (Order.current_version_id == OrderParty.version_id))
        .where(PartyLink.replaced_at.is_(None), OrderParty.role == PartyRole.SUBJECT.value)
    )
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for piece in pieces(set(person_ids)):
        for person_id, order_id in session.execute(query.where(Person.id.in_(piece))):
            found[person_id].add(order_id)
    return dict(found)


@dataclass(frozen=True, slots=True)
class ConditionTold:
    """A condition of an order: whether positions can be held against its area, of which kind, and its own last day."""

    reference: str
    is_monitored: bool
    zone_kind: str | None
    ends_on: date | None
    time_zone: str


def conditions_told(session: Session, order_ids: Collection[UUID]) -> dict[UUID, list[ConditionTold]]:
    """The conditions of the current version of each order."""
    told = (Condition.reference, Condition.is_monitored, ZoneRecord.kind, Condition.ends_on, OrderVersion.time_zone)
    query = (
        select(Order.id, *told)
        .join(OrderVersion, OrderVersion.id == Order.current_version_id)
        .join(Condition, Condition.version_id == OrderVersion.id)
        .outerjoin(ZoneRecord, ZoneRecord.condition_id == Condition.id)
        .order_by(Condition.id)
    )
    found: defaultdict[UUID, list[ConditionTold]] = defaultdict(list)
    for piece in pieces(set(order_ids)):
        for order_id, reference, is_monitored, kind, ends_on, zone in session.execute(query.where(Order.id.in_(piece))):
            found[order_id].append(ConditionTold(reference, is_monitored, kind, ends_on, zone))
    return dict(found)
