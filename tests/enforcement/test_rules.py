from datetime import UTC, datetime
from itertools import product

import pytest

from registry.enforcement.events import Event, EventKind
from registry.enforcement.rules import APPEAL_OM, ASSESSMENTS, FILING, PROCEDURES, BreachStatus, Judge, may_become
from registry.law import load
from registry.law.periods import holds
from registry.law.rules import RegimeCode

LAW = load()
S = BreachStatus


@pytest.mark.parametrize(("current", "to"), list(product(BreachStatus, BreachStatus)))
def test_a_human_assesses_and_only_a_court_proves(current, to):
    open_still = current is not S.PROVEN and current is not to
    assert may_become(current, to, Judge.HUMAN) is (open_still and to in ASSESSMENTS)
    assert may_become(current, to, Judge.COURT) is (open_still and to is S.PROVEN)


def test_nobody_makes_a_breach_suspected_again():
    assert not any(may_become(current, S.SUSPECTED, judge) for current in S for judge in Judge)


@pytest.mark.parametrize("code", RegimeCode)
def test_every_regime_has_a_procedure_with_an_end(code):
    rows = [row for row in PROCEDURES if code in row.regimes]
    assert rows
    assert all(row.ends and row.summary_nl and row.expected for row in rows)


def test_at_most_one_procedure_of_a_regime_holds_on_a_day():
    days = {day for row in PROCEDURES for day in (row.valid_from, row.valid_until) if day}
    for code, day in product(RegimeCode, days):
        assert sum(code in row.regimes and holds(row, day) for row in PROCEDURES) <= 1


def test_every_term_in_the_table_of_procedures_exists_in_law_with_the_same_start():
    known = {row.id: row for row in LAW.terms}
    rules = [rule for row in PROCEDURES for rule in row.clocks]
    assert {rule.term for rule in rules} <= set(known)
    other = {rule.term for rule in rules if rule.start.kind != known[rule.term].start}
    assert other == {"T11-OM", "T13", "T42", "T42-6", "T43"}


def test_every_clock_starts_with_an_event_the_procedure_expects():
    for row in PROCEDURES:
        assert {rule.start.kind for rule in row.clocks} <= set(row.expected)
        assert {pattern.kind for pattern in row.ends} <= set(row.expected)


@pytest.mark.parametrize(
    ("details", "is_filing", "is_appeal"),
    [
        ({}, True, False),
        ({"demand": "custody"}, True, False),
        ({"demand": "execution"}, False, False),
        ({"demand": "appeal"}, False, False),
        ({"demand": "appeal", "party": "prosecution"}, False, True),
        ({"demand": "appeal", "party": "subject"}, False, False),
        ({"demand": "custody", "party": "prosecution"}, True, False),
    ],
)
def test_a_missing_detail_never_hides_a_demand_nor_invents_an_appeal(details, is_filing, is_appeal):
    event = Event(EventKind.FILING, datetime(2026, 11, 20, 12, tzinfo=UTC), "1", details)
    assert FILING.matches(event) is is_filing
    assert APPEAL_OM.matches(event) is is_appeal
