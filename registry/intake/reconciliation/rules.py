"""What a line of a statement says, how it differs from the register, whose it is to resolve, and when it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from registry.orders.naming import order_numbers as numbers

LONGEST_NUMBER = 250
HIGHEST_VERSION = 999_999
DIGEST_BYTES = 32
NO_ORDER = b""
"""The digest of a message without an order object; None is one that the register does not know."""
CLOCKS_DIFFER = timedelta(minutes=5)


class StatementStatus(StrEnum):
    """How far a statement (volledige opgave) is."""

    RECEIVING = "receiving"
    """wordt ontvangen"""
    JUDGING = "judging"
    """wordt vergeleken"""
    DONE = "done"
    """vergeleken"""


class Stage(StrEnum):
    """What is left to do of a statement: its lines, the orders it does not list, the items it did not confirm."""

    LINES = "lines"
    UNLISTED = "unlisted"
    UNCONFIRMED = "unconfirmed"
    LEFTOVERS = "leftovers"


class DifferenceKind(StrEnum):
    """In what the register and the statement of a sender differ (verschil)."""

    MISSING_HERE = "missing_here"
    """ontbreekt hier"""
    MISSING_THERE = "missing_there"
    """ontbreekt bij de afzender"""
    VERSION_LOWER = "version_lower"
    """hier een lagere versie"""
    VERSION_HIGHER = "version_higher"
    """hier een hogere versie"""
    CONTENT_DIFFERS = "content_differs"
    """dezelfde versie met andere inhoud"""


class Agreement(StrEnum):
    """What a line says when it is no difference."""

    CONFIRMED = "confirmed"
    """bevestigd"""
    UNCHECKED = "unchecked"
    """versie bevestigd, inhoud niet te vergelijken"""
    UNREADABLE = "unreadable"
    """genoemd, maar niet te vergelijken"""


class Owner(StrEnum):
    """Who must resolve a difference (eigenaar): the organisation that sent the statement, or who keeps the register."""

    SENDER = "sender"
    """afzender"""
    REGISTRY = "registry"
    """register"""


class ResolvedBy(StrEnum):
    """What resolved a difference."""

    STATEMENT = "statement"
    """een latere opgave"""
    MESSAGE = "message"
    """een later bericht"""
    PERSON = "person"
    """een medewerker, met reden"""


class LineFault(StrEnum):
    """What is wrong with a line."""

    NOT_JSON = "line_not_json"
    TOO_LARGE = "line_too_large"
    NUMBER_MISSING = "order_number_missing"
    VERSION_UNREADABLE = "version_unreadable"
    CHECKSUM_UNREADABLE = "checksum_unreadable"
    REPEATED = "order_number_repeated"
    AFTER_COUNT = "line_after_count"


FAULTS_NL: dict[LineFault, tuple[str, str]] = {
    LineFault.NOT_JSON: ("De regel is geen JSON-object.", "Herstel de regel en stuur de opgave opnieuw."),
    LineFault.TOO_LARGE: ("De regel is te lang.", "Stuur per bevel alleen nummer, versie en controlegetal."),
    LineFault.NUMBER_MISSING: ("Het bevelnummer ontbreekt of is onleesbaar.", "Vul het bevelnummer in."),
    LineFault.VERSION_UNREADABLE: ("De versie is geen getal van 1 tot en met 999999.", "Vul de hoogste versie in."),
    LineFault.CHECKSUM_UNREADABLE: (
        "Het controlegetal is geen SHA-256 van 64 hexadecimale tekens, en niet leeg.",
        "Vul de SHA-256 van de RFC 8785-vorm van `order` in, of null als het bericht geen bevel bevatte.",
    ),
    LineFault.REPEATED: ("Het bevelnummer staat al op een eerdere regel.", "Noem ieder bevel één keer."),
    LineFault.AFTER_COUNT: ("De regel staat na de slotregel met het aantal.", "Zet de slotregel als laatste."),
}


class Line(NamedTuple):
    """An order as a statement lists it; sorts by number, then by place. `version` None: it could not be read."""

    number: str
    line_number: int
    version: int | None
    checksum: bytes


class KnownVersion(NamedTuple):
    """A version of the register; `is_then`: it was recorded when the statement was made."""

    version: int
    is_then: bool
    digest: bytes | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What a line came to, with the highest version the register has."""

    line: Line
    result: DifferenceKind | Agreement
    known_version: int | None

    @property
    def agrees(self) -> bool:
        """Whether the sender confirms what the register holds."""
        return self.result in (Agreement.CONFIRMED, Agreement.UNCHECKED)


