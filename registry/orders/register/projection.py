"""What an order is found by now: the keys, names and places of its current version, and of no other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from registry.db import Prepared, search_hash
from registry.db.bulk import Row
from registry.db.sealing import seal
from registry.orders.index_models import NameToken, PartyName, PartyNameGone, ZonePlace, ZonePlaceGone
from registry.orders.models import Condition as ConditionRow
from registry.orders.models import OrderParty, SearchKey, ZoneRecord
from registry.orders.naming.segment import packed
from registry.orders.register.registration import Draft, PartyWords
from registry.orders.register.remembered import Remembered
from registry.orders.rows import PARTY_NAME, SEARCH_KEY, ZONE_PLACE, Rows, add_missing

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
    named = select(PartyName.number).where(PartyName.party_id.in_(parties))
    connection.execute(insert(PartyNameGone).from_select(["party_number"], named))
    connection.execute(delete(PartyName).where(PartyName.party_id.in_(parties)))
    placed = select(ZonePlace.number).where(ZonePlace.zone_id.in_(zones))
    connection.execute(insert(ZonePlaceGone).from_select(["zone_number"], placed))
    connection.execute(delete(ZonePlace).where(ZonePlace.zone_id.in_(zones)))


def project(session: Session, rows: Rows, drafts: Iterable[Draft]) -> None:
    """Let orders be found by the parties and places of these versions."""
    drafts = list(drafts)
    named = [each for drafted in drafts for each in drafted.names]
    numbers = numbers_of(session, {text for _, words in named for text, _ in words})
    rows.add(SEARCH_KEY, (row for each in drafts for row in each.keys))
    rows.add(PARTY_NAME, (name_row(each, numbers) for each in named))
    rows.add(ZONE_PLACE, (row for each in drafts for row in each.places))


def name_row(party: PartyWords, numbers: Mapping[str, int]) -> Row:
    """The row of a party by which it is found by name, from the numbers of its words."""
    party_id, words = party
    return party_id, seal(packed([(numbers[text], borne) for text, borne in words]), NAME_PLACE + party_id.hex())


# Where names and words are sealed for: with the id of the party, or the hash of the word, behind it.
NAME_PLACE, TOKEN_PLACE = "party_name.words_sealed.", "name_token.token_sealed."


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


# Made once: every few orders of a delivery ask it.
_NUMBERS = Prepared(
    select(NameToken.token_hash, NameToken.number).where(NameToken.token_hash.in_(bindparam("hashes", expanding=True)))
)


def _read(session: Session, hashes: dict[bytes, str]) -> dict[str, int]:
    return {hashes[key]: number for key, number in _NUMBERS.all(session, hashes=list(hashes))}


def _sealed(key: bytes, term: str) -> bytes:
    return seal(term.encode(), TOKEN_PLACE + key.hex())
