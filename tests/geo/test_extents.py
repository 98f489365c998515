import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.extents import NO_END, Extents, alike_merged, packed
from geo.wire import shape_from_geojson
from tests.geo.samples import PLACES, circle, polygon

ELLIPSOID = Geod(ellps="WGS84")


@given(
    place=st.sampled_from(sorted(PLACES.values())),
    size_m=st.floats(1, 20_000),
    make=st.sampled_from((circle, polygon)),
    way=st.floats(0, 360),
    away_m=st.floats(0, 25_000),
    slack_m=st.floats(0, 500),
)
def test_a_shape_within_the_radius_is_found_and_its_distance_lies_within_the_bounds(
    place, size_m, make, way, away_m, slack_m
):
    if make is polygon and place != PLACES["Utrecht"]:
        size_m = min(size_m, 1_500.0)
    shape = make(*place, size_m)
    lon_deg, lat_deg, _ = ELLIPSOID.fwd(place[1], place[0], way, away_m)
    true_m = shape.signed_distance_m(lat_deg, lon_deg)
    near = Extents.of([3], [packed(shape)]).near(lat_deg, lon_deg, max(true_m, 0.0) + slack_m)
    assert near.numbers.tolist() == [3]
    assert near.least_m[0] <= true_m <= near.most_m[0]


def test_a_ring_whose_middle_lies_outside_has_its_circle_within_it():
    horseshoe = [[5.10, 52.08], [5.14, 52.08], [5.14, 52.10], [5.135, 52.10], [5.135, 52.085], [5.105, 52.085],
                 [5.105, 52.10], [5.10, 52.10], [5.10, 52.08]]  # fmt: skip
    shape = shape_from_geojson({"type": "Polygon", "coordinates": [horseshoe]})
    near = Extents.of([1], [packed(shape)]).near(52.095, 5.12, 5_000.0)
    true_m = shape.signed_distance_m(52.095, 5.12)
    assert near.least_m[0] < 0.0 < true_m <= near.most_m[0]


def test_what_lies_far_is_not_found_and_what_ends_is_told():
    here, there = circle(*PLACES["Utrecht"], 100.0), circle(*PLACES["Den Helder"], 100.0)
    extents = Extents.of([4, 9], [packed(here, 739_000), packed(there)])
    near = extents.near(*PLACES["Den Helder"], 5_000.0)
    assert (near.numbers.tolist(), near.ends_on.tolist()) == ([9], [NO_END])
    assert extents.near(*PLACES["Utrecht"], 10.0).ends_on.tolist() == [739_000]
    assert len(extents.near(48.85, 2.35, 5_000.0)) == 0
    assert len(Extents.of([], []).near(52.0, 5.0, 5_000.0)) == 0


def test_sets_of_like_size_become_one_without_what_is_gone():
    lat_deg, lon_deg = PLACES["Utrecht"]
    one_by_one = [Extents.of([number], [packed(circle(lat_deg, lon_deg, 50.0 + number))]) for number in range(8)]
    gone = np.zeros(10, np.bool_)
    gone[3] = True
    several = ()
    for each in one_by_one:
        several = alike_merged([*several, each], gone, 100)
    assert len(several) <= 3
    found = {int(number) for each in several for number in each.near(lat_deg, lon_deg, 1.0).numbers}
    assert found == set(range(8)) - {3}


@pytest.mark.parametrize("largest", [1, 2])
def test_large_sets_stay_as_they_are(largest):
    ones = [Extents.of([number], [packed(circle(*PLACES["Utrecht"], 50.0))]) for number in range(3)]
    assert len(alike_merged(ones, np.zeros(3, np.bool_), largest)) == (3 if largest == 1 else 2)
