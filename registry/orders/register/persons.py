"""Which person a party is: recorded facts, moved by merging and splitting, never overwritten."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, or_, select, update
from sqlalchemy.orm import Session

from registry.db import Prepared, new_id
from registry.db.bulk import Row, instant_us
from registry.orders.models import Detention, Order, OrderParty, PartyLink, Person, SubjectLinkRecord
from registry.orders.register.content import Party
from registry.orders.register.identity import party_of
from registry.orders.register.revision import touch_zones
from registry.orders.rows import Rows, add_rows, pieces
from registry.orders.rules import MessageKind, PartyRole

LINKING_KINDS = frozenset({MessageKind.MERGE, MessageKind.SPLIT})
# Why it is not sure of whom a detention is: he shared a number with somebody else when it was told, or it was told of
# somebody who turned out to be two people.
SHARED, DIVIDED = "number_shared", "person_divided"


@dataclass(frozen=True, slots=True)
class CurrentParty:
    """A party of the current version of an order, the person it is, and why."""

    id: UUID
    role: str
    reference: str | None
    person_id: UUID
    cause: str
    party: Party


@dataclass(frozen=True, slots=True)
class Moment:
    """The order that is being written, by which version and when, whom it named until now, what is written."""

    order_id: UUID
    version: int
    at: datetime
    rows: Rows
    before: Sequence[CurrentParty] = ()
    is_correction: bool = False


def parties_now(session: Session, version_id: UUID | None) -> list[CurrentParty]:
    """The parties of a version, opened."""
    if version_id is None:
        return []
    query = (
        select(OrderParty, PartyLink.person_id, PartyLink.cause)
        .join(PartyLink, PartyLink.party_id == OrderParty.id)
        .where(OrderParty.version_id == version_id, PartyLink.replaced_at.is_(None))
    )
    return [
        CurrentParty(row.id, row.role, row.reference, person_id, cause, party_of(row.role, row.reference, row.identity))
        for row, person_id, cause in session.execute(query)
    ]


def new_person(person_id: bytes, at: datetime) -> Row:
    """The row of somebody new."""
    return person_id, instant_us(at), 0


def _link(party_id: UUID, person_id: UUID, cause: str, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "party_id": party_id,
        "person_id": person_id,
        "cause": cause,
        "recorded_at": at,
        "replaced_at": None,
    }


def is_shared(session: Session, person_id: UUID, order_id: UUID) -> bool:
    """Whether a person is also a party of another order."""
    query = (
        select(PartyLink.id)
        .join(OrderParty, OrderParty.id == PartyLink.party_id)
        .where(PartyLink.person_id == person_id, PartyLink.replaced_at.is_(None), OrderParty.order_id != order_id)
    )
    return session.connection().execute(query.limit(1)).first() is not None


def merge_person(session: Session, from_id: UUID, into_id: UUID, at: datetime, cause: str) -> None:
    """Move every link of one person to another, with the detentions known of him; his id keeps pointing on."""
    if from_id == into_id:
        return
    held = select(PartyLink.party_id).where(PartyLink.person_id == from_id, PartyLink.replaced_at.is_(None))
    relink(session, session.scalars(held).all(), into_id, at, cause)
    aliases = or_(Person.id == from_id, Person.merged_into_id == from_id)
    session.connection().execute(update(Person).where(aliases).values(merged_into_id=into_id))
    _move_detentions(session, from_id, into_id, at)
    touch_zones(session, [from_id, into_id])


def relink(session: Session, party_ids: Collection[UUID], person_id: UUID, at: datetime, cause: str) -> None:
    """Let these parties be a person from now on."""
    if party_ids:
        old = update(PartyLink).where(PartyLink.party_id.in_(party_ids), PartyLink.replaced_at.is_(None))
        session.connection().execute(old.values(replaced_at=at))
        add_rows(session, PartyLink, [_link(party_id, person_id, cause, at) for party_id in party_ids])


_TOLD = (
    *(Detention.kind, Detention.from_at, Detention.until_at, Detention.source, Detention.recorded_by_org_id),
    *(Detention.told_for_order_id, Detention.doubt),
)


def _move_detentions(session: Session, from_id: UUID, into_id: UUID, at: datetime, *which: ColumnElement[bool]) -> None:
    held = (Detention.person_id == from_id, Detention.replaced_at.is_(None), *which)
    rows = [dict(row._mapping) for row in session.connection().execute(select(*_TOLD).where(*held))]
    gone = update(Detention).where(*held)
    session.connection().execute(gone.values(replaced_at=at, replaced_because="moved"))
    known = {"person_id": into_id, "recorded_at": at, "replaced_at": None}
    add_rows(session, Detention, [row | known | {"id": new_id()} for row in rows])


def divide_detentions(session: Session, persons: tuple[UUID, UUID], order_id: UUID, at: datetime) -> None:
    """Of somebody who turned out to be two: what was told of the order that is the second's goes with it.

    What nobody knows the order of stays where it was, and is kept with the second as a doubt, which stops no clock.
    """
    from_id, into_id = persons
    _move_detentions(session, from_id, into_id, at, Detention.told_for_order_id == order_id)
    unsure = (Detention.person_id == from_id, Detention.replaced_at.is_(None), Detention.told_for_order_id.is_(None))
    rows = [dict(row._mapping) for row in session.connection().execute(select(*_TOLD).where(*unsure))]
    known = {"person_id": into_id, "recorded_at": at, "replaced_at": None, "told_for_order_id": order_id}
    add_rows(session, Detention, [row | known | {"id": new_id(), "doubt": DIVIDED} for row in rows])


_WAITING = select(SubjectLinkRecord.order_id).where(SubjectLinkRecord.linked_number == bindparam("number")).distinct()


_AWAITED = Prepared(
    select(SubjectLinkRecord.linked_number).where(
        SubjectLinkRecord.linked_number.in_(bindparam("numbers", expanding=True))
    )
)


def awaited(session: Session, numbers: Collection[str]) -> set[str]:
    """Of these order numbers those that another order's merge names."""
    return {row.linked_number for piece in pieces(numbers) for row in _AWAITED.all(session, numbers=piece)}


