import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crossing import chance_of, crossing
from geo.projection import Territory
from geo.shapes import AreaShape, CircleShape

X_M, Y_M = 155_000.0, 463_000.0
ROUND = CircleShape(Territory.EUROPEAN, *Territory.EUROPEAN.plane.to_degrees(X_M, Y_M), 100.0)


def area(*corners_m):
    return AreaShape(Territory.EUROPEAN, shapely.Polygon([(X_M + x_m, Y_M + y_m) for x_m, y_m in corners_m]))


def line(begin_m, end_m):
    return ((X_M + begin_m[0], Y_M + begin_m[1]), (X_M + end_m[0], Y_M + end_m[1]))


POINTS = st.tuples(st.floats(-400, 400), st.floats(-400, 400))


@given(begin_m=POINTS, end_m=POINTS)
def test_a_circle_is_crossed_as_a_polygon_of_many_corners_is(begin_m, end_m):
    turns = [math.tau * corner / 720 for corner in range(720)]
    polygon = area(*[(100.0 * math.cos(turn), 100.0 * math.sin(turn)) for turn in turns])
    outside = math.hypot(*begin_m) > 101.0 and math.hypot(*end_m) > 101.0
    found = crossing(ROUND, *line(begin_m, end_m))
    other = crossing(polygon, *line(begin_m, end_m))
    if outside and found is not None and found.detour_m > 1.0:
        assert other is not None
        assert (other.in_share, other.out_share) == pytest.approx((found.in_share, found.out_share), abs=0.02)
        assert other.detour_m == pytest.approx(found.detour_m, abs=0.5)
    elif outside and found is None:
        assert other is None or other.detour_m < 1.0


def test_a_line_that_does_not_meet_the_zone_or_has_no_length_crosses_nothing():
    assert crossing(ROUND, *line((-200, 150), (200, 150))) is None
    assert crossing(ROUND, *line((0, 300), (0, 300))) is None
    assert crossing(area((0, 0), (10, 0), (10, 10)), *line((20, 0), (20, 50))) is None


def test_a_long_street_must_be_crossed_to_come_to_the_other_side_and_a_corner_may_be_walked_round():
    street = area((-500, -8), (500, -8), (500, 8), (-500, 8))
    ends = ((30.0, 5.0), (30.0, 5.0))
    across = crossing(street, *line((0, -38), (0, 38)))
    assert across.detour_m == pytest.approx(500.0)
    assert chance_of(across, 76.0, ends) > 0.99
    corner = crossing(street, *line((470, -38), (515, 30)))
    assert corner.detour_m < 15.0
    assert chance_of(corner, 82.0, ends) < 0.95


def test_of_a_zone_in_parts_only_the_part_that_is_met_must_be_walked_round():
    near, far = shapely.box(-10, -10, 10, 10), shapely.box(-10, 300, 10, 320)
    parts = shapely.affinity.translate(shapely.MultiPolygon([near, far]), X_M, Y_M)
    found = crossing(AreaShape(Territory.EUROPEAN, parts), *line((-50, 0), (50, 0)))
    assert found.detour_m == pytest.approx(10.0)


def test_who_was_not_surely_outside_at_both_ends_did_not_surely_cross():
    street = crossing(area((-500, -8), (500, -8), (500, 8), (-500, 8)), *line((0, -13), (0, 13)))
    assert chance_of(street, 26.0, ((5.0, 10.0), (5.0, 10.0))) < 0.5
