import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import GeometryError
from geo.wire import Limits, shape_from_geojson, shape_to_geojson
from tests.geo.samples import ring

SQUARE = [[5.1, 52.0], [5.2, 52.0], [5.2, 52.1], [5.1, 52.1], [5.1, 52.0]]
BOW_TIE = [[5.1, 52.0], [5.2, 52.1], [5.2, 52.0], [5.1, 52.1], [5.1, 52.0]]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def circle(center, radius_m):
    return {"type": "Circle", "center": center, "radiusM": radius_m}


FAULTS = [
    (None, "not_an_object", ""),
    ([], "not_an_object", ""),
    ({}, "type_unknown", "/type"),
    ({"type": "Point", "coordinates": [5.1, 52.0]}, "type_unknown", "/type"),
    ({"type": "Polygon"}, "not_a_list", "/coordinates"),
    (polygon(), "empty", "/coordinates"),
    ({"type": "MultiPolygon", "coordinates": []}, "empty", "/coordinates"),
    ({"type": "MultiPolygon", "coordinates": [[]]}, "empty", "/coordinates/0"),
    (polygon("52.0,5.1"), "not_a_list", "/coordinates/0"),
    (polygon(SQUARE[:3]), "ring_too_short", "/coordinates/0"),
    (polygon(SQUARE[:4]), "ring_not_closed", "/coordinates/0"),
    (polygon(SQUARE, SQUARE[:4]), "ring_not_closed", "/coordinates/1"),
    (polygon([[5.1], *SQUARE[1:]]), "position_unreadable", "/coordinates/0/0"),
    (polygon([*SQUARE[:2], ["5.2", 52.1], *SQUARE[3:]]), "not_a_number", "/coordinates/0/2/0"),
    (polygon([*SQUARE[:2], [True, 52.1], *SQUARE[3:]]), "not_a_number", "/coordinates/0/2/0"),
    (polygon([*SQUARE[:2], [5.2, math.nan], *SQUARE[3:]]), "not_finite", "/coordinates/0/2/1"),
    (polygon([*SQUARE[:2], [math.inf, 52.1], *SQUARE[3:]]), "not_finite", "/coordinates/0/2/0"),
    (polygon([*SQUARE[:2], [10**400, 52.1], *SQUARE[3:]]), "not_finite", "/coordinates/0/2/0"),
    (polygon(BOW_TIE), "not_valid", "/coordinates"),
    (polygon([[5.1, 52.0]] * 5), "not_valid", "/coordinates"),
    (polygon(SQUARE, [[6.1, 52.0], [6.2, 52.0], [6.2, 52.1], [6.1, 52.0]]), "not_valid", "/coordinates"),
    ({"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}, "not_valid", "/coordinates"),
    (polygon([[lat, lon] for lon, lat in SQUARE]), "axes_swapped", "/coordinates/0/0"),
    (polygon([[lon - 20, lat] for lon, lat in SQUARE]), "outside_territory", "/coordinates/0/0"),
    (polygon([*SQUARE[:2], [9.2, 52.1], *SQUARE[3:]]), "outside_territory", "/coordinates/0/2"),
    (polygon([*SQUARE[:2], [-68.27, 12.15], *SQUARE[3:]]), "outside_territory", "/coordinates/0/2"),
    ({"type": "Circle", "radiusM": 100}, "center_missing", "/center"),
    ({"type": "Circle", "center": [5.1, 52.0]}, "not_a_number", "/radiusM"),
    (circle([5.1, 52.0], -1), "radius_not_positive", "/radiusM"),
    (circle([5.1, 52.0], 0), "radius_not_positive", "/radiusM"),
    (circle([5.1, 52.0], math.nan), "not_finite", "/radiusM"),
    (circle([5.1, 52.0], 1e6), "too_large", "/radiusM"),
    (circle([52.0, 5.1], 100), "axes_swapped", "/center"),
    (circle([0, 0], 100), "outside_territory", "/center"),
    (circle([500, 500], 100), "outside_territory", "/center"),
]


@pytest.mark.parametrize(("document", "code", "path"), FAULTS)
def test_a_faulty_shape_is_refused_with_its_code_and_place_and_without_its_coordinates(document, code, path):
    with pytest.raises(GeometryError) as caught:
        shape_from_geojson(document)
    assert (caught.value.code, caught.value.path) == (code, path)
    assert "5.1" not in str(caught.value)
    assert "[" not in caught.value.message


@pytest.mark.parametrize(
    ("coordinates", "buffer_m", "code", "path"),
    [
        ([[5.1, 52.0], [5.2, 52.0]], 0.0, "width_missing", "/bufferM"),
        ([[5.1, 52.0]], 10.0, "line_too_short", "/coordinates"),
        ([], 10.0, "line_too_short", "/coordinates"),
        ([[5.1, 52.0], [5.1, 52.0]], 10.0, "not_valid", "/coordinates"),
        ([[5.1, 52.0], [5.2, True]], 10.0, "not_a_number", "/coordinates/1/1"),
        ([[5.1, 52.0], [2.3, 48.8]], 10.0, "outside_territory", "/coordinates/0/1"),
        ([[5.1, 52.0], [5.2, 52.0]], 10_001.0, "buffer_out_of_range", "/bufferM"),
        (None, 10.0, "not_a_list", "/coordinates"),
    ],
)
def test_a_faulty_line_is_refused_with_its_code_and_place(coordinates, buffer_m, code, path):
    with pytest.raises(GeometryError) as caught:
        shape_from_geojson({"type": "LineString", "coordinates": coordinates}, buffer_m=buffer_m)
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize(
    ("coordinates", "code", "path"),
    [
        ([], "empty", "/coordinates"),
        ([[[5.1, 52.0]]], "line_too_short", "/coordinates/0"),
        (7, "not_a_list", "/coordinates"),
    ],
)
def test_a_faulty_set_of_lines_is_refused_with_its_code_and_place(coordinates, code, path):
    with pytest.raises(GeometryError) as caught:
        shape_from_geojson({"type": "MultiLineString", "coordinates": coordinates}, buffer_m=10.0)
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize("buffer_m", [-1.0, math.nan, math.inf, 10_001.0])
def test_a_buffer_out_of_range_is_refused(buffer_m):
    with pytest.raises(GeometryError) as caught:
        shape_from_geojson(polygon(SQUARE), buffer_m=buffer_m)
    assert caught.value.path == "/bufferM"


def test_too_many_vertices_are_refused_before_one_is_read():
    with pytest.raises(GeometryError, match="at most 20000") as caught:
        shape_from_geojson(polygon([["unread"]] * 20_001))
    assert caught.value.code == "too_many_vertices"
    assert shape_from_geojson(polygon(ring(52.09, 5.12, 900.0, 19_999))).covers(52.09, 5.12)


def test_the_largest_area_is_configured_and_counts_the_buffer():
    with pytest.raises(GeometryError, match="10 square kilometres"):
        shape_from_geojson(polygon(SQUARE), limits=Limits(area_m2=1e7))
    roomy = Limits(area_m2=8e7)
    assert shape_from_geojson(polygon(SQUARE), limits=roomy).covers(52.05, 5.15)
    with pytest.raises(GeometryError) as caught:
        shape_from_geojson(polygon(SQUARE), buffer_m=1_000, limits=roomy)
    assert (caught.value.code, caught.value.path) == ("too_large", "/bufferM")


def test_an_unknown_crs_is_refused():
    with pytest.raises(GeometryError, match="CRS84, EPSG:28992"):
        shape_from_geojson(polygon(SQUARE), "EPSG:3857")


RD_SQUARE = [[155_000, 463_000], [156_000, 463_000], [156_000, 464_000], [155_000, 464_000], [155_000, 463_000]]


@pytest.mark.parametrize(
    ("crs", "position", "code"),
    [
        ("EPSG:28992", [0, 0], "looks_like_degrees"),
        ("EPSG:28992", [5.1, 52.0], "looks_like_degrees"),
        ("EPSG:28992", [-68.27, 12.15], "looks_like_degrees"),
        ("EPSG:28992", [463_000, 155_000], "axes_swapped"),
        ("EPSG:28992", [1e300, 1e300], "outside_rd"),
        ("EPSG:28992", [300_001, 463_000], "outside_rd"),
        ("EPSG:28992", [155_000, 629_001], "outside_rd"),
        ("CRS84", [155_000, 463_000], "looks_like_rd"),
        ("CRS84", [5.1, -52.0], "outside_territory"),
        ("CRS84", [52.0, 5.1], "axes_swapped"),
    ],
)
def test_a_coordinate_out_of_bounds_is_refused_with_what_it_looks_like(crs, position, code):
    square = SQUARE if crs == "CRS84" else RD_SQUARE
    for document, path in (
        (circle(position, 100), "/center"),
        (polygon([position, *square[1:-1], position]), "/coordinates/0/0"),
    ):
        with pytest.raises(GeometryError) as caught:
            shape_from_geojson(document, crs)
        assert (caught.value.code, caught.value.path) == (code, path)


def test_a_ring_in_rd_covers_the_same_whether_its_numbers_are_whole_or_not():
    whole, broken = (
        shape_from_geojson(polygon(one), "EPSG:28992")
        for one in (RD_SQUARE, [[x_m + 0.0, y_m + 0.0] for x_m, y_m in RD_SQUARE])
    )
    assert whole == broken
    assert whole.covers(52.158, 5.39)


def test_an_altitude_is_dropped():
    shape = shape_from_geojson(polygon([[*position, 12.5] for position in SQUARE]))
    assert shape == shape_from_geojson(polygon(SQUARE))


@pytest.mark.parametrize("document", [polygon(SQUARE), polygon(SQUARE[::-1]), circle([-68.27, 12.15], 250.0)])
def test_a_shape_written_and_read_again_covers_the_same(document):
    shape = shape_from_geojson(document)
    assert shape_from_geojson(shape_to_geojson(shape)).bounds_deg == pytest.approx(shape.bounds_deg, abs=1e-6)


def test_holes_and_parts_survive_writing():
    parts = [[SQUARE, ring(52.05, 5.15, 500.0)], [ring(52.3, 5.15, 500.0)]]
    written = shape_to_geojson(shape_from_geojson({"type": "MultiPolygon", "coordinates": parts}))
    assert [len(part) for part in written["coordinates"]] == [2, 1]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["type", "center"]), inner),
    max_leaves=20,
)


@given(kind=st.sampled_from(["Polygon", "MultiPolygon", "Circle"]), first=ANYTHING, second=ANYTHING)
def test_whatever_is_sent_is_a_shape_or_a_geometry_error(kind, first, second):
    try:
        shape_from_geojson({"type": kind, "coordinates": first, "center": first, "radiusM": second})
    except GeometryError as error:
        assert error.code
