from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.enforcement.procedure.stages import Stage, coming, last_morning, reached, stages
from registry.law import load
from registry.law.terms import DUTCH_TIME, compute

LAW = load()
TERMS = {row.id: row for row in LAW.terms if row.arrondissement is None}
START = datetime(2026, 11, 23, 12, tzinfo=UTC)


def planned(term_id, start_at=START):
    computed = compute(TERMS[term_id], start_at, LAW)
    return [(one.stage.value, one.at) for one in stages(start_at, computed, LAW.holidays)]


def utc(day, hour, minute=0, month=11):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_a_term_of_three_days_warns_at_half_at_a_quarter_and_on_its_last_morning():
    assert planned("T01") == [("half", utc(25, 0)), ("quarter", utc(25, 18)), ("last_working_day", utc(26, 8))]


def test_a_term_that_ends_in_the_weekend_warns_on_the_friday_before_whatever_the_order_of_the_stages():
    friday = utc(27, 12)
    assert planned("T01", friday) == [
        ("half", utc(29, 0)),
        ("quarter", utc(29, 18)),
        ("last_working_day", utc(30, 8)),
    ]
    thursday = utc(26, 12)
    assert planned("T01", thursday) == [
        ("last_working_day", utc(27, 8)),
        ("half", utc(28, 0)),
        ("quarter", utc(28, 18)),
    ]


def test_a_term_of_hours_on_one_day_has_no_last_working_day_of_its_own():
    assert planned("T42-6") == [("half", utc(23, 15)), ("quarter", utc(23, 16, 30))]


def test_a_term_in_days_ends_with_its_last_day_and_warns_in_the_morning():
    stage, at = planned("T13")[-1]
    assert (stage, at.astimezone(DUTCH_TIME)) == ("last_working_day", datetime(2026, 12, 7, 9, tzinfo=DUTCH_TIME))


def test_a_holiday_before_the_end_moves_the_last_working_day():
    # A filing on Christmas Eve: the two days of Christmas and the weekend lie before the end.
    start_at = utc(24, 12, month=12)
    assert ("last_working_day", utc(24, 8, month=12)) not in planned("T01", start_at)
    assert [stage for stage, _ in planned("T01", start_at)] == ["half", "quarter"]


def test_what_the_law_leaves_at_without_delay_reminds_and_warns_at_the_internal_aim_and_limit():
    told = {"reminder": 2, "aim": 24, "limit": 72}
    assert planned("T04") == [(stage, START + timedelta(hours=hours)) for stage, hours in told.items()]
    assert planned("T40") == []


def test_the_last_morning_leaves_an_hour_to_act():
    at_ten = datetime(2026, 11, 25, 10, tzinfo=DUTCH_TIME)
    assert last_morning(at_ten, LAW.holidays) == datetime(2026, 11, 25, 9, tzinfo=DUTCH_TIME)
    assert last_morning(at_ten - timedelta(seconds=1), LAW.holidays).astimezone(DUTCH_TIME).day == 24


starts = st.integers(-6 * 365 * 86_400, 4 * 365 * 86_400).map(lambda seconds: START + timedelta(seconds=seconds))


@given(term=st.sampled_from(sorted(TERMS)), start_at=starts)
def test_every_warning_lies_within_the_term_in_order_and_the_last_morning_is_a_working_day(term, start_at):
    computed = compute(TERMS[term], start_at, LAW)
    found = stages(start_at, computed, LAW.holidays)
    assert [one.at for one in found] == sorted({one.at for one in found})
    assert all(start_at < one.at for one in found)
    assert len({one.stage for one in found}) == len(found)
    if computed.due_at is not None:
        assert all(one.at < computed.due_at for one in found)
    for one in found:
        if one.stage is Stage.LAST_WORKING_DAY:
            local = one.at.astimezone(DUTCH_TIME)
            later = [local.date() + timedelta(days=n) for n in range(1, (computed.due_at - one.at).days + 1)]
            assert (local.hour, is_worked(local.date())) == (9, True)
            assert not any(is_worked(day) for day in later if noon(day) < computed.due_at)


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=DUTCH_TIME)


def is_worked(day: date):
    return day.weekday() < 5 and LAW.holidays.name(day) is None


@given(
    term=st.sampled_from(sorted(TERMS)),
    start_at=starts,
    looks=st.lists(st.floats(0, 1.5), min_size=1, max_size=12),
)
def test_whenever_somebody_looks_each_stage_is_told_at_most_once_and_the_last_one_always(term, start_at, looks):
    computed = compute(TERMS[term], start_at, LAW)
    found = stages(start_at, computed, LAW.holidays)
    end_at = max([one.at for one in found], default=start_at)
    told, told_at = [], None
    for now in sorted(start_at + (end_at - start_at) * share for share in looks):
        one = reached(found, told_at, now)
        if one is not None:
            assert coming(found, told_at) <= now
            told.append(one.stage)
            told_at = now
        assert coming(found, told_at) is None or coming(found, told_at) > now
    assert len(told) == len(set(told))
    if told_at is not None and max(looks) >= 1:
        assert told[-1] == found[-1].stage


@pytest.mark.parametrize("told_at", [None, START])
def test_without_stages_there_is_nothing_to_tell(told_at):
    assert reached((), told_at, START) is None
    assert coming((), told_at) is None
