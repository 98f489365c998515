"""Instants as a page shows them: on the clock of the European Netherlands, short."""

from datetime import datetime
from zoneinfo import ZoneInfo

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def clock_nl(at: datetime) -> str:
    """Day and time.

    >>> from datetime import UTC
    >>> clock_nl(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
    '23-11-2026 13:00'
    """
    return at.astimezone(_AMSTERDAM).strftime("%d-%m-%Y %H:%M")
