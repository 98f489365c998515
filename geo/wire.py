"""The wire format of shapes: the one place that knows the longitude comes first."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from geo.drawing import Limits, Position, area_of, corridor_of, require_area, territory_of
from geo.errors import GeometryError
from geo.projection import Floats, Territory
from geo.shapes import Area, AreaShape, CircleShape, Shape

CRS_CODES = ("CRS84", "EPSG:28992")

# The bounds of RD in metres; an x never lies among the values of a y.
_RD_X_M, _RD_Y_M = (7_000.0, 300_000.0), (289_000.0, 629_000.0)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads positions delivered in one CRS and keeps them as (latitude, longitude) in degrees."""

    crs: str

    def position(self, value: object, path: str) -> Position:
        if not isinstance(value, Sequence) or isinstance(value, str) or len(value) < 2:
            raise GeometryError("position_unreadable", "a position is a list of two numbers", path)
        first, second = (number(part, f"{path}/{place}") for place, part in enumerate(value[:2]))
        self._require_in_bounds(first, second, path)
        if self.crs == "CRS84":
            return (second, first)
        lat_deg, lon_deg = Territory.EUROPEAN.plane.to_degrees(first, second)
        return (lat_deg, lon_deg)

    def _require_in_bounds(self, first: float, second: float, path: str) -> None:
        """Say of numbers that cannot be of this CRS what they look like instead."""
        as_rd = _within(first, _RD_X_M) and _within(second, _RD_Y_M)
        if self.crs == "CRS84":
            if as_rd:
                raise GeometryError("looks_like_rd", "these are metres, and the CRS says degrees", path)
            return
        if as_rd:
            return
        if abs(first) <= 180.0 and abs(second) <= 180.0:
            raise GeometryError("looks_like_degrees", "these are degrees, and the CRS says metres", path)
        if _within(second, _RD_X_M) and _within(first, _RD_Y_M):
            raise GeometryError("axes_swapped", "the x comes first, then the y", path)
        raise GeometryError("outside_rd", "an x is 7,000 to 300,000 and a y 289,000 to 629,000 metres", path)

    def line(self, value: object, path: str) -> Floats:
        """The positions of a line as rows of (latitude, longitude)."""
        positions = self._positions(value, path)
        if len(positions) < 2:
            raise GeometryError("line_too_short", "a line has at least two positions", path)
        return positions

    def _positions(self, value: object, path: str) -> Floats:
        positions = self._all_at_once(value)
        if positions is None:
            positions = np.array([self.position(item, at) for item, at in items(value, path)], dtype=np.float64)
        return positions

    def ring(self, value: object, path: str) -> Floats:
        """The positions of a ring as rows of (latitude, longitude)."""
        positions = self._positions(value, path)
        if len(positions) < 4:
            raise GeometryError("ring_too_short", "a ring has at least four positions", path)
        if (positions[0] != positions[-1]).any():
            raise GeometryError("ring_not_closed", "the last position of a ring is its first", path)
        return positions

    def _all_at_once(self, value: object) -> Floats | None:
        """A ring of plain numbers, read at once; None when each position must be looked at to say what is wrong."""
        if type(value) is not list or not value:
            return None
        try:
            read = np.array(value)
        except (ValueError, OverflowError):
            return None
        if read.ndim != 2 or read.shape[1] < 2 or read.dtype.kind not in "fi":
            return None
        first, second = read[:, 0].astype(np.float64), read[:, 1].astype(np.float64)
        if any((part == one).any() for part in (first, second) for one in (0.0, 1.0)):
            return None  # may have been a boolean; nowhere served is there such a place
        as_rd = _all_within(first, _RD_X_M) and _all_within(second, _RD_Y_M)
        if self.crs == "CRS84":
            bounded = _all_within(first, (-180.0, 180.0)) and _all_within(second, (-180.0, 180.0))
            return np.column_stack((second, first)) if bounded else None
        return Territory.EUROPEAN.plane.all_to_degrees(np.column_stack((first, second))) if as_rd else None

    def polygon(self, value: object, path: str) -> list[Floats]:
        rings = [self.ring(item, at) for item, at in items(value, path)]
        if not rings:
            raise GeometryError("empty", "a polygon has an outer ring", path)
        return rings


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _all_within(values: Floats, bounds: tuple[float, float]) -> bool:
    return bool(values.min() >= bounds[0] and values.max() <= bounds[1])