def compare(line: Line, known: Sequence[KnownVersion]) -> Compared:
    """Hold a line against the versions of its order; what was recorded after the statement was made differs in nothing.

    >>> compare(Line("A", 1, 2, b""), [KnownVersion(1, True, b"")]).result.value
    'version_lower'
    """
    if line.version is None:
        return Compared(line, Agreement.UNREADABLE, None)
    if not known:
        return Compared(line, DifferenceKind.MISSING_HERE, None)
    if len(known) == 1:
        # Nearly every order has one version, and a statement a million of those.
        highest, then = known[0].version, known[0].version if known[0].is_then else 0
    else:
        highest = max(each.version for each in known)
        then = max((each.version for each in known if each.is_then), default=0)
    return Compared(line, _result(line, known, highest, then), highest)


def _result(line: Line, known: Sequence[KnownVersion], highest: int, then: int) -> DifferenceKind | Agreement:
    stated = line.version or 0
    if stated > highest:
        return DifferenceKind.VERSION_LOWER
    if stated < then:
        return DifferenceKind.VERSION_HIGHER
    for each in known:
        if each.version == stated and each.digest is not None:
            return Agreement.CONFIRMED if each.digest == line.checksum else DifferenceKind.CONTENT_DIFFERS
    # A version in a gap, with a higher one since, is shown as a gap; an old one may lack its digest.
    return Agreement.UNCHECKED


def owner_of(kind: DifferenceKind, is_waiting_here: bool) -> Owner:
    """Other content under one version is ours to explain, as is a message that waits here; else the sender sends."""
    ours = kind is DifferenceKind.CONTENT_DIFFERS or is_waiting_here
    return Owner.REGISTRY if ours else Owner.SENDER


@dataclass(frozen=True, slots=True)
class Open:
    """A difference as it was last seen."""

    kind: DifferenceKind
    stated_version: int | None
    checksum: bytes | None
    known_version: int | None


def settled_by_messages(open_one: Open, known: Sequence[KnownVersion]) -> bool:
    """Whether what was recorded since takes the difference away; the next statement can bring it back."""
    if not known:
        return False
    highest = max(each.version for each in known)
    if open_one.kind not in (DifferenceKind.MISSING_HERE, DifferenceKind.VERSION_LOWER):
        return highest > (open_one.known_version or 0)
    stated = open_one.stated_version or 0
    digest = next((each.digest for each in known if each.version == stated), None)
    return highest > stated or (highest == stated and digest in (None, open_one.checksum))


def order_number(text: object) -> str | None:
    """The order number in the form in which the register has it, or None."""
    if not isinstance(text, str) or not text.isprintable() or len(text) > LONGEST_NUMBER:
        return None
    return numbers.order_number(text)


_TEXTS_NL = {
    DifferenceKind.MISSING_HERE: "De afzender noemt dit bevel (versie {stated}); het register heeft het niet.",
    DifferenceKind.MISSING_THERE: "Het register heeft dit bevel (versie {known}); de afzender noemt het niet.",
    DifferenceKind.VERSION_LOWER: "Het register heeft versie {known}; de afzender noemt versie {stated}.",
    DifferenceKind.VERSION_HIGHER: "Het register heeft versie {known}; de afzender noemt nog versie {stated}.",
    DifferenceKind.CONTENT_DIFFERS: "Versie {stated} heeft in het register een andere inhoud dan bij de afzender.",
}


def text_nl(kind: DifferenceKind, stated: int | None, known: int | None) -> str:
    """What differs, for a person."""
    return _TEXTS_NL[kind].format(stated=stated, known=known)
