"""Holidays and working days of the Algemene termijnenwet, art. 1 to 3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from registry.law.periods import Dated, holds

ONE_DAY = timedelta(days=1)


def easter_sunday(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (anonymous Gregorian computus)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon = (19 * golden + century - leap_centuries - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    leap_years, year_rest = divmod(rest, 4)
    weekday = (32 + 2 * century_rest + 2 * leap_years - moon - year_rest) % 7
    correction = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """A holiday as a fixed day of the year or a distance from Easter Sunday; on a Sunday it may move."""

    name_nl: str
    source: str
    confidence: str
    month: int | None = None
    day: int | None = None
    easter_offset_days: int | None = None
    on_sunday_move_days: int = 0
    valid_from: date | None = None
    valid_until: date | None = None

    def on(self, year: int) -> date:
        """The day it falls on in that year."""
        if self.easter_offset_days is not None:
            return easter_sunday(year) + timedelta(days=self.easter_offset_days)
        if self.month is None or self.day is None:
            raise ValueError(f"holiday {self.name_nl} has neither a date nor a distance from Easter")
        day = date(year, self.month, self.day)
        return day + timedelta(days=self.on_sunday_move_days) if day.weekday() == 6 else day


@dataclass(frozen=True, slots=True)
class ExtraDays:
    """Days that a royal decree puts on a par with a holiday (art. 3 lid 3), and the years it was made for."""

    first_year: int
    last_year: int
    days: tuple[date, ...]
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Holidays:
    """Every day that is a holiday for the Algemene termijnenwet; the days of a year are worked out once."""

    rows: tuple[HolidayRow, ...]
    extra: tuple[ExtraDays, ...]
    _years: dict[int, Mapping[date, str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def statutory(self, year: int) -> Mapping[date, str]:
        """The holidays the act itself names, of one year."""
        dated: list[tuple[date, str, Dated]] = [(row.on(year), row.name_nl, row) for row in self.rows]
        return {day: name for day, name, row in dated if holds(row, day)}

    def of(self, year: int) -> Mapping[date, str]:
        """Every holiday of one year, those that a decree equates among them."""
        known = self._years.get(year)
        if known is None:
            equated = {day: "gelijkgestelde dag" for decree in self.extra for day in decree.days if day.year == year}
            known = self._years[year] = {**self.statutory(year), **equated}
        return known

    def name(self, day: date) -> str | None:
        """What makes this day a holiday, or None."""
        return self.of(day.year).get(day)

    def decree_known(self, year: int) -> bool:
        """Whether the decree for that year is in the table; without it a term may be longer than computed."""
        return any(decree.first_year <= year <= decree.last_year for decree in self.extra)

    def is_working_day(self, day: date) -> bool:
        """Whether the day is no Saturday, Sunday or holiday."""
        return day.weekday() < 5 and day not in self.of(day.year)

    def why_not_working(self, day: date) -> str | None:
        """In Dutch, why the day does not count; None for a working day."""
        return self.name(day) or {5: "zaterdag", 6: "zondag"}.get(day.weekday())

    def next_working_day(self, day: date) -> date:
        """That day, or the first working day after it (art. 1 lid 1)."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def last_working_day(self, day: date) -> date:
        """That day, or the last working day before it."""
        while not self.is_working_day(day):
            day -= ONE_DAY
        return day

    def with_two_working_days(self, first_on: date, last_on: date) -> date:
        """The end of a term that must hold at least two working days (art. 2)."""
        day = self.next_working_day(self.next_working_day(first_on) + ONE_DAY)
        return max(day, last_on)
