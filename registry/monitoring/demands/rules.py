"""Whether a demand opens what is asked for, and who may decide on it.

No source that was read names the article by which positions of a monitor are demanded, so whoever records a demand
states its basis; the limits here are configuration.
"""

from __future__ import annotations

import unicodedata
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from registry.access.rules import OrganisationKind
from registry.errors import Fault

LONGEST_WINDOW = timedelta(days=366)
LONGEST_VALIDITY = timedelta(days=180)

# Who can be named as demanding: police, prosecution, and courts, which are senders of their own here.
DEMANDING_KINDS = frozenset({OrganisationKind.POLICE, OrganisationKind.PROSECUTION, OrganisationKind.OTHER_SENDER})


class DemandStatus(StrEnum):
    """Where a demand (vordering) stands; only one that is approved opens anything."""

    RECORDED = "recorded"
    """vastgelegd, nog niet goedgekeurd"""
    APPROVED = "approved"
    """goedgekeurd"""
    EXPIRED = "expired"
    """verlopen"""
    REVOKED = "revoked"
    """ingetrokken"""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time; its end is no part of it."""

    from_at: datetime
    until_at: datetime

    def covers(self, other: Window) -> bool:
        """Say whether all of another window lies in this one."""
        return self.from_at <= other.from_at and other.until_at <= self.until_at


@dataclass(frozen=True, slots=True)
class Terms:
    """What a demand opens: the positions of whom, in which window, and until when they can be read."""

    person_id: uuid.UUID
    window: Window
    valid_until: datetime
    approved_at: datetime | None = None
    revoked_at: datetime | None = None

    def status(self, now: datetime) -> DemandStatus:
        """Return where it stands at an instant."""
        if self.revoked_at is not None:
            return DemandStatus.REVOKED
        if now >= self.valid_until:
            return DemandStatus.EXPIRED
        return DemandStatus.RECORDED if self.approved_at is None else DemandStatus.APPROVED

    def refusal(self, now: datetime) -> str | None:
        """Why nothing can be read under it now, if nothing can."""
        return _REFUSALS.get(self.status(now))


_REFUSALS = {
    DemandStatus.RECORDED: "This demand was not approved yet.",
    DemandStatus.EXPIRED: "This demand is no longer valid.",
    DemandStatus.REVOKED: "This demand was revoked.",
}


def faults_of(terms: Terms, now: datetime) -> list[Fault]:
    """What is wrong with a new demand: it is for a bounded time that has passed, and is itself bounded."""
    window, faults = terms.window, []
    if not timedelta(0) < window.until_at - window.from_at <= LONGEST_WINDOW:
        faults.append(Fault("#/until", f"Give an end after the beginning, at most {LONGEST_WINDOW.days} days later."))
    elif window.until_at > now:
        faults.append(Fault("#/until", "Give a time that has passed; for what is still to come record another demand."))
    if not timedelta(0) < terms.valid_until - now <= LONGEST_VALIDITY:
        faults.append(Fault("#/validUntil", f"Give a time to come, at most {LONGEST_VALIDITY.days} days from now."))
    return faults


def is_same_person(one: str, other: str) -> bool:
    """Say whether two names of an end user can be the same person's, however they are written.

    >>> is_same_person("J. Kuiper", "j kuiper ")
    True
    >>> is_same_person("rn-118", "rn-119")
    False
    """
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", name).casefold()))
