from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.law import load
from registry.law.periods import Unit
from registry.law.terms import Extension, Nature, Serves, compute
from registry.law.terms.rules import LONGEST_EXTENDED
from tests.law import slow_terms
from tests.law.test_terms import DAYS

LAW = load()
DECREED = frozenset(day for decree in LAW.holidays.extra for day in decree.days)
IN_DAYS = [row for row in LAW.terms if row.unit in (Unit.DAY, Unit.WEEK, Unit.SV_MONTH)]


def starts(last_year):
    first_at = datetime(2015, 1, 1, tzinfo=UTC)
    minutes = (datetime(last_year, 12, 1, tzinfo=UTC) - first_at) // timedelta(minutes=1)
    return st.integers(0, minutes).map(lambda passed: first_at + timedelta(minutes=passed))


def extendable():
    return st.builds(
        lambda unit, share, extension, serves: replace(
            DAYS,
            unit=unit,
            amount=1 + share * (LONGEST_EXTENDED[unit] - 1) // 100,
            extension=extension,
            serves=serves,
        ),
        st.sampled_from(list(LONGEST_EXTENDED)),
        st.integers(0, 100),
        st.sampled_from([Extension.YES, Extension.ASK]),
        st.sampled_from(Serves),
    )


@settings(max_examples=300)
@given(extendable(), starts(2089))
def test_a_slow_walk_through_the_act_gives_the_same_days(term, start):
    result = compute(term, start, LAW)
    assert (result.due_at, result.alternative_due_on) == slow_terms.due(term, start, DECREED)


@settings(max_examples=10)
@given(start=starts(2039))
@pytest.mark.parametrize("term", list(LAW.terms), ids=lambda row: row.id)
def test_every_term_of_the_catalogue_ends_where_a_slow_walk_ends(term, start):
    result = compute(term, start, LAW)
    assert (result.due_at, result.alternative_due_on) == slow_terms.due(term, start, DECREED)


def test_the_days_off_of_sixty_years_are_those_of_another_reckoning():
    day = date(2005, 1, 1)
    while day < date(2065, 1, 1):
        assert LAW.holidays.is_working_day(day) is not slow_terms.is_free(day, DECREED), day
        day += timedelta(days=1)


@given(
    starts(2035),
    st.sampled_from([row for row in LAW.terms if row.amount and not row.backward]),
    st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_a_later_start_never_ends_a_term_earlier(start, term, later):
    assert compute(term, start, LAW).due_at <= compute(term, start + later, LAW).due_at


@given(starts(2035), st.sampled_from(IN_DAYS))
def test_the_act_never_shortens_a_term_and_touches_none_that_it_leaves_out(start, term):
    bare = compute(replace(term, extension=Extension.NO), start, LAW)
    result = compute(term, start, LAW)
    assert result.due_at >= bare.due_at
    assert term.extension is not Extension.NO or result.due_at == bare.due_at
    if term.nature is Nature.MAXIMUM or term.backward:
        assert result.alternative_due_on is None and result.due_at == bare.due_at


@given(starts(2035), st.sampled_from(IN_DAYS))
def test_the_day_on_which_a_term_ends_is_in_time_and_the_next_is_not(start, term):
    result = compute(term, start, LAW)
    assert result.in_time(result.due_at - timedelta(microseconds=1))
    assert not result.in_time(result.due_at)
