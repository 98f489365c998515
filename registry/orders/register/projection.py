"""What an order is found by now: the keys, name words and grid cells of its current version, and of no other."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from registry.db import search_hash
from registry.db.sealing import seal, unseal
from registry.orders.models import Condition as ConditionRow
from registry.orders.models import NameToken, OrderParty, PartyToken, PlaceKey, SearchKey, ZoneRecord
from registry.orders.register.registration import Draft
from registry.orders.register.remembered import Remembered
from registry.orders.rows import PARTY_TOKEN, PLACE_KEY, SEARCH_KEY, Rows, add_missing

_numbers: Remembered[int] = Remembered("name_tokens")


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


def project(session: Session, rows: Rows, drafts: Iterable[Draft]) -> None:
    """Let orders be found by the parties and places of these versions."""
    drafts = list(drafts)
    numbers = numbers_of(session, {term for each in drafts for term, _ in each.names})
    rows.add(SEARCH_KEY, (row for each in drafts for row in each.keys))
    rows.add(PARTY_TOKEN, ((numbers[term], party_id) for each in drafts for term, party_id in each.names))
    rows.add(PLACE_KEY, (row for each in drafts for row in each.cells))


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
