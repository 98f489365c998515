from dataclasses import replace
from datetime import date

import pytest

from registry.law import load
from registry.law.checks import LawTableError
from registry.law.pauses import pause_faults
from registry.law.rules import Confidence
from registry.law.table import read

LAW = load()
TODAY = date(2026, 11, 23)


def test_each_regime_whose_clock_can_stand_says_whether_its_ban_binds_and_that_nobody_confirmed_it():
    stopping = {row.code for row in LAW.regimes if row.clock_stops}
    assert "GVM" in stopping
    for code in stopping:
        row = LAW.pause(code, TODAY)
        assert row.confidence is Confidence.CONFIGURATION
        assert "te bevestigen door een jurist" in row.source
    assert LAW.pause("HV", TODAY) is None


def test_a_regime_of_which_nothing_or_two_things_are_said_is_a_fault():
    others = [row for row in LAW.pauses if "GVM" not in row.regimes]
    (gvm,) = [row for row in LAW.pauses if "GVM" in row.regimes]
    assert pause_faults(others, LAW.regimes) == ["pause GVM: nothing says whether the ban binds while the clock stands"]
    assert pause_faults([*LAW.pauses, gvm], LAW.regimes) == ["pause GVM: two rows hold at once"]
    until, since = replace(gvm, valid_until=date(2026, 12, 31)), replace(gvm, valid_from=date(2027, 1, 1))
    assert pause_faults([*others, until, since], LAW.regimes) == []


def test_a_table_is_read_again_from_its_text_and_is_the_same():
    again = read(LAW.text)
    assert again == LAW
    assert again.hash == LAW.hash


def test_a_text_with_a_row_that_cannot_be_read_is_refused():
    with pytest.raises(LawTableError, match="binds"):
        read(LAW.text.replace('"binds": true', '"binds": "soms"', 1))
