"""Who bears a number (BSN, SKN) in the register: the parties of current versions, and who each is taken for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.db import Prepared
from registry.orders.models import Order, OrderParty, OrderVersion, PartyLink, SearchKey
from registry.orders.naming.search_keys import KeyKind
from registry.orders.number_models import CarriedNumber
from registry.orders.register.content import Party
from registry.orders.register.identity import numbers_of, party_of
from registry.orders.register.sameness import Bearer
from registry.orders.rows import pieces
from registry.orders.rules import MessageKind, PartyRole

# Nobody is a party of so many orders; who hangs together by more is not looked at whole.
_MOST = 2_000
_BY_MESSAGE = frozenset({"merge", "split"})


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """Where an order names somebody now, with his numbers, and who he is taken for, and why.

    Of whom nobody is known yet `person_id` is None, and `new_person_id` who he becomes if he is nobody known.
    """

    order_id: UUID
    party_id: UUID
    role: PartyRole
    reference: str
    party: Party
    numbers: frozenset[bytes]
    person_id: UUID | None = None
    cause: str = "new"
    new_person_id: UUID | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether a merge or split said who he is, so that no number does."""
        return self.cause in _BY_MESSAGE

    @property
    def bearer(self) -> Bearer:
        """The identity and its numbers."""
        return Bearer(self.party, self.numbers)

    def is_place_of(self, role: str, reference: str | None) -> bool:
        """Whether the order names a party in the same place: it binds one subject, whatever he is called."""
        return self.role == role and (self.role is PartyRole.SUBJECT or self.reference == (reference or ""))


# In steps: without statistics of a young database PostgreSQL would begin a join at the wrong end.
_ASKED: Any = bindparam("keys", expanding=True)
_BEARERS = (
    Prepared(select(SearchKey.party_id).where(SearchKey.key.in_(_ASKED))),
    Prepared(select(CarriedNumber.party_id).where(CarriedNumber.key.in_(_ASKED), CarriedNumber.taken_back.is_(False))),
)
_PLACES = Prepared(
    select(
        OrderParty.order_id,
        OrderParty.id,
        OrderParty.role,
        OrderParty.reference,
        OrderParty.identity_sealed,
        PartyLink.person_id,
        PartyLink.cause,
    )
    .join(PartyLink, PartyLink.party_id == OrderParty.id)
    .where(OrderParty.id.in_(bindparam("party_ids", expanding=True)), PartyLink.replaced_at.is_(None))
)
_CARRIED = Prepared(
    select(CarriedNumber.party_id, CarriedNumber.key).where(
        CarriedNumber.party_id.in_(bindparam("party_ids", expanding=True)), CarriedNumber.taken_back.is_(False)
    )
)
_TOLD = (
    select(
        OrderVersion.version,
        OrderVersion.kind,
        OrderParty.role,
        OrderParty.reference,
        OrderParty.id,
        OrderParty.identity_sealed,
    )
    .join(OrderVersion, OrderVersion.id == OrderParty.version_id)
    .where(OrderParty.order_id == bindparam("order_id"))
)


def places_by_number(session: Session, numbers: Iterable[bytes]) -> list[Place]:
    """Everybody who bears one of these numbers, or one of whoever does, and so on; in the order of their orders."""
    found: dict[UUID, Place] = {}
    asked: set[bytes] = set()
    fresh = set(numbers)
    while fresh and len(found) < _MOST:
        party_ids = _bearing(session, fresh) - found.keys()
        asked |= fresh
        places = _places(session, party_ids)
        found |= {each.party_id: each for each in places}
        fresh = {number for each in places for number in each.numbers} - asked
    return sorted(found.values(), key=lambda each: (each.order_id, each.party_id))


def _bearing(session: Session, numbers: Collection[bytes]) -> set[UUID]:
    return {
        row.party_id for query in _BEARERS for some in pieces(sorted(numbers)) for row in query.all(session, keys=some)
    }


def _places(session: Session, party_ids: Collection[UUID]) -> list[Place]:
    carried = carried_by(session, party_ids)
    return [
        _place(row, carried.get(row.id, frozenset()))
        for some in pieces(sorted(party_ids))
        for row in _PLACES.all(session, party_ids=some)
    ]


def places_of(session: Session, order_ids: Collection[UUID]) -> list[Place]:
    """Where these orders name somebody now."""
    current = select(OrderParty.id).join(Order, Order.current_version_id == OrderParty.version_id)
    found = (session.connection().execute(current.where(Order.id.in_(some))).scalars() for some in pieces(order_ids))
    return _places(session, {party_id for each in found for party_id in each})


def _place(row: Any, carried: frozenset[bytes]) -> Place:
    party = party_of(row.role, row.reference, OrderParty.identity.open(row.id, row.identity_sealed))
    numbers = carried.union(numbers_of(party).values())
    role, reference = PartyRole(row.role), row.reference or ""
    return Place(row.order_id, row.id, role, reference, party, numbers, row.person_id, row.cause)


def carried_by(session: Session, party_ids: Collection[UUID]) -> dict[UUID, frozenset[bytes]]:
    """The numbers that only earlier versions of their order tell of these parties, and no correction took back."""
    found: defaultdict[UUID, set[bytes]] = defaultdict(set)
    for some in pieces(sorted(party_ids)):
        for row in _CARRIED.all(session, party_ids=some):
            found[row.party_id].add(row.key)
    return {party_id: frozenset(keys) for party_id, keys in found.items()}


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """Whom a version of an order names in a place, and whether that version is a correction."""

    version: int
    is_correction: bool
    role: str
    reference: str
    party: Party


def told_before(session: Session, order_id: UUID) -> list[Told]:
    """Whom the versions of an order that are recorded name."""
    return [
        Told(
            row.version,
            row.kind == MessageKind.CORRECTION,
            row.role,
            row.reference or "",
            party_of(row.role, row.reference, OrderParty.identity.open(row.id, row.identity_sealed)),
        )
        for row in session.connection().execute(_TOLD, {"order_id": order_id})
    ]


def carried_to(place: Place, told: Collection[Told]) -> dict[bytes, bool]:
    """The numbers of a kind that a current party lacks, as the highest version tells them that has any.

    Each with whether it was taken back: a correction above that version says the whole order anew, without it.
    """
    lacking = {KeyKind.BSN, KeyKind.SKN} - numbers_of(place.party).keys()
    corrected = max((each.version for each in told if each.is_correction), default=0)
    found: dict[KeyKind, tuple[bytes, bool]] = {}
    for each in sorted(told, key=lambda one: one.version):
        if lacking and place.is_place_of(each.role, each.reference):
            numbers = numbers_of(each.party).items()
            found |= {kind: (number, each.version < corrected) for kind, number in numbers if kind in lacking}
    return dict(found.values())
