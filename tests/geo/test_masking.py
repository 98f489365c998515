from hypothesis import given
from hypothesis import strategies as st

from geo.masking import masked
from geo.overlap import lies_within, outline
from geo.projection import distance_m
from tests.geo.samples import PLACES, circle, polygon

A_PLACE = st.sampled_from(sorted(PLACES.values()))
SHARE = st.floats(0, 1, exclude_max=True)


@given(place=A_PLACE, radius_m=st.floats(20, 2_000), share=SHARE, turn=SHARE, kind=st.sampled_from([circle, polygon]))
def test_a_masked_zone_covers_all_of_the_zone_and_its_middle_is_elsewhere(place, radius_m, share, turn, kind):
    shape = kind(*place, radius_m)
    made = masked([shape], share, turn)
    assert lies_within(shape, made)
    reach_m = max(250.0, radius_m / 2)
    off_m = distance_m(*place, made.lat_deg, made.lon_deg)
    assert 0.24 * reach_m <= off_m <= 1.05 * reach_m
    assert made.radius_m < radius_m + 1.05 * reach_m + 3


@given(place=A_PLACE, share=SHARE, turn=SHARE)
def test_several_zones_are_covered_together(place, share, turn):
    shapes = [circle(*place, 300.0), circle(place[0] + 0.01, place[1], 500.0)]
    made = outline(masked(shapes, share, turn))
    assert all(made.buffer(2.0).covers(outline(each)) for each in shapes)


def test_the_middle_is_spread_evenly_over_the_ring_it_may_lie_in():
    ban = circle(52.09, 5.12, 300.0)
    offs_m = [
        distance_m(52.09, 5.12, made.lat_deg, made.lon_deg)
        for made in (masked([ban], share / 200, 0.3) for share in range(200))
    ]
    inner = sum(off_m < 158.0 for off_m in offs_m)  # half of the ring from 62.5 to 250 m by area lies within 182 m
    assert 55 < inner < 85
    assert 95 <= sum(off_m < 182.3 for off_m in offs_m) <= 105
