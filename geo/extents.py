"""Which of very many shapes lie near a spot, from a few numbers of each: a box around it and a circle within it.

Both bound the distance to the border. Most shapes near a spot are told by these bounds alone; only of the others must
the shape itself be looked at.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.projection import degree_lengths_m
from geo.shapes import AreaShape, CircleShape, Shape

Ints = NDArray[np.int32]
Metres = NDArray[np.float64]
Flags = NDArray[np.bool_]

_UNITS_A_DEG = 10_000_000
_STORED = np.dtype([(name, "<i4") for name in ("south", "west", "north", "east", "lat", "lon", "within_m", "ends_on")])
_PACKED = struct.Struct("<8i")
# Planes, the ellipsoid and a degree at another latitude differ by less than this, and what is rounded by a metre.
_SLACK, _SLACK_M = 0.005, 1.0
# By height in degrees: in a layer of shapes of like height those near a latitude are a short stretch.
_HEIGHTS_DEG = (0.01, 0.03, 0.1, 0.5)
NO_END = 2**31 - 1


def packed(shape: Shape, ends_on: int = NO_END) -> bytes:
    """What is kept of a shape, as 32 bytes; `ends_on` is a day that the caller counts."""
    lat_deg, lon_deg, within_m = _circle_within(shape)
    south, west, north, east = shape.bounds_deg
    return _PACKED.pack(
        math.floor(south * _UNITS_A_DEG),
        math.floor(west * _UNITS_A_DEG),
        math.ceil(north * _UNITS_A_DEG),
        math.ceil(east * _UNITS_A_DEG),
        round(lat_deg * _UNITS_A_DEG),
        round(lon_deg * _UNITS_A_DEG),
        math.floor(within_m),
        ends_on,
    )


def _circle_within(shape: Shape) -> tuple[float, float, float]:
    """Latitude and longitude in degrees and radius in metres of a circle that lies within a shape."""
    if isinstance(shape, CircleShape):
        return shape.lat_deg, shape.lon_deg, shape.radius_m
    if not isinstance(shape, AreaShape):
        raise TypeError("neither an area nor a circle")
    # In the plane, and without an index: it is asked once, or twice where the centroid lies outside.
    point = shape.area.centroid
    if not shapely.intersects_xy(shape.area, point.x, point.y):
        point = shape.area.representative_point()
    is_in = shapely.intersects_xy(shape.area, point.x, point.y)
    lat_deg, lon_deg = shape.territory.plane.to_degrees(point.x, point.y)
    return lat_deg, lon_deg, float(shape.border.distance(point)) if is_in else 0.0


@dataclass(frozen=True, slots=True)
class Near:
    """Shapes by their numbers, and between which metres their signed distance to a spot lies (negative inside)."""

    numbers: Ints
    least_m: Metres
    most_m: Metres
    ends_on: Ints

    def __len__(self) -> int:
        return len(self.numbers)

    def of(self, which: NDArray[np.intp] | Flags) -> Near:
        """Some of them."""
        return Near(*(getattr(self, name)[which] for name in Near.__slots__))


class Extents:
    """An immutable set of shapes, each by a number.

    >>> from geo.projection import Territory
    >>> circle = CircleShape(Territory.EUROPEAN, 52.09, 5.12, 100.0)
    >>> near = Extents.of([7], [packed(circle)]).near(52.09, 5.1225, 500.0)
    >>> near.numbers.tolist(), near.least_m.round().tolist(), near.most_m.round().tolist()
    ([7], [70.0], [73.0])
    """

    def __init__(self, numbers: Ints, rows: NDArray[np.void]) -> None:
        self.numbers, self._rows = numbers, rows
        heights_deg = (rows["north"] - rows["south"].astype(np.int64)) / _UNITS_A_DEG
        which = np.searchsorted(_HEIGHTS_DEG, heights_deg)
        self._layers = [_Layer(*self._of(which == one)) for one in np.unique(which)]

    @classmethod
    def of(cls, numbers: Sequence[int], packed_rows: Sequence[bytes]) -> Extents:
        """The shapes with these numbers, each as `packed` made it."""
        return cls(np.array(numbers, np.int32), np.frombuffer(b"".join(packed_rows), _STORED))

    @classmethod
    def merged(cls, several: Sequence[Extents], gone: Flags) -> Extents:
        """One set for several, without the shapes that are gone, by their number."""
        numbers = np.concatenate([each.numbers for each in several])
        kept = ~gone[numbers]
        return cls(numbers[kept], np.concatenate([each._rows for each in several])[kept])

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def nbytes(self) -> int:
        """The memory that the arrays take, in bytes."""
        return 2 * (self.numbers.nbytes + self._rows.nbytes)

    def _of(self, which: Flags) -> tuple[Ints, NDArray[np.void]]:
        return self.numbers[which], self._rows[which]

    def near(self, lat_deg: float, lon_deg: float, radius_m: float) -> Near:
        """The shapes that may lie within a radius of a spot; none that does is left out."""
        found = [each.near(lat_deg, lon_deg, radius_m) for each in self._layers]
        return together(found)


_NONE = Near(np.zeros(0, np.int32), np.zeros(0), np.zeros(0), np.zeros(0, np.int32))


def together(found: Sequence[Near]) -> Near:
    """Several as one."""
    some = [each for each in found if len(each)]
    if len(some) < 2:
        return some[0] if some else _NONE
    return Near(*(np.concatenate([getattr(each, name) for each in some]) for name in Near.__slots__))


class _Layer:
    """Shapes of like height in the order of their southern edge."""

    def __init__(self, numbers: Ints, rows: NDArray[np.void]) -> None:
        order = np.argsort(rows["south"], kind="stable")
        self._numbers, rows = numbers[order], rows[order]
        self._column = {name: np.ascontiguousarray(rows[name]) for name in _STORED.names or ()}
        self._tallest = int((rows["north"].astype(np.int64) - rows["south"]).max(initial=0))

    def near(self, lat_deg: float, lon_deg: float, radius_m: float) -> Near:
        lat_m, lon_m = (length_m / _UNITS_A_DEG for length_m in degree_lengths_m(lat_deg))
        reach_m = radius_m * (1.0 + _SLACK) + _SLACK_M
        lat, lon = lat_deg * _UNITS_A_DEG, lon_deg * _UNITS_A_DEG
        up, across = reach_m / lat_m, reach_m / lon_m * (1.0 + _SLACK)
        south = self._column["south"]
        start, end = np.searchsorted(south, [lat - up - self._tallest, lat + up], side="right")
        stretch = slice(max(int(start) - 1, 0), int(end))
        box = [self._column[name][stretch] for name in ("south", "west", "north", "east")]
        meets = (box[2] >= lat - up) & (box[1] <= lon + across) & (box[3] >= lon - across)
        at = np.flatnonzero(meets)
        if not len(at):
            return _NONE
        least_m = _to_box_m([each[at] for each in box], (lat, lon), (lat_m, lon_m))
        found = np.flatnonzero(least_m <= radius_m)
        at, least_m = at[found] + stretch.start, least_m[found]
        apart_m = np.hypot((self._column["lat"][at] - lat) * lat_m, (self._column["lon"][at] - lon) * lon_m)
        most_m = apart_m * (1.0 + _SLACK) - self._column["within_m"][at] + _SLACK_M
        return Near(self._numbers[at], least_m, most_m, self._column["ends_on"][at])


def _to_box_m(box: Sequence[Ints], spot: tuple[float, float], unit_m: tuple[float, float]) -> Metres:
    """The least that the signed distance to something in each box can be."""
    south, west, north, east = box
    (lat, lon), (lat_m, lon_m) = spot, unit_m
    along_m = np.maximum(south - lat, lat - north) * lat_m
    across_m = np.maximum(west - lon, lon - east) * lon_m
    outside_m = np.hypot(np.maximum(along_m, 0.0), np.maximum(across_m, 0.0))
    inside_m = np.minimum(np.maximum(along_m, across_m), 0.0)
    least_m: Metres = outside_m * (1.0 - _SLACK) + inside_m * (1.0 + _SLACK) - _SLACK_M
    return least_m


def alike_merged(several: Sequence[Extents], gone: Flags, largest: int) -> tuple[Extents, ...]:
    """The sets, the last ones made one while they are of like size and together not too large to make anew."""
    result = list(several)
    while len(result) > 1 and len(result[-2]) < 2 * len(result[-1]):
        if len(result[-2]) + len(result[-1]) > largest:
            break
        result[-2:] = [Extents.merged(result[-2:], gone)]
    return tuple(result)
