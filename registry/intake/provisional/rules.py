"""When a message of the CJIB is the order that was entered provisionally, and what a source document may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

MOST_DOCUMENT_BYTES = 5 * 1024 * 1024

_TYPES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif"}


def type_of(document: bytes) -> str | None:
    """The media type of a document by its content, whatever it is called; None when it is of no type that is taken."""
    return next((name for start, name in _TYPES if document.startswith(start)), None)


class ProvisionalState(StrEnum):
    """Where a provisional order stands."""

    WAITING = "waiting"
    """wacht op het CJIB"""
    EXPIRED = "expired"
    """niet op tijd bevestigd"""
    REPLACED = "replaced"
    """vervangen door het bevel van het CJIB"""
    WITHDRAWN = "withdrawn"
    """ingetrokken"""


class JoinedHow(StrEnum):
    """On what a provisional order was joined to the CJIB's."""

    SAME_KEYS = "same_keys"
    """zelfde parketnummer, betrokkene en regime"""
    NAMED = "named"
    """door het CJIB genoemd"""
    BY_HAND = "by_hand"
    """door een mens gekoppeld"""


class Likeness(StrEnum):
    """What a message of the CJIB has in common with a provisional order."""

    SUBJECT_NUMBER = "same_subject_number"
    SUBJECT_NAME = "same_subject_name"
    CASE_NUMBER = "same_case_number"
    REGIME = "same_regime"
    NAMED = "named"


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """What one version of an order tells that can join it to another.

    `name_keys` are keyed hashes of a surname with the birth date.
    """

    regime: str
    case_number: str | None
    decided_on: date | None
    bsn: str | None
    skn: str | None
    name_keys: frozenset[bytes] = frozenset()


def likeness(one: Told, other: Told) -> frozenset[Likeness]:
    """What two orders have in common."""
    pairs = {
        Likeness.SUBJECT_NUMBER: (one.bsn and one.bsn == other.bsn) or (one.skn and one.skn == other.skn),
        Likeness.SUBJECT_NAME: one.name_keys & other.name_keys,
        Likeness.CASE_NUMBER: one.case_number and one.case_number == other.case_number,
        Likeness.REGIME: one.regime == other.regime,
    }
    return frozenset(name for name, is_so in pairs.items() if is_so)


def contradicts(one: Told, other: Told) -> bool:
    """Whether they bind people with different numbers, or were given on different days: then they are two orders."""
    pairs = ((one.bsn, other.bsn), (one.skn, other.skn), (one.decided_on, other.decided_on))
    return any(first and second and first != second for first, second in pairs)


_SURE = frozenset({Likeness.SUBJECT_NUMBER, Likeness.CASE_NUMBER, Likeness.REGIME})
_SUBJECT = frozenset({Likeness.SUBJECT_NUMBER, Likeness.SUBJECT_NAME})
_ORDER = frozenset({Likeness.CASE_NUMBER, Likeness.REGIME})


def is_sure(one: Told, other: Told) -> bool:
    """Whether two orders are one without anybody having to look: same case, same number of the subject, same regime."""
    return likeness(one, other) >= _SURE and not contradicts(one, other)


def is_likely(one: Told, other: Told) -> bool:
    """Whether a human should look: the same person, and the same case or regime."""
    common = likeness(one, other)
    return bool(common & _SUBJECT) and bool(common & _ORDER)


@dataclass(frozen=True, slots=True)
class Course:
    """What has happened to a provisional order."""

    expires_at: datetime
    replaced_at: datetime | None = None
    withdrawn_at: datetime | None = None

    def state(self, now: datetime) -> ProvisionalState:
        """Where it stands at an instant."""
        if self.replaced_at is not None:
            return ProvisionalState.REPLACED
        if self.withdrawn_at is not None:
            return ProvisionalState.WITHDRAWN
        return ProvisionalState.EXPIRED if now >= self.expires_at else ProvisionalState.WAITING


def expiry(entered_at: datetime, days: int) -> datetime:
    """Until when an entry stands without the CJIB's message."""
    return entered_at + timedelta(days=days)
