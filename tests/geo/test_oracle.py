"""Distances of every kind of zone in the whole Kingdom, against the geodesic of geopy to the nearest point of it."""

import numpy as np
import pytest
from geopy.distance import geodesic
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.projection import EdgeIs, territory_at
from geo.shapes import signed_distances_m
from geo.wire import shape_from_geojson
from tests.geo.samples import PLACES

ELLIPSOID = Geod(ellps="WGS84")
PIECES = 16


def moved(place, bearing_deg, length_m):
    lon_deg, lat_deg, _ = ELLIPSOID.fwd(place[1], place[0], bearing_deg, length_m)
    return lat_deg, lon_deg


def star(place, radius_m, turn_deg=0.0):
    """A ring of long and short edges around a place, as (latitude, longitude)."""
    ways = (0, 50, 95, 130, 200, 260, 310)
    points = [moved(place, way + turn_deg, radius_m * (1 + way % 3 / 2)) for way in ways]
    return [*points, points[0]]


def along(edge, share):
    """A position on a straight edge: straight in RD in the European part, on the geodesic elsewhere."""
    (lat_a, lon_a), (lat_b, lon_b) = edge
    territory = territory_at(lat_a, lon_a)
    if territory.edge_is is EdgeIs.RD:
        begin, end = (np.array(territory.plane.to_plane_m(*one)) for one in edge)
        return territory.plane.to_degrees(*(begin + share * (end - begin)))
    way, _, length_m = ELLIPSOID.inv(lon_a, lat_a, lon_b, lat_b)
    return moved(edge[0], way, share * length_m)


def nearest_m(position, lines):
    """Metres to the nearest point of some lines: the nearest of many points first, and then closer and closer."""
    edges = [edge for line in lines for edge in zip(line, line[1:], strict=False)]
    coarse = [
        (ELLIPSOID.inv(position[1], position[0], *along(edge, piece / PIECES)[::-1])[2], number, piece / PIECES)
        for number, edge in enumerate(edges)
        for piece in range(PIECES + 1)
    ]
    found = []
    for _, number, share in sorted(coarse)[:3]:
        low, high = max(share - 1 / PIECES, 0.0), min(share + 1 / PIECES, 1.0)
        for _ in range(30):
            third = (high - low) / 3
            left, right = (geodesic(position, along(edges[number], one)).m for one in (low + third, high - third))
            low, high = (low, high - third) if left < right else (low + third, high)
        found.append(geodesic(position, along(edges[number], (low + high) / 2)).m)
    return min(found)


def wire(line):
    return [[lon_deg, lat_deg] for lat_deg, lon_deg in line]


def circle(place, size_m, buffer_m):
    document = {"type": "Circle", "center": [place[1], place[0]], "radiusM": size_m}
    return document, lambda position: geodesic(place, position).m - size_m - buffer_m


def polygon(place, size_m, buffer_m):
    outer = star(place, size_m)
    return {"type": "Polygon", "coordinates": [wire(outer)]}, lambda one: nearest_m(one, [outer]) - buffer_m


def multipolygon(place, size_m, buffer_m):
    outer, hole = star(place, size_m), star(place, size_m / 3)
    other = star(moved(place, 70, 3 * size_m), size_m / 3, 30)
    document = {"type": "MultiPolygon", "coordinates": [[wire(outer), wire(hole)], [wire(other)]]}
    return document, lambda one: nearest_m(one, [outer, hole, other]) - buffer_m


def corridor(place, size_m, buffer_m):
    line = star(place, size_m)[:4]
    return {"type": "LineString", "coordinates": wire(line)}, lambda one: nearest_m(one, [line]) - buffer_m


@pytest.mark.parametrize("kind", [circle, polygon, multipolygon, corridor])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@settings(max_examples=12, deadline=None)
@given(dice=st.randoms(use_true_random=False))
def test_the_distance_to_a_zone_is_the_geodesic_one_within_a_tenth_of_a_percent(place, kind, dice):
    size_m = dice.choice((60.0, 400.0, 2500.0))
    buffer_m = dice.choice((50.0, 300.0) if kind is corridor else (0.0, 200.0))
    document, oracle = kind(place, size_m, buffer_m)
    shape = shape_from_geojson(document, buffer_m=buffer_m)
    away_m = 2.1 * size_m + buffer_m + dice.choice((20.0, 500.0, 8_000.0, 29_000.0)) * dice.random()
    position = moved(place, dice.uniform(0, 360), away_m)
    expected_m = oracle(position)
    if expected_m > 1.0:
        allowed_m = 0.001 * expected_m + 3e-4 * buffer_m + 0.01  # arcs of a buffer are drawn in 32 pieces a quarter
        assert abs(shape.signed_distance_m(*position) - expected_m) < allowed_m
        in_plane_m = np.array([shape.territory.plane.to_plane_m(*position)])
        assert abs(signed_distances_m([shape], in_plane_m)[0] - expected_m) < allowed_m


@pytest.mark.parametrize("radius_m", [250.0, 10_000.0])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_the_edge_of_a_large_circle_and_of_a_wide_buffer_lies_where_the_geodesic_says(place, radius_m):
    circle = shape_from_geojson({"type": "Circle", "center": [place[1], place[0]], "radiusM": radius_m})
    spot = [moved(place, way, 1.0) for way in (0, 120, 240, 0)]
    widened = shape_from_geojson({"type": "Polygon", "coordinates": [wire(spot)]}, buffer_m=min(radius_m, 10_000.0) - 1)
    plane = circle.territory.plane
    for way in range(0, 360, 30):
        edge = np.array([plane.to_plane_m(*moved(place, way, radius_m))])
        assert abs(signed_distances_m([circle], edge)[0]) < 1e-4 * radius_m
        assert abs(signed_distances_m([widened], edge)[0]) < 4e-4 * radius_m + 1.0
