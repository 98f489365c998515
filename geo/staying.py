"""What two who stay where they are show together: one sample is noise, and so are ten in a row of one error.

The errors of a receiver hang together for minutes, so evidence is counted in minutes and not in samples. Whole minutes
(of the epoch) are pooled backwards from a sample for as long as they fit one place of hers as seen from him; the doubt
of that place shrinks with the time, slowly. Where the samples do not fit one place somebody moves, and each speaks for
itself. All of it follows from the samples of the last `pool_ms`, whatever came before.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from geo.pair import Sample, chance_by_distance, chance_within, is_beyond
from geo.policy import PairPolicy

MINUTE_MS = 60_000
# How far, in standard deviations, noise leads a minute or a sample from a place, and both ends of a stay apart.
_STRAYS_SIGMAS, _DRIFTS_SIGMAS = 4.5, 3.0
# Nearer than this nobody is said to have moved; and no scatter within a minute is taken for more noise than this.
_LEAST_STRAY_M, _MOST_SCATTER_M = 30.0, 50.0


@dataclass(frozen=True, slots=True)
class Stay:
    """Where she stays as seen from him, in metres: how far that is, in how much doubt, and how far noise strays."""

    east_m: float
    north_m: float
    sigma_m: float
    strays_m: float
    is_long: bool

    @property
    def distance_m(self) -> float:
        """How far apart they stay."""
        return math.hypot(self.east_m, self.north_m)

    def explains(self, sample: Sample) -> bool:
        """Whether noise alone leads from here to a sample."""
        east_m, north_m = sample.his.to_m(sample.hers)
        return math.hypot(east_m - self.east_m, north_m - self.north_m) <= self.strays_m


@dataclass(slots=True)
class _Minute:
    """The samples of one whole minute: their mean place and error, and how much they scatter."""

    number: int
    first_ms: int
    last_ms: int
    count: int = 0
    east_m: float = 0.0
    north_m: float = 0.0
    sigma_m: float = 0.0
    scatter: float = 0.0

    def add(self, sample: Sample) -> None:
        """Take a sample in (mean and sum of squares after Welford)."""
        east_m, north_m = sample.his.to_m(sample.hers)
        self.last_ms, self.count = sample.at_ms, self.count + 1
        by_east_m, by_north_m = east_m - self.east_m, north_m - self.north_m
        self.east_m += by_east_m / self.count
        self.north_m += by_north_m / self.count
        self.sigma_m += (sample.sigma_m - self.sigma_m) / self.count
        self.scatter += by_east_m * (east_m - self.east_m) + by_north_m * (north_m - self.north_m)


@dataclass(slots=True)
class _Pool:
    """Minutes that fit one place, the newest first."""

    minutes: list[_Minute] = field(default_factory=list)
    east_m: float = 0.0
    north_m: float = 0.0
    sigma_m: float = 0.0
    scatter: float = 0.0
    spare: int = 0

    @property
    def noise_m(self) -> float:
        """The error of one sample on each axis: as told, or as the samples of single minutes scatter."""
        scattered_m = math.sqrt(self.scatter / (2.0 * self.spare)) if self.spare else 0.0
        return max(self.sigma_m, min(scattered_m, _MOST_SCATTER_M))

    @property
    def strays_m(self) -> float:
        """How far noise leads from the place of the pool."""
        return max(_LEAST_STRAY_M, _STRAYS_SIGMAS * self.noise_m)

    def fits(self, one: _Minute) -> bool:
        """Whether a minute may be of the same place."""
        away_m = math.hypot(one.east_m - self.east_m, one.north_m - self.north_m)
        return not self.minutes or away_m <= self.strays_m

    def add(self, one: _Minute) -> None:
        """Take a minute in, each with the same weight: many samples show no more than the time they take."""
        self.minutes.append(one)
        count = len(self.minutes)
        self.east_m += (one.east_m - self.east_m) / count
        self.north_m += (one.north_m - self.north_m) / count
        self.sigma_m += (one.sigma_m - self.sigma_m) / count
        self.scatter, self.spare = self.scatter + one.scatter, self.spare + one.count - 1

    def drifts(self) -> bool:
        """Whether its newest and its oldest third lie further apart than noise leads."""
        third = len(self.minutes) // 3
        if not third:
            return False
        (east_m, north_m), (then_east_m, then_north_m) = map(_mean, (self.minutes[:third], self.minutes[-third:]))
        most_m = max(_LEAST_STRAY_M, _DRIFTS_SIGMAS * self.noise_m)
        return math.hypot(east_m - then_east_m, north_m - then_north_m) > most_m

    def stay(self, policy: PairPolicy) -> Stay | None:
        """Where the two stay; None where they move, or nothing is known."""
        if not self.minutes or self.drifts():
            return None
        lasted_ms = self.minutes[0].last_ms - self.minutes[-1].first_ms
        sigma_m = self.noise_m / math.sqrt(1.0 + lasted_ms / policy.drift_ms)
        return Stay(self.east_m, self.north_m, sigma_m, self.strays_m, lasted_ms >= policy.stay_ms)


def _mean(minutes: Sequence[_Minute]) -> tuple[float, float]:
    count = len(minutes)
    return sum(one.east_m for one in minutes) / count, sum(one.north_m for one in minutes) / count


def is_vague(sigma_m: float, policy: PairPolicy) -> bool:
    """Whether positions are in too much doubt to tell near from apart, however close they seem.

    >>> is_vague(8000.0, PairPolicy()), is_vague(40.0, PairPolicy())
    (True, False)
    """
    return chance_within(policy.near_m, 0.0, sigma_m) < policy.suspect_chance


class Evidence:
    """What samples show of whether two are near, each beside the minutes before it."""

    def __init__(self, samples: Sequence[Sample], policy: PairPolicy) -> None:
        self.samples, self.policy = samples, policy
        self._minutes: list[_Minute] = []
        self._before: list[int] = []
        self._stays: dict[int, Stay | None] = {}
        for one in samples:
            number = one.at_ms // MINUTE_MS
            if not self._minutes or self._minutes[-1].number != number:
                self._minutes.append(_Minute(number, one.at_ms, one.at_ms))
            self._minutes[-1].add(one)
            self._before.append(len(self._minutes) - 1)

    def is_near(self, place: int) -> bool:
        """Whether a sample suggests that they are near, and they are not known to stay farther apart."""
        if self.samples[place].chance < self.policy.suspect_chance:
            return False
        stay = self._long_stay(place)
        near_m = self.policy.near_m
        return stay is None or chance_within(near_m, stay.distance_m, stay.sigma_m) >= self.policy.suspect_chance

    def may_be_near(self, place: int) -> bool:
        """Whether they are near by a sample, or by staying where that is not shown to be too far."""
        if self.is_near(place):
            return True
        stay = self._long_stay(place)
        return stay is not None and not self._is_beyond(stay)

    def is_over(self, place: int) -> bool:
        """Whether by a sample nothing goes on: they parted, or stay where that is too far."""
        return self.has_parted(place) or self.stays_beyond(place)

    def has_parted(self, place: int) -> bool:
        """Whether it is the second in a row at which they are plainly apart, and that is not noise about a stay."""
        if not (place and self.samples[place].is_apart and self.samples[place - 1].is_apart):
            return False
        stay = self._stay(place)
        if stay is None or not stay.explains(self.samples[place]):
            return True
        radius_m = self.policy.near_m * self.policy.release_share
        return not stay.is_long and is_beyond(radius_m, stay.distance_m, stay.sigma_m, self.policy)

    def stays_beyond(self, place: int) -> bool:
        """Whether they have stayed for some time where that is shown to be too far."""
        stay = self._long_stay(place)
        return stay is not None and self._is_beyond(stay)

    def _is_beyond(self, stay: Stay) -> bool:
        return chance_by_distance(self.policy.near_m, stay.distance_m, stay.sigma_m) <= self.policy.beyond_chance

    def _long_stay(self, place: int) -> Stay | None:
        one, stay = self.samples[place], self._stay(place)
        if stay is None or not stay.is_long or is_vague(one.sigma_m, self.policy):
            return None
        return stay if stay.explains(one) else None

    def _stay(self, place: int) -> Stay | None:
        """Where they stayed in the whole minutes before a sample."""
        number = self._before[place]
        if number not in self._stays:
            self._stays[number] = self._pooled(number)
        return self._stays[number]

    def _pooled(self, number: int) -> Stay | None:
        newer, pool = self._minutes[number], _Pool()
        oldest = newer.number - self.policy.pool_ms // MINUTE_MS
        for one in reversed(self._minutes[max(0, number - self.policy.pool_ms // MINUTE_MS) : number]):
            is_unseen = newer.first_ms - one.last_ms > self.policy.patience_s * 1000
            is_known = not is_unseen and not is_vague(one.sigma_m, self.policy)
            if one.number < oldest or not is_known or not pool.fits(one):
                break
            pool.add(one)
            newer = one
        return pool.stay(self.policy)
