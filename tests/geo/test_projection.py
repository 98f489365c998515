import math

import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.projection import EdgeIs, Territory, distance_m, territory_at
from tests.geo.samples import PLACES

ELLIPSOID = Geod(ellps="WGS84")
SOME_PLACE = st.sampled_from(sorted(PLACES.values()))


@given(place=SOME_PLACE, bearing_deg=st.floats(0, 360), length_m=st.floats(1, 30_000))
def test_the_closed_form_distance_agrees_with_the_geodesic_within_a_thousandth_of_a_percent(
    place, bearing_deg, length_m
):
    lon_deg, lat_deg, _ = ELLIPSOID.fwd(place[1], place[0], bearing_deg, length_m)
    oracle_m = geodesic(place, (lat_deg, lon_deg)).m
    assert distance_m(*place, lat_deg, lon_deg) == pytest.approx(oracle_m, rel=1e-5, abs=1e-3)


@given(place=SOME_PLACE, bearing_deg=st.floats(0, 360), length_m=st.floats(1, 30_000))
def test_a_length_in_the_plane_agrees_with_the_geodesic_within_a_tenth_of_a_percent(place, bearing_deg, length_m):
    plane = territory_at(*place).plane
    lon_deg, lat_deg, _ = ELLIPSOID.fwd(place[1], place[0], bearing_deg, length_m)
    in_plane_m = math.dist(plane.to_plane_m(*place), plane.to_plane_m(lat_deg, lon_deg))
    assert in_plane_m == pytest.approx(geodesic(place, (lat_deg, lon_deg)).m, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_going_to_the_plane_and_back_gives_the_same_position_within_two_millimetres(place):
    plane = territory_at(*place).plane
    assert plane.to_degrees(*plane.to_plane_m(*place)) == pytest.approx(place, abs=2e-8)


@pytest.mark.parametrize(
    ("place", "territory", "edge_is"),
    [
        ("Utrecht", Territory.EUROPEAN, EdgeIs.RD),
        ("Vaals", Territory.EUROPEAN, EdgeIs.RD),
        ("Kralendijk", Territory.BONAIRE, EdgeIs.GEODESIC),
        ("The Bottom", Territory.SABA, EdgeIs.GEODESIC),
        ("Oranjestad", Territory.SINT_EUSTATIUS, EdgeIs.GEODESIC),
    ],
)
def test_each_place_lies_in_one_territory_with_its_own_kind_of_edge(place, territory, edge_is):
    assert [found for found in Territory if found.box.holds(*PLACES[place])] == [territory]
    assert territory.edge_is is edge_is


@pytest.mark.parametrize("position", [(48.85, 2.35), (12.11, -68.93), (18.04, -63.07), (0.0, 0.0), (math.nan, 5.0)])
def test_paris_curacao_sint_maarten_null_island_and_no_number_are_in_no_territory(position):
    assert territory_at(*position) is None


# The published RD coordinate of the church tower of Amersfoort, the origin of the system.
def test_the_origin_of_rd_is_where_it_should_be_within_a_quarter_of_a_metre():
    x_m, y_m = Territory.EUROPEAN.plane.to_plane_m(52.155172897, 5.387203657)
    assert math.dist((x_m, y_m), (155_000.0, 463_000.0)) < 0.25
