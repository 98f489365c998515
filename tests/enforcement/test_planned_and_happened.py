import random
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.enforcement.procedure.details import CODES, REQUIRED
from registry.enforcement.procedure.events import EventKind
from registry.enforcement.procedure.irregular import irregularities
from registry.enforcement.procedure.planning import objections
from registry.law.rules import RegimeCode
from tests.enforcement.conftest import fact, instant
from tests.enforcement.test_rules_clocks import EVENTS, FRAMES, LAW

# What a fact is called that goes against what a plan of it would be refused for.
NAMED = {
    "not_allowed": {"unexpected"},
    "not_yet": {"not_preceded"},
    "outcome_unknown": {"unexpected_outcome"},
    "taken": {"repeated"},
    "too_late": {"late", "late_arguable", "planned_late"},
}


@given(FRAMES, EVENTS, st.data())
def test_what_is_refused_as_a_plan_names_its_article_and_names_the_same_one_once_it_has_happened(frame, events, data):
    planned = data.draw(EVENTS.filter(lambda found: found and found[0].id not in {one.id for one in events}))[0]
    refused = objections(frame, events, planned, LAW)
    assert all(one.text_nl and one.source for one in refused)
    happened = irregularities(frame, [*events, planned], LAW)
    assert all(one.text_nl and one.source for one in happened)
    found = {(one.code, one.source) for one in happened}
    for one in refused:
        named = {(code, one.source) for code in NAMED.get(one.code, ())}
        assert not named or named & found, (one, happened)


def facts(clock, chance):
    """A few facts of different kinds, each at its own moment of the last fifty days, told in no order."""
    told = []
    for kind in chance.sample([one for one in EventKind if one is not EventKind.ARREST], 6):
        details = {name: chance.choice(codes) for name, codes in CODES.get(kind, {}).items() if name != "because"}
        if details.get("decision") == "no_action":
            details["because"] = "disproportionate"
        if "hearing_at" in REQUIRED.get(kind, ()):
            details["hearingAt"] = instant(clock.at + timedelta(days=chance.randint(-50, 50)))
        if "days" in REQUIRED.get(kind, ()):
            details["days"] = chance.randint(1, 200)
        if "decided_by" in details:
            details["decidedBy"] = details.pop("decided_by")
        at = clock.at - timedelta(hours=chance.randint(0, 50 * 24))
        told.append(fact(kind.value, instant(at), **details))
    return told


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whatever_happened_is_recorded_in_every_regime_however_late_odd_or_out_of_order(chain, clock):
    chance = random.Random(20261127)
    clock.forward(days=60)
    for regime in RegimeCode:
        first = fact("arrest", instant(clock.at - timedelta(days=chance.randint(1, 50))))
        started = chain.proceeding(regime.value, first, number=f"CJIB-{uuid4().hex[:12]}")
        told = facts(clock, chance)
        answers = [chain.record(started, one) for one in told]
        assert {one.status_code for one in answers} == {201}, (regime, told)
        shown = answers[-1].json
        assert len(shown["events"]) == len(told) + 1
        assert all(one["source"] and one["text"] for one in shown["irregularities"])
