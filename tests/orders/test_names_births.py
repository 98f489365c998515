from datetime import date

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry.orders.naming import births, evidence
from registry.orders.naming.identifiers import PartialDate
from registry.orders.naming.likeness import ReasonCode, compare_dates

BORN = PartialDate(1985, 3, 12)
WORTH = {
    ReasonCode.DATE_EXACT: {evidence.DATE_EXACT},
    ReasonCode.DATE_SWAPPED: {evidence.DATE_SWAPPED},
    ReasonCode.DATE_NEAR: {evidence.DATE_NEAR},
    ReasonCode.DATE_PARTIAL: {evidence.YEAR_AGREES, evidence.MONTH_AGREES},
    ReasonCode.DATE_DIFFERS: {evidence.DATE_DIFFERS},
}


def weight(asked, born):
    return float(births.weights(asked, np.array([births.packed(born) if born else 0], np.int32))[0])


def partial(day, precision):
    return PartialDate(day.year, day.month if precision > 0 else None, day.day if precision > 1 else None)


dates = st.builds(partial, st.dates(date(1950, 1, 1), date(1999, 12, 31)), st.integers(0, 2))


@given(dates, dates)
@example(BORN, PartialDate(1958, 3, 12))
@example(BORN, PartialDate(1985, 3, 13))
@example(BORN, PartialDate(1985, 12, 3))
@example(BORN, PartialDate(1985, 3))
def test_dates_are_weighed_for_the_reason_that_a_dispatcher_is_told(asked, born):
    assert any(weight(asked, born) == pytest.approx(worth) for worth in WORTH[compare_dates(asked, born)])


def test_a_closer_date_weighs_more_and_an_unknown_one_nothing():
    closer = [BORN, PartialDate(1985, 3), PartialDate(1985, 12, 3), PartialDate(1985), None, PartialDate(1971, 8, 30)]
    weights = [weight(BORN, born) for born in closer]
    assert weights == sorted(weights, reverse=True)
    assert weights[4] == 0.0


def test_only_whole_dates_are_looked_up_by_themselves():
    assert births.dates_to_look_up(BORN).tolist() == [0x19850312, 0x19851203]
    assert births.dates_to_look_up(PartialDate(1985, 3, 13)).tolist() == [0x19850313]
    assert not len(births.dates_to_look_up(PartialDate(1985, 3)))
    assert not len(births.dates_to_look_up(None))
