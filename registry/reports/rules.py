"""What a report may be, what its partner is told of it, and in which words."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from registry.enforcement.rules import BreachStatus


class ReportKind(StrEnum):
    """What a victim reports (soort melding); each is a kind of breach too, of which the evidence is then asked."""

    CONTACT = "contact"
    """contact gezocht"""
    LOCATION = "location"
    """op een verboden plek gezien"""
    DIGITAL = "digital"
    """digitaal"""
    OTHER = "other"
    """anders"""


class ReportStatus(StrEnum):
    """The few coarse words that a partner reads (status van de melding); never an outcome, an arrest or a hearing."""

    RECEIVED = "received"
    """ontvangen"""
    BEING_ASSESSED = "being_assessed"
    """in beoordeling"""
    IN_PROCEEDINGS = "in_proceedings"
    """in behandeling"""
    ANSWERED = "answered"
    """beantwoord"""
    CLOSED = "closed"
    """afgerond"""


class LinkedBy(StrEnum):
    """How a report came to its order."""

    EXACT_KEYS = "exact_keys"
    HUMAN = "human"


STATUS_NL: Mapping[ReportStatus, str] = {
    ReportStatus.RECEIVED: "Uw melding is ontvangen.",
    ReportStatus.BEING_ASSESSED: "Uw melding wordt beoordeeld.",
    ReportStatus.IN_PROCEEDINGS: "Uw melding is in behandeling.",
    ReportStatus.ANSWERED: "Uw melding is beantwoord. Lees het antwoord bij uw melding, of vraag uw contactpersoon.",
    ReportStatus.CLOSED: "De behandeling van uw melding is afgerond. Vragen? Neem contact op met uw contactpersoon.",
}
NO_EMERGENCY_CALL_NL = "Dit is geen 112-melding. Bel 112 bij direct gevaar."
NO_COMPLAINT_NL = "Dit is geen aangifte. Aangifte doet u bij de politie."

_CLOSING = frozenset({BreachStatus.UNFOUNDED, BreachStatus.PERMITTED, BreachStatus.PROVEN})
_ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXZ"


@dataclass(frozen=True, slots=True)
class Course:
    """What became of the breach that a report belongs to; `acted_at` is when a human last acted on it."""

    breach: BreachStatus
    any_running: bool
    any_ended: bool
    acted_at: datetime | None = None


def status_of(
    course: Course | None, linked_by: LinkedBy | None, received_at: datetime, *, is_answered: bool = False
) -> ReportStatus:
    """The word for what became of a report.

    A report that was linked by its keys alone stays `received` until a human acts after it came, whatever was going on
    before: the word must not tell a partner who guesses a number that an order exists. One that no order belongs to is
    `answered` once a human answered it.
    """
    if course is None:
        return ReportStatus.ANSWERED if is_answered else ReportStatus.RECEIVED
    if linked_by is not LinkedBy.HUMAN and (course.acted_at is None or course.acted_at < received_at):
        return ReportStatus.RECEIVED
    if course.any_running:
        return ReportStatus.IN_PROCEEDINGS
    if course.any_ended or course.breach in _CLOSING:
        return ReportStatus.CLOSED
    if course.breach is BreachStatus.PLAUSIBLE or linked_by is LinkedBy.HUMAN:
        return ReportStatus.BEING_ASSESSED
    return ReportStatus.RECEIVED


def notices_nl(*, acute: bool) -> list[str]:
    """What every receipt says; an acute one begins with what a report is not."""
    return [NO_EMERGENCY_CALL_NL, NO_COMPLAINT_NL] if acute else [NO_COMPLAINT_NL, NO_EMERGENCY_CALL_NL]


def new_receipt_number() -> str:
    """Return a random number that says nothing: twelve characters that cannot be mistaken for another."""
    characters = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return f"M-{characters[:4]}-{characters[4:8]}-{characters[8:]}"


def agreeing(evidence: Iterable[frozenset[object]]) -> frozenset[object]:
    """What all pieces of evidence point at.

    >>> sorted(agreeing([frozenset({1, 2}), frozenset({2, 3})]))
    [2]
    >>> agreeing([])
    frozenset()
    """
    pieces = list(evidence)
    return frozenset.intersection(*pieces) if pieces else frozenset()
