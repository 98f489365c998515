"""An order that lasts days of 24 hours ends at the hour at which it began; untold, its last day is in doubt."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.orders.force.binding import bound
from registry.orders.force.standing import flags_of
from registry.orders.force.wording import reasons_nl
from registry.orders.rules import OrderFacts, OrderStatus, fold
from tests.orders.test_status import local, message
from tests.orders.test_status_limits import judge

IMPOSED_ON = date(2026, 11, 10)
IMPOSED_AT, OVER_AT = local(2026, 11, 10, 15, 30), local(2026, 11, 20, 15, 30)
HOUSE_BAN = OrderFacts("HV", decided_on=IMPOSED_ON, starts_on=IMPOSED_ON, ends_on=date(2026, 11, 20))
TIMED = replace(HOUSE_BAN, starts_at=IMPOSED_AT, ends_at=OVER_AT)
MOMENT = timedelta(microseconds=1)


def test_with_its_hours_told_it_begins_and_ends_at_them_and_nothing_is_in_doubt():
    assert judge(TIMED, now=IMPOSED_AT - MOMENT).status is OrderStatus.NOT_YET
    found = judge(TIMED, now=IMPOSED_AT)
    assert (found.status, found.to_be_verified, found.until) == (OrderStatus.IN_FORCE, False, OVER_AT)
    assert reasons_nl(found.reasons) == ["Het bevel is ingegaan en geldt tot 20 november 2026 om 15:30 uur."]
    assert judge(TIMED, now=OVER_AT - MOMENT).status is OrderStatus.IN_FORCE
    assert judge(TIMED, now=OVER_AT).status is OrderStatus.EXPIRED_VERIFY


def test_without_its_hours_the_last_day_is_in_doubt_and_no_other():
    for at, expected in (
        (local(2026, 11, 19, 23, 59), False),
        (local(2026, 11, 20), True),
        (local(2026, 11, 20, 23, 59), True),
    ):
        found = judge(HOUSE_BAN, now=at)
        assert (found.status, found.to_be_verified) == (OrderStatus.IN_FORCE, expected)
        assert any("Het kan vandaag al zijn afgelopen" in line for line in reasons_nl(found.reasons)) is expected


def test_a_last_day_that_is_whole_in_any_case_is_not_in_doubt():
    told = replace(HOUSE_BAN, ends_on=date(2026, 11, 19))
    assert not judge(told, now=local(2026, 11, 19, 12)).to_be_verified


def test_without_an_end_its_first_hour_tells_when_it_is_over():
    told = replace(HOUSE_BAN, ends_on=None, starts_at=IMPOSED_AT)
    assert not judge(told, now=OVER_AT - MOMENT).to_be_verified
    assert judge(told, now=OVER_AT).status is OrderStatus.EXPIRED_VERIFY
    unknown = replace(told, starts_at=None)
    assert judge(unknown, now=local(2026, 11, 20, 12)).to_be_verified
    assert judge(unknown, now=local(2026, 11, 21)).status is OrderStatus.EXPIRED_VERIFY


def test_an_end_hours_beyond_what_the_law_allows_is_a_doubt():
    assert not judge(TIMED, now=local(2026, 11, 15)).to_be_verified
    longer = replace(TIMED, ends_at=OVER_AT + timedelta(hours=1))
    assert any("langer dan de wet" in line for line in reasons_nl(judge(longer, now=local(2026, 11, 15)).reasons))


@pytest.mark.parametrize("regime", ["VV", "GDA", "BGM"])
def test_an_order_that_lasts_whole_days_is_not_in_doubt_on_its_last(regime):
    facts = {"immediately_enforceable": True, "imposed_in_presence": True}
    told = replace(HOUSE_BAN, regime=regime, **facts)
    assert not judge(told, now=local(2026, 11, 20, 12)).to_be_verified


def test_an_extended_order_is_in_doubt_on_whatever_day_it_ends():
    told = replace(HOUSE_BAN, ends_on=date(2026, 11, 30), renewals=1)
    assert not judge(told, now=local(2026, 11, 29, 12)).to_be_verified
    assert judge(told, now=local(2026, 11, 30, 12)).to_be_verified


def test_positions_are_held_against_it_from_hour_to_hour():
    current = fold([message(1, "new", order=TIMED)])
    (stretch,) = bound(current, flags_of(current), ())
    assert (stretch.from_at, stretch.until_at) == (IMPOSED_AT, OVER_AT)