def shape_from_geojson(
    document: object, crs: str = "CRS84", buffer_m: float = 0.0, limits: Limits | None = None
) -> Shape:
    """Read a Polygon, a MultiPolygon, a line or a Circle (`{"type": "Circle", "center": [...], "radiusM": 250}`).

    `crs` is CRS84 (longitude, latitude) or EPSG:28992 (x, y); `buffer_m` widens the shape, and makes a corridor of a
    LineString or MultiLineString. Raises GeometryError with a code, a message without coordinates, and the place of the
    first fault.

    >>> shape = shape_from_geojson({"type": "Circle", "center": [5.12, 52.09], "radiusM": 250}, buffer_m=50)
    >>> shape.covers(52.0925, 5.12), str(shape.edge_is)
    (True, 'rd')
    """
    limits = limits or Limits()
    if not isinstance(document, Mapping):
        raise GeometryError("not_an_object", "a shape is an object")
    if crs not in CRS_CODES:
        raise GeometryError("crs_unknown", f"the CRS is one of {', '.join(CRS_CODES)}", "/crs")
    if not 0.0 <= number(buffer_m, "/bufferM") <= limits.buffer_m:
        raise GeometryError("buffer_out_of_range", f"a buffer is 0 to {limits.buffer_m:.0f} metres", "/bufferM")
    kind = document.get("type")
    if kind == "Circle":
        return _circle(document, _Reader(crs), buffer_m, limits)
    draw = _DRAWN.get(kind) if isinstance(kind, str) else None
    if draw is None:
        raise GeometryError("type_unknown", f"the type is Circle, {', '.join(_DRAWN)}", "/type")
    told = document.get("coordinates")
    several = isinstance(kind, str) and kind.startswith("Multi")
    parts = {path: item for item, path in items(told, "/coordinates")} if several else {"/coordinates": told}
    return draw(parts, _Reader(crs), buffer_m, limits)


def shape_to_geojson(shape: Shape) -> dict[str, object]:
    """The shape as judged, buffer included, in CRS84 (longitude, latitude; 7 decimals), to draw it on a map.

    >>> shape_to_geojson(CircleShape(Territory.BONAIRE, 12.15, -68.27, 250.0))
    {'type': 'Circle', 'center': [-68.27, 12.15], 'radiusM': 250.0}
    """
    if isinstance(shape, CircleShape):
        return {"type": "Circle", "center": [shape.lon_deg, shape.lat_deg], "radiusM": shape.radius_m}
    if not isinstance(shape, AreaShape):
        raise TypeError("only areas and circles can be written")
    parts = [
        [_ring_to_wire(ring, shape.territory) for ring in (part.exterior, *part.interiors)]
        for part in _parts_of(shape.area)
    ]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def number(value: object, path: str) -> float:
    """A finite number, or GeometryError; a boolean or a text is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise GeometryError("not_a_number", "expected a number", path)
    try:
        read = float(value)
    except OverflowError:
        read = math.inf
    if not math.isfinite(read):
        raise GeometryError("not_finite", "expected a finite number", path)
    return read


def items(value: object, path: str) -> list[tuple[object, str]]:
    """The items of a list, each with its place, or GeometryError."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise GeometryError("not_a_list", "expected a list", path)
    return [(item, f"{path}/{place}") for place, item in enumerate(value)]


def _circle(document: Mapping[str, object], reader: _Reader, buffer_m: float, limits: Limits) -> CircleShape:
    if document.get("center") is None:
        raise GeometryError("center_missing", "a circle needs the coordinate of its centre", "/center")
    lat_deg, lon_deg = reader.position(document["center"], "/center")
    radius_m = number(document.get("radiusM"), "/radiusM")
    if radius_m <= 0.0:
        raise GeometryError("radius_not_positive", "a radius is more than 0 metres", "/radiusM")
    wide_m = radius_m + buffer_m
    require_area(math.pi * wide_m * wide_m, limits, "/radiusM")
    return CircleShape(territory_of((lat_deg, lon_deg), "/center"), lat_deg, lon_deg, wide_m)


def _area(parts: Mapping[str, object], reader: _Reader, buffer_m: float, limits: Limits) -> AreaShape:
    _require_few(sum(_positions_in(part) for part in parts.values()), limits)
    read = {path: reader.polygon(part, path) for path, part in parts.items()}
    if not read:
        raise GeometryError("empty", "a multipolygon has at least one polygon", "/coordinates")
    return AreaShape(*area_of(read, buffer_m, limits))


def _corridor(parts: Mapping[str, object], reader: _Reader, width_m: float, limits: Limits) -> AreaShape:
    if width_m <= 0.0:
        raise GeometryError("width_missing", "a line needs the metres on each side that belong to it", "/bufferM")
    _require_few(_positions_in(list(parts.values())), limits)
    read = {path: [reader.line(part, path)] for path, part in parts.items()}
    if not read:
        raise GeometryError("empty", "a set of lines has at least one line", "/coordinates")
    return AreaShape(*corridor_of(read, width_m, limits))


def _require_few(positions: int, limits: Limits) -> None:
    if positions > limits.vertices:
        raise GeometryError("too_many_vertices", f"a shape has at most {limits.vertices} vertices", "/coordinates")


_DRAWN = {"Polygon": _area, "MultiPolygon": _area, "LineString": _corridor, "MultiLineString": _corridor}


def _positions_in(part: object) -> int:
    """The number of positions, counted before any is read."""
    rings = part if isinstance(part, Sequence) else ()
    return sum(len(ring) for ring in rings if isinstance(ring, Sequence))


def _parts_of(area: Area) -> list[Polygon]:
    return list(area.geoms) if isinstance(area, MultiPolygon) else [area]


def _ring_to_wire(ring: shapely.LinearRing, territory: Territory) -> list[list[float]]:
    positions_deg = territory.plane.all_to_degrees(shapely.get_coordinates(ring))
    return [[lon_deg, lat_deg] for lat_deg, lon_deg in positions_deg.round(7).tolist()]
