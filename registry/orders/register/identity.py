"""The identity of a party as a sealed document, and what it is found by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.db import search_hash
from registry.orders.naming.entries import Borne, index_entries
from registry.orders.naming.identifiers import Address, PartialDate
from registry.orders.naming.names import NameFields
from registry.orders.naming.search_keys import Identifiers, KeyKind, exact_keys
from registry.orders.register.content import Party, PostalAddress, RiskKind, RiskMarker
from registry.orders.rules import PartyRole

Document = dict[str, Any]

_PLAIN = (
    *("kind", "name", "minor", "skn", "bsn", "surname", "prefix", "given_names", "initials"),
    *("partner_surname", "partner_prefix", "sex"),
)
# Told since a later version of the service: a document of before has none of these.
_LATER = ("v_number", "no_fixed_abode")
_LISTS = ("aliases", "phones", "plates")
_ADDRESS = ("postcode", "house_number", "suffix", "street", "city", "bag_id")


def document_of(party: Party) -> Document:
    """The identity as it is sealed: what was read of it, and `raw` as it was delivered."""
    document: Document = {name: getattr(party, name) for name in (*_PLAIN, *_LATER, *_LISTS)}
    document["risk_markers"] = [[one.kind, one.text] for one in party.risk_markers]
    document["birth_date"] = None if party.birth_date is None else _parts(party.birth_date)
    document["addresses"] = [{name: getattr(one, name) for name in _ADDRESS} for one in party.addresses]
    document["raw"] = party.raw
    return document


def party_of(role: str, reference: str | None, document: Mapping[str, Any]) -> Party:
    """The party that `document_of` made the document of."""
    born = document["birth_date"]
    read: Document = {name: document[name] for name in _PLAIN} | {name: tuple(document[name]) for name in _LISTS}
    read |= {name: document.get(name) for name in _LATER}
    return Party(
        role=PartyRole(role),
        reference=reference or "",
        birth_date=None if born is None else PartialDate(*born),
        addresses=tuple(PostalAddress(**one) for one in document["addresses"]),
        risk_markers=tuple(RiskMarker(RiskKind(kind), text) for kind, text in document.get("risk_markers", ())),
        raw=document["raw"],
        **read,
    )


def _parts(born_on: PartialDate) -> list[int | None]:
    return [born_on.year, born_on.month, born_on.day]


def names_of(party: Party) -> NameFields:
    """The names a party is found and ranked by; an institution bears its name as an alias."""
    return NameFields(
        surname=party.surname or "",
        prefix=party.prefix or "",
        given_names=party.given_names or "",
        initials=party.initials or "",
        partner_surname=party.partner_surname or "",
        partner_prefix=party.partner_prefix or "",
        aliases=(*party.aliases, party.name) if party.name else party.aliases,
        birth_on=party.birth_date,
    )


def identifiers_of(party: Party) -> Identifiers:
    """The checked identifiers of a party."""
    return Identifiers(
        bsn=party.bsn,
        skn=party.skn,
        phones=party.phones,
        plates=party.plates,
        addresses=tuple(
            Address(one.postcode, one.house_number, one.suffix)
            for one in party.addresses
            if one.postcode and one.house_number
        ),
    )


def keys_of(party: Party) -> set[bytes]:
    """The hashes of the exact keys under which a party is found."""
    return {search_hash(kind, value) for kind, value in exact_keys(names_of(party), identifiers_of(party))}


@dataclass(frozen=True, slots=True)
class Found:
    """What a party is found by: the hashes of the numbers that one person alone has, the most certain first, the hashes
    of all its exact keys, and the words of the vocabulary with how it bears them."""

    numbers: tuple[bytes, ...]
    keys: frozenset[bytes]
    words: tuple[tuple[str, Borne], ...]


def found_by(party: Party) -> Found:
    """All that a party is found by."""
    names = names_of(party)
    hashed = {key: search_hash(*key) for key in exact_keys(names, identifiers_of(party))}
    # The numbers are never among the keys that are cut off.
    return Found(
        tuple(hashed[kind, number] for kind, number in _numbered(party) if number),
        frozenset(hashed.values()),
        index_entries(names),
    )


def _numbered(party: Party) -> tuple[tuple[KeyKind, str | None], ...]:
    return (KeyKind.BSN, party.bsn), (KeyKind.SKN, party.skn)


def numbers_of(party: Party) -> dict[KeyKind, bytes]:
    """The hash of each number that one person alone has, by its kind."""
    return {kind: search_hash(kind, number) for kind, number in _numbered(party) if number}


def contradicts(one: Party, other: Party) -> bool:
    """Whether two identities bear different numbers of a kind that a person has one of."""
    pairs = ((one.bsn, other.bsn), (one.skn, other.skn))
    return any(first and second and first != second for first, second in pairs)
