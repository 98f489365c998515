"""Numbers that people share who can hardly be one: noted for each order until a correction or a merge settles them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from registry.db import new_id
from registry.orders.models import Order
from registry.orders.number_models import SharedNumber
from registry.orders.register.bearers import Place, places_by_number, places_of
from registry.orders.register.identity import numbers_of
from registry.orders.register.sameness import apart_by_number
from registry.orders.rows import add_rows, pieces
from registry.orders.rules import PartyRole


@dataclass(frozen=True, slots=True, order=True)
class Doubted:
    """A number of a party of an order (of this kind) that somebody of another order bears too."""

    order_id: UUID
    role: str
    reference: str
    kind: str
    other_order_id: UUID


def note_shared(session: Session, order_ids: Collection[UUID], at: datetime) -> tuple[list[Doubted], frozenset[str]]:
    """Note what the numbers of these orders come to now, and of all that hang together with them.

    Returns the doubts there are, and the numbers of the orders of which none is left.
    """
    if not order_ids:
        return [], frozenset()
    own = places_of(session, order_ids)
    places = places_by_number(session, {number for each in own for number in each.numbers})
    concerned = {*order_ids, *(each.order_id for each in places)}
    wanted = set(_doubts(places)) if len(places) > 1 else set()
    known = {_doubted(row): row.id for row in _open(session, concerned)}
    fresh = [
        {"id": new_id(), "found_at": at, "settled_at": None}
        | {name: getattr(each, name) for name in Doubted.__dataclass_fields__}
        for each in sorted(wanted - known.keys())
    ]
    add_rows(session, SharedNumber, fresh)
    gone = [known[each] for each in known.keys() - wanted]
    if not gone:
        return sorted(wanted), frozenset()
    settled = update(SharedNumber).where(SharedNumber.id.in_(gone)).values(settled_at=at)
    session.connection().execute(settled)
    left = {each.order_id for each in wanted}
    return sorted(wanted), _numbers(session, {each.order_id for each in known.keys() - wanted} - left)


def _doubted(row: SharedNumber) -> Doubted:
    return Doubted(row.order_id, row.role, row.reference, row.kind, row.other_order_id)


def _doubts(places: Sequence[Place]) -> Iterable[Doubted]:
    bearers = [each.bearer for each in places]
    for one, other in apart_by_number(bearers, [each.person_id for each in places]):
        for own, another in ((places[one], places[other]), (places[other], places[one])):
            kinds = {number: kind.value for kind, number in numbers_of(own.party).items()}
            for number in own.numbers & another.numbers & kinds.keys():
                yield Doubted(own.order_id, own.role.value, own.reference, kinds[number], another.order_id)


def _open(session: Session, order_ids: Collection[UUID]) -> list[SharedNumber]:
    of_these = (
        or_(SharedNumber.order_id.in_(some), SharedNumber.other_order_id.in_(some)) for some in pieces(order_ids)
    )
    query = select(SharedNumber).where(SharedNumber.settled_at.is_(None))
    found = {row.id: row for which in of_these for row in session.scalars(query.where(which))}
    return list(found.values())


def _numbers(session: Session, order_ids: Collection[UUID]) -> frozenset[str]:
    query = select(Order.number)
    return frozenset(
        number for some in pieces(order_ids) for number in session.scalars(query.where(Order.id.in_(some)))
    )


def shares_number(session: Session, order_id: UUID) -> bool:
    """Whether somebody else bears a number of the subject of an order now, likely or not to be him."""
    own = next((each for each in places_of(session, [order_id]) if each.role is PartyRole.SUBJECT), None)
    if own is None:
        return False
    others = places_by_number(session, own.numbers)
    return any(each.numbers & own.numbers and each.person_id != own.person_id for each in others)


def contested() -> Select[UUID]:
    """The ids of the orders of which somebody bears a number that somebody unlike bears too."""
    return select(SharedNumber.order_id).where(SharedNumber.settled_at.is_(None))
