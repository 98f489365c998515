"""Shapes drawn in the metric plane of their territory, from positions in degrees.

Straight edges: in the European part an edge is straight in RD, so vertices delivered in degrees are put in the RD plane
and joined there; elsewhere an edge is a geodesic, cut into short pieces before it is put in the plane of the island. A
width in metres is brought to the scale of the plane where the shape lies.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon

from geo.errors import GeometryError
from geo.projection import EdgeIs, Floats, Territory, territory_at
from geo.shapes import Area

_LONGEST_GEODESIC_PIECE_M = 10_000.0
_ARC_PIECES_A_QUARTER = 32
_ELLIPSOID = Geod(ellps="WGS84")
# What a drawing depends on beside the plane: raise the number when anything here draws another shape than it did.
RULES = (1, _LONGEST_GEODESIC_PIECE_M, _ARC_PIECES_A_QUARTER)

Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a shape may be at most, its buffer included; metres and square metres."""

    vertices: int = 20_000
    area_m2: float = 1e10
    buffer_m: float = 10_000.0


def area_of(parts: Mapping[str, list[Floats]], buffer_m: float, limits: Limits) -> tuple[Territory, Area]:
    """An area of polygons, each a list of rings of (latitude, longitude) by its place in the input, and widened."""
    territory = _territory(parts)
    polygons = [_polygon(rings, territory, path) for path, rings in parts.items()]
    area: Area = polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)
    if len(polygons) > 1:
        _require_valid(area, "/coordinates")
    require_area(area.area, limits, "/coordinates")
    if buffer_m > 0.0:
        area = _widened(area, buffer_m, territory)
        require_area(area.area, limits, "/bufferM")
    return territory, area


def corridor_of(parts: Mapping[str, list[Floats]], width_m: float, limits: Limits) -> tuple[Territory, Area]:
    """An area so many metres wide on each side of lines, each a list of one line by its place in the input."""
    territory = _territory(parts)
    lines = [LineString(_in_plane(line, territory)) for each in parts.values() for line in each]
    for line, path in zip(lines, parts, strict=True):
        if not line.length > 0.0:
            raise GeometryError("not_valid", "the line has no length", path)
    area = _widened(lines[0] if len(lines) == 1 else MultiLineString(lines), width_m, territory)
    require_area(area.area, limits, "/bufferM")
    return territory, area


def _territory(read: Mapping[str, list[Floats]]) -> Territory:
    """The one territory in which every position lies."""
    first_path, rings = next(iter(read.items()))
    lat_deg, lon_deg = rings[0][0].tolist()
    territory = territory_of((lat_deg, lon_deg), f"{first_path}/0/0")
    box = territory.box
    low, high = (box.lat_min_deg, box.lon_min_deg), (box.lat_max_deg, box.lon_max_deg)
    for path, rings in read.items():
        for ring_number, ring in enumerate(rings):
            outside = ~((ring >= low) & (ring <= high)).all(axis=1)
            if outside.any():
                at = f"{path}/{ring_number}/{int(outside.argmax())}"
                raise GeometryError("outside_territory", "the shape does not lie in one territory", at)
    return territory


def territory_of(position: Position, path: str) -> Territory:
    territory = territory_at(*position)
    if territory is None:
        if territory_at(position[1], position[0]) is not None:
            raise GeometryError("axes_swapped", "the longitude comes first, then the latitude", path)
        raise GeometryError("outside_territory", "the shape lies outside the territories served", path)
    return territory


def _polygon(rings: list[Floats], territory: Territory, path: str) -> Polygon:
    outer, *holes = [_in_plane(ring, territory) for ring in rings]
    polygon = Polygon(outer, holes)
    _require_valid(polygon, path)
    return polygon


def _in_plane(ring: Floats, territory: Territory) -> Floats:
    if territory.edge_is is EdgeIs.RD:
        return territory.plane.all_to_plane_m(ring)
    along = list(_along_geodesics([(lat_deg, lon_deg) for lat_deg, lon_deg in ring.tolist()]))
    return territory.plane.all_to_plane_m(np.array(along, dtype=np.float64))


def _along_geodesics(ring: list[Position]) -> Iterator[Position]:
    for (lat_a, lon_a), (lat_b, lon_b) in zip(ring, ring[1:], strict=False):
        yield (lat_a, lon_a)
        length_m = _ELLIPSOID.line_length([lon_a, lon_b], [lat_a, lat_b])
        pieces = math.ceil(length_m / _LONGEST_GEODESIC_PIECE_M)
        if pieces > 1:
            yield from ((lat, lon) for lon, lat in _ELLIPSOID.npts(lon_a, lat_a, lon_b, lat_b, pieces - 1))
    yield ring[-1]


def _widened(area: shapely.geometry.base.BaseGeometry, by_m: float, territory: Territory) -> Area:
    middle = area.centroid
    scale = territory.plane.scale_at(*territory.plane.to_degrees(middle.x, middle.y))
    wide = area.buffer(by_m * scale, quad_segs=_ARC_PIECES_A_QUARTER)
    if not isinstance(wide, Polygon | MultiPolygon):
        raise GeometryError("buffer_failed", "the shape cannot be widened", "/bufferM")
    return wide


def _require_valid(area: Area, path: str) -> None:
    if area.is_empty or not shapely.is_valid(area):
        reason = str(shapely.is_valid_reason(area)).partition("[")[0].strip()
        raise GeometryError("not_valid", f"the shape is not valid: {reason}", path)
    if not area.area > 0.0:
        raise GeometryError("empty", "the shape has no area", path)


def require_area(area_m2: float, limits: Limits, path: str) -> None:
    if not area_m2 <= limits.area_m2:
        raise GeometryError("too_large", f"a shape is at most {limits.area_m2 / 1e6:.0f} square kilometres", path)
