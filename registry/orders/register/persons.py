"""Which person a party is: recorded facts, moved by merging and splitting, never overwritten."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from registry.db import Prepared, new_id
from registry.db.bulk import Row, instant_us
from registry.orders.models import Detention, Order, OrderParty, PartyLink, Person, SearchKey, SubjectLinkRecord
from registry.orders.register.content import OrderContent, Party
from registry.orders.register.identity import contradicts, party_of
from registry.orders.register.registration import PartyDraft
from registry.orders.register.revision import touch_zones
from registry.orders.rows import LINK, PERSON, Rows, add_rows, pieces
from registry.orders.rules import MessageKind, PartyRole

LINKING_KINDS = frozenset({MessageKind.MERGE, MessageKind.SPLIT})
_BY_MESSAGE = frozenset(kind.value for kind in LINKING_KINDS)


@dataclass(frozen=True, slots=True)
class CurrentParty:
    """A party of the current version of an order, the person it is, and why."""

    id: UUID
    role: str
    reference: str | None
    person_id: UUID
    cause: str
    party: Party

    def is_place_of(self, party: Party) -> bool:
        """Whether the order names this party in the same place."""
        return self.role == party.role and (party.role is PartyRole.SUBJECT or self.reference == party.reference)


@dataclass(frozen=True, slots=True)
class Moment:
    """The order that is being written, when, whom it named until now, and what is to be written of it."""

    order_id: UUID
    at: datetime
    rows: Rows
    before: Sequence[CurrentParty] = ()


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


def link_parties(
    session: Session, moment: Moment, drafts: Sequence[PartyDraft], content: OrderContent, governing: bool
) -> UUID:
    """Tie each party of a version to a person, and return the person of its subject.

    The same place in the order is the same person, and so is the same BSN or SKN of a party of another order; a
    version that does not govern is only tied to those whom the order names already.
    """
    numbers = {number for each in drafts for number in each.numbers}
    same_number = by_number(session, numbers, moment.order_id) if governing else {}
    subject_id: UUID | None = None
    for each, party in zip(drafts, (content.subject, *content.protected), strict=True):
        previous = next((one for one in moment.before if one.is_place_of(party)), None)
        matched = next((same_number[number] for number in each.numbers if number in same_number), None)
        person_id, cause = _person_of(session, moment, party, previous, matched)
        if person_id is None:
            person_id = UUID(bytes=each.person_id)
            moment.rows.add(PERSON, [new_person(each.person_id, moment.at)])
        same_number |= {number: person_id for number in each.numbers if governing and number not in same_number}
        moment.rows.add(LINK, [(each.link_id, each.id, person_id.bytes, cause, instant_us(moment.at))])
        if each.role == PartyRole.SUBJECT:
            subject_id = person_id
    if subject_id is None:
        raise ValueError("an order binds a subject")
    return subject_id


def new_person(person_id: bytes, at: datetime) -> Row:
    """The row of somebody new."""
    return person_id, instant_us(at), 0


def _person_of(
    session: Session, moment: Moment, party: Party, previous: CurrentParty | None, matched: UUID | None
) -> tuple[UUID | None, str]:
    """The person a party is, or None for somebody new."""
    if previous is not None and previous.cause in _BY_MESSAGE:
        return previous.person_id, previous.cause
    if previous is None or previous.person_id == matched:
        return matched, "same_number" if matched else "new"
    other_number = contradicts(previous.party, party)
    shared = other_number and is_shared(session, previous.person_id, moment.order_id)
    if matched is None:
        return (None, "new") if shared else (previous.person_id, "same_order")
    if not shared:
        merge_person(session, previous.person_id, matched, moment.at, "same_number")
    return matched, "same_number"


# In two steps: without statistics of a young database PostgreSQL would begin a join at the wrong end.
_BEARERS = Prepared(
    select(SearchKey.party_id, SearchKey.key).where(SearchKey.key.in_(bindparam("keys", expanding=True)))
)
# The longest known comes last, and so is the one that is kept.
_ELSEWHERE = Prepared(
    select(PartyLink.party_id, PartyLink.person_id)
    .join(OrderParty, OrderParty.id == PartyLink.party_id)
    .where(
        PartyLink.party_id.in_(bindparam("party_ids", expanding=True)),
        PartyLink.replaced_at.is_(None),
        OrderParty.order_id != bindparam("order_id"),
    )
    .order_by(PartyLink.party_id.desc())
)


def by_number(session: Session, numbers: Collection[bytes], order_id: UUID) -> dict[bytes, UUID]:
    """The person who bears each number (BSN, SKN) as a party of another order than this one: the longest known."""
    borne: dict[UUID, list[bytes]] = {}
    for some in pieces(sorted(numbers)):
        for party_id, key in _BEARERS.all(session, keys=some):
            borne.setdefault(party_id, []).append(key)
    found: dict[bytes, UUID] = {}
    # The pieces go from the newest to the longest known too.
    for piece in pieces(sorted(borne, reverse=True)):
        for party_id, person_id in _ELSEWHERE.all(session, party_ids=piece, order_id=order_id):
            found |= dict.fromkeys(borne[party_id], person_id)
    return found


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
    _relink(session, session.scalars(held).all(), into_id, at, cause)
    aliases = or_(Person.id == from_id, Person.merged_into_id == from_id)
    session.connection().execute(update(Person).where(aliases).values(merged_into_id=into_id))
    _copy_detentions(session, from_id, into_id, at, keep=False)
    touch_zones(session, [from_id, into_id])


def _relink(session: Session, party_ids: Collection[UUID], person_id: UUID, at: datetime, cause: str) -> None:
    if party_ids:
        old = update(PartyLink).where(PartyLink.party_id.in_(party_ids), PartyLink.replaced_at.is_(None))
        session.connection().execute(old.values(replaced_at=at))
        add_rows(session, PartyLink, [_link(party_id, person_id, cause, at) for party_id in party_ids])


def _copy_detentions(session: Session, from_id: UUID, into_id: UUID, at: datetime, *, keep: bool) -> None:
    told = (Detention.kind, Detention.from_at, Detention.until_at, Detention.source, Detention.recorded_by_org_id)
    held = (Detention.person_id == from_id, Detention.replaced_at.is_(None))
    rows = [dict(row._mapping) for row in session.connection().execute(select(*told).where(*held))]
    if not keep:
        old = update(Detention).where(*held)
        session.connection().execute(old.values(replaced_at=at, replaced_because="moved"))
    known = {"person_id": into_id, "recorded_at": at, "replaced_at": None}
    add_rows(session, Detention, [row | known | {"id": new_id()} for row in rows])


_WAITING = select(SubjectLinkRecord.order_id).where(SubjectLinkRecord.linked_number == bindparam("number")).distinct()


_AWAITED = Prepared(
    select(SubjectLinkRecord.linked_number).where(
        SubjectLinkRecord.linked_number.in_(bindparam("numbers", expanding=True))
    )
)


def awaited(session: Session, numbers: Collection[str]) -> set[str]:
    """Of these order numbers those that another order's merge names."""
    return {row.linked_number for piece in pieces(numbers) for row in _AWAITED.all(session, numbers=piece)}


