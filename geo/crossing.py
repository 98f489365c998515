"""Whether somebody seen on both sides of a zone went through it: the straight line between two fixes, and its doubt."""

import math
from dataclasses import dataclass

import numpy as np
import shapely

from geo.projection import Floats
from geo.shapes import AreaShape, CircleShape, Shape
from geo.whereabouts import below

_WIDE_M = 20_000.0
_STRAY_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Crossing:
    """A line through a zone: at which share of it he is in and out again, and the least detour that keeps him out."""

    in_share: float
    out_share: float
    detour_m: float


def crossing(shape: Shape, begin_m: tuple[float, float], end_m: tuple[float, float]) -> Crossing | None:
    """The line between two places in the plane of the shape's territory; None when it does not meet the shape.

    >>> from geo.projection import Territory
    >>> ban = CircleShape(Territory.EUROPEAN, 52.155172, 5.387204, 100.0)
    >>> found = crossing(ban, (154_800.0, 463_060.0), (155_200.0, 463_060.0))
    >>> round(found.in_share, 2), round(found.out_share, 2), round(found.detour_m)
    (0.3, 0.7, 40)
    """
    length_m = math.dist(begin_m, end_m)
    if length_m == 0.0:
        return None
    if isinstance(shape, CircleShape):
        return _of_circle(shape, begin_m, end_m, length_m)
    if isinstance(shape, AreaShape):
        return _of_area(shape, begin_m, end_m, length_m)
    raise TypeError("a shape is an area or a circle")


def chance_of(found: Crossing, length_m: float, ends: tuple[tuple[float, float], tuple[float, float]]) -> float:
    """The chance that he went through: `ends` has, for both fixes, the distance to the edge and sigma in metres.

    He must have been outside at both ends, and have strayed from the line by less than the detour around the zone: by
    some tenth of its length, as roads do, besides the error of the fixes.

    >>> ends = ((80.0, 5.0), (90.0, 5.0))
    >>> through, cut_corner = Crossing(0.3, 0.7, 100.0), Crossing(0.4, 0.6, 3.0)
    >>> round(chance_of(through, 300.0, ends), 2), round(chance_of(cut_corner, 300.0, ends), 2)
    (1.0, 0.54)
    """
    off_m = max(sigma_m for _, sigma_m in ends)
    doubt_m = math.hypot(off_m, _STRAY_SHARE * length_m)
    values = [found.detour_m / doubt_m, *(distance_m / sigma_m for distance_m, sigma_m in ends)]
    return float(np.prod(below(np.array(values))))


def _of_circle(
    shape: CircleShape, begin_m: tuple[float, float], end_m: tuple[float, float], length_m: float
) -> Crossing | None:
    along = ((end_m[0] - begin_m[0]) / length_m, (end_m[1] - begin_m[1]) / length_m)
    to_middle = (shape.middle_m[0] - begin_m[0], shape.middle_m[1] - begin_m[1])
    nearest_m = to_middle[0] * along[0] + to_middle[1] * along[1]
    aside_m = abs(to_middle[0] * along[1] - to_middle[1] * along[0])
    if aside_m >= shape.radius_m:
        return None
    half_m = math.sqrt(shape.radius_m**2 - aside_m**2)
    in_m, out_m = max(nearest_m - half_m, 0.0), min(nearest_m + half_m, length_m)
    if in_m >= out_m:
        return None
    return Crossing(in_m / length_m, out_m / length_m, shape.radius_m - aside_m)


def _of_area(
    shape: AreaShape, begin_m: tuple[float, float], end_m: tuple[float, float], length_m: float
) -> Crossing | None:
    line = shapely.LineString([begin_m, end_m])
    inside = shapely.get_coordinates(line.intersection(shape.area))
    if not len(inside):
        return None
    along = np.array([(end_m[0] - begin_m[0]) / length_m, (end_m[1] - begin_m[1]) / length_m])
    shares = (inside - np.array(begin_m)) @ along / length_m
    return Crossing(float(shares.min()), float(shares.max()), _detour_m(shape, line, np.array(begin_m), along))


def _detour_m(shape: AreaShape, line: shapely.LineString, begin_m: Floats, along: Floats) -> float:
    """How far the zone reaches to the side of the line where it reaches least, between the two fixes."""
    beside = line.buffer(_WIDE_M, cap_style="flat")
    parts = shapely.get_parts(shape.area.intersection(beside))
    across = np.array([-along[1], along[0]])
    detours_m = [0.0]
    for part in parts:
        if part.intersects(line):
            sides_m = (shapely.get_coordinates(part) - begin_m) @ across
            detours_m.append(min(float(sides_m.max()), float(-sides_m.min())))
    return max(detours_m)
