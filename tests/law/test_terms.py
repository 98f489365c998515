from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.law import load
from registry.law.periods import Unit
from registry.law.rules import Confidence, Extension, Nature, Term
from registry.law.terms import compute, steps_nl

LAW = load()
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAYS = Term("X", "proef", (), "filing", Nature.HARD, "art. 1", Confidence.FOUND, 30, Unit.DAY, Extension.YES)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def days(amount, unit=Unit.DAY, extension=Extension.YES, **more):
    return replace(DAYS, amount=amount, unit=unit, extension=extension, **more)


def local(instant):
    return instant.astimezone(AMSTERDAM).isoformat()


@pytest.mark.parametrize(
    ("start", "amount", "raw", "due"),
    [
        ("2025-11-25T10:00", 30, "2025-12-25", "2025-12-29"),
        ("2026-04-02T10:00", 3, "2026-04-05", "2026-04-08"),
        ("2026-12-23T10:00", 3, "2026-12-26", "2026-12-28"),
        ("2020-04-09T10:00", 3, "2020-04-12", "2020-04-15"),
        ("2020-01-10T10:00", 30, "2020-02-09", "2020-02-10"),
        ("2026-05-13T23:59", 2, "2026-05-15", "2026-05-18"),
        ("2026-11-20T00:00", 14, "2026-12-04", "2026-12-04"),
    ],
)
def test_a_term_in_days_is_extended_as_the_act_says(start, amount, raw, due):
    result = compute(days(amount), at(start), LAW)
    assert next(step.values["on"] for step in result.steps if step.code == "raw_end") == raw
    assert result.due_on == date.fromisoformat(due)
    assert local(result.due_at) == local(at(f"{due}T00:00") + timedelta(days=1))
    assert result.alternative_due_on is None


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-28T10:00", 72, "2026-03-31T11:00:00+02:00"),
        ("2025-10-24T16:30", 48, "2025-10-26T15:30:00+01:00"),
        ("2026-04-02T10:00", 72, "2026-04-05T10:00:00+02:00"),
    ],
)
def test_hours_run_on_through_weekends_and_changes_of_the_clock(start, hours, due):
    result = compute(days(hours, Unit.HOUR, Extension.NO), at(start), LAW)
    assert local(result.due_at) == due
    assert result.due_on is None


def test_a_prosecutors_order_of_ninety_days_holds_until_its_ninetieth_day_and_no_longer():
    result = compute(LAW.term("T15", date(2026, 1, 1)), at("2026-01-01T00:00"), LAW)
    assert result.due_on == date(2026, 3, 31)
    assert local(result.due_at) == "2026-04-01T00:00:00+02:00"
    assert LAW.regime("GDA", date(2026, 1, 1)).max_duration.last_day(date(2026, 1, 1)) == date(2026, 3, 31)


def test_an_arguable_extension_shows_both_days_and_works_with_the_first():
    result = compute(LAW.term("T05", date(2025, 11, 25)), at("2025-11-25T10:00"), LAW)
    assert result.due_on == date(2025, 12, 25)
    assert result.alternative_due_on == date(2025, 12, 29)
    assert not result.in_time(at("2025-12-26T00:00"))
    assert result.in_time(at("2025-12-25T23:59"))


def test_a_term_counted_back_is_never_extended():
    result = compute(LAW.term("T27", date(2026, 6, 1)), at("2026-06-01T12:00"), LAW)
    assert result.due_on == date(2026, 5, 2)
    assert result.due_on.weekday() == 5
    assert "not_extended" in [step.code for step in result.steps]


@pytest.mark.parametrize(
    ("term", "extends"),
    [
        (days(90), True),
        (days(91), False),
        (days(12, Unit.WEEK), True),
        (days(13, Unit.WEEK), False),
        (days(3, Unit.CAL_MONTH), True),
        (days(4, Unit.CAL_MONTH), False),
        (days(1, Unit.YEAR), False),
        (days(72, Unit.HOUR), False),
        (days(30, nature=Nature.MAXIMUM), False),
        (days(30, backward=True), False),
    ],
)
def test_the_act_leaves_out_what_its_first_and_fourth_article_leave_out(term, extends):
    assert term.extendable is extends


def test_a_month_of_the_criminal_code_is_thirty_days_and_a_calendar_month_is_not():
    start = at("2026-01-31T09:00")
    assert compute(days(1, Unit.SV_MONTH, Extension.NO), start, LAW).due_on == date(2026, 3, 2)
    assert compute(days(1, Unit.CAL_MONTH, Extension.NO), start, LAW).due_on == date(2026, 2, 28)
    assert compute(days(1, Unit.YEAR, Extension.NO), at("2024-02-29T09:00"), LAW).due_on == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("start", "term", "due"),
    [
        ("2026-11-20T20:00", "T42", "2026-11-21T14:00:00+01:00"),
        ("2026-11-20T02:00", "T42-6", "2026-11-20T15:00:00+01:00"),
        ("2026-11-20T10:00", "T42-6", "2026-11-20T16:00:00+01:00"),
        ("2026-11-20T15:00", "T42", "2026-11-21T00:00:00+01:00"),
        ("2026-10-24T22:00", "T42-6", "2026-10-25T13:00:00+01:00"),
    ],
)
def test_the_night_does_not_count_for_holding_someone_for_questioning(start, term, due):
    assert local(compute(LAW.term(term, date(2026, 11, 20)), at(start), LAW).due_at) == due


