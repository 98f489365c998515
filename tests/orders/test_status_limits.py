"""How long an order can be in force by law, with the renewals that were told and no others."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.orders.force.binding import bound
from registry.orders.force.case import Surroundings
from registry.orders.force.standing import flags_of
from registry.orders.force.status import status
from registry.orders.force.wording import reasons_nl
from registry.orders.rules import OrderFacts, OrderStatus, fold
from tests.orders.test_status import NOW, local, message

AROUND = Surroundings(unconfirmed_after=timedelta(days=4000))


def order(regime, start_on, ends_on=None, **facts):
    return OrderFacts(regime, decided_on=start_on, starts_on=start_on, ends_on=ends_on, **facts)


def judge(told, *later, now=NOW):
    """The status of an order whose later messages, of these kinds, tell the same."""
    chain = [message(1, "new", order=told), *(message(place, kind, order=told) for place, kind in enumerate(later, 2))]
    current = fold(chain)
    return status(current, flags_of(current), AROUND, now)


@pytest.mark.parametrize(
    ("regime", "last_start_on"),
    [
        ("HV", date(2026, 11, 10)),
        ("GDA", date(2026, 8, 23)),
        ("BGM", date(2026, 8, 21)),
        ("EPO_IN", date(2025, 11, 21)),
        ("VBM", date(2021, 11, 21)),
        ("GVM", date(2021, 11, 21)),
    ],
)
def test_without_end_date_an_order_is_in_force_as_long_as_one_decision_can_last_and_no_day_longer(
    regime, last_start_on
):
    facts = {"immediately_enforceable": True, "imposed_in_presence": True}
    assert judge(order(regime, last_start_on, **facts)).status is OrderStatus.IN_FORCE
    past = judge(order(regime, last_start_on - timedelta(days=1), **facts))
    assert (past.status, past.to_be_verified) == (OrderStatus.EXPIRED_VERIFY, True)
    assert "zonder verdere verlenging" in reasons_nl(past.reasons)[0]


@pytest.mark.parametrize(("regime", "start_on"), [("CIV", date(2020, 1, 1)), ("SVH", date(2020, 1, 1))])
def test_where_the_law_knows_no_maximum_an_order_without_end_date_goes_on(regime, start_on):
    assert judge(order(regime, start_on)).status is OrderStatus.IN_FORCE


@pytest.mark.parametrize(
    ("regime", "start_on", "renewals", "expected"),
    [
        ("HV", date(2026, 11, 1), 0, OrderStatus.EXPIRED_VERIFY),
        ("HV", date(2026, 11, 1), 1, OrderStatus.IN_FORCE),
        ("HV", date(2026, 10, 20), 1, OrderStatus.EXPIRED_VERIFY),
        ("GDA", date(2026, 6, 1), 0, OrderStatus.EXPIRED_VERIFY),
        ("GDA", date(2026, 6, 1), 1, OrderStatus.IN_FORCE),
        ("GDA", date(2026, 1, 1), 1, OrderStatus.EXPIRED_VERIFY),
        ("GDA", date(2026, 1, 1), 3, OrderStatus.IN_FORCE),
        ("GDA", date(2025, 11, 1), 9, OrderStatus.EXPIRED_VERIFY),
        ("GVM", date(2020, 2, 1), 0, OrderStatus.EXPIRED_VERIFY),
        ("GVM", date(2020, 2, 1), 1, OrderStatus.IN_FORCE),
    ],
)
def test_each_renewal_that_was_told_lengthens_it_whether_by_a_message_or_by_its_number(
    regime, start_on, renewals, expected
):
    told = order(regime, start_on)
    assert judge(told, *["extension"] * renewals).status is expected
    assert judge(replace(told, renewals=renewals)).status is expected
    assert judge(replace(told, renewals=renewals), *["extension"] * renewals).status is expected


def test_a_renewal_that_was_taken_back_lengthens_nothing():
    told = order("HV", date(2026, 11, 1))
    chain = [message(1, "new", order=told), message(2, "extension", order=told)]
    chain.append(message(3, "correction", order=told, corrects=2))
    current = fold(chain)
    assert status(current, flags_of(current), AROUND, NOW).status is OrderStatus.EXPIRED_VERIFY


@pytest.mark.parametrize(
    ("told", "last_lawful"),
    [
        (order("HV", date(2026, 11, 12), date(2026, 11, 22)), date(2026, 11, 22)),
        (order("GDA", date(2026, 8, 24), date(2026, 11, 21)), date(2026, 11, 21)),
    ],
)
def test_an_end_date_beyond_one_decision_is_a_doubt_unless_a_renewal_explains_it(told, last_lawful):
    assert not judge(told).to_be_verified
    longer = replace(told, ends_on=last_lawful + timedelta(days=1))
    found = judge(longer)
    assert (found.status, found.to_be_verified) == (OrderStatus.IN_FORCE, True)
    assert any("langer dan de wet toelaat met de verlengingen" in line for line in reasons_nl(found.reasons))
    assert not judge(longer, "extension").to_be_verified


def test_beyond_what_its_law_allows_an_order_without_end_date_does_not_bind_positions_either():
    for told, ends in ((order("HV", date(2026, 11, 10)), local(2026, 11, 21)), (order("CIV", date(2026, 1, 1)), None)):
        current = fold([message(1, "new", order=told)])
        (stretch,) = bound(current, flags_of(current), ())
        assert stretch.until_at == ends


@given(
    st.sampled_from(["HV", "GDA", "BGM", "EPO_IN", "VBM", "REG606"]),
    st.integers(0, 3),
    st.integers(1, 2000),
    st.booleans(),
)
def test_no_order_is_without_doubt_in_force_longer_than_the_law_allows_with_its_renewals(
    regime, renewals, age_days, has_end
):
    start_on = NOW.date() - timedelta(days=age_days)
    facts = {"immediately_enforceable": True, "imposed_in_presence": True, "renewals": renewals}
    last_on = NOW.date() + timedelta(days=1) if has_end else NOW.date()
    told = order(regime, start_on, last_on if has_end else None, **facts)
    current = fold([message(1, "new", order=told)])
    flags = flags_of(current)
    found = status(current, flags, AROUND, NOW)
    beyond = last_on > flags.longest.last_day(start_on)
    assert beyond is (found.to_be_verified if has_end else found.status is OrderStatus.EXPIRED_VERIFY)
