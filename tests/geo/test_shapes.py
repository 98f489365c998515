import math

import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.shapes import distances_from_m
from geo.wire import shape_from_geojson, shape_to_geojson
from tests.geo.samples import PLACES, circle, polygon, ring, ring_with_hole

ELLIPSOID = Geod(ellps="WGS84")
SOME_PLACE = st.sampled_from(sorted(PLACES.values()))
SOME_WAY = st.floats(0, 360)


def moved(place: tuple[float, float], bearing_deg: float, length_m: float) -> tuple[float, float]:
    lon_deg, lat_deg, _ = ELLIPSOID.fwd(place[1], place[0], bearing_deg, length_m)
    return lat_deg, lon_deg


def border_points(corners: list[list[float]], pieces: int = 10) -> list[tuple[float, float]]:
    steps = [piece / pieces for piece in range(pieces)]
    return [
        (lat_a + step * (lat_b - lat_a), lon_a + step * (lon_b - lon_a))
        for (lon_a, lat_a), (lon_b, lat_b) in zip(corners, corners[1:], strict=False)
        for step in steps
    ]


@given(place=SOME_PLACE, way=SOME_WAY, away_m=st.floats(0, 30_000), radius_m=st.floats(1, 20_000))
def test_a_circle_covers_just_what_the_geodesic_says(place, way, away_m, radius_m):
    shape, position = circle(*place, radius_m), moved(place, way, away_m)
    oracle_m = geodesic(place, position).m - radius_m
    assert shape.signed_distance_m(*position) == pytest.approx(oracle_m, abs=1e-5 * away_m + 1e-3)
    if abs(oracle_m) > 1e-5 * away_m + 1e-3:
        assert shape.covers(*position) == (oracle_m < 0)


@pytest.mark.parametrize("way", [0, 90, 180, 270])
@pytest.mark.parametrize("radius_m", [1.0, 250.0, 30_000.0])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_the_box_of_a_circle_cuts_nothing_off(place, radius_m, way):
    assert circle(*place, radius_m).covers(*moved(place, way, radius_m * 0.9999))
    assert not circle(*place, radius_m).covers(*moved(place, way, radius_m * 1.0001))


def test_a_long_edge_on_an_island_is_a_geodesic_within_two_centimetres():
    corners = [[-68.59, 11.91], [-68.59, 12.44], [-68.58, 12.44], [-68.58, 11.91], [-68.59, 11.91]]
    shape = shape_from_geojson({"type": "Polygon", "coordinates": [corners]})
    for lon_deg, lat_deg in ELLIPSOID.npts(*corners[0], *corners[1], 9):
        assert abs(shape.signed_distance_m(lat_deg, lon_deg)) < 0.02


@given(place=SOME_PLACE, way=SOME_WAY, away_m=st.floats(0, 25_000))
def test_the_distance_to_a_polygon_agrees_with_the_geodesic_to_the_nearest_point_of_its_border(place, way, away_m):
    shape, position = polygon(*place, 300.0), moved(place, way, away_m + 400.0)
    nearest_m = min(geodesic(position, point).m for point in border_points(ring(*place, 300.0)))
    assert shape.signed_distance_m(*position) == pytest.approx(nearest_m, rel=1e-3, abs=0.1)


@given(place=SOME_PLACE, way=SOME_WAY, away_m=st.floats(0, 1_500), buffer_m=st.floats(0, 300))
def test_many_shapes_are_as_far_from_one_position_as_each_by_itself(place, way, away_m, buffer_m):
    position = moved(place, way, away_m)
    shapes = [
        shape
        for middle in PLACES.values()
        for shape in (circle(*middle, 200.0), polygon(*middle, 300.0, buffer_m), ring_with_hole(*middle, 400.0))
    ]
    alone_m = [shape.signed_distance_m(*position) for shape in shapes]
    assert distances_from_m(*position, shapes).tolist() == alone_m
    assert distances_from_m(math.nan, math.nan, shapes).tolist() == [math.inf] * len(shapes)
    assert distances_from_m(*position, []).tolist() == []


@given(place=SOME_PLACE, way=SOME_WAY, away_m=st.floats(0, 900), buffer_m=st.floats(0, 300))
def test_what_is_covered_has_no_positive_distance_and_lies_in_the_bounds(place, way, away_m, buffer_m):
    position = moved(place, way, away_m)
    for shape in (circle(*place, 200.0, buffer_m), polygon(*place, 300.0, buffer_m), ring_with_hole(*place, 400.0)):
        covered = shape.covers(*position)
        assert covered == (shape.signed_distance_m(*position) <= 0)
        lat_min, lon_min, lat_max, lon_max = shape.bounds_deg
        assert not covered or (lat_min <= position[0] <= lat_max and lon_min <= position[1] <= lon_max)


