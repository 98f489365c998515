"""From when an order holds that is not known to work at once: never before the earliest day that its law allows."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.orders.force.binding import bound
from registry.orders.force.standing import flags_of
from registry.orders.force.status import status
from registry.orders.force.wording import reasons_nl
from registry.orders.rules import OrderFacts, OrderStatus, fold
from tests.orders.test_status import AROUND, NOW, local, message

DECIDED_ON = date(2026, 11, 19)
# The fifteenth day after the judgment is Friday 4 December 2026.
EARLIEST_ON = date(2026, 12, 4)
VV = OrderFacts("VV", decided_on=DECIDED_ON, starts_on=DECIDED_ON, ends_on=date(2028, 11, 18), imposed_in_presence=True)
VBM = replace(VV, regime="VBM")
SBA = OrderFacts("SBA", decided_on=date(2026, 11, 10), starts_on=date(2026, 11, 10), ends_on=date(2027, 11, 9))


def judge(told, now=NOW):
    current = fold([message(1, "new", order=told)])
    return status(current, flags_of(current), AROUND, now)


@pytest.mark.parametrize("told", [VV, VBM])
@pytest.mark.parametrize(("immediately", "in_doubt_before"), [(False, False), (None, True)])
def test_a_judgment_not_known_to_work_at_once_waits_for_the_earliest_finality_and_is_in_doubt_after_it(
    told, immediately, in_doubt_before
):
    told = replace(told, immediately_enforceable=immediately)
    before = judge(told, local(2026, 12, 3, 23, 59))
    assert (before.status, before.to_be_verified) == (OrderStatus.NOT_YET, in_doubt_before)
    assert before.until == local(2026, 12, 4)
    assert "niet vóór 4 december 2026" in reasons_nl(before.reasons)[0]
    after = judge(told, local(2026, 12, 4))
    assert (after.status, after.to_be_verified) == (OrderStatus.IN_FORCE, True)
    assert any("onherroepelijk werd" in line for line in reasons_nl(after.reasons))


@pytest.mark.parametrize("told", [VV, VBM])
def test_a_judgment_that_works_at_once_or_became_final_is_in_force_without_doubt(told):
    assert judge(replace(told, immediately_enforceable=True)).status is OrderStatus.IN_FORCE
    final = replace(told, immediately_enforceable=False, final_on=DECIDED_ON + timedelta(days=1))
    assert (judge(final).status, judge(final).to_be_verified) == (OrderStatus.IN_FORCE, False)


def test_a_start_later_than_the_earliest_finality_is_kept_and_says_whether_it_is_final():
    told = replace(VV, immediately_enforceable=False, starts_on=date(2027, 1, 4))
    assert judge(told, local(2027, 1, 3, 23)).status is OrderStatus.NOT_YET
    assert judge(told, local(2027, 1, 4)).to_be_verified


def test_an_earliest_day_on_a_weekend_or_holiday_is_arguable_and_the_later_is_taken():
    # Fourteen days after Friday 11 December is Friday 25 December: Christmas, and so is the day after.
    told = replace(VV, decided_on=date(2026, 12, 11), starts_on=date(2026, 12, 11), immediately_enforceable=False)
    assert judge(told, local(2026, 12, 28, 23)).status is OrderStatus.NOT_YET
    assert judge(told, local(2026, 12, 29)).status is OrderStatus.IN_FORCE


@pytest.mark.parametrize("regime", ["GDA", "HV", "SVH", "GVM", "VI", "CIV"])
def test_where_the_law_waits_for_nothing_the_start_date_counts(regime):
    told = OrderFacts(regime, decided_on=date(2026, 11, 18), starts_on=date(2026, 11, 18), ends_on=date(2026, 11, 25))
    assert judge(told).status is OrderStatus.IN_FORCE
    assert not any("onherroepelijk" in line for line in reasons_nl(judge(told).reasons))


def test_a_penal_order_works_fifteen_days_after_its_service_unless_it_is_told_to_work_at_once():
    served = replace(SBA, served_on=date(2026, 11, 11))
    assert judge(served, local(2026, 11, 25, 23, 59)).status is OrderStatus.NOT_YET
    assert judge(served, local(2026, 11, 25)).to_be_verified
    later = judge(served, local(2026, 11, 26))
    assert (later.status, later.to_be_verified) == (OrderStatus.IN_FORCE, False)
    assert judge(replace(served, immediately_enforceable=True)).status is OrderStatus.IN_FORCE


def test_a_penal_order_of_unknown_service_is_in_doubt_from_the_earliest_day_on():
    assert judge(SBA, local(2026, 11, 24, 23)).status is OrderStatus.NOT_YET
    found = judge(SBA, local(2026, 11, 25))
    assert (found.status, found.to_be_verified) == (OrderStatus.IN_FORCE, True)
    assert any("betekening of toezending" in line for line in reasons_nl(found.reasons))


def test_positions_are_held_against_a_judgment_from_the_same_day_on():
    current = fold([message(1, "new", order=replace(VV, immediately_enforceable=False))])
    (stretch,) = bound(current, flags_of(current), ())
    assert stretch.from_at == local(2026, 12, 4)


def test_a_decision_that_is_dated_in_the_future_is_in_doubt_until_that_day():
    told = replace(VV, decided_on=date(2026, 11, 25), starts_on=date(2026, 11, 1), immediately_enforceable=True)
    found = judge(told)
    assert (found.status, found.to_be_verified) == (OrderStatus.IN_FORCE, True)
    assert any("datum in de toekomst (25 november 2026)" in line for line in reasons_nl(found.reasons))
    assert not judge(told, local(2026, 11, 25)).to_be_verified


def test_an_end_that_could_not_be_read_is_a_doubt_and_never_no_end_date():
    told = replace(VV, immediately_enforceable=True, ends_on=None, end_unreadable=True)
    found = judge(told)
    lines = reasons_nl(found.reasons)
    assert (found.status, found.to_be_verified) == (OrderStatus.IN_FORCE, True)
    assert not any("geen einddatum" in line for line in lines)
    assert any("einddatum in het bericht is niet leesbaar" in line for line in lines)
    assert not judge(replace(told, end_unreadable=False)).to_be_verified


def test_the_reasoning_names_the_earliest_day_among_those_that_can_be_argued_for():
    steps = {step.question: step for step in judge(replace(VV, immediately_enforceable=False)).steps}
    options = {(each.basis, each.on, each.taken) for each in steps["start"].options}
    assert ("start_by_law", EARLIEST_ON, True) in options
    assert ("start_of_message", DECIDED_ON, False) in options
