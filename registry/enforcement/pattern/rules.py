"""The pattern of breaches of one order or pair: how many, how often, light and severe mixed, and whether it grows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from registry.law.accumulations import AccumulationRow


class Severity(StrEnum):
    """How heavy a human finds a breach (zwaarte); who has not said counts it as light."""

    LIGHT = "light"
    """licht"""
    SEVERE = "severe"
    """ernstig"""


class Trend(StrEnum):
    """Whether breaches come more often than before."""

    NONE = "none"
    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Happening:
    """A breach as a pattern sees it."""

    at: datetime
    severity: Severity | None


@dataclass(frozen=True, slots=True)
class Pattern:
    """What the breaches of an order or a pair come to, as of a moment."""

    total: int
    severe: int
    last_14_days: int
    last_30_days: int
    before_30_days: int
    trend: Trend
    shortest_gap: timedelta | None
    last_gap: timedelta | None
    severe_after_light: bool


def pattern(happenings: Iterable[Happening], now: datetime) -> Pattern:
    """What breaches come to; those to come are left out."""
    past = sorted((one for one in happenings if one.at <= now), key=lambda one: one.at)
    recent = sum(one.at > now - WINDOW for one in past)
    before = sum(now - 2 * WINDOW < one.at <= now - WINDOW for one in past)
    gaps = [later.at - earlier.at for earlier, later in pairwise(past)]
    weights = [one.severity for one in past]
    first_severe = weights.index(Severity.SEVERE) if Severity.SEVERE in weights else None
    return Pattern(
        total=len(past),
        severe=weights.count(Severity.SEVERE),
        last_14_days=sum(one.at > now - timedelta(days=14) for one in past),
        last_30_days=recent,
        before_30_days=before,
        trend=_trend(recent, before),
        shortest_gap=min(gaps, default=None),
        last_gap=gaps[-1] if gaps else None,
        severe_after_light=bool(first_severe),
    )


def _trend(recent: int, before: int) -> Trend:
    if recent == before == 0:
        return Trend.NONE
    if recent == before:
        return Trend.STEADY
    return Trend.RISING if recent > before else Trend.FALLING


def accumulated(happenings: Sequence[Happening], around: datetime, row: AccumulationRow) -> int:
    """The most breaches of the row's weight in any stretch of its length that holds `around`."""
    length = timedelta(days=row.within_days)
    counted = sorted(one.at for one in happenings if row.severity in (None, (one.severity or Severity.LIGHT).value))
    near = [at for at in counted if abs(at - around) <= length]
    return max((sum(first <= at <= first + length for at in near) for first in near if first <= around), default=0)
