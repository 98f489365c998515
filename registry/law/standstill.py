"""The days on which a running time stood still (stilstaan van de proeftijd): counted whole, or as soon as touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FOREVER = datetime.max.replace(tzinfo=UTC)
ONE_DAY = timedelta(days=1)

Stretch = tuple[datetime, datetime | None]
"""From an instant until another, half-open; None while it lasts."""
Days = Callable[[datetime, datetime, ZoneInfo], tuple[date, date]]
"""The days of a stretch that are taken for stood still: from the first until the day after the last."""


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which a day begins in a time zone."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def moved(
    last_on: date, start_at: datetime, stretches: Iterable[Stretch], zone: ZoneInfo, days: Days
) -> tuple[date, bool]:
    """The last day, moved by each day before it that stood still; and whether a stretch lasts that began before it."""
    counted_until = date.min
    for from_at, until_at in merged(stretches):
        begin_at = max(from_at, start_at)
        if begin_at >= midnight(last_on + ONE_DAY, zone):
            break
        if until_at <= begin_at:
            continue
        lasts = until_at == FOREVER
        first, after = days(begin_at, begin_at + ONE_DAY if lasts else until_at, zone)
        first = max(first, counted_until)
        if first > last_on:
            break
        if lasts:
            return last_on, True
        if first < after:
            last_on += after - first
            counted_until = after
    return last_on, False


def merged(stretches: Iterable[Stretch]) -> list[tuple[datetime, datetime]]:
    """The stretches in order, those that meet or overlap as one."""
    found: list[tuple[datetime, datetime]] = []
    for from_at, until_at in sorted((from_at, until_at or FOREVER) for from_at, until_at in stretches):
        if until_at <= from_at:
            continue
        if found and from_at <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until_at))
        else:
            found.append((from_at, until_at))
    return found


def whole_days(from_at: datetime, until_at: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """Days spent in a stretch from beginning to end."""
    day = from_at.astimezone(zone).date()
    first = day if midnight(day, zone) == from_at else day + ONE_DAY
    return first, until_at.astimezone(zone).date()


def touched_days(from_at: datetime, until_at: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """Days of which any part was spent in a stretch."""
    after = (until_at - timedelta(microseconds=1)).astimezone(zone).date() + ONE_DAY
    return from_at.astimezone(zone).date(), after
