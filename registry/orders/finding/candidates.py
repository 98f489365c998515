"""The parties that a question may mean: by exact key, or by the words of their names."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, bindparam, func, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from registry.db import Prepared
from registry.orders.models import NameToken, OrderParty, PartyLink, PartyToken, SearchKey
from registry.orders.naming.vocabulary import Vocabulary
from registry.orders.register.content import Party
from registry.orders.register.identity import party_of
from registry.orders.register.projection import token_text
from registry.orders.register.remembered import engine_of
from registry.orders.rows import pieces
from registry.orders.rules import PartyRole

MOST_CANDIDATES = 200

Bearer = UUID | bytes
_LATE_NUMBERS = 1000


@dataclass(frozen=True, slots=True)
class KeyHit:
    """A current party that bears a key."""

    key: bytes
    party_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True)
class KeyHits:
    """The parties found; `has_more` when there are more than were asked for."""

    found: tuple[KeyHit, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A party to be compared with the question, its identity opened."""

    party_id: UUID
    order_id: UUID
    person_id: UUID
    party: Party

    @property
    def role(self) -> PartyRole:
        """Whether he is bound or protected."""
        return self.party.role


def parties_by_keys(session: Session, keys: Sequence[bytes], limit: int = MOST_CANDIDATES) -> KeyHits:
    """The current parties that bear any of the keys."""
    if not keys:
        return KeyHits((), False)
    query = (
        select(SearchKey.key, SearchKey.party_id, OrderParty.order_id)
        .join(OrderParty, OrderParty.id == SearchKey.party_id)
        .where(SearchKey.key.in_(keys))
    )
    rows = session.connection().execute(query.limit(limit + 1)).all()
    return KeyHits(tuple(KeyHit(*row) for row in rows[:limit]), len(rows) > limit)


# The ids as the driver gives them: a common name has thousands, of which few are looked at.
_POSTINGS = Prepared(
    select(PartyToken.token_number, type_coerce(PartyToken.party_id, NullType()).label("bearer")).where(
        PartyToken.token_number.in_(bindparam("numbers", expanding=True))
    )
)


def parties_by_tokens(session: Session, numbers: Sequence[int]) -> dict[int, list[Bearer]]:
    """The current parties that bear each of the words of the vocabulary; `party_id_of` makes ids of them."""
    found: defaultdict[int, list[Bearer]] = defaultdict(list)
    for piece in pieces(numbers):
        for number, bearer in _POSTINGS.all(session, numbers=piece):
            found[number].append(bearer)
    return dict(found)


def party_id_of(bearer: Bearer) -> UUID:
    """The id of a party, of what the driver gave."""
    return bearer if isinstance(bearer, UUID) else UUID(bytes=bearer)


def candidates(session: Session, party_ids: Collection[UUID]) -> dict[UUID, Candidate]:
    """The parties with these ids, opened; ask for no more than a question may decrypt."""
    query = (
        select(OrderParty, PartyLink.person_id)
        .join(PartyLink, PartyLink.party_id == OrderParty.id)
        .where(PartyLink.replaced_at.is_(None))
    )
    found: dict[UUID, Candidate] = {}
    for piece in pieces(party_ids):
        for row, person_id in session.execute(query.where(OrderParty.id.in_(piece))):
            party = party_of(row.role, row.reference, row.identity)
            found[row.id] = Candidate(row.id, row.order_id, person_id, party)
    return found


def population(session: Session) -> int:
    """How many parties can be found by name, about: the rarity of a word is measured against it."""
    return session.connection().execute(select(func.count()).select_from(OrderParty)).scalar() or 0


class _Known:
    """The vocabulary of one database, and which numbers were read."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.words = Vocabulary()
        self.numbers: set[int] = set()
        self.highest = 0


_vocabularies: WeakKeyDictionary[Engine, _Known] = WeakKeyDictionary()
_making = threading.Lock()


def vocabulary(session: Session) -> Vocabulary:
    """The words of the register, read once in this process and completed with those that came since."""
    with _making:
        known = _vocabularies.setdefault(engine_of(session), _Known())
    with known.turn:
        unread = _unread(session, known)
        for piece in pieces(unread):
            _read_words(session, known, piece)
    return known.words


def _unread(session: Session, known: _Known) -> list[int]:
    """The numbers not read yet; a number may be committed after a higher one, so the last are looked at again."""
    query = select(NameToken.number).where(NameToken.number > known.highest - _LATE_NUMBERS)
    return [number for number in session.scalars(query) if number not in known.numbers]


def _read_words(session: Session, known: _Known, numbers: list[int]) -> None:
    counts = select(PartyToken.token_number, func.count()).where(PartyToken.token_number.in_(numbers))
    bearers = {
        number: count for number, count in session.connection().execute(counts.group_by(PartyToken.token_number))
    }
    words = select(NameToken.number, NameToken.token_hash, NameToken.token_sealed).where(NameToken.number.in_(numbers))
    for number, key, sealed in session.connection().execute(words):
        known.words.add(number, token_text(key, sealed), bearers.get(number, 0))
        known.numbers.add(number)
        known.highest = max(known.highest, number)
