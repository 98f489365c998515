"""Dated rows, and how days, weeks, months and years are counted."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar


class Unit(StrEnum):
    """What a term counts in; `day24` is a day of 24 hours, `sv_month` the criminal code's month of 30 days."""

    NONE = "none"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    DAY24 = "day24"
    WEEK = "week"
    SV_MONTH = "sv_month"
    CAL_MONTH = "cal_month"
    YEAR = "year"


class Dated(Protocol):
    """A row that holds from a day until a day, both included; None is open."""

    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_until(self) -> date | None: ...


Row = TypeVar("Row", bound=Dated)


def holds(row: Dated, on: date) -> bool:
    """Whether the row is law on that day."""
    return (row.valid_from or date.min) <= on <= (row.valid_until or date.max)


def holding(rows: Iterable[Row], on: date) -> Row | None:
    """The row that is law on that day, if there is one."""
    return next((row for row in rows if holds(row, on)), None)


def add_units(start_on: date, amount: int, unit: Unit) -> date:
    """The same day, so many days, weeks, months or years on; the 31st becomes the last day of a short month."""
    days_each = {Unit.DAY: 1, Unit.DAY24: 1, Unit.WEEK: 7, Unit.SV_MONTH: 30}
    if unit in days_each:
        return start_on + timedelta(days=amount * days_each[unit])
    if unit not in (Unit.CAL_MONTH, Unit.YEAR):
        raise ValueError(f"{unit} does not count in days")
    months = start_on.year * 12 + start_on.month - 1 + amount * (12 if unit is Unit.YEAR else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(start_on.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Length:
    """A maximum duration; the first day counts, save in days of 24 hours, which begin somewhere in it."""

    amount: int
    unit: Unit
    source: str

    def last_day(self, starts_on: date) -> date:
        """The last day an order of this length, begun at 00:00 of `starts_on`, can hold."""
        return add_units(starts_on, self.amount, self.unit) - timedelta(days=0 if self.unit is Unit.DAY24 else 1)
