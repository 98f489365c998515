from itertools import product

import pytest

from registry.enforcement.rules import ASSESSMENTS, BreachStatus, Judge, may_become

S = BreachStatus


@pytest.mark.parametrize(("current", "to"), list(product(BreachStatus, BreachStatus)))
def test_a_human_assesses_and_only_a_court_proves(current, to):
    open_still = current is not S.PROVEN and current is not to
    assert may_become(current, to, Judge.HUMAN) is (open_still and to in ASSESSMENTS)
    assert may_become(current, to, Judge.COURT) is (open_still and to is S.PROVEN)


def test_nobody_makes_a_breach_suspected_again():
    assert not any(may_become(current, S.SUSPECTED, judge) for current in S for judge in Judge)
