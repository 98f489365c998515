"""The six fictional wearers: which device and order, where they may not be, and how they walk."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.demo import examples
from registry.demo.places import M_PER_DEG, ROTTERDAM, UTRECHT, City, Point

NOISE_M = 2.5


@dataclass(frozen=True, slots=True)
class Wearer:
    """Somebody who does not exist, with an ankle monitor (enkelband) that the simulator moves."""

    id: str
    device: str
    order: str
    name: str
    called_nl: str
    city: City
    shape: Mapping[str, Any]
    route: Sequence[Point]
    speed_mps: float

    def place_at(self, elapsed_s: float) -> Point:
        """Return where the wearer is so long after setting out: along the route and back, with the noise of a receiver.

        >>> BY_ID["A"].place_at(0.0) == BY_ID["A"].place_at(0.0)
        True
        """
        lengths = [_distance_m(*leg) for leg in zip(self.route, self.route[1:], strict=False)]
        total_m = sum(lengths)
        along_m = elapsed_s * self.speed_mps % (2 * total_m)
        along_m = min(along_m, 2 * total_m - along_m)
        noise = random.Random(f"{self.id}{elapsed_s:.1f}")
        for leg, length_m in zip(zip(self.route, self.route[1:], strict=False), lengths, strict=True):
            if along_m <= length_m:
                return _shifted(_between(*leg, along_m / length_m), noise)
            along_m -= length_m
        return _shifted(self.route[-1], noise)


def _distance_m(one: Point, other: Point) -> float:
    east_m = (other[1] - one[1]) * M_PER_DEG * math.cos(math.radians(one[0]))
    return math.hypot(east_m, (other[0] - one[0]) * M_PER_DEG)


def _between(one: Point, other: Point, part: float) -> Point:
    return one[0] + (other[0] - one[0]) * part, one[1] + (other[1] - one[1]) * part


def _shifted(point: Point, noise: random.Random) -> Point:
    north_m, east_m = noise.gauss(0, NOISE_M), noise.gauss(0, NOISE_M)
    lon_deg = point[1] + east_m / (M_PER_DEG * math.cos(math.radians(point[0])))
    return round(point[0] + north_m / M_PER_DEG, 6), round(lon_deg, 6)


def _ring(*points: Point) -> list[list[float]]:
    return [[lon_deg, lat_deg] for lat_deg, lon_deg in (*points, points[0])]


def _circle(middle: Point, radius_m: float) -> dict[str, Any]:
    return {"type": "Circle", "center": [middle[1], middle[0]], "radiusM": radius_m}


_AREA_BAN = examples.request("deliveriesCreateDelivery")["order"]["conditions"][1]
_GRIFT = _ring((52.0985, 5.1245), (52.1008, 5.1250), (52.1008, 5.1310), (52.0985, 5.1305))
_OLD_HARBOUR = _ring((51.9168, 4.4878), (51.9212, 4.4890), (51.9222, 4.4985), (51.9175, 4.4975))
_INNER_COURT = _ring((51.9196, 4.4912), (51.9207, 4.4915), (51.9206, 4.4935), (51.9196, 4.4932))
_MUSEUM = _ring((51.9125, 4.4650), (51.9158, 4.4650), (51.9158, 4.4725), (51.9125, 4.4725))
_STATION = _ring((51.9232, 4.4660), (51.9262, 4.4660), (51.9262, 4.4735), (51.9232, 4.4735))

WEARERS: tuple[Wearer, ...] = (
    Wearer(
        "A", "DEMO-0001", "CJIB-2026-900101", "Jan van den Bergh", "veroordeelde", UTRECHT,
        _AREA_BAN["zone"]["shape"],
        ((52.0908, 5.1334), (52.0895, 5.1312), (52.0882, 5.1290), (52.0848, 5.1282), (52.0822, 5.1224),
         (52.0880, 5.1208), (52.0928, 5.1187)), 5.0,
    ),
    Wearer(
        "B", "DEMO-0002", "CJIB-2026-900102", "Mehmet Yıldız", "verdachte", UTRECHT,
        {"type": "Polygon", "coordinates": [_GRIFT]},
        ((52.0932, 5.1118), (52.0928, 5.1187), (52.0945, 5.1268), (52.0958, 5.1320), (52.0972, 5.1390)), 2.0,
    ),
    Wearer(
        "C", "DEMO-0003", "CJIB-2026-900103", "Pieter Jansen", "veroordeelde, v.i.", UTRECHT,
        _circle((52.0894, 5.1095), 260.0),
        ((52.0822, 5.1224), (52.0846, 5.1165), (52.0878, 5.1136), (52.0892, 5.1102)), 3.0,
    ),
    Wearer(
        "D", "DEMO-0004", "CJIB-2026-900104", "Ricardo Martina", "veroordeelde", ROTTERDAM,
        {"type": "Polygon", "coordinates": [_OLD_HARBOUR, _INNER_COURT]},
        ((51.9205, 4.4802), (51.9190, 4.4812), (51.9194, 4.4850), (51.9202, 4.4925), (51.9218, 4.4960)), 4.5,
    ),
    Wearer(
        "E", "DEMO-0005", "CJIB-2026-900105", "Karel de Groot", "verdachte", ROTTERDAM,
        {"type": "MultiPolygon", "coordinates": [[_MUSEUM], [_STATION]]},
        ((51.9186, 4.4810), (51.9165, 4.4815), (51.9120, 4.4822), (51.9068, 4.4895)), 2.0,
    ),
    Wearer(
        "F", "DEMO-0006", "CJIB-2026-900106", "Youssef El Amrani", "veroordeelde, art. 38z Sr", ROTTERDAM,
        _circle((51.9072, 4.4900), 240.0),
        ((51.9200, 4.4804), (51.9186, 4.4808), (51.9120, 4.4822), (51.9075, 4.4886)), 5.0,
    ),
)  # fmt: skip
BY_ID: Mapping[str, Wearer] = {wearer.id: wearer for wearer in WEARERS}