def test_a_day_of_twenty_four_hours_takes_the_earliest_reading_when_the_clock_changes():
    spring = compute(LAW.term("T43", date(2026, 3, 27)), at("2026-03-27T10:00"), LAW)
    autumn = compute(LAW.term("T43", date(2026, 10, 23)), at("2026-10-23T10:00"), LAW)
    assert local(spring.due_at) == "2026-03-30T10:00:00+02:00"
    assert local(autumn.due_at) == "2026-10-26T09:00:00+01:00"


def test_without_delay_has_no_date_and_an_internal_aim_that_says_it_is_no_law():
    result = compute(LAW.term("T04", date(2026, 11, 20)), at("2026-11-20T10:00"), LAW)
    assert (result.due_at, result.due_on) == (None, None)
    assert local(result.target_at) == "2026-11-21T10:00:00+01:00"
    assert "Intern streven, geen wettelijke termijn" in "\n".join(steps_nl(result.steps))


def test_the_steps_read_as_dutch_sentences_with_their_source():
    sentences = steps_nl(compute(days(3), at("2026-12-24T10:00"), LAW).steps)
    assert sentences[0] == "Begin: donderdag 24 december 2026 10:00 uur. [art. 1]"
    assert (
        "Er moeten twee werkdagen in de termijn vallen: tot en met dinsdag 29 december 2026. [art. 2 ATW]" in sentences
    )
    assert sentences[-1] == "Uiterlijk dinsdag 29 december 2026, 24:00 uur. [art. 1]"


def test_a_naive_start_is_refused():
    with pytest.raises(ValueError, match="aware"):
        compute(DAYS, at("2026-01-01T00:00").replace(tzinfo=None), LAW)


@pytest.mark.parametrize("term", LAW.terms, ids=lambda term: f"{term.id}")
def test_every_term_of_the_table_can_be_computed_and_read(term):
    result = compute(term, at("2026-11-20T10:00"), LAW)
    assert (result.due_at is None) is (term.unit is Unit.NONE)
    assert all(steps_nl(result.steps))
    assert all(step.source for step in result.steps)


def starts(last_year):
    first_at = datetime(2015, 1, 1, tzinfo=UTC)
    minutes = (datetime(last_year, 12, 1, tzinfo=UTC) - first_at) // timedelta(minutes=1)
    return st.integers(0, minutes).map(lambda passed: first_at + timedelta(minutes=passed))


def golden_easter(year):
    a, b, c = year % 19, year % 4, year % 7
    d = (19 * a + 24) % 30
    e = (2 * b + 4 * c + 6 * d + 5) % 7
    day = date(year, 3, 22) + timedelta(days=d + e)
    late = (d, e) == (29, 6) or ((d, e) == (28, 6) and a > 10)
    return day - timedelta(days=7) if late else day


def slow_is_free(day):
    easter = golden_easter(day.year)
    moving = {easter + timedelta(days=offset) for offset in (-2, 1, 39, 50)}
    fixed = {(1, 1), (5, 5), (12, 25), (12, 26)}
    king = date(day.year, 4, 27)
    king = date(day.year, 4, 26) if king.isoweekday() == 7 else king
    decreed = {extra for decree in LAW.holidays.extra for extra in decree.days}
    return day.isoweekday() > 5 or day in moving | decreed | {king} or (day.month, day.day) in fixed


def slow_due(start, amount):
    last = start + timedelta(days=amount)
    while True:
        inside = [start + timedelta(days=n) for n in range(1, (last - start).days + 1)]
        enough = amount < 3 or sum(not slow_is_free(day) for day in inside) >= 2
        if enough and not slow_is_free(last):
            return last
        last += timedelta(days=1)


@given(starts(2089), st.integers(1, 90))
def test_a_slow_reading_of_the_act_gives_the_same_day(start, amount):
    assert compute(days(amount), start, LAW).due_on == slow_due(start.astimezone(AMSTERDAM).date(), amount)


@given(
    starts(2035),
    st.sampled_from([term for term in LAW.terms if term.amount and not term.backward]),
    st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_a_later_start_never_ends_a_term_earlier(start, term, later):
    assert compute(term, start, LAW).due_at <= compute(term, start + later, LAW).due_at


@given(
    starts(2035),
    st.sampled_from([term for term in LAW.terms if term.unit in (Unit.DAY, Unit.WEEK, Unit.SV_MONTH)]),
)
def test_a_maximum_a_back_count_and_an_arguable_term_end_where_they_end_without_the_act(start, term):
    bare = compute(replace(term, extension=Extension.NO), start, LAW)
    result = compute(term, start, LAW)
    assert term.extension is Extension.YES or result.due_at == bare.due_at
    assert result.due_at >= bare.due_at
