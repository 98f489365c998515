"""Lead times (doorlooptijden) from milestones: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from statistics import median

MOST_MONTHS = 36
_DAY = timedelta(days=1)


class Milestone(StrEnum):
    """What a breach comes to, in the order in which it mostly comes."""

    ASSESSMENT = "assessment"
    """beoordeling"""
    ARREST = "arrest"
    """aanhouding"""
    DEMAND = "demand"
    """vordering"""
    HEARING = "hearing"
    """zitting"""
    DECISION = "decision"
    """beslissing"""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the calendar."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read YYYY-MM; raises ValueError."""
        year, _, number = text.partition("-")
        if len(text) != 7 or not (year + number).isascii() or not (year + number).isdigit():
            raise ValueError("not a month")
        month = cls(int(year), int(number))
        if not 1 <= month.number <= 12 or not 2000 <= month.year < 2100:
            raise ValueError("not a month")
        return month

    def plus(self, months: int) -> Month:
        """The month so many later, or earlier.

        >>> str(Month(2026, 11).plus(3)), str(Month(2026, 1).plus(-1))
        ('2027-02', '2025-12')
        """
        years, rest = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(years, rest + 1)

    def until(self, last: Month) -> list[Month]:
        """Every month from this one until and with another."""
        span = (last.year - self.year) * 12 + last.number - self.number
        return [self.plus(number) for number in range(span + 1)]

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


@dataclass(frozen=True, slots=True)
class Heard:
    """Since when somebody of the chain knew of a breach by one account, and whether that account stands.

    Of a report that is when the victim told the partner, or else when it was received; of probation since when it says
    it knew; of a monitor or the police, and of probation that does not say, when it was recorded.
    """

    at: datetime
    stands: bool = True


def known_at(accounts: Sequence[Heard]) -> datetime:
    """Since when a breach was known: by the earliest account that stands, or where none does, the earliest."""
    return min(one.at for one in [one for one in accounts if one.stands] or accounts)


@dataclass(frozen=True, slots=True)
class Reached:
    """That a breach came to a milestone for the first time.

    `known_at` is since when the breach was known, `month` the Dutch month of `at`: when it was assessed, or when the
    arrest, demand, hearing or decision was. `in_time` is None where no term of law or policy ended with it, and none
    that the law leaves at "onverwijld" and that has an internal limit.
    """

    milestone: Milestone
    unit: str
    month: Month
    known_at: datetime
    at: datetime
    in_time: bool | None

    @property
    def days(self) -> float:
        """Days from when the breach was known; what came before, such as an arrest in the act, took none."""
        return max(self.at - self.known_at, timedelta()) / _DAY


@dataclass(frozen=True, slots=True)
class LeadTime:
    """How long it took to come to a milestone, of one unit or of all (None), in a month.

    `judged` is how many had a term that ended with it, `in_time` how many of these were in time.
    """

    milestone: Milestone
    unit: str | None
    month: Month
    number: int
    median_days: float
    longest_days: float
    ninety_percent_days: float
    judged: int
    in_time: int

    @property
    def share_in_time(self) -> float | None:
        """The share that was in time, from 0 to 1; None where nothing had a term."""
        return self.in_time / self.judged if self.judged else None


def lead_times(reached: Iterable[Reached]) -> list[LeadTime]:
    """The lead times by milestone, unit and month; of all units together first."""
    groups: dict[tuple[int, Month, str], list[Reached]] = {}
    order = {milestone: place for place, milestone in enumerate(Milestone)}
    for one in reached:
        for unit in ("", one.unit):
            groups.setdefault((order[one.milestone], one.month, unit), []).append(one)
    return [_lead_time(unit or None, found) for (_, _, unit), found in sorted(groups.items(), key=lambda each: each[0])]


def _lead_time(unit: str | None, found: Sequence[Reached]) -> LeadTime:
    days = sorted(one.days for one in found)
    judged = [one.in_time for one in found if one.in_time is not None]
    return LeadTime(
        milestone=found[0].milestone,
        unit=unit,
        month=found[0].month,
        number=len(days),
        median_days=round(median(days), 2),
        longest_days=round(days[-1], 2),
        ninety_percent_days=round(days[ceil(len(days) * 0.9) - 1], 2),
        judged=len(judged),
        in_time=sum(judged),
    )
