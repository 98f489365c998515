"""Walks past the edge of a straight zone, by receivers that err as told; seeded, so that they come out the same."""

import math
import random

from geo.track import Fix

LAT_DEG, LON_DEG = 52.09, 5.12
LAT_M, LON_M = 111_265.0, 68_480.0  # metres in a degree there


def at(east_m: float, north_m: float = 0.0) -> tuple[float, float]:
    return LAT_DEG + north_m / LAT_M, LON_DEG + east_m / LON_M


def fix(at_s: float, east_m: float, north_m: float = 0.0, **told: float) -> Fix:
    return Fix(round(at_s * 1000), *at(east_m, north_m), **told)


def wandering(east_m, sigma_m: float, every_s: float, seed: int, correlation_s: float = 60.0) -> list[Fix]:
    """Fixes of who is at `east_m[n]` at each step, by a receiver whose error of this size hangs together in time."""
    dice = random.Random(seed)
    kept = math.exp(-every_s / correlation_s)
    errors = [dice.gauss(0, sigma_m), dice.gauss(0, sigma_m)]
    track = []
    for number, true_m in enumerate(east_m):
        errors = [kept * one + sigma_m * math.sqrt(1 - kept * kept) * dice.gauss(0, 1) for one in errors]
        track.append(fix(number * every_s, true_m + errors[0], errors[1], accuracy_m=sigma_m * 1.51))
    return track


def line(*legs: tuple[float, int]) -> list[float]:
    """Places on a line: from the first to each next in so many steps."""
    (begin, steps), *others = legs
    places = [begin] * steps
    for end, count in others:
        begin = places[-1]
        places += [begin + (end - begin) * step / count for step in range(1, count + 1)]
    return places
