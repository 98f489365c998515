import math

import pytest

from registry.monitoring.measures import as_bad_as, known


@pytest.mark.parametrize("value", [100.1, 999.0, 1e9, math.inf])
def test_an_error_beyond_all_bounds_is_the_worst_there_is_and_never_unknown(value):
    assert as_bad_as(value, 100.0) == 100.0


@pytest.mark.parametrize("value", [None, 0.0, -1.0, math.nan, -math.inf])
def test_what_a_tracker_sends_for_an_error_that_it_does_not_know_is_unknown(value):
    assert as_bad_as(value, 100.0) is None
    assert as_bad_as(99.0, 100.0) == 99.0


@pytest.mark.parametrize("value", [None, -0.1, 360.1, math.nan, math.inf])
def test_another_measure_that_cannot_be_is_unknown(value):
    assert known(value, 0.0, 360.0) is None
    assert (known(0.0, 0.0, 360.0), known(360.0, 0.0, 360.0)) == (0.0, 360.0)
