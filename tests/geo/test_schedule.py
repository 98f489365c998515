from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import ScheduleError
from geo.schedule import Schedule
from geo.spans import Span, joined, span_at

AMSTERDAM = "Europe/Amsterdam"
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
NIGHTS = {"weekly": [{"days": EVERY_DAY, "from": "20:00", "until": "07:00"}]}
FRIDAY_NIGHT = {"weekly": [{"days": ["fri"], "from": "22:00", "until": "06:00"}]}


def at(text: str, zone: str = AMSTERDAM) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def ever() -> Span:
    return Span(0)


@pytest.mark.parametrize(
    ("local", "active"),
    [
        ("2026-11-20 21:59", False),
        ("2026-11-20 22:00", True),
        ("2026-11-20 23:59:59.999", True),
        ("2026-11-21 00:00", True),
        ("2026-11-21 05:59:59.999", True),
        ("2026-11-21 06:00", False),
        ("2026-11-21 22:00", False),
        ("2026-11-19 22:00", False),
    ],
)
def test_a_window_over_midnight_belongs_to_the_day_it_begins_on(local, active):
    assert Schedule.from_wire(FRIDAY_NIGHT, AMSTERDAM).active(at(local)) is active


@pytest.mark.parametrize(
    ("evening", "hours"), [("2026-03-28 20:00", 10), ("2026-10-24 20:00", 12), ("2026-11-20 20:00", 11)]
)
def test_the_night_in_which_the_clock_changes_is_ten_or_twelve_hours_long(evening, hours):
    stretch = Schedule.from_wire(NIGHTS, AMSTERDAM).stretch(at(evening), ever())
    assert stretch == Span(at(evening), at(evening) + hours * 3_600_000)


def test_a_time_that_does_not_exist_or_exists_twice_is_read_with_the_offset_before_the_change():
    spring = Schedule.from_wire({"weekly": [{"days": ["sun"], "from": "02:30", "until": "05:00"}]}, AMSTERDAM)
    assert spring.stretch(at("2026-03-29 04:00"), ever()) == Span(at("2026-03-29 03:30"), at("2026-03-29 05:00"))
    autumn = Schedule.from_wire({"weekly": [{"days": ["sun"], "from": "01:00", "until": "02:30"}]}, AMSTERDAM)
    first_half_past_two = round(datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp() * 1000)
    assert autumn.stretch(at("2026-10-25 01:30"), ever()) == Span(at("2026-10-25 01:00"), first_half_past_two)


@pytest.mark.parametrize("change_on", ["2026-03-29", "2026-10-25"])
def test_windows_that_touch_leave_no_gap_when_the_clock_changes(change_on):
    halves = [
        {"days": EVERY_DAY, "from": "00:00", "until": "02:30"},
        {"days": EVERY_DAY, "from": "02:30", "until": "24:00"},
    ]
    schedule = Schedule.from_wire({"weekly": halves}, AMSTERDAM)
    midnight_ms = at(f"{change_on} 00:00")
    assert all(schedule.active(midnight_ms + minute * 60_000) for minute in range(25 * 60))
    assert schedule.stretch(midnight_ms, ever()) == ever()


def test_the_island_has_its_own_time_and_no_summer_time():
    schedule = Schedule.from_wire(NIGHTS, "America/Kralendijk")
    assert schedule.active(at("2026-07-01 20:00", "America/Kralendijk"))
    assert not schedule.active(at("2026-07-01 20:00"))


def test_equal_times_mean_twenty_four_hours():
    schedule = Schedule.from_wire({"weekly": [{"days": ["mon"], "from": "08:00", "until": "08:00"}]}, AMSTERDAM)
    assert schedule.stretch(at("2026-11-23 12:00"), ever()) == Span(at("2026-11-23 08:00"), at("2026-11-24 08:00"))


def test_an_exception_suspends_the_zone_and_splits_the_stretch():
    document = {**NIGHTS, "exceptions": [{"from": "2026-11-20T22:00:00+01:00", "until": "2026-11-20T22:00:00Z"}]}
    schedule = Schedule.from_wire(document, AMSTERDAM)
    assert schedule.stretch(at("2026-11-20 21:00"), ever()) == Span(at("2026-11-20 20:00"), at("2026-11-20 22:00"))
    assert schedule.stretch(at("2026-11-20 22:30"), ever()) is None
    assert schedule.stretch(at("2026-11-20 23:00"), ever()) == Span(at("2026-11-20 23:00"), at("2026-11-21 07:00"))


@pytest.mark.parametrize("document", [{}, {"weekly": None}, {"exceptions": []}])
def test_without_windows_it_is_always_active(document):
    schedule = Schedule.from_wire(document, AMSTERDAM)
    assert schedule.active(at("2026-11-20 03:00"))
    assert schedule.stretch(at("2026-11-20 03:00"), Span(0, 10**15)) == Span(0, 10**15)


def window(**changed):
    return {"weekly": [{"days": ["mon"], "from": "20:00", "until": "07:00", **changed}]}


def exception(start, end):
    return {"exceptions": [{"from": start, "until": end}]}


