"""What may be removed, and until when: all of it configuration, for no source sets how long positions are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

HOUR = timedelta(hours=1)
EPISODE_MARGIN = HOUR
"""What is kept before and after an episode: how he came and went."""


class HoldGround(StrEnum):
    """Why positions are held (grond van het bewaarverzoek)."""

    REPORT = "report"
    """melding"""
    BREACH = "breach"
    """overtreding"""
    DEFENCE = "defence"
    """verzoek van de verdediging"""
    COURT = "court"
    """verzoek van de rechter"""
    LEGAL_DEMAND = "legal_demand"
    """vordering"""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long is kept what proved nothing, what belongs to a case after its end, and how much around a breach."""

    positions: timedelta = timedelta(days=30)
    cases: timedelta = timedelta(days=180)
    around_breach: timedelta = timedelta(hours=12)


def removed_before(now: datetime, kept: timedelta) -> date:
    """Return the day (UTC) before which everything is old enough to be removed; no day is removed in part.

    The engine judges again from this far back; the hour between makes sure that it never looks for what is gone.

    >>> removed_before(datetime(2026, 11, 26, 12, tzinfo=UTC), timedelta(days=30))
    datetime.date(2026, 10, 27)
    >>> removed_before(datetime(2026, 11, 26, 0, 59, tzinfo=UTC), timedelta(days=30))
    datetime.date(2026, 10, 26)
    """
    return (now - kept - HOUR).astimezone(UTC).date()


def midnight(day: date) -> datetime:
    """Return the beginning of a day (UTC)."""
    return datetime.combine(day, time(), UTC)
