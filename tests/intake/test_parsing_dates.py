"""The dates of an order that its status rests on: what cannot be read is never taken for what was not told."""

import pytest

from tests.intake.test_parsing_decision import codes, parse


@pytest.mark.parametrize("told", ["einde straf", "2028-13-40", 31, True, {"date": "2028-10-31"}, ["2028-10-31"]])
def test_an_end_that_cannot_be_read_is_kept_apart_from_no_end(told):
    facts = parse({"order/endsOn": told}).message.content.facts
    assert (facts.ends_on, facts.end_unreadable) == (None, True)
    assert "end_missing" not in codes({"order/endsOn": told})


@pytest.mark.parametrize("told", [None, "", "  "])
def test_an_end_that_is_not_told_is_no_end(told):
    facts = parse({"order/endsOn": told}).message.content.facts
    assert (facts.ends_on, facts.end_unreadable) == (None, False)
    assert "end_missing" in codes({"order/endsOn": told})
    assert "end_missing" not in codes({"order/endsOn": told, "order/regime": "CIV"})


def test_a_judgment_that_is_not_final_yet_is_asked_for_its_finality_only_once_it_can_be():
    told = {"order/immediatelyEnforceable": False, "order/decidedOn": "2026-11-10", "order/startsOn": None}
    assert "finality_missing" not in codes(told)
    assert "finality_missing" in codes(told | {"order/decidedOn": "2026-11-05"})
    assert not codes(told | {"order/finalOn": "2026-11-20"}) & {"finality_missing", "enforceability_unknown"}
    assert "enforceability_unknown" not in codes({"order/regime": "HV", "order/immediatelyEnforceable": None})