def apply_links(session: Session, order_number: str, moment: Moment, *, is_new: bool, asks: bool) -> set[UUID]:
    """Bring the persons in line with the merges and splits asked for by this order, and by others of this one.

    Returns the orders whose merge or split was done.
    """
    waiting = session.connection().execute(_WAITING, {"number": order_number}).scalars().all() if is_new else ()
    done = set()
    for order_id in (*((moment.order_id,) if asks or not is_new else ()), *waiting):
        asked = _governing(session, order_id)
        is_of_this = order_id == moment.order_id or (asked is not None and asked.linked_number == order_number)
        if asked is not None and is_of_this and _apply(session, asked, moment.at):
            done.add(order_id)
    return done


def _governing(session: Session, order_id: UUID) -> SubjectLinkRecord | None:
    """The merge or split of the highest version, unless it was done already."""
    asked = select(SubjectLinkRecord).where(SubjectLinkRecord.order_id == order_id)
    highest = session.scalar(asked.order_by(SubjectLinkRecord.version.desc()).limit(1))
    return highest if highest is not None and highest.applied_at is None else None


def _apply(session: Session, asked: SubjectLinkRecord, at: datetime) -> bool:
    subject = subject_party(session, Order.id == asked.order_id)
    if subject is None:
        return False
    party_id, person_id = subject
    if asked.kind == MessageKind.SPLIT:
        into_id = _split(session, asked.order_id, person_id, at)
    else:
        target = subject_party(session, Order.number == asked.linked_number) if asked.linked_number else None
        if target is None:
            return False
        into_id = target[1]
    if asked.kind == MessageKind.MERGE and into_id != person_id:
        merge_person(session, person_id, into_id, at, asked.kind)
    else:
        relink(session, [party_id], into_id, at, asked.kind)
    asked.applied_at = at
    session.flush()
    return True


def _split(session: Session, order_id: UUID, person_id: UUID, at: datetime) -> UUID:
    """The person of this order alone, with the detentions that were told of this order."""
    if not is_shared(session, person_id, order_id):
        return person_id
    fresh_id = new_id()
    add_rows(session, Person, [{"id": fresh_id, "created_at": at, "zone_revision": 0}])
    divide_detentions(session, (person_id, fresh_id), order_id, at)
    touch_zones(session, [person_id, fresh_id])
    return fresh_id


def subject_party(session: Session, which: Any) -> tuple[UUID, UUID] | None:
    """The current subject party of the order that a condition names, and his person."""
    query = (
        select(PartyLink.party_id, PartyLink.person_id)
        .join(OrderParty, OrderParty.id == PartyLink.party_id)
        .join(Order, Order.current_version_id == OrderParty.version_id)
        .where(which, OrderParty.role == PartyRole.SUBJECT, PartyLink.replaced_at.is_(None))
    )
    row = session.connection().execute(query).first()
    return None if row is None else (row.party_id, row.person_id)
