from datetime import date

import pytest

from registry.law import load
from registry.orders.force.case import RegimeFlags
from registry.orders.force.wording import reasons_nl
from registry.orders.rules import OrderStatus
from tests.orders.test_status import NOW, detained, judge, local, message


@pytest.mark.parametrize(
    ("immediately", "present", "served_on", "told"),
    [
        (True, False, None, "bij afwezigheid gegeven en dadelijk uitvoerbaar; betekening is niet bekend."),
        (True, None, None, "dadelijk uitvoerbaar; aanwezigheid bij de uitspraak en betekening zijn niet bekend."),
        (None, False, None, "bij afwezigheid gegeven; of zij dadelijk uitvoerbaar of betekend is, is niet bekend."),
        (True, False, date(2026, 11, 21), "betekend met ingang van 21 november 2026."),
    ],
)
def test_an_order_not_served_claims_no_more_than_is_known(immediately, present, served_on, told):
    facts = {"immediately_enforceable": immediately, "imposed_in_presence": present, "served_on": served_on}
    assert reasons_nl(judge(**facts).reasons)[0].endswith(told)


def test_the_day_the_law_allows_moves_with_the_days_on_which_the_clock_stood_still():
    flags = RegimeFlags.of(load().regime("SBA", NOW.date()))
    facts = {"regime": "SBA", "starts_on": date(2025, 11, 1), "ends_on": None}
    assert judge(flags=flags, **facts).status is OrderStatus.EXPIRED_VERIFY
    around = detained(local(2026, 1, 1), local(2026, 3, 1))
    assert judge(flags=flags, around=around, **facts).status is OrderStatus.IN_FORCE


def test_an_ending_or_suspension_still_to_come_is_told():
    ending_at = local(2026, 12, 1)
    ended = judge(message(1, "new"), message(2, "end", ending_at))
    suspended = judge(message(1, "new"), message(2, "suspension", ending_at))
    assert reasons_nl(ended.reasons)[1:] == ["Volgens bericht 2 eindigt het bevel op 1 december 2026 om 00:00 uur."]
    assert reasons_nl(suspended.reasons)[1].startswith("Volgens bericht 2 wordt het bevel geschorst op 1 december")
    assert len(judge(message(1, "new"), message(2, "end", ending_at), now=ending_at).reasons) == 1


def test_an_order_neither_enforceable_at_once_nor_known_to_be_final_says_so():
    found = judge(immediately_enforceable=False)
    assert "niet dadelijk uitvoerbaar" in reasons_nl(found.reasons)[-1]
    assert found.to_be_verified
    final = judge(immediately_enforceable=False, final_on=date(2026, 11, 10))
    assert len(final.reasons) == 1 and not final.to_be_verified