@given(place=SOME_PLACE, way=SOME_WAY, away_m=st.floats(0, 1_000), buffer_m=st.floats(1, 500))
def test_a_buffer_widens_a_polygon_by_its_own_width(place, way, away_m, buffer_m):
    narrow, wide, position = polygon(*place, 300.0), polygon(*place, 300.0, buffer_m), moved(place, way, away_m)
    margin_m = narrow.signed_distance_m(*position) - buffer_m
    if abs(margin_m) > 0.002 * buffer_m + 0.01:
        assert wide.covers(*position) == (margin_m < 0)


# An edge of 150 km along a parallel bulges some 550 m away from it.
def test_the_bounds_hold_the_bulge_of_a_long_edge_that_is_straight_in_rd():
    corners = [[4.5, 52.6], [6.5, 52.6], [6.5, 52.5], [4.5, 52.5], [4.5, 52.6]]
    shape = shape_from_geojson({"type": "Polygon", "coordinates": [corners]})
    plane = shape.territory.plane
    left, right = plane.to_plane_m(52.6, 4.5), plane.to_plane_m(52.6, 6.5)
    middle = plane.to_degrees((left[0] + right[0]) / 2, (left[1] + right[1]) / 2 - 1.0)
    assert middle[0] > 52.6
    assert shape.covers(*middle)


def test_a_hole_is_outside_and_its_border_is_inside():
    shape = ring_with_hole(52.09, 5.12, 400.0)
    assert not shape.covers(52.09, 5.12)
    assert shape.signed_distance_m(52.09, 5.12) == pytest.approx(200.0, rel=0.01)
    assert shape.covers(*moved((52.09, 5.12), 0, 300.0))


def test_each_part_of_a_multipolygon_counts():
    parts = [[ring(52.09, 5.12, 200.0)], [ring(52.12, 5.12, 200.0), ring(52.12, 5.12, 100.0)]]
    shape = shape_from_geojson({"type": "MultiPolygon", "coordinates": parts})
    assert shape.covers(52.09, 5.12)
    assert not shape.covers(52.12, 5.12)
    assert shape.covers(*moved((52.12, 5.12), 90, 150.0))
    assert not shape.covers(52.105, 5.12)


def test_a_vertex_of_a_polygon_in_rd_is_on_the_border_within_a_millimetre():
    corners = [[135_000, 456_000], [136_000, 456_000], [136_000, 457_000], [135_000, 456_000]]
    shape = shape_from_geojson({"type": "Polygon", "coordinates": [corners]}, "EPSG:28992")
    position = shape.territory.plane.to_degrees(136_000, 457_000)
    assert abs(shape.signed_distance_m(*position)) < 0.001


def test_a_line_is_as_wide_as_its_buffer_on_each_side_and_round_at_its_ends():
    line = [[135_000, 456_000], [136_000, 456_000], [136_000, 457_000]]
    shape = shape_from_geojson({"type": "LineString", "coordinates": line}, "EPSG:28992", 30.0)
    spots = [(135_500, 456_029), (135_500, 455_971), (134_971, 456_000), (136_000, 457_029), (136_020, 455_980)]
    assert all(shape.covers(*shape.territory.plane.to_degrees(*spot)) for spot in spots)
    beyond = [(135_500, 456_031), (135_969, 456_100), (134_969, 456_000), (136_024, 455_976), (135_500, 456_500)]
    assert not any(shape.covers(*shape.territory.plane.to_degrees(*spot)) for spot in beyond)


def test_two_lines_are_one_zone_and_what_lies_between_them_is_free():
    lines = [[[5.10, 52.09], [5.12, 52.09]], [[5.10, 52.10], [5.12, 52.10]]]
    shape = shape_from_geojson({"type": "MultiLineString", "coordinates": lines}, buffer_m=40.0)
    assert [shape.covers(lat_deg, 5.11) for lat_deg in (52.09, 52.095, 52.10)] == [True, False, True]


def test_the_same_polygon_in_rd_and_in_degrees_is_the_same_shape():
    rings = [[135_000, 456_000], [136_000, 456_000], [136_000, 457_000], [135_000, 456_000]]
    in_rd = shape_from_geojson({"type": "Polygon", "coordinates": [rings]}, "EPSG:28992")
    again = shape_from_geojson(shape_to_geojson(in_rd))
    assert again.area.symmetric_difference(in_rd.area).area < 100.0
    assert again.bounds_deg == pytest.approx(in_rd.bounds_deg, abs=1e-6)


@pytest.mark.parametrize("position", [(math.nan, 5.12), (52.09, math.nan), (math.inf, 5.12), (-52.0, -174.9), (0, 0)])
@pytest.mark.parametrize("make", [circle, polygon])
def test_a_position_that_is_no_position_or_on_the_other_side_of_the_earth_is_never_covered(make, position):
    shape = make(52.09, 5.12, 300.0)
    assert shape.covers(*position) is False
    assert not shape.signed_distance_m(*position) <= 0.0
