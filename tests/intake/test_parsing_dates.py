"""The dates of an order that its status rests on: what cannot be read is never taken for what was not told."""

from datetime import UTC, date, datetime

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


def test_the_hour_of_the_first_and_last_day_is_read_with_its_offset():
    told = {"order/startsAt": "2026-11-01T15:30:00+01:00", "order/endsAt": "2028-11-01T00:00:00+01:00"}
    facts = parse(told).message.content.facts
    assert facts.starts_at == datetime(2026, 11, 1, 14, 30, tzinfo=UTC)
    assert facts.ends_at == datetime(2028, 10, 31, 23, tzinfo=UTC)
    assert (facts.starts_on, facts.ends_on) == (date(2026, 11, 1), date(2028, 10, 31))
    assert not codes(told) & {"instant_not_on_day", "unknown_field"}


def test_an_hour_alone_tells_its_day_too():
    told = {"order/startsOn": None, "order/startsAt": "2026-11-01T23:30:00Z"}
    told |= {"order/endsOn": None, "order/endsAt": "2027-10-31T12:00:00+01:00"}
    facts = parse(told).message.content.facts
    assert (facts.starts_on, facts.ends_on) == (date(2026, 11, 2), date(2027, 10, 31))
    assert not codes(told) & {"start_missing", "end_missing"}


@pytest.mark.parametrize("name", ["startsAt", "endsAt"])
def test_an_hour_on_another_day_is_a_finding_and_not_used(name):
    told = {f"order/{name}": "2026-12-24T12:00:00+01:00"}
    facts = parse(told).message.content.facts
    assert (facts.starts_at, facts.ends_at) == (None, None)
    assert (facts.starts_on, facts.ends_on) == (date(2026, 11, 1), date(2028, 10, 31))
    assert "instant_not_on_day" in codes(told)


def test_an_hour_of_the_end_that_cannot_be_read_is_no_open_end():
    facts = parse({"order/endsOn": None, "order/endsAt": "half vier"}).message.content.facts
    assert (facts.ends_at, facts.end_unreadable) == (None, True)
