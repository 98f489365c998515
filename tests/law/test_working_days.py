import csv
import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from registry.law import load
from registry.law.working_days import easter_sunday

HOLIDAYS = load().holidays
SHARED = Path(os.environ.get("BB_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
TABLE = SHARED / "holidays" / "nl_holidays_2015_2040.csv"


@pytest.mark.parametrize(
    ("year", "expected"),
    [(1961, date(1961, 4, 2)), (2008, date(2008, 3, 23)), (2011, date(2011, 4, 24)), (2026, date(2026, 4, 5))],
)
def test_easter_falls_where_the_church_puts_it(year, expected):
    assert easter_sunday(year) == expected


def test_the_holidays_are_those_of_the_act_as_a_table_computed_elsewhere_has_them():
    if not TABLE.exists():
        pytest.skip(f"no {TABLE}: set BB_SHARED_DATA")
    with TABLE.open(encoding="utf-8") as file:
        expected = {
            date.fromisoformat(row["date"]) for row in csv.DictReader(file) if row["atw_algemeen_erkend"] == "True"
        }
    ours = {day for year in range(2015, 2041) for day in HOLIDAYS.statutory(year)}
    assert ours == expected


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 4, 3), False),
        (date(2026, 4, 6), False),
        (date(2026, 5, 5), False),
        (date(2025, 5, 5), False),
        (date(2023, 5, 5), False),
        (date(2026, 5, 15), False),
        (date(2024, 12, 27), False),
        (date(2026, 5, 18), True),
        (date(2025, 12, 24), True),
        (date(2026, 12, 31), True),
    ],
)
def test_a_day_counts_unless_it_is_a_holiday_or_put_on_a_par_with_one(day, working):
    assert HOLIDAYS.is_working_day(day) is working


def test_the_birthday_of_the_king_moves_from_a_sunday_and_was_a_queens_day_before():
    assert HOLIDAYS.name(date(2025, 4, 26)) == "Koningsdag"
    assert HOLIDAYS.name(date(2025, 4, 27)) is None
    assert HOLIDAYS.name(date(2026, 4, 27)) == "Koningsdag"
    assert HOLIDAYS.name(date(2013, 4, 30)) == "Koninginnedag"
    assert HOLIDAYS.name(date(2014, 4, 30)) is None


def test_a_year_without_a_known_decree_says_so():
    assert HOLIDAYS.decree_known(2026)
    assert not HOLIDAYS.decree_known(2021)


def test_no_stretch_without_a_working_day_is_longer_than_five_days():
    day = date(2015, 1, 1)
    while day < date(2041, 1, 1):
        assert HOLIDAYS.next_working_day(day) - day <= timedelta(days=5)
        day += timedelta(days=1)
