"""The territories of the Kingdom that are served, and the metric plane in which each is judged.

European part: the RD plane (EPSG:28992). WGS84 is taken as ETRS89, and the transformation is pinned without the
RDNAPTRANS correction grid, so that every machine judges alike: at most 0.25 m from true RD, and RD itself is at most
0.03 % from true length. Caribbean part: a transverse Mercator plane of its own for each island.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
from pyproj import Transformer

Floats = npt.NDArray[np.float64]

_DEGREES_IN = "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
_ETRS89_TO_RD = (
    f"{_DEGREES_IN} +step +proj=push +v_3 +step +proj=cart +ellps=GRS80 +step +inv +proj=helmert"
    " +x=565.7381 +y=50.4018 +z=465.2904 +rx=0.395025981036064 +ry=-0.330772431242031 +rz=1.87607329462821 +s=4.07244"
    " +convention=coordinate_frame +step +inv +proj=cart +ellps=bessel +step +proj=pop +v_3 +step +proj=sterea"
    " +lat_0=52.1561605555556 +lon_0=5.38763888888889 +k=0.9999079 +x_0=155000 +y_0=463000 +ellps=bessel"
)
_SEMI_MAJOR_M = 6_378_137.0
_ECCENTRICITY_SQUARED = 0.006_694_379_990_141_3
EARTH_RADIUS_M = 6_371_008.8


class EdgeIs(StrEnum):
    """What a straight edge of a zone is."""

    RD = "rd"
    GEODESIC = "geodesic"


@dataclass(frozen=True, slots=True)
class Box:
    """A box in degrees, its borders included.

    >>> Box(50.0, 3.0, 54.0, 8.0).holds(52.1, 5.1)
    True
    >>> Box(50.0, 3.0, 54.0, 8.0).holds(5.1, 52.1)
    False
    """

    lat_min_deg: float
    lon_min_deg: float
    lat_max_deg: float
    lon_max_deg: float

    def holds(self, lat_deg: float, lon_deg: float) -> bool:
        """Whether the position (degrees) lies in the box; never so for NaN."""
        return self.lat_min_deg <= lat_deg <= self.lat_max_deg and self.lon_min_deg <= lon_deg <= self.lon_max_deg


class Territory(StrEnum):
    """A part of the Netherlands with its own plane and bounds (territorial sea included)."""

    EUROPEAN = "european"
    BONAIRE = "bonaire"
    SABA = "saba"
    SINT_EUSTATIUS = "sint_eustatius"

    @property
    def box(self) -> Box:
        """The bounds in degrees; a zone lies wholly inside those of one territory."""
        return _BOXES[self]

    @property
    def edge_is(self) -> EdgeIs:
        """Straight in RD in the European part, geodesic elsewhere."""
        return EdgeIs.RD if self is Territory.EUROPEAN else EdgeIs.GEODESIC

    @property
    def plane(self) -> "Plane":
        """The metric plane of the territory.

        >>> x_m, y_m = Territory.EUROPEAN.plane.to_plane_m(52.155172, 5.387204)
        >>> round(x_m), round(y_m)
        (155000, 463000)
        """
        return _PLANES[self]


@dataclass(frozen=True)
class Plane:
    """A conformal plane in metres; pyproj keeps one transformer per thread, so a plane may be shared."""

    pipeline: str

    @cached_property
    def _transformer(self) -> Transformer:
        return Transformer.from_pipeline(self.pipeline)

    def to_plane_m(self, lat_deg: float, lon_deg: float) -> tuple[float, float]:
        """Position in degrees to (x, y) in metres; infinite where the plane has no such point."""
        x_m, y_m = self._transformer.transform(lon_deg, lat_deg)
        return x_m, y_m

    def to_degrees(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Position (x, y) in metres to (latitude, longitude) in degrees.

        >>> lat_deg, lon_deg = Territory.EUROPEAN.plane.to_degrees(155_000.0, 463_000.0)
        >>> round(lat_deg, 6), round(lon_deg, 6)
        (52.155172, 5.387204)
        """
        lon_deg, lat_deg = self._transformer.transform(x_m, y_m, direction="INVERSE")
        return lat_deg, lon_deg

    def scale_at(self, lat_deg: float, lon_deg: float) -> float:
        """Metres in the plane for one metre on the ellipsoid, at a position in degrees; alike in all directions.

        >>> round(Territory.EUROPEAN.plane.scale_at(52.155172, 5.387204), 5)
        0.99991
        """
        step_deg = 0.001
        west, east = (self.to_plane_m(lat_deg, lon_deg + step) for step in (-step_deg, step_deg))
        return math.dist(west, east) / distance_m(lat_deg, lon_deg - step_deg, lat_deg, lon_deg + step_deg)

    def all_to_plane_m(self, positions_deg: Floats) -> Floats:
        """Rows of (latitude, longitude) in degrees to rows of (x, y) in metres.

        >>> Territory.EUROPEAN.plane.all_to_plane_m(np.array([[52.155172, 5.387204]])).round()
        array([[155000., 463000.]])
        """
        return np.column_stack(self._transformer.transform(positions_deg[:, 1], positions_deg[:, 0]))

    def all_to_degrees(self, positions_m: Floats) -> Floats:
        """Rows of (x, y) in metres to rows of (latitude, longitude) in degrees."""
        lons_deg, lats_deg = self._transformer.transform(positions_m[:, 0], positions_m[:, 1], direction="INVERSE")
        return np.column_stack((lats_deg, lons_deg))


