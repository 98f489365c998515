"""Two people who both move: how far apart they are, how sure that is, and how quickly they come nearer.

Their devices speak at instants of their own. Between two positions of one a straight line at an even pace is drawn, and
beyond the last the way is carried on for a short while; the doubt grows with the time to a position that was told.
Where one of them is not known there is no sample: that is unknown, and never far.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from geo.pacing import Place, Track
from geo.policy import PairPolicy
from geo.track import Fix


@dataclass(frozen=True, slots=True)
class Sample:
    """Both of them at one instant (epoch ms).

    `chance` is that they are near, `is_apart` that they are plainly not. The closing speeds, his part and hers, are
    positive when they come nearer. `heading_apart_deg` is None unless both are fast.
    """

    at_ms: int
    distance_m: float
    sigma_m: float
    chance: float
    is_apart: bool
    his_part_mps: float
    hers_part_mps: float
    heading_apart_deg: float | None
    his: Place = field(repr=False)
    hers: Place = field(repr=False)

    @property
    def closing_mps(self) -> float:
        """How quickly they come nearer; negative when they part."""
        return self.his_part_mps + self.hers_part_mps

    @property
    def contact_s(self) -> float | None:
        """The time until they meet if both go on so; None unless they come nearer."""
        return self.distance_m / self.closing_mps if self.closing_mps > 0.5 else None


def nearness(his: Iterable[Fix], hers: Iterable[Fix], policy: PairPolicy) -> list[Sample]:
    """Both at every instant at which one was placed and the other is known, and where they came nearest in between.

    The positions may be given in any order.

    >>> he = [Fix(0, 52.0, 5.0), Fix(60_000, 52.0, 5.001)]
    >>> [(one.at_ms, round(one.distance_m)) for one in nearness(he, [Fix(0, 52.0, 5.01)], PairPolicy())]
    [(0, 687), (60000, 618)]
    >>> nearness(he, [], PairPolicy())
    []
    """
    tracks = Track.of(his, policy), Track.of(hers, policy)
    found: list[Sample] = []
    for at_ms in sorted({at_ms for track in tracks for at_ms in track.at_ms}):
        one = sample_at(tracks, at_ms, policy)
        if one is None:
            continue
        between = _between(found[-1], one, tracks, policy) if found else None
        found += [one] if between is None else [between, one]
    return found


def sample_at(tracks: tuple[Track, Track], at_ms: int, policy: PairPolicy) -> Sample | None:
    """Both at an instant (epoch ms), he first; None where one of them is not known."""
    his, hers = (track.place(at_ms, policy) for track in tracks)
    if his is None or hers is None:
        return None
    east_m, north_m = hers.to_m(his)
    away_m, sigma_m = math.hypot(east_m, north_m), math.hypot(his.sigma_m, hers.sigma_m)
    east, north = (east_m / away_m, north_m / away_m) if away_m else (0.0, 0.0)
    return Sample(
        at_ms=at_ms,
        distance_m=away_m,
        sigma_m=sigma_m,
        chance=chance_within(policy.near_m, away_m, sigma_m),
        is_apart=is_beyond(policy.near_m * policy.release_share, away_m, sigma_m, policy),
        his_part_mps=-(his.east_mps * east + his.north_mps * north),
        hers_part_mps=hers.east_mps * east + hers.north_mps * north,
        heading_apart_deg=_heading_apart_deg(his, hers),
        his=his,
        hers=hers,
    )


def chance_within(radius_m: float, away_m: float, sigma_m: float) -> float:
    """About the chance that two who seem so far apart are within a radius; `sigma_m` is of both, on each axis.

    Never more than of two who seem to be at one place, so that great doubt is no nearness.

    >>> [round(chance_within(1000.0, away_m, 20.0), 2) for away_m in (900.0, 1000.0, 1100.0)]
    [1.0, 0.5, 0.0]
    >>> round(chance_within(1000.0, 0.0, 2000.0), 2)
    0.12
    """
    return min(chance_by_distance(radius_m, away_m, sigma_m), 1.0 - math.exp(-(radius_m**2) / (2.0 * sigma_m**2)))


def is_beyond(radius_m: float, away_m: float, sigma_m: float, policy: PairPolicy) -> bool:
    """Whether two are shown to be farther apart than a radius; great doubt shows that as little as it shows them near.

    >>> is_beyond(1000.0, 0.0, 5000.0, PairPolicy()), is_beyond(1000.0, 4000.0, 20.0, PairPolicy())
    (False, True)
    """
    return chance_by_distance(radius_m, away_m, sigma_m) <= policy.release_chance


def chance_by_distance(radius_m: float, away_m: float, sigma_m: float) -> float:
    """The chance that two who seem so far apart are within a radius, by their distance alone.

    >>> chance_by_distance(1000.0, 1000.0, 20.0), round(chance_by_distance(1000.0, 1040.0, 20.0), 3)
    (0.5, 0.023)
    """
    return 0.5 * (1.0 + math.erf((radius_m - away_m) / (sigma_m * math.sqrt(2.0))))


def _between(former: Sample, latter: Sample, tracks: tuple[Track, Track], policy: PairPolicy) -> Sample | None:
    """Where the two came nearer between two samples than at either, if they may have been near there."""
    if latter.at_ms - former.at_ms > policy.line_ms:
        return None
    (east_m, north_m), (then_east_m, then_north_m) = former.hers.to_m(former.his), latter.hers.to_m(latter.his)
    by_east_m, by_north_m = then_east_m - east_m, then_north_m - north_m
    square = by_east_m**2 + by_north_m**2
    share = -(east_m * by_east_m + north_m * by_north_m) / square if square else 0.0
    at_ms = former.at_ms + round(share * (latter.at_ms - former.at_ms))
    if not former.at_ms < at_ms < latter.at_ms:
        return None
    found = sample_at(tracks, at_ms, policy)
    nearer = found is not None and found.distance_m < min(former.distance_m, latter.distance_m) - 1.0
    return found if found is not None and nearer and found.chance >= policy.suspect_chance else None


def _heading_apart_deg(his: Place, hers: Place) -> float | None:
    told = all(one.is_fast and (one.east_mps or one.north_mps) for one in (his, hers))
    if not told:
        return None
    apart = math.atan2(his.east_mps, his.north_mps) - math.atan2(hers.east_mps, hers.north_mps)
    return abs(math.degrees(math.atan2(math.sin(apart), math.cos(apart))))
