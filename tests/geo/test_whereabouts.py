import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import whereabouts
from geo.accuracy import Accuracy
from geo.whereabouts import ERROR, FAIR, PLACE_M2, REST, RIDE, SHARED_M, THROWN, WEIGHT, X_M, Model, begun, followed
from tests.geo.walks import wandering

MODEL = Model()


def judged(places_m, sigma_m=5.0, every_s=15.0):
    places = [np.array([place], dtype=np.float64) for place in places_m]
    cells = begun(places[0], np.array([sigma_m]), MODEL)
    for place in places[1:]:
        cells = followed(cells, np.array([every_s]), place, np.array([sigma_m]), MODEL)
    return cells


def mean_m(cells):
    return float((cells[WEIGHT, 0] * cells[X_M, 0]).sum())


@given(
    steps=st.lists(
        st.tuples(st.floats(0, 3600), st.floats(-1e5, 1e5), st.floats(-1e5, 1e5), st.floats(3, 2000)), min_size=1
    )
)
def test_whatever_comes_weights_add_up_to_one_and_spreads_stay_real(steps):
    cells = begun(np.zeros((1, 2)), np.array([5.0]), MODEL)
    for after_s, x_m, y_m, sigma_m in steps:
        cells = followed(cells, np.array([after_s]), np.array([[x_m, y_m]]), np.array([sigma_m]), MODEL)
        assert np.isfinite(cells).all()
        assert float(cells[WEIGHT].sum()) == pytest.approx(1.0)
        assert (cells[ERROR] > -1e-6).all()
        assert (whereabouts.spread_m(cells, np.array([sigma_m]), MODEL) > 0.0).all()


@given(seed=st.integers(0, 2**32 - 1), steps=st.integers(1, 10))
def test_a_track_comes_out_bit_for_bit_alike_alone_and_in_company(seed, steps):
    dice = np.random.default_rng(seed)
    places, sigmas = dice.normal(0, 50, (steps, 7, 2)), dice.uniform(3, 40, (steps, 7))
    after_s = dice.uniform(1, 100, (steps, 7))

    def run(some):
        cells = begun(places[0, some], sigmas[0, some], MODEL)
        for step in range(1, steps):
            cells = followed(cells, after_s[step, some], places[step, some], sigmas[step, some], MODEL)
        return cells

    together = run(np.arange(7))
    for one in range(7):
        assert (run(np.array([one]))[:, 0] == together[:, one]).all()


def test_who_stays_is_at_rest_and_where_he_is_becomes_surer_than_any_fix_but_not_without_end():
    soon, later = judged([(0.0, 0.0)] * 10), judged([(0.0, 0.0)] * 400)
    assert later[WEIGHT, 0, REST].sum() > 0.95
    assert later[PLACE_M2, 0, REST, FAIR] < soon[PLACE_M2, 0, REST, FAIR] < 25.0
    assert whereabouts.spread_m(later, np.array([5.0]), MODEL)[0, REST, FAIR] >= 1.5


def test_a_wander_within_its_error_does_not_move_a_still_receiver_and_a_walk_does():
    still = [fix.lon_deg for fix in wandering([0.0] * 240, 20.0, 15, seed=3)]
    still_m = [((lon_deg - 5.12) * 68_480.0, 0.0) for lon_deg in still]
    assert max(abs(x_m) for x_m, _ in still_m) > 40.0
    assert abs(mean_m(judged(still_m, 20.0))) < 20.0
    walk_m = [(21.0 * step, 0.0) for step in range(20)]
    walked = judged([(0.0, 0.0)] * 40 + walk_m, 5.0)
    assert mean_m(walked) == pytest.approx(21.0 * 19, abs=6.0)
    assert walked[WEIGHT, 0, REST].sum() < 0.05


def test_a_leap_of_a_still_receiver_is_taken_for_a_leap_and_a_drive_for_a_drive():
    leap = judged([(0.0, 0.0)] * 40 + [(150.0, 0.0)])
    assert leap[WEIGHT, 0, :, THROWN].sum() > 0.5
    drive = judged([(200.0 * step, 0.0) for step in range(8)])
    assert drive[WEIGHT, 0, RIDE].sum() > 0.9


def test_a_fix_much_rougher_than_those_before_it_moves_hardly_anything():
    cells = judged([(0.0, 0.0)] * 40)
    moved = followed(cells, np.array([15.0]), np.array([[600.0, 0.0]]), np.array([700.0]), MODEL)
    assert abs(mean_m(moved)) < 20.0
    assert moved[SHARED_M].shape == (1, 3, 3)


def test_the_chance_below_a_value_is_that_of_the_normal_distribution():
    values = np.linspace(-6.0, 6.0, 241)
    exact = [0.5 * math.erfc(-value / math.sqrt(2.0)) for value in values]
    assert np.abs(whereabouts.below(values) - exact).max() < 2e-7


@pytest.mark.parametrize(
    ("accuracy_m", "hdop", "sigma_m"),
    [(None, None, 10.0), (15.1, None, 10.0), (1.0, None, 3.0), (None, 0.5, 3.0), (15.1, 4.0, 20.0), (60.4, 1.0, 40.0)],
)
def test_what_a_receiver_says_of_its_error_becomes_a_deviation_on_each_axis(accuracy_m, hdop, sigma_m):
    assert Accuracy().sigma_m(accuracy_m, hdop) == pytest.approx(sigma_m, rel=0.01)
    columns = (np.array([np.nan if told is None else told]) for told in (accuracy_m, hdop))
    assert Accuracy().sigmas_m(*columns)[0] == Accuracy().sigma_m(accuracy_m, hdop)


def test_a_radius_of_ninety_five_percent_is_a_smaller_deviation_than_one_of_sixty_eight():
    assert Accuracy(stated_confidence=0.95).sigma_m(100.0, None) == pytest.approx(40.9, abs=0.1)
    assert Accuracy().sigma_m(100.0, None) == pytest.approx(66.2, abs=0.1)
