import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.cells import cells_near, cells_of_shape
from geo.errors import GeometryError
from geo.wire import shape_from_geojson
from tests.geo.samples import PLACES, circle, polygon

ELLIPSOID = Geod(ellps="WGS84")
MAKERS = (circle, polygon)


@given(
    place=st.sampled_from(sorted(PLACES.values())),
    size_m=st.floats(1, 20_000),
    make=st.sampled_from(MAKERS),
    way=st.floats(0, 360),
    away_m=st.floats(0, 25_000),
    slack_m=st.floats(0, 500),
)
def test_a_shape_within_the_radius_shares_a_cell_with_the_question(place, size_m, make, way, away_m, slack_m):
    if make is polygon and place != PLACES["Utrecht"]:
        size_m = min(size_m, 1_500.0)
    shape = make(*place, size_m)
    lon_deg, lat_deg, _ = ELLIPSOID.fwd(place[1], place[0], way, away_m)
    radius_m = max(shape.signed_distance_m(lat_deg, lon_deg), 0.0) + slack_m
    if radius_m <= 10_000:
        assert cells_of_shape(shape) & cells_near(lat_deg, lon_deg, radius_m)


@given(place=st.sampled_from(sorted(PLACES.values())), size_m=st.floats(1, 30_000), buffer_m=st.floats(0, 5_000))
def test_a_shape_has_one_to_sixteen_cells_of_one_level(place, size_m, buffer_m):
    cells = cells_of_shape(circle(*place, size_m, buffer_m))
    assert 1 <= len(cells) <= 16
    assert len({cell.split(":")[0] for cell in cells}) == 1


def test_the_largest_shape_has_no_more_than_sixteen_cells():
    corners = [[3.2, 51.2], [7.2, 53.7], [7.25, 53.7], [3.25, 51.2], [3.2, 51.2]]
    assert len(cells_of_shape(shape_from_geojson({"type": "Polygon", "coordinates": [corners]}))) <= 16


def test_a_zone_far_away_shares_no_cell_with_the_question():
    assert not cells_of_shape(circle(52.09, 5.12, 250.0)) & cells_near(52.12, 5.12, 500.0)


@pytest.mark.parametrize(
    ("radius_m", "most"), [(0.0, 36), (50.0, 36), (1_000.0, 100), (5_000.0, 900), (10_000.0, 3_000)]
)
def test_a_question_names_a_bounded_number_of_cells(radius_m, most):
    for place in PLACES.values():
        assert len(cells_near(*place, radius_m)) <= most


@pytest.mark.parametrize(
    "question",
    [(math.nan, 5.1, 1.0), (52.0, math.inf, 1.0), (91.0, 5.1, 1.0), (52.0, 181.0, 1.0), (52.0, 5.1, -1.0)]
    + [(52.0, 5.1, math.nan), (52.0, 5.1, 10_001.0)],
)
def test_a_question_off_the_earth_or_too_wide_is_refused(question):
    with pytest.raises(GeometryError):
        cells_near(*question)
