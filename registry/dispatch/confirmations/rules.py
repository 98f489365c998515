"""How soon a source must confirm an order, what it can answer, and how a request stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum


class Urgency(StrEnum):
    """How soon an answer is needed (spoed)."""

    URGENT = "urgent"
    """spoed: er staat iemand voor de agent"""
    ROUTINE = "routine"
    """gewoon"""


class Outcome(StrEnum):
    """What the source answers (antwoord)."""

    CONFIRMED = "confirmed"
    """bevestigd zoals het in het register staat"""
    NOT_IN_FORCE = "not_in_force"
    """geldt niet"""
    DIFFERS = "differs"
    """geldt, maar anders dan het register zegt"""
    NOT_KNOWN = "not_known"
    """bij de bron niet bekend"""


class RequestStatus(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    """gevraagd"""
    OVERDUE = "overdue"
    """te laat"""
    ANSWERED = "answered"
    """beantwoord"""


# Configuration: the clock that other registers keep for a hit that must be confirmed before anybody acts on it.
ANSWER_WITHIN: Mapping[Urgency, timedelta] = {
    Urgency.URGENT: timedelta(minutes=10),
    Urgency.ROUTINE: timedelta(hours=1),
}


def due_at(urgency: Urgency, asked_at: datetime) -> datetime:
    """When the answer must be there."""
    return asked_at + ANSWER_WITHIN[urgency]


def status_at(due: datetime, answered_at: datetime | None, now: datetime) -> RequestStatus:
    """Where a request stands at an instant."""
    if answered_at is not None:
        return RequestStatus.ANSWERED
    return RequestStatus.OVERDUE if now >= due else RequestStatus.ASKED
