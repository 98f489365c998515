from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.enforcement.procedure.events import EventKind
from registry.enforcement.procedure.ledger import bounds, ledger, refusal
from registry.law import load
from registry.orders.register.content import Amount, BreachPenalty
from tests.enforcement.conftest import after, fact, instant
from tests.enforcement.test_rules_clocks import event

LAW = load()
ON = date(2026, 11, 20)


def allowed(each=14, unit="day", maximum=None):
    told = {"each": {"amount": each, "unit": unit}}
    return bounds(LAW, ON, told | ({"maximum": maximum} if maximum else {}))


def ordered(hours, days, decision="granted"):
    return event("examining_judge_decision", hours, decision=decision, days=str(days))


def executed(hours, days):
    return event("detention_executed", hours, days=str(days))


@pytest.mark.parametrize(
    ("each", "unit", "days"), [(14, "day", 14), (2, "week", 14), (1, "month", 30), (500, "eur", None)]
)
def test_what_the_judgment_sets_is_counted_in_days_of_which_a_month_has_thirty(each, unit, days):
    assert allowed(each, unit).each == days
    assert (allowed().least, allowed().most, allowed().total) == (3, 180, 180)
    assert allowed(maximum={"amount": 3, "unit": "month"}).total == 90


def test_the_ledger_says_what_was_ordered_executed_and_is_left():
    found = ledger([ordered(5, 14), executed(30, 10), ordered(400, 7), event("arrest", 0)], allowed())
    assert (found.ordered, found.executed, found.waiting, found.left) == (21, 10, 11, 170)
    assert found.over == ()


def test_a_refusal_orders_nothing_and_more_than_the_judgment_or_the_law_allows_is_named():
    assert ledger([ordered(5, 14, "refused")], allowed()).ordered == 0
    found = ledger([ordered(5, 20), executed(30, 170), executed(60, 20)], allowed())
    assert [(one.entry.kind, one.entry.days, one.source) for one in found.over] == [
        ("ordered", 20, "art. 38w lid 2 Sr (tekst 2015)"),
        ("executed", 20, "art. 38w lid 3, 88 Sr (tekst 2015)"),
    ]
    assert "190 dagen ten uitvoer gelegd; ten hoogste 180" in found.over[1].text_nl
    assert found.left == 0


def test_a_plan_beyond_what_is_left_is_refused_with_the_article():
    found = ledger([executed(1, 175)], allowed())
    assert refusal(found, EventKind.DETENTION_EXECUTED, {"days": "5"}) is None
    assert "nog 5 van 180 dagen" in refusal(found, EventKind.DETENTION_EXECUTED, {"days": "6"})[0]
    assert "38w" in refusal(found, EventKind.DETENTION_EXECUTED, {"days": "6"})[1]
    assert "14 dagen per overtreding" in refusal(found, EventKind.EXAMINING_JUDGE_DECISION, {"days": "15"})[0]
    assert refusal(found, EventKind.ARREST, {}) is None


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 60), st.booleans()), max_size=12), st.randoms())
def test_the_order_of_recording_changes_nothing_and_nothing_is_left_below_none(told, random):
    facts = [
        (executed if is_executed else ordered)(hours + place / 100, days)
        for place, (hours, days, is_executed) in enumerate(told)
    ]
    mixed = facts[:]
    random.shuffle(mixed)
    one, other = ledger(facts, allowed()), ledger(mixed, allowed())
    assert one == other
    assert one.left == max(0, 180 - sum(days for _, days, is_executed in told if is_executed))
    assert 0 <= one.waiting <= one.left


PENALTY = BreachPenalty(Amount(14, "day"))


def test_the_ledger_of_an_order_counts_every_proceeding_on_it_and_is_shown_to_those_it_concerns(chain, clock):
    started = chain.proceeding("VBM", fact("arrest", instant(clock.at)), breach_penalty=PENALTY)
    at = instant(clock.at)
    after(chain, started, fact("filing", at, demand="custody"))
    after(chain, started, fact("examining_judge_decision", at, decision="partially_granted", days=10))
    path = f"/v1/orders/{started['orderId']}/substitute-detention"
    assert chain.prosecution.get(path).json["leftDays"] == 180
    clock.forward(days=20)
    after(chain, started, fact("detention_executed", instant(clock.at), days=10))
    breach = chain.breach(started["orderId"], occurredFrom=instant(clock.at - timedelta(hours=2)))
    body = {"breachId": breach["id"], "event": fact("arrest", instant(clock.at))}
    second = chain.police.post("/v1/proceedings", body).json
    after(chain, second, fact("filing", instant(clock.at), demand="custody"))
    after(chain, second, fact("examining_judge_decision", instant(clock.at), decision="granted", days=14))
    found = chain.prosecution.get(path).json
    told = {name: found[name] for name in ("eachBreachDays", "orderedDays", "executedDays", "waitingDays", "leftDays")}
    assert told == {
        "eachBreachDays": 14, "orderedDays": 24, "executedDays": 10, "waitingDays": 14, "leftDays": 170,
    }  # fmt: skip
    assert [(one["kind"], one["days"], one["beyond"]) for one in found["entries"]] == [
        ("ordered", 10, False), ("executed", 10, False), ("ordered", 14, False),
    ]  # fmt: skip
    assert chain.stranger.get(path).status_code == 404
    plain = chain.order("VV", number="CJIB-2026-000777")
    assert chain.prosecution.get(f"/v1/orders/{plain}/substitute-detention").status_code == 404


def test_days_beyond_the_most_of_a_measure_are_recorded_and_named_with_the_article_in_their_own_proceeding(
    chain, clock
):
    first = chain.proceeding("VBM", breach_penalty=PENALTY)
    breach = chain.breach(first["orderId"], occurredFrom=instant(clock.at - timedelta(hours=2)))
    body = {"breachId": breach["id"], "event": fact("arrest", instant(clock.at))}
    second = chain.police.post("/v1/proceedings", body).json
    clock.forward(days=200)
    late, early = (fact("detention_executed", instant(clock.at - timedelta(days=back)), days=95) for back in (0, 100))
    # What brings it beyond the most is what happened last, whichever was recorded first.
    after(chain, second, late)
    after(chain, first, early)
    shown = chain.prosecution.get(f"/v1/proceedings/{second['id']}").json
    (beyond,) = [one for one in shown["irregularities"] if one["code"] == "beyond_ledger"]
    assert (beyond["eventId"], beyond["source"]) == (shown["events"][-1]["id"], "art. 38w lid 3, 88 Sr (tekst 2015)")
    assert beyond["text"] == "Van deze maatregel zijn hiermee 190 dagen ten uitvoer gelegd; ten hoogste 180 kan."
    before = chain.prosecution.get(f"/v1/proceedings/{first['id']}").json["irregularities"]
    assert "beyond_ledger" not in {one["code"] for one in before}
    book = chain.prosecution.get(f"/v1/orders/{first['orderId']}/substitute-detention").json
    assert [one["beyond"] for one in book["entries"]] == [False, True]
    after(chain, first, fact("outcome", instant(clock.at), outcome="execution", decidedBy="court", days=15))
    told = chain.prosecution.get(f"/v1/proceedings/{first['id']}").json["irregularities"]
    assert ("beyond_ledger", "art. 38w lid 2 Sr (tekst 2015)") in {(one["code"], one["source"]) for one in told}
