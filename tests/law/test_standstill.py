from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.law.standstill import merged, midnight, moved, touched_days, whole_days
from tests.law import slow_terms

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LAST = date(2026, 6, 30)


def at(day, hour=0):
    return datetime(2026, 6, day, hour, tzinfo=AMSTERDAM)


def end(*stretches, days=whole_days, last_on=LAST):
    return moved(last_on, at(1), stretches, AMSTERDAM, days)


def test_only_days_wholly_spent_in_detention_move_the_end_and_a_touched_day_is_the_other_reading():
    stretch = (at(10, 14), at(13, 9))
    assert end(stretch) == (date(2026, 7, 2), False)
    assert end(stretch, days=touched_days) == (date(2026, 7, 4), False)


def test_a_day_that_two_stretches_touch_counts_once():
    assert end((at(10, 1), at(10, 3)), (at(10, 5), at(10, 7)), days=touched_days) == (date(2026, 7, 1), False)


@pytest.mark.parametrize(("began", "moved_to"), [(at(30), date(2026, 7, 6)), (at(30, 1), LAST)])
def test_a_detention_that_begins_within_the_last_day_comes_after_the_end(began, moved_to):
    assert end((began, at(30) + timedelta(days=6))) == (moved_to, False)
    assert end((began, None)) == (LAST, moved_to != LAST)


def test_what_was_before_the_start_or_comes_after_the_end_moves_nothing():
    before, after = (at(1) - timedelta(days=9), at(1)), (at(30) + timedelta(days=1), at(30) + timedelta(days=9))
    assert end(before, after) == (LAST, False)


def test_a_detention_within_the_days_that_another_added_counts_too():
    assert end((at(10), at(15)), (at(30) + timedelta(days=2), at(30) + timedelta(days=4))) == (
        date(2026, 7, 7), False,
    )  # fmt: skip


def test_stretches_that_meet_are_one_and_empty_ones_are_none():
    assert merged([(at(5), at(7)), (at(3), at(5)), (at(9), at(9)), (at(6), at(6, 1))]) == [(at(3), at(7))]


def stretches():
    hours = st.integers(0, 24 * 500)
    at = hours.map(lambda passed: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=passed))
    return st.lists(st.tuples(at, st.integers(1, 24 * 90)).map(lambda one: (one[0], one[0] + timedelta(hours=one[1]))))


@given(st.integers(1, 400), stretches())
def test_a_running_time_stands_still_on_every_day_wholly_spent_in_detention(length, detained):
    first = date(2026, 1, 1)
    last, lasts = moved(first + timedelta(days=length - 1), midnight(first, AMSTERDAM), detained, AMSTERDAM, whole_days)
    assert (last, lasts) == (slow_terms.paused_last_day(first, length, detained), False)
