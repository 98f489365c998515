"""The shape of a zone as it is judged: an area with holes and parts, or a circle around a coordinate.

The document as delivered stays with the caller. A shape is immutable and safe to share between threads. Most of very
many are never asked anything but their box: what asking takes is made when it is first asked, apart from what others
may be reading, so that two threads at worst make it twice.
"""

import math
from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import MultiPolygon, Polygon

from geo.projection import EARTH_RADIUS_M, Box, EdgeIs, Floats, Territory, degree_lengths_m, distance_m

Area = Polygon | MultiPolygon
_SLACK_M = 0.05


class Shape(Protocol):
    """What episodes, extents and the fleet need to know of a shape."""

    @property
    def territory(self) -> Territory:
        """The territory that holds the shape."""

    @property
    def box(self) -> Box:
        """A box in degrees around the shape, a few centimetres wide of it at least."""

    @property
    def bounds_deg(self) -> tuple[float, float, float, float]:
        """The box as (lat_min, lon_min, lat_max, lon_max) in degrees."""

    @property
    def edge_is(self) -> EdgeIs:
        """Whether edges are straight in RD or geodesic."""

    def covers(self, lat_deg: float, lon_deg: float) -> bool:
        """Whether the position (degrees) lies inside or on the border."""

    def signed_distance_m(self, lat_deg: float, lon_deg: float) -> float:
        """Metres from the position (degrees) to the border, negative inside; infinite for what is no position."""

    @property
    def area_m2(self) -> float:
        """Square metres inside the border."""


class _Placed:
    """What area and circle share: both lie in one territory and carry their box."""

    __slots__ = ()
    territory: Territory
    box: Box

    @property
    def bounds_deg(self) -> tuple[float, float, float, float]:
        return (self.box.lat_min_deg, self.box.lon_min_deg, self.box.lat_max_deg, self.box.lon_max_deg)

    @property
    def edge_is(self) -> EdgeIs:
        return self.territory.edge_is


@dataclass(frozen=True)
class AreaShape(_Placed):
    """A polygon or multipolygon in the metric plane of its territory, its buffer already added.

    >>> square = shapely.box(155_000, 463_000, 156_000, 464_000)
    >>> shape = AreaShape(Territory.EUROPEAN, square)
    >>> shape.covers(52.1597, 5.3945), round(shape.signed_distance_m(52.1597, 5.3945))
    (True, -496)
    >>> shape.covers(52.2, 5.3945)
    False
    """

    territory: Territory
    area: Area
    box: Box = field(init=False)
    known_box: InitVar[Box | None] = None

    def __post_init__(self, known_box: Box | None) -> None:
        box = _box_around(self.area, self.territory) if known_box is None else known_box
        object.__setattr__(self, "box", box)

    @cached_property
    def prepared(self) -> Area:
        """A copy of the area that is quick to ask; GEOS builds its index on first use, so that is made here."""
        area: Area = shapely.force_2d(self.area)
        shapely.prepare(area)
        inside = area.representative_point()
        shapely.intersects_xy(area, inside.x, inside.y)
        return area

    @cached_property
    def border(self) -> shapely.geometry.base.BaseGeometry:
        """The edge of the area, holes included."""
        return self.area.boundary

    def covers(self, lat_deg: float, lon_deg: float) -> bool:
        if not self.box.holds(lat_deg, lon_deg):
            return False
        x_m, y_m = self.territory.plane.to_plane_m(lat_deg, lon_deg)
        return bool(shapely.intersects_xy(self.prepared, x_m, y_m))

    def signed_distance_m(self, lat_deg: float, lon_deg: float) -> float:
        x_m, y_m = self.territory.plane.to_plane_m(lat_deg, lon_deg)
        if not (math.isfinite(x_m) and math.isfinite(y_m)):
            return math.inf
        border_m = float(self.border.distance(shapely.Point(x_m, y_m)))
        return -border_m if self.covers(lat_deg, lon_deg) else border_m

    @property
    def area_m2(self) -> float:
        return float(self.area.area)


@dataclass(frozen=True)
class CircleShape(_Placed):
    """A circle around a coordinate, its buffer already added to the radius; judged by the distance on the ellipsoid.

    >>> shape = CircleShape(Territory.BONAIRE, 12.15, -68.27, 250.0)
    >>> shape.covers(12.151, -68.27), shape.covers(12.153, -68.27)
    (True, False)
    >>> round(shape.signed_distance_m(12.153, -68.27))
    82
    """

    territory: Territory
    lat_deg: float
    lon_deg: float
    radius_m: float
    box: Box = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "box", box_around_circle(self.lat_deg, self.lon_deg, self.radius_m))

    @cached_property
    def middle_m(self) -> tuple[float, float]:
        """The middle (x, y) in the plane of the territory."""
        return self.territory.plane.to_plane_m(self.lat_deg, self.lon_deg)

    @cached_property
    def scale(self) -> float:
        """Metres in that plane for one metre, in the middle."""
        return self.territory.plane.scale_at(self.lat_deg, self.lon_deg)

    def covers(self, lat_deg: float, lon_deg: float) -> bool:
        return self.box.holds(lat_deg, lon_deg) and self.signed_distance_m(lat_deg, lon_deg) <= 0.0

    def signed_distance_m(self, lat_deg: float, lon_deg: float) -> float:
        if not (math.isfinite(lat_deg) and math.isfinite(lon_deg)):
            return math.inf
        return distance_m(self.lat_deg, self.lon_deg, lat_deg, lon_deg) - self.radius_m

    @property
    def area_m2(self) -> float:
        return math.pi * self.radius_m * self.radius_m