def apply_links(session: Session, order_number: str, moment: Moment, *, is_new: bool, asks: bool) -> None:
    """Bring the persons in line with the merges and splits asked for by this order, and by others of this one."""
    governing = _governing(session, moment.order_id) if asks or not is_new else None
    if governing is not None:
        _apply(session, governing, moment.at)
    if is_new:
        for order_id in session.connection().execute(_WAITING, {"number": order_number}).scalars().all():
            asked = _governing(session, order_id)
            if asked is not None and asked.linked_number == order_number:
                _apply(session, asked, moment.at)


def _governing(session: Session, order_id: UUID) -> SubjectLinkRecord | None:
    """The merge or split of the highest version, unless it was done already."""
    asked = select(SubjectLinkRecord).where(SubjectLinkRecord.order_id == order_id)
    highest = session.scalar(asked.order_by(SubjectLinkRecord.version.desc()).limit(1))
    return highest if highest is not None and highest.applied_at is None else None


def _apply(session: Session, asked: SubjectLinkRecord, at: datetime) -> None:
    subject = subject_party(session, Order.id == asked.order_id)
    if subject is None:
        return
    party_id, person_id = subject
    if asked.kind == MessageKind.SPLIT:
        into_id = _split(session, asked.order_id, person_id, at)
    else:
        target = subject_party(session, Order.number == asked.linked_number) if asked.linked_number else None
        if target is None:
            return
        into_id = target[1]
    if asked.kind == MessageKind.MERGE and into_id != person_id:
        merge_person(session, person_id, into_id, at, asked.kind)
    else:
        _relink(session, [party_id], into_id, at, asked.kind)
    asked.applied_at = at
    session.flush()


def _split(session: Session, order_id: UUID, person_id: UUID, at: datetime) -> UUID:
    """The person of this order alone; what was known of his detention stays with both, until somebody says more."""
    if not is_shared(session, person_id, order_id):
        return person_id
    fresh_id = new_id()
    add_rows(session, Person, [{"id": fresh_id, "created_at": at, "zone_revision": 0}])
    _copy_detentions(session, person_id, fresh_id, at, keep=True)
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
