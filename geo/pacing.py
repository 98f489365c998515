"""Where one of two people is at any instant: on the line between two positions, or a little beyond the last.

The doubt grows with the time to a position that was told, and ends in not knowing.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from geo.policy import METHOD, PairPolicy
from geo.projection import degree_lengths_m, distance_m
from geo.track import Fix

# Doubt that a second from a position adds: so much on its own, and a share of his pace, between two and after the last.
_WANDERS_MPS, _UNEVEN_BETWEEN, _UNEVEN_AFTER, _UNKNOWN_MPS = 1.5, 0.25, 0.5, 5.0
_SHOWN_SIGMAS = 2.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where one of them is at an instant, in degrees and metres of standard deviation, and how he moves.

    `is_fast` says that he moves at the pace of a transit, by more than his positions may be off.
    """

    lat_deg: float
    lon_deg: float
    sigma_m: float
    east_mps: float = 0.0
    north_mps: float = 0.0
    is_fast: bool = False

    def to_m(self, other: "Place") -> tuple[float, float]:
        """Metres to the east and to the north from here to another place."""
        return _offset_m((self.lat_deg, self.lon_deg), (other.lat_deg, other.lon_deg))


@dataclass(frozen=True, slots=True)
class _Leg:
    """The way to a fix from the one before it."""

    east_mps: float
    north_mps: float
    is_fast: bool

    @property
    def speed_mps(self) -> float:
        return math.hypot(self.east_mps, self.north_mps)


@dataclass(frozen=True, slots=True)
class Track:
    """The positions of one of them in order, one for each instant, without those that nobody could have reached."""

    at_ms: list[int]
    fixes: list[Fix]
    sigmas_m: list[float]
    legs: list[_Leg | None]

    @classmethod
    def of(cls, fixes: Iterable[Fix], policy: PairPolicy) -> "Track":
        """The track of positions in any order."""
        by_instant = {fix.at_ms: fix for fix in sorted(fixes, key=lambda fix: fix.order)}
        kept = _reachable(list(by_instant.values()), policy)
        sigmas_m = [METHOD.accuracy.sigma_m(fix.accuracy_m, fix.hdop) for fix in kept]
        legs = [_leg(kept, sigmas_m, place, policy) for place in range(len(kept))]
        return cls([fix.at_ms for fix in kept], kept, sigmas_m, legs)

    def place(self, at_ms: int, policy: PairPolicy) -> Place | None:
        """Where this one is at an instant (epoch ms); None where that is not known."""
        after = bisect_left(self.at_ms, at_ms)
        if after < len(self.at_ms) and self.at_ms[after] == at_ms:
            return self._carried(after, 0, policy)
        if after == 0:
            return None
        if after < len(self.at_ms) and self.at_ms[after] - self.at_ms[after - 1] <= policy.line_ms:
            return self._between(after, at_ms)
        age_ms = at_ms - self.at_ms[after - 1]
        return self._carried(after - 1, age_ms, policy) if age_ms <= policy.stale_ms else None

    def _between(self, after: int, at_ms: int) -> Place:
        former, latter, leg = self.fixes[after - 1], self.fixes[after], self.legs[after]
        since_s, until_s = (at_ms - former.at_ms) / 1000.0, (latter.at_ms - at_ms) / 1000.0
        share = since_s / (since_s + until_s)
        moved = leg or _Leg(0.0, 0.0, False)
        doubt_m = (_WANDERS_MPS + _UNEVEN_BETWEEN * moved.speed_mps) * since_s * until_s / (since_s + until_s)
        told_m = self.sigmas_m[after - 1] * (1.0 - share) + self.sigmas_m[after] * share
        return Place(
            former.lat_deg + (latter.lat_deg - former.lat_deg) * share,
            former.lon_deg + (latter.lon_deg - former.lon_deg) * share,
            math.hypot(told_m, doubt_m),
            moved.east_mps,
            moved.north_mps,
            moved.is_fast,
        )

    def _carried(self, place: int, age_ms: int, policy: PairPolicy) -> Place:
        """At a fix, or where its pace would have led since."""
        fix, leg, age_s = self.fixes[place], self.legs[place], age_ms / 1000.0
        if leg is None:
            pace_mps = _UNKNOWN_MPS if fix.speed_mps is None else max(fix.speed_mps, _WANDERS_MPS)
            sigma_m, is_fast = math.hypot(self.sigmas_m[place], pace_mps * age_s), pace_mps >= policy.transit_mps
            return Place(fix.lat_deg, fix.lon_deg, sigma_m, is_fast=is_fast)
        lat_m, lon_m = degree_lengths_m(fix.lat_deg)
        doubt_m = (_WANDERS_MPS + _UNEVEN_AFTER * leg.speed_mps) * age_s
        return Place(
            fix.lat_deg + leg.north_mps * age_s / lat_m,
            fix.lon_deg + leg.east_mps * age_s / lon_m,
            math.hypot(self.sigmas_m[place], doubt_m),
            leg.east_mps,
            leg.north_mps,
            leg.is_fast,
        )


def _reachable(fixes: list[Fix], policy: PairPolicy) -> list[Fix]:
    """Without a fix that could not be reached from the one before it, nor the next from it, while that one could."""
    kept = []
    for place, fix in enumerate(fixes):
        around = fixes[place - 1 : place] + fixes[place + 1 : place + 2]
        alone = len(around) == 2 and all(_too_fast(one, fix, policy) for one in around)
        if not (alone and not _too_fast(around[0], around[1], policy)):
            kept.append(fix)
    return kept


def _too_fast(one: Fix, other: Fix, policy: PairPolicy) -> bool:
    if abs(one.at_ms - other.at_ms) > policy.line_ms:
        return False
    way_m = distance_m(one.lat_deg, one.lon_deg, other.lat_deg, other.lon_deg)
    off_m = math.hypot(*(METHOD.accuracy.sigma_m(fix.accuracy_m, fix.hdop) for fix in (one, other)))
    return way_m - _SHOWN_SIGMAS * off_m > policy.most_mps * abs(one.at_ms - other.at_ms) / 1000.0


def _leg(fixes: Sequence[Fix], sigmas_m: Sequence[float], place: int, policy: PairPolicy) -> _Leg | None:
    if place == 0 or fixes[place].at_ms - fixes[place - 1].at_ms > policy.line_ms:
        return None
    former, latter = fixes[place - 1], fixes[place]
    after_s = (latter.at_ms - former.at_ms) / 1000.0
    east_m, north_m = _offset_m((former.lat_deg, former.lon_deg), (latter.lat_deg, latter.lon_deg))
    way_m = math.hypot(east_m, north_m)
    is_shown = way_m > _SHOWN_SIGMAS * math.hypot(sigmas_m[place - 1], sigmas_m[place])
    return _Leg(east_m / after_s, north_m / after_s, is_shown and way_m / after_s >= policy.transit_mps)


def _offset_m(here_deg: tuple[float, float], there_deg: tuple[float, float]) -> tuple[float, float]:
    """Metres to the east and to the north, on the ellipsoid at the middle latitude."""
    lat_m, lon_m = degree_lengths_m((here_deg[0] + there_deg[0]) / 2)
    return (there_deg[1] - here_deg[1]) * lon_m, (there_deg[0] - here_deg[0]) * lat_m
