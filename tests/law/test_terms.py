from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from registry.law import load
from registry.law.periods import Unit
from registry.law.rules import Confidence
from registry.law.terms import Extension, Nature, Serves, Term, compute, steps_nl
from registry.law.terms.rules import Exemption

LAW = load()
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAYS = Term("X", "proef", (), "filing", Nature.HARD, "art. 1", Confidence.FOUND, 30, Unit.DAY, Extension.YES)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def days(amount, unit=Unit.DAY, extension=Extension.YES, **more):
    return replace(DAYS, amount=amount, unit=unit, extension=extension, **more)


def local(instant):
    return instant.astimezone(AMSTERDAM).isoformat()


def term(name, on="2026-11-20", **more):
    return LAW.terms.find(name, date.fromisoformat(on), **more)


def step(result, code):
    return next((values for found, values in result.steps if found == code), None)


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
        ("2025-05-02T10:00", 3, "2025-05-05", "2025-05-07"),
        ("2025-12-31T10:00", 2, "2026-01-02", "2026-01-05"),
    ],
)
def test_a_term_in_days_is_extended_as_the_act_says(start, amount, raw, due):
    result = compute(days(amount), at(start), LAW)
    assert step(result, "raw_end") == {"on": raw}
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


def test_the_real_terms_of_the_examining_judge_and_the_judge_of_a_suspension_run_in_those_hours():
    assert local(compute(term("T01"), at("2026-03-28T10:00"), LAW).due_at) == "2026-03-31T11:00:00+02:00"
    assert local(compute(term("T03"), at("2025-10-24T16:30"), LAW).due_at) == "2025-10-26T15:30:00+01:00"
    assert local(compute(term("T44"), at("2026-12-24T20:00"), LAW).due_at) == "2026-12-28T14:00:00+01:00"


def test_a_prosecutors_order_of_ninety_days_holds_until_its_ninetieth_day_and_no_longer():
    result = compute(term("T15", "2026-01-01"), at("2026-01-01T00:00"), LAW)
    assert result.due_on == date(2026, 3, 31)
    assert local(result.due_at) == "2026-04-01T00:00:00+02:00"
    assert step(result, "exempt") == {"reason": "maximum"}
    assert LAW.regime("GDA", date(2026, 1, 1)).max_duration.last_day(date(2026, 1, 1)) == date(2026, 3, 31)


def test_where_the_act_is_arguable_a_duty_of_the_state_works_with_the_earlier_day():
    result = compute(term("T05", "2025-11-25"), at("2025-11-25T10:00"), LAW)
    assert (result.due_on, result.alternative_due_on) == (date(2025, 12, 25), date(2025, 12, 29))
    assert not result.in_time(at("2025-12-26T00:00"))
    assert result.in_time(at("2025-12-25T23:59"))
    assert step(result, "arguable_earlier") == {"serves": "state_duty", "on": "2025-12-25", "other": "2025-12-29"}


def test_where_the_act_is_arguable_a_restriction_begins_on_the_later_day():
    result = compute(term("T54"), at("2026-12-11T10:00"), LAW)
    assert (result.due_on, result.alternative_due_on) == (date(2026, 12, 28), date(2026, 12, 25))
    assert local(result.due_at) == "2026-12-29T00:00:00+01:00"
    assert step(result, "arguable_later")["serves"] == "restriction_start"
    assert step(result, "opens_after") == {"on": "2026-12-28"}


@pytest.mark.parametrize(
    ("serves", "due"),
    [
        (Serves.STATE_DUTY, "2026-12-25"),
        (Serves.RESTRICTION_END, "2026-12-25"),
        (Serves.VICTIM, "2026-12-25"),
        (Serves.RESTRICTION_START, "2026-12-28"),
        (Serves.FINALITY, "2026-12-28"),
        (Serves.REMEDY, "2026-12-28"),
    ],
)
def test_what_hangs_on_a_term_says_which_of_two_arguable_days_drives_it(serves, due):
    arguable = days(14, extension=Extension.ASK, serves=serves)
    result = compute(arguable, at("2026-12-11T10:00"), LAW)
    assert result.due_on == date.fromisoformat(due)
    assert {result.due_on, result.alternative_due_on} == {date(2026, 12, 25), date(2026, 12, 28)}


def test_a_term_counted_back_is_never_extended_and_names_the_working_day_before_it():
    result = compute(term("T27"), at("2026-06-01T12:00"), LAW)
    assert result.due_on == date(2026, 5, 2)
    assert step(result, "not_working") == {"on": "2026-05-02", "day": "zaterdag"}
    assert step(result, "exempt") == {"reason": "backward"}
    assert step(result, "last_working_day") == {"on": "2026-05-01"}


