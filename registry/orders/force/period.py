"""From when until when an order holds: its dates in its own time zone, and the days on which its clock stood still."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from registry.orders.rules import OrderFacts

DETAINED = "detained"
UNLAWFULLY_ABSENT = "unlawfully_absent"

_FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Detention:
    """A stretch in which the subject was lawfully detained, or unlawfully absent (detentie); half-open.

    `kind` is "detained" or "unlawfully_absent".
    """

    kind: str
    from_at: datetime
    until_at: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


@dataclass(frozen=True, slots=True)
class Period:
    """[start_at, end_at) of an order; `start_code` says what the start rests on.

    `last_on` is the last day on which it holds. Both ends are None without an end date, and while an unfinished
    detention leaves the end unknown (`end_open`).
    """

    start_at: datetime
    start_on: date
    start_code: str
    end_at: datetime | None
    last_on: date | None
    end_open: bool


def period(facts: OrderFacts, first_recorded_at: datetime, stops: Iterable[Detention]) -> Period:
    """The period of an order, its end moved by each whole day on which the clock of its regime stood still.

    A day only partly in detention does not count: where a date is arguable, the end of a restriction takes the
    earlier, and its start the later of its start date and its finality.
    """
    zone = zone_of(facts.time_zone)
    start_on, start_code = _start(facts, first_recorded_at.astimezone(zone).date())
    received = start_code == "start_from_receipt"
    start_at = first_recorded_at if received else midnight(start_on, zone)
    last_on, end_open = _last_day(facts, start_at, stops)
    end_at = midnight(last_on + timedelta(days=1), zone) if last_on else None
    return Period(start_at, start_on, start_code, end_at, last_on, end_open)


@lru_cache(maxsize=32)
def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name."""
    return ZoneInfo(name)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which a day begins in a time zone."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def _start(facts: OrderFacts, received_on: date) -> tuple[date, str]:
    if facts.starts_on is not None:
        day, code = facts.starts_on, "starts_on"
    elif facts.decided_on is not None:
        day, code = facts.decided_on, "start_from_decision"
    else:
        return received_on, "start_from_receipt"
    if facts.immediately_enforceable is False and facts.final_on is not None and facts.final_on > day:
        return facts.final_on, "start_from_finality"
    return day, code


def _last_day(facts: OrderFacts, start_at: datetime, stops: Iterable[Detention]) -> tuple[date | None, bool]:
    if facts.ends_on is None:
        return None, False
    zone, last_on = zone_of(facts.time_zone), facts.ends_on
    for from_at, until_at in _merged(stops):
        begin_at = max(from_at, start_at)
        if begin_at >= midnight(last_on + timedelta(days=1), zone):
            break
        if until_at == _FOREVER:
            return None, True
        last_on += timedelta(days=_whole_days(begin_at, until_at, zone))
    return last_on, False


def _merged(stops: Iterable[Detention]) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for from_at, until_at in sorted((each.from_at, each.until_at or _FOREVER) for each in stops):
        if until_at <= from_at:
            continue
        if merged and from_at <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until_at))
        else:
            merged.append((from_at, until_at))
    return merged


def _whole_days(from_at: datetime, until_at: datetime, zone: ZoneInfo) -> int:
    day = from_at.astimezone(zone).date()
    first = day if midnight(day, zone) == from_at else day + timedelta(days=1)
    return max(0, (until_at.astimezone(zone).date() - first).days)
