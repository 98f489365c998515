"""The exact keys under which a party can be found; the caller stores and asks only their keyed hashes.

Any key that a question and a party share makes the party a candidate. Variants (day and month swapped, a name written
in another way) are made of the question, so that a party needs few keys.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
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
from registry.orders.naming.matching import NameQuery
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
    SURNAME_BIRTH_YEAR = "surname_birth_year"
    BIRTH_DATE = "birth_date"


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


def _dated(sounds: Iterable[str], born_on: PartialDate) -> Iterator[Key]:
    """With a whole date a key for the date and one for the year, for a question may know less; else for the year."""
    whole = str(born_on) if born_on.precision == "day" else None
    for sound in sounds:
        if whole:
            yield KeyKind.SURNAME_BIRTH_DATE, f"{sound}|{whole}"
        yield KeyKind.SURNAME_BIRTH_YEAR, f"{sound}|{born_on.year}"


def exact_keys(names: NameFields, identifiers: Identifiers) -> tuple[Key, ...]:
    """At most twelve keys of one party, the most telling first."""
    dated: dict[str, list[Key]] = {"surname": [], "partner": [], "alias": []}
    whole_date: list[Key] = []
    if names.birth_on:
        for token in tokens(names):
            if token.part in dated:
                dated[token.part] += _dated((key(token.text),), names.birth_on)
        if names.birth_on.precision == "day":
            whole_date.append((KeyKind.BIRTH_DATE, str(names.birth_on)))
    surname, contacts = dated["surname"], list(_contacts(identifiers))
    ordered = [
        *(*_numbers(identifiers), *surname[:2], *contacts[:4], *whole_date),
        *(*dated["partner"], *surname[2:], *contacts[4:], *dated["alias"]),
    ]
    return tuple(dict.fromkeys(ordered))[:MAX_KEYS]


def query_keys(name: NameQuery, identifiers: Identifiers) -> tuple[Key, ...]:
    """All keys to ask for, the most telling first; a date is also tried with day and month swapped."""
    found = [*_numbers(identifiers), *_contacts(identifiers)]
    if name.birth_on:
        swapped = name.birth_on.swapped()
        dates = [name.birth_on, swapped] if swapped else [name.birth_on]
        forms = [form for word in name.typed.words for form in word.forms] + list(name.typed.prefixes)
        dated = [found_key for born_on in dates for found_key in _dated(map(key, forms), born_on)]
        found += sorted(dated, key=lambda found_key: found_key[0] is KeyKind.SURNAME_BIRTH_YEAR)
        found += [(KeyKind.BIRTH_DATE, str(born_on)) for born_on in dates if born_on.precision == "day"]
    return tuple(dict.fromkeys(found))