def test_a_window_opens_at_the_start_of_its_first_day_and_closes_at_the_end_of_its_last():
    opens, closes = (compute(term(name), at("2026-12-31T12:00"), LAW) for name in ("T28-open", "T28"))
    assert local(opens.due_at) == "2026-11-01T00:00:00+01:00"
    assert local(closes.due_at) == "2026-12-02T00:00:00+01:00"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (days(90), None),
        (days(91), Exemption.LONG),
        (days(12, Unit.WEEK), None),
        (days(13, Unit.WEEK), Exemption.LONG),
        (days(3, Unit.CAL_MONTH), None),
        (days(4, Unit.CAL_MONTH), Exemption.LONG),
        (days(3, Unit.SV_MONTH), None),
        (days(4, Unit.SV_MONTH), Exemption.LONG),
        (days(1, Unit.YEAR), Exemption.LONG),
        (days(72, Unit.HOUR), Exemption.HOURS),
        (days(15, Unit.MINUTE), Exemption.HOURS),
        (days(30, nature=Nature.MAXIMUM), Exemption.MAXIMUM),
        (days(30, backward=True), Exemption.BACKWARD),
        (days(45, nature=Nature.POLICY), Exemption.NOT_STATUTORY),
        (days(3, Unit.DAY24, exempt=Exemption.LIBERTY), Exemption.LIBERTY),
        (days(10, exempt=Exemption.WTH_13), Exemption.WTH_13),
        (days(8, exempt=Exemption.SV_135A), Exemption.SV_135A),
        (days(8, exempt=Exemption.ENTRY_INTO_FORCE), Exemption.ENTRY_INTO_FORCE),
    ],
)
def test_the_act_leaves_out_what_its_first_and_fourth_article_leave_out(row, why):
    assert row.exemption is why


def test_a_month_of_the_criminal_code_is_thirty_days_and_a_calendar_month_is_not():
    start = at("2026-01-31T09:00")
    assert compute(days(1, Unit.SV_MONTH, Extension.NO), start, LAW).due_on == date(2026, 3, 2)
    assert compute(days(1, Unit.CAL_MONTH, Extension.NO), start, LAW).due_on == date(2026, 2, 28)
    assert compute(days(1, Unit.YEAR, Extension.NO), at("2024-02-29T09:00"), LAW).due_on == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("start", "name", "due"),
    [
        ("2026-11-20T20:00", "T42", "2026-11-21T14:00:00+01:00"),
        ("2026-11-20T02:00", "T42-6", "2026-11-20T15:00:00+01:00"),
        ("2026-11-20T10:00", "T42-6", "2026-11-20T16:00:00+01:00"),
        ("2026-11-20T15:00", "T42", "2026-11-21T00:00:00+01:00"),
        ("2026-10-24T22:00", "T42-6", "2026-10-25T13:00:00+01:00"),
    ],
)
def test_the_night_does_not_count_for_holding_someone_for_questioning(start, name, due):
    assert local(compute(term(name), at(start), LAW).due_at) == due


def test_a_day_of_twenty_four_hours_takes_the_earliest_reading_when_the_clock_changes():
    spring = compute(term("T43"), at("2026-03-27T10:00"), LAW)
    autumn = compute(term("T43"), at("2026-10-23T10:00"), LAW)
    assert local(spring.due_at) == "2026-03-30T10:00:00+02:00"
    assert local(autumn.due_at) == "2026-10-26T09:00:00+01:00"
    assert step(spring, "exempt") == {"reason": "liberty"}


def test_without_delay_has_no_date_and_an_internal_aim_and_limit():
    result = compute(term("T04"), at("2026-11-20T10:00"), LAW)
    assert (result.due_at, result.due_on) == (None, None)
    assert local(result.target_at) == "2026-11-21T10:00:00+01:00"
    assert local(result.hard_stop_at) == "2026-11-23T10:00:00+01:00"


def test_where_no_legal_limit_is_known_the_steps_say_so_and_whether_one_is_configured():
    for name, said in (
        ("T39", "Geen wettelijke grens bekend; ingesteld is als intern uiterste moment: "),
        ("T41-M", "Geen wettelijke grens bekend; ingesteld is als intern uiterste moment: "),
        ("T40", "Geen wettelijke grens bekend, en er is er geen ingesteld: "),
    ):
        result = compute(term(name), at("2026-11-20T10:00"), LAW)
        last = steps_nl(result.steps, term(name).source)[-1]
        assert last.startswith(said) and last.endswith("[configuratie]")
    for name in ("T01", "T38"):
        result = compute(term(name), at("2026-11-20T10:00"), LAW)
        assert "grens bekend" not in " ".join(steps_nl(result.steps, term(name).source))


def test_what_must_be_done_at_a_moment_is_due_at_that_moment():
    release = compute(term("T38"), at("2026-11-20T10:00"), LAW)
    assert local(release.due_at) == "2026-11-20T10:00:00+01:00"
    assert release.in_time(at("2026-11-20T10:00")) and not release.in_time(at("2026-11-20T10:01"))


def test_a_probation_period_is_moved_by_the_whole_days_of_a_detention_and_shows_the_other_reading():
    detained = [(at("2026-02-01T14:00"), at("2026-03-03T09:00"))]
    plain, moved = (compute(term("T33"), at("2026-01-01T00:00"), LAW, each) for each in ((), detained))
    assert (plain.due_on, plain.alternative_due_on) == (date(2026, 12, 31), None)
    assert (moved.due_on, moved.alternative_due_on) == (date(2027, 1, 29), date(2027, 1, 31))
    assert step(moved, "paused") == {"days": "29", "on": "2027-01-29"}
    assert compute(term("T18"), at("2026-01-01T00:00"), LAW, detained).due_on == date(2030, 12, 31)


def test_a_detention_that_lasts_leaves_the_end_open_and_says_so():
    still = compute(term("T21"), at("2026-01-01T00:00"), LAW, [(at("2026-02-01T14:00"), None)])
    assert step(still, "paused_still") == {}
    assert still.due_on == date(2028, 12, 31)


def test_a_naive_start_is_refused():
    with pytest.raises(ValueError, match="aware"):
        compute(DAYS, at("2026-01-01T00:00").replace(tzinfo=None), LAW)
