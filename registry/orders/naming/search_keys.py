"""The exact keys under which a party can be found; the caller stores and asks only their keyed hashes.

Any key that a question and a party share makes the party a candidate. By name and birth date a party is found through
the index of names; the key of both is for joining what two senders tell of one subject.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import TypeVar

from registry.errors import Fault
from registry.orders.naming.identifiers import (
    DEFAULT_SKN_PATTERN,
    Address,
    IdentifierError,
    PartialDate,
    parse_address,
    parse_birth_date,
    parse_bsn,
    parse_foreign_plate,
    parse_phone,
    parse_plate,
    parse_skn,
)
from registry.orders.naming.names import NameFields, key, tokens

MAX_KEYS = 12

Typed = TypeVar("Typed")
Value = TypeVar("Value")


class KeyKind(StrEnum):
    """What a key says; part of what is hashed, so that equal digits of two kinds never meet."""

    BSN = "bsn"
    SKN = "skn"
    PHONE = "phone"
    PLATE = "plate"
    ADDRESS = "address"
    SURNAME_BIRTH_DATE = "surname_birth_date"


Key = tuple[KeyKind, str]


@dataclass(frozen=True, slots=True, repr=False)
class Identifiers:
    """The checked identifiers of a party or a question."""

    bsn: str | None = None
    skn: str | None = None
    phones: tuple[str, ...] = ()
    plates: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class TypedAddress:
    """An address as typed."""

    postcode: str
    house_number: str
    suffix: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class TypedIdentifiers:
    """The identifiers of a question as typed."""

    bsn: str | None = None
    skn: str | None = None
    birth_date: str | None = None
    phones: tuple[str, ...] = ()
    plates: tuple[str, ...] = ()
    addresses: tuple[TypedAddress, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class ReadIdentifiers:
    """What of a question can be searched on, and what cannot, with the reason."""

    identifiers: Identifiers
    birth_on: PartialDate | None
    faults: tuple[Fault, ...]


def any_plate(text: str) -> str:
    """A Dutch plate, or else one of another country."""
    try:
        return parse_plate(text)
    except IdentifierError:
        return parse_foreign_plate(text)


class _Reader:
    """Parses field by field and remembers what was wrong."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def one(self, pointer: str, typed: Typed | None, parse: Callable[[Typed], Value]) -> Value | None:
        try:
            return None if typed is None else parse(typed)
        except IdentifierError as error:
            self.faults.append(Fault(pointer, error.detail_nl, error.code))
            return None

    def many(self, pointer: str, typed: Sequence[Typed], parse: Callable[[Typed], Value]) -> tuple[Value, ...]:
        read = (self.one(f"{pointer}/{index}", one, parse) for index, one in enumerate(typed))
        return tuple(dict.fromkeys(value for value in read if value is not None))


def read_identifiers(typed: TypedIdentifiers, skn_pattern: str = DEFAULT_SKN_PATTERN) -> ReadIdentifiers:
    """Every field on its own: an unusable one is named and left out, and never costs the others."""
    reader = _Reader()
    identifiers = Identifiers(
        bsn=reader.one("/bsn", typed.bsn, parse_bsn),
        skn=reader.one("/skn", typed.skn, lambda text: parse_skn(text, skn_pattern)),
        phones=reader.many("/phones", typed.phones, parse_phone),
        plates=reader.many("/plates", typed.plates, any_plate),
        addresses=reader.many(
            "/addresses", typed.addresses, lambda at: parse_address(at.postcode, at.house_number, at.suffix)
        ),
    )
    birth_on = reader.one("/birthDate", typed.birth_date, parse_birth_date)
    return ReadIdentifiers(identifiers, birth_on, tuple(reader.faults))


def _numbers(identifiers: Identifiers) -> Iterator[Key]:
    if identifiers.bsn:
        yield KeyKind.BSN, identifiers.bsn
    if identifiers.skn:
        yield KeyKind.SKN, identifiers.skn


def _contacts(identifiers: Identifiers) -> Iterator[Key]:
    """The first phone, address and plate, then the second of each: what is cut off is the tail of a long list."""
    for phone, address, plate in zip_longest(identifiers.phones, identifiers.addresses, identifiers.plates):
        if phone:
            yield KeyKind.PHONE, phone
        if address:
            yield KeyKind.ADDRESS, address.key
        if plate:
            yield KeyKind.PLATE, plate


def exact_keys(names: NameFields, identifiers: Identifiers) -> tuple[Key, ...]:
    """At most twelve keys of one party, the most telling first."""
    dated: dict[str, list[Key]] = {"surname": [], "partner": [], "alias": []}
    if names.birth_on and names.birth_on.precision == "day":
        for token in tokens(names):
            if token.part in dated:
                dated[token.part].append((KeyKind.SURNAME_BIRTH_DATE, f"{key(token.text)}|{names.birth_on}"))
    surname, contacts = dated["surname"], list(_contacts(identifiers))
    ordered = [
        *(*_numbers(identifiers), *surname[:1], *contacts[:4]),
        *(*dated["partner"], *surname[1:], *contacts[4:], *dated["alias"]),
    ]
    return tuple(dict.fromkeys(ordered))[:MAX_KEYS]


def query_keys(identifiers: Identifiers) -> tuple[Key, ...]:
    """All keys to ask for, the most telling first."""
    return tuple(dict.fromkeys([*_numbers(identifiers), *_contacts(identifiers)]))
