"""Named sample shapes and zones, and the strategies drawn from them."""

import math

from hypothesis import strategies as st

from geo.schedule import Schedule, Window
from geo.shapes import Shape
from geo.track import Fix
from geo.wire import shape_from_geojson
from geo.zones import Span, Zone, ZoneKind

PLACES = {
    "Utrecht": (52.0907, 5.1214),
    "Den Helder": (52.9563, 4.7608),
    "Vaals": (50.7700, 6.0000),
    "Kralendijk": (12.1500, -68.2700),
    "The Bottom": (17.6260, -63.2490),
    "Oranjestad": (17.4810, -62.9830),
}
HOUR_MS = 3_600_000


def ring(lat_deg: float, lon_deg: float, radius_m: float, vertices: int = 24) -> list[list[float]]:
    lat_m, lon_m = 111_200.0, 111_300.0 * math.cos(math.radians(lat_deg))
    turns = [2 * math.pi * number / vertices for number in range(vertices)]
    points = [
        [lon_deg + radius_m * math.cos(turn) / lon_m, lat_deg + radius_m * math.sin(turn) / lat_m] for turn in turns
    ]
    return [*points, points[0]]


def circle(lat_deg: float, lon_deg: float, radius_m: float, buffer_m: float = 0.0) -> Shape:
    return shape_from_geojson({"type": "Circle", "center": [lon_deg, lat_deg], "radiusM": radius_m}, buffer_m=buffer_m)


def polygon(lat_deg: float, lon_deg: float, radius_m: float, buffer_m: float = 0.0) -> Shape:
    document = {"type": "Polygon", "coordinates": [ring(lat_deg, lon_deg, radius_m)]}
    return shape_from_geojson(document, buffer_m=buffer_m)


def ring_with_hole(lat_deg: float, lon_deg: float, radius_m: float) -> Shape:
    rings = [ring(lat_deg, lon_deg, radius_m), ring(lat_deg, lon_deg, radius_m / 2)]
    return shape_from_geojson({"type": "Polygon", "coordinates": rings})


def zone(
    shape: Shape, *spans: Span, name: str = "Z", kind: ZoneKind = "exclusion", schedule: Schedule | None = None
) -> Zone:
    return Zone(name, 1, kind, shape, spans or (Span(0),), schedule)


SCHEDULES = (
    None,
    Schedule((Window((0, 1, 2, 3, 4, 5, 6), 60, 180),), (Span(26 * HOUR_MS, 27 * HOUR_MS),), "UTC"),
    Schedule((), (Span(2 * HOUR_MS, 4 * HOUR_MS), Span(9 * HOUR_MS, 10 * HOUR_MS)), "Europe/Amsterdam"),
)
SHAPES = tuple(make(52.09, 5.12 + step, 300.0) for step in (0.0, 0.006) for make in (circle, polygon, ring_with_hole))


@st.composite
def zones(draw: st.DrawFn, most: int = 3) -> list[Zone]:
    made = []
    for number in range(draw(st.integers(0, most))):
        begins = draw(st.lists(st.integers(0, 40), min_size=1, max_size=4, unique=True).map(sorted))
        spans = [Span(begin * HOUR_MS, end * HOUR_MS) for begin, end in zip(begins[::2], begins[1::2], strict=False)]
        made.append(
            Zone(
                f"Z{number}",
                draw(st.integers(1, 3)),
                draw(st.sampled_from(["exclusion", "inclusion"])),
                draw(st.sampled_from(SHAPES)),
                tuple(spans) or (Span(begins[0] * HOUR_MS),),
                draw(st.sampled_from(SCHEDULES)),
            )
        )
    return made


@st.composite
def tracks(draw: st.DrawFn, most: int = 40) -> list[Fix]:
    """Walks, rides and leaps on one parallel, in and out of the sample shapes, by receivers of every quality."""
    at_ms, east_deg, track = 0, 0.0, []
    for _ in range(draw(st.integers(0, most))):
        at_ms += (
            draw(st.one_of(st.integers(1, 20), st.integers(15, 90), st.integers(1, 90).map(lambda m: m * 60))) * 1000
        )
        step_deg = draw(st.one_of(st.floats(-0.0005, 0.0005), st.floats(-0.004, 0.006), st.floats(-0.01, 0.02)))
        east_deg = min(max(east_deg + step_deg, -0.015), 0.02)
        accuracy_m = draw(st.sampled_from([None, 5.0, 30.0, 800.0]))
        hdop = draw(st.sampled_from([None, 1.0, 4.0]))
        track.append(Fix(at_ms, 52.09, 5.12 + east_deg, accuracy_m, draw(st.integers(0, 2)), hdop))
    return track