NOON, LATER = "2026-12-01T12:00:00+01:00", "2026-12-01T13:00:00+01:00"
FAULTS = [
    ("always", "not_an_object", ""),
    ({"weekly": "mon"}, "not_a_list", "/weekly"),
    ({"weekly": []}, "weekly_empty", "/weekly"),
    ({"weekly": [1]}, "not_an_object", "/weekly/0"),
    (window(days=[]), "days_missing", "/weekly/0/days"),
    (window(days=None), "days_missing", "/weekly/0/days"),
    (window(days="mon"), "days_missing", "/weekly/0/days"),
    (window(days=["ma"]), "day_unknown", "/weekly/0/days"),
    (window(days=[["mon"]]), "day_unknown", "/weekly/0/days"),
    (window(**{"from": "8:00"}), "clock_unreadable", "/weekly/0/from"),
    (window(**{"from": "24:00"}), "clock_unreadable", "/weekly/0/from"),
    (window(until="24:01"), "clock_unreadable", "/weekly/0/until"),
    (window(until=700), "clock_unreadable", "/weekly/0/until"),
    (window(until="07:00\n"), "clock_unreadable", "/weekly/0/until"),
    (window(until="٠٧:٠٠"), "clock_unreadable", "/weekly/0/until"),
    (exception("2026-12-01T12:00:00", LATER), "instant_unreadable", "/exceptions/0/from"),
    (exception("2026-02-30T12:00:00Z", LATER), "instant_unreadable", "/exceptions/0/from"),
    (exception(NOON, "2026-12-01"), "instant_unreadable", "/exceptions/0/until"),
    (exception(NOON, None), "instant_unreadable", "/exceptions/0/until"),
    (exception(NOON, NOON), "exception_empty", "/exceptions/0"),
    (exception(LATER, NOON), "exception_empty", "/exceptions/0"),
]


@pytest.mark.parametrize(("document", "code", "path"), FAULTS)
def test_an_unreadable_schedule_is_refused_with_its_code_and_place(document, code, path):
    with pytest.raises(ScheduleError) as caught:
        Schedule.from_wire(document, AMSTERDAM)
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize("time_zone", ["Europe/Atlantis", "", "../etc", "Europe", "/etc/passwd"])
def test_an_unknown_time_zone_is_refused(time_zone):
    with pytest.raises(ScheduleError, match="IANA"):
        Schedule.from_wire({}, time_zone)


CLOCK = st.times().map(lambda time: time.strftime("%H:%M"))
WINDOWS = st.lists(
    st.fixed_dictionaries(
        {"days": st.lists(st.sampled_from(EVERY_DAY), min_size=1, max_size=7), "from": CLOCK, "until": CLOCK}
    ),
    min_size=1,
    max_size=4,
)
SOME_MOMENT = st.one_of(
    st.integers(0, 16 * 24 * 60).map(lambda minutes, begin=begin: begin + timedelta(minutes=minutes))
    for begin in (datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 10, 15, tzinfo=UTC))
)


@given(windows=WINDOWS, moment=SOME_MOMENT, other_minutes=st.integers(-20_000, 20_000))
def test_a_stretch_is_active_throughout_and_not_just_beyond_it(windows, moment, other_minutes):
    schedule = Schedule.from_wire({"weekly": windows}, AMSTERDAM)
    at_ms = round(moment.timestamp() * 1000)
    stretch = schedule.stretch(at_ms, ever())
    assert (stretch is not None) == schedule.active(at_ms)
    if stretch is None:
        return
    other_ms = at_ms + other_minutes * 60_000
    assert schedule.active(other_ms) or not stretch.holds(other_ms)
    assert stretch.from_ms == 0 or not schedule.active(stretch.from_ms - 1)
    assert stretch.until_ms is None or not schedule.active(stretch.until_ms)


@given(windows=WINDOWS, moment=SOME_MOMENT)
def test_on_a_day_without_a_clock_change_nearby_the_wall_clock_decides(windows, moment):
    local = (moment + timedelta(days=60)).astimezone(ZoneInfo(AMSTERDAM))
    clock, today, yesterday = local.strftime("%H:%M"), EVERY_DAY[local.weekday()], EVERY_DAY[local.weekday() - 1]

    def inside(window):
        begins, ends, over = window["from"], window["until"], window["until"] <= window["from"]
        begun_today = today in window["days"] and clock >= begins and (over or clock < ends)
        return begun_today or (over and yesterday in window["days"] and clock < ends)

    schedule = Schedule.from_wire({"weekly": windows}, AMSTERDAM)
    assert schedule.active(round(local.timestamp() * 1000)) == any(inside(window) for window in windows)


SOME_SPANS = st.lists(st.builds(Span, st.integers(0, 50), st.none() | st.integers(0, 50)), max_size=6)


@given(spans=SOME_SPANS, at_ms=st.integers(-1, 60))
def test_joined_spans_hold_the_same_instants_and_neither_touch_nor_overlap(spans, at_ms):
    found = joined(spans)
    assert (span_at(found, at_ms) is None) == (span_at(spans, at_ms) is None)
    assert all(former.until_ms < latter.from_ms for former, latter in zip(found, found[1:], strict=False))