def signed_distances_m(shapes: Sequence[Shape], places_m: Floats) -> Floats:
    """Metres from each place to the border of its own shape, negative inside; item for item.

    Places are rows of (x, y) in the plane of the shape's territory. A circle is judged in the plane here, at the scale
    that the plane has in its middle, which is true to 0.01 % within 30 km.

    >>> circle = CircleShape(Territory.EUROPEAN, 52.155172, 5.387204, 100.0)
    >>> signed_distances_m([circle, circle], np.array([[155_000.0, 463_000.0], [155_150.0, 463_000.0]])).round()
    array([-100.,   50.])
    """
    found = np.full(len(shapes), np.inf)
    circles = [place for place, shape in enumerate(shapes) if isinstance(shape, CircleShape)]
    areas = [place for place, shape in enumerate(shapes) if isinstance(shape, AreaShape)]
    if circles:
        round_ones = [shape for shape in shapes if isinstance(shape, CircleShape)]
        off_m = places_m[circles] - np.array([shape.middle_m for shape in round_ones])
        away_m = np.hypot(off_m[:, 0], off_m[:, 1]) / np.array([shape.scale for shape in round_ones])
        found[circles] = away_m - np.array([shape.radius_m for shape in round_ones])
    if areas:
        edged = [shape for shape in shapes if isinstance(shape, AreaShape)]
        points = shapely.points(places_m[areas])
        border_m = shapely.distance(np.array([shape.border for shape in edged], dtype=object), points)
        is_in = shapely.intersects(np.array([shape.prepared for shape in edged], dtype=object), points)
        found[areas] = np.where(is_in, -border_m, border_m)
    return found


def distances_from_m(lat_deg: float, lon_deg: float, shapes: Sequence[Shape]) -> Floats:
    """Metres from one position (degrees) to the border of each shape, as its `signed_distance_m` tells; item for item.

    For shapes that are asked once: nothing is prepared of them, which takes longer than to ask them.

    >>> square = AreaShape(Territory.EUROPEAN, shapely.box(155_000, 463_000, 156_000, 464_000))
    >>> distances_from_m(52.1597, 5.3945, [square, CircleShape(Territory.EUROPEAN, 52.1597, 5.3945, 100.0)]).round()
    array([-496., -100.])
    """
    found = np.full(len(shapes), np.inf)
    edged: dict[Territory, dict[int, Area]] = {}
    for place, shape in enumerate(shapes):
        if isinstance(shape, AreaShape):
            edged.setdefault(shape.territory, {})[place] = shape.area
        else:
            found[place] = shape.signed_distance_m(lat_deg, lon_deg)
    for territory, areas in edged.items():
        x_m, y_m = territory.plane.to_plane_m(lat_deg, lon_deg)
        if math.isfinite(x_m) and math.isfinite(y_m):
            of_areas = np.array(list(areas.values()), dtype=object)
            found[list(areas)] = _from_borders_m(shapely.Point(x_m, y_m), of_areas)
    return found


def _from_borders_m(point: shapely.Point, areas: npt.NDArray[np.object_]) -> Floats:
    """An area is no metre away from what it holds; only of such areas the border by itself must be asked."""
    away_m: Floats = shapely.distance(areas, point)
    holding = np.flatnonzero(away_m == 0.0)
    away_m[holding] = -shapely.distance(shapely.boundary(areas[holding]), point)
    return away_m


def widened(box: Box, by_m: float) -> Box:
    """The box with at least so many metres added on every side.

    >>> wide = widened(Box(52.0, 5.0, 52.0, 5.0), 1000.0)
    >>> round(wide.lat_max_deg, 3), round(wide.lon_max_deg, 3)
    (52.009, 5.015)
    """
    furthest_deg = min(max(abs(box.lat_min_deg), abs(box.lat_max_deg)) + by_m / 110_000.0, 89.9)
    lat_m, _ = degree_lengths_m(0.0)
    _, lon_m = degree_lengths_m(furthest_deg)
    lat_by_deg, lon_by_deg = (by_m + _SLACK_M) / lat_m, (by_m + _SLACK_M) / lon_m
    return Box(
        box.lat_min_deg - lat_by_deg,
        box.lon_min_deg - lon_by_deg,
        box.lat_max_deg + lat_by_deg,
        box.lon_max_deg + lon_by_deg,
    )


def box_around_circle(lat_deg: float, lon_deg: float, radius_m: float) -> Box:
    """The box around a circle given in degrees and metres.

    >>> box_around_circle(52.0, 5.0, 1000.0).holds(52.0089, 5.0)
    True
    """
    return widened(Box(lat_deg, lon_deg, lat_deg, lon_deg), radius_m * 1.001)


def _box_around(area: Area, territory: Territory) -> Box:
    """The box of the rectangle around it, widened by as much as a side can bulge: straight in the plane is curved in
    degrees. Four corners, for to bring all vertices back to degrees costs as much as to read them.
    """
    x_min, y_min, x_max, y_max = area.bounds
    corners = np.array([(x_min, y_min), (x_min, y_max), (x_max, y_min), (x_max, y_max)])
    positions_deg = territory.plane.all_to_degrees(corners)
    (lat_min, lon_min), (lat_max, lon_max) = positions_deg.min(axis=0).tolist(), positions_deg.max(axis=0).tolist()
    longest_m = max(x_max - x_min, y_max - y_min)
    bulge_m = longest_m * longest_m / (4.0 * EARTH_RADIUS_M)
    return widened(Box(lat_min, lon_min, lat_max, lon_max), bulge_m)
