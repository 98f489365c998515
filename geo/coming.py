"""Who came to whom: how much nearer each brought the two by his own way, beyond what is doubted."""

import math
from collections.abc import Sequence

from geo.nearness import Mover
from geo.pair import Sample
from geo.policy import PairPolicy

_CAME_M, _MOST_OF_IT, _SHOWN_SIGMAS = 50.0, 0.75, 3.0


def who_came(samples: Sequence[Sample], place: int, policy: PairPolicy) -> Mover | None:
    """Who came to whom in the time before a sample, by how much nearer each brought them beyond what is doubted.

    None where neither is said to have come.
    """
    last, at_ms = samples[place], samples[place].at_ms
    his_m = hers_m = 0.0
    while place and samples[place - 1].at_ms >= at_ms - policy.lead_ms:
        former, latter = samples[place - 1], samples[place]
        if latter.at_ms - former.at_ms > policy.line_ms:
            break
        his, hers = _came_m(former, latter)
        his_m, hers_m, place = his_m + his, hers_m + hers, place - 1
    return _mover((his_m, hers_m), _doubt_m(samples[place], last))


def _came_m(former: Sample, latter: Sample) -> tuple[float, float]:
    """How much nearer each came between two samples, by his own way."""
    east_m, north_m = former.hers.to_m(former.his)
    away_m = max(former.distance_m, 1e-9)
    (his_east_m, his_north_m), (her_east_m, her_north_m) = former.his.to_m(latter.his), former.hers.to_m(latter.hers)
    his_m = -(his_east_m * east_m + his_north_m * north_m) / away_m
    return his_m, (her_east_m * east_m + her_north_m * north_m) / away_m


def _doubt_m(first: Sample, last: Sample) -> tuple[float, float]:
    """How far each may seem to have gone without having moved."""
    his_m, hers_m = math.hypot(first.his.sigma_m, last.his.sigma_m), math.hypot(first.hers.sigma_m, last.hers.sigma_m)
    return _SHOWN_SIGMAS * his_m, _SHOWN_SIGMAS * hers_m


def _mover(came_m: tuple[float, float], doubt_m: tuple[float, float]) -> Mover | None:
    """Nobody came where both went the same way as far, and nobody who may have stood still in the noise."""
    his_m, hers_m = (max(0.0, each) if each > doubted else 0.0 for each, doubted in zip(came_m, doubt_m, strict=True))
    if sum(came_m) < _CAME_M or his_m + hers_m < _CAME_M:
        return None
    share = his_m / (his_m + hers_m)
    if share >= _MOST_OF_IT:
        return Mover.WEARER
    return Mover.PROTECTED if share <= 1.0 - _MOST_OF_IT else Mover.BOTH
