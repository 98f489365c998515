from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from registry.alerts.models import Alert
from registry.enforcement.pattern.rules import Happening, Severity, accumulated, pattern
from registry.law import LawTableError, load
from tests.enforcement.conftest import after, fact, instant
from tests.orders.orders import PROTECTED, SUBJECT
from tests.world import NOW

HER = replace(PROTECTED, bsn="111222333")
MANY = next(row for row in load().accumulations if row.code == "many")


def ago(days, severity=None):
    return Happening(NOW - timedelta(days=days), severity)


def test_a_pattern_counts_weighs_and_says_whether_it_grows():
    light, severe = Severity.LIGHT, Severity.SEVERE
    found = pattern([ago(50), ago(20, light), ago(10), ago(9, severe), ago(-1)], NOW)
    assert (found.total, found.severe, found.last_14_days, found.last_30_days, found.before_30_days) == (4, 1, 2, 3, 1)
    assert (found.trend, found.severe_after_light) == ("rising", True)
    assert (found.shortest_gap, found.last_gap) == (timedelta(days=1), timedelta(days=1))


@pytest.mark.parametrize(
    ("days", "trend"), [([], "none"), ([5], "rising"), ([40], "falling"), ([5, 40], "steady"), ([100], "none")]
)
def test_the_trend_is_that_of_the_last_sixty_days(days, trend):
    assert pattern([ago(each) for each in days], NOW).trend == trend


def slow_count(days, around, length):
    """The most days in any stretch of so many that holds `around`, by trying every beginning."""
    best = 0
    for begin in range(around - length, around + 1):
        best = max(best, sum(begin <= each <= begin + length for each in days))
    return best


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12), st.integers(2, 20))
def test_accumulation_is_the_fullest_stretch_around_a_breach(days, length):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    happenings = [Happening(start + timedelta(days=each), None) for each in days]
    around = days[0]
    found = accumulated(happenings, start + timedelta(days=around), replace(MANY, within_days=length))
    assert found == slow_count(days, around, length)


def test_only_breaches_of_the_weight_that_a_rule_names_count_and_who_has_not_said_counts_it_light():
    severe = replace(MANY, severity="severe")
    light = replace(MANY, severity="light")
    told = [ago(1, Severity.SEVERE), ago(2), ago(3, Severity.LIGHT)]
    assert accumulated(told, NOW - timedelta(days=1), severe) == 1
    assert accumulated(told, NOW - timedelta(days=2), light) == 2


def test_a_rule_that_cannot_be_is_refused(tmp_path):
    path = tmp_path / "policy.toml"
    row = '[[accumulation]]\ncode = "x"\ntitle_nl = "X"\ncount = 1\nwithin_days = 0\npriority = 2\n'
    path.write_text(row + 'source = "x"\nconfidence = "configuration"\n', encoding="utf-8")
    with pytest.raises(LawTableError, match="accumulation x"):
        load(path)


def calls(shared):
    with shared.database.reading() as session:
        rows = session.scalars(select(Alert).where(Alert.alert_class == "breach_accumulation").order_by(Alert.id))
        return [(one.title_nl, one.priority, one.closed_at is None) for one in rows]


def happened(chain, order_id, days, hours=0):
    at = chain.clock.now() - timedelta(days=days, hours=hours)
    return chain.breach(order_id, occurredFrom=instant(at), occurredUntil=instant(at + timedelta(minutes=5)))


def test_five_breaches_of_a_pair_in_fourteen_days_call_a_human_once(chain, shared):
    first = chain.order(protected=(HER,))
    second = chain.order(number="CJIB-2026-000124", regime="SVH", protected=(HER,))
    elsewhere = chain.order(
        number="CJIB-2026-000125",
        protected=(replace(PROTECTED, surname="Anders", phones=(), addresses=(), birth_date=None),),
    )
    for days in (12, 10, 8):
        happened(chain, first, days)
        happened(chain, elsewhere, days, hours=1)
    happened(chain, second, 6)
    happened(chain, first, 40)
    assert calls(shared) == []
    last = happened(chain, second, 4)
    assert calls(shared) == [("Opeenstapeling van overtredingen: 5 in 14 dagen", 2, True)]
    happened(chain, second, 2)
    assert len(calls(shared)) == 1
    chain.police.post(f"/v1/breaches/{last['id']}/assessments", {"status": "unfounded", "reason": "Niet hij."})
    assert calls(shared)[0][2] is True


def test_a_call_is_taken_back_when_too_few_are_left(chain, shared):
    order_id = chain.order()
    made = [happened(chain, order_id, days) for days in (10, 8, 6, 4, 2)]
    assert calls(shared)[0][2] is True
    finding = {"status": "permitted", "reason": "Afgesproken.", "exemption": "Overdracht van het kind."}
    chain.police.post(f"/v1/breaches/{made[0]['id']}/assessments", finding)
    assert calls(shared)[0][2] is False


def test_two_severe_breaches_are_a_call_of_their_own(chain, shared):
    order_id = chain.order()
    for days in (9, 3):
        breach = happened(chain, order_id, days)
        finding = {"status": "plausible", "reason": "Met een mes.", "provable": "well", "severity": "severe"}
        chain.police.post(f"/v1/breaches/{breach['id']}/assessments", finding)
    assert calls(shared) == [("Herhaalde ernstige overtredingen: 2 in 30 dagen", 1, True)]


def test_the_pattern_shows_each_breach_its_numbers_and_the_reactions_to_it(chain, clock):
    first = chain.order(protected=(HER,))
    second = chain.order(number="CJIB-2026-000124", regime="SVH", protected=(HER,))
    early, unfounded, late = happened(chain, second, 30), happened(chain, first, 20), happened(chain, first, 10)
    chain.police.post(f"/v1/breaches/{unfounded['id']}/assessments", {"status": "unfounded", "reason": "Niet hij."})
    body = {"breachId": late["id"], "event": fact("arrest", instant(clock.at - timedelta(days=1)))}
    started = chain.police.post("/v1/proceedings", body).json
    warned = fact("prosecutor_decision", instant(clock.at), decision="warning")
    after(chain, started, warned)
    found = chain.prosecution.get(f"/v1/orders/{first}/breach-pattern").json
    assert [(one["id"], one["number"], one["pairNumber"]) for one in found["breaches"]] == [
        (early["id"], None, 1), (unfounded["id"], None, None), (late["id"], 1, 2),
    ]  # fmt: skip
    assert [(one["kind"], one["value"]) for one in found["breaches"][2]["reactions"]] == [
        ("arrest", None), ("prosecutor_decision", "warning"),
    ]  # fmt: skip
    assert (found["ofOrder"]["total"], found["ofPair"]["total"]) == (1, 2)
    assert chain.stranger.get(f"/v1/orders/{first}/breach-pattern").status_code == 404
    assert SUBJECT.surname not in chain.police.get(f"/v1/orders/{first}/breach-pattern").text
