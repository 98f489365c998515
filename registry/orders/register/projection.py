"""What an order is found by now: the keys, name words and grid cells of its current version, and of no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from geo.cells import cells_of_shape
from geo.shapes import Shape
from registry.db import search_hash
from registry.db.sealing import seal, unseal
from registry.orders.models import Condition as ConditionRow
from registry.orders.models import NameToken, OrderParty, PartyToken, PlaceKey, SearchKey, ZoneRecord
from registry.orders.register.identity import keys_of, terms_of
from registry.orders.register.persons import NewParty
from registry.orders.register.remembered import Remembered
from registry.orders.rows import Rows, add_missing

_numbers: Remembered[int] = Remembered("name_tokens")


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A zone about to be written that has a usable shape."""

    zone_id: UUID
    shape: Shape


def forget(session: Session, version_id: UUID) -> None:
    """Let an order no longer be found by what a version tells."""
    parties = select(OrderParty.id).where(OrderParty.version_id == version_id)
    zones = (
        select(ZoneRecord.id)
        .join(ConditionRow, ConditionRow.id == ZoneRecord.condition_id)
        .where(ConditionRow.version_id == version_id)
    )
    connection = session.connection()
    connection.execute(delete(SearchKey).where(SearchKey.party_id.in_(parties)))
    connection.execute(delete(PartyToken).where(PartyToken.party_id.in_(parties)))
    connection.execute(delete(PlaceKey).where(PlaceKey.zone_id.in_(zones)))


def project(session: Session, rows: Rows, parties: Sequence[NewParty], places: Sequence[NewPlace]) -> None:
    """Let an order be found by these parties and places."""
    keys = sorted((key, each.id) for each in parties for key in keys_of(each.party))
    rows.add(SearchKey, [{"key": key, "party_id": party_id} for key, party_id in keys])
    terms = [(term, each.id) for each in parties for term in terms_of(each.party)]
    numbers = numbers_of(session, {term for term, _ in terms})
    borne = sorted((numbers[term], party_id) for term, party_id in terms)
    rows.add(PartyToken, [{"token_number": number, "party_id": party_id} for number, party_id in borne])
    cells = sorted((cell_hash(cell), each.zone_id) for each in places for cell in cells_of_shape(each.shape))
    rows.add(PlaceKey, [{"key": key, "zone_id": zone_id} for key, zone_id in cells])


def cell_hash(cell: str) -> bytes:
    """The hash under which the zones of a grid cell are found."""
    return search_hash("cell", cell)


def numbers_of(session: Session, terms: set[str]) -> dict[str, int]:
    """The number of each word; a word that is new to the register gets one."""
    numbers = _numbers.known(session, terms)
    hashes = {search_hash("name", term): term for term in terms - numbers.keys()}
    if not hashes:
        return numbers
    read = _read(session, hashes)
    _numbers.found(session, read)
    # In the order of their hashes, so that two writers never wait for each other.
    absent = sorted(key for key, term in hashes.items() if term not in read)
    if absent:
        _numbers.wrote(session, [hashes[key] for key in absent])
        rows = [{"token_hash": key, "token_sealed": _sealed(key, hashes[key])} for key in absent]
        add_missing(session, NameToken, rows)
        read |= _read(session, {key: hashes[key] for key in absent})
    return numbers | read


_NUMBERS = select(NameToken.token_hash, NameToken.number).where(
    NameToken.token_hash.in_(bindparam("hashes", expanding=True))
)


def _read(session: Session, hashes: dict[bytes, str]) -> dict[str, int]:
    rows = session.connection().execute(_NUMBERS, {"hashes": list(hashes)})
    return {hashes[key]: number for key, number in rows}


def _sealed(key: bytes, term: str) -> bytes:
    return seal(term.encode(), f"name_token.token_sealed.{key.hex()}")


def token_text(key: bytes, sealed: bytes) -> str:
    """The word that a row of the vocabulary seals."""
    return unseal(sealed, f"name_token.token_sealed.{key.hex()}").decode()