def _island(lat_deg: float, lon_deg: float) -> Plane:
    return Plane(f"{_DEGREES_IN} +step +proj=tmerc +lat_0={lat_deg} +lon_0={lon_deg} +k=1 +ellps=WGS84")


_BOXES = {
    Territory.EUROPEAN: Box(50.70, 3.10, 53.80, 7.30),
    Territory.BONAIRE: Box(11.90, -68.60, 12.45, -68.05),
    Territory.SABA: Box(17.50, -63.45, 17.80, -63.10),
    Territory.SINT_EUSTATIUS: Box(17.35, -63.09, 17.65, -62.85),
}
_PLANES = {
    Territory.EUROPEAN: Plane(_ETRS89_TO_RD),
    Territory.BONAIRE: _island(12.18, -68.29),
    Territory.SABA: _island(17.63, -63.24),
    Territory.SINT_EUSTATIUS: _island(17.49, -62.98),
}


def territory_at(lat_deg: float, lon_deg: float) -> Territory | None:
    """The territory whose bounds hold the position (degrees), if any.

    >>> territory_at(12.15, -68.27)
    <Territory.BONAIRE: 'bonaire'>
    >>> territory_at(48.85, 2.35) is None
    True
    """
    return next((territory for territory in Territory if territory.box.holds(lat_deg, lon_deg)), None)


def degree_lengths_m(lat_deg: float) -> tuple[float, float]:
    """Metres in one degree of latitude and in one of longitude, at a latitude in degrees (WGS84).

    >>> [round(length_m) for length_m in degree_lengths_m(0.0)]
    [110574, 111319]
    """
    sine = math.sin(math.radians(lat_deg))
    flat = 1.0 - _ECCENTRICITY_SQUARED * sine * sine
    across_m = _SEMI_MAJOR_M / math.sqrt(flat)
    along_m = across_m * (1.0 - _ECCENTRICITY_SQUARED) / flat
    return math.radians(along_m), math.radians(across_m * math.cos(math.radians(lat_deg)))


def distance_m(lat_a_deg: float, lon_a_deg: float, lat_b_deg: float, lon_b_deg: float) -> float:
    """Distance in metres between two positions in degrees, on the ellipsoid at their middle latitude.

    Within 0.001 % of the geodesic up to 30 km; it grows rougher beyond some hundreds of kilometres.

    >>> round(distance_m(52.0, 5.0, 52.0, 5.01), 1)
    686.8
    """
    lat_m, lon_m = degree_lengths_m((lat_a_deg + lat_b_deg) / 2)
    turn_deg = abs(lon_b_deg - lon_a_deg)
    return math.hypot((lat_b_deg - lat_a_deg) * lat_m, min(turn_deg, 360.0 - turn_deg) * lon_m)
