from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.law import load
from registry.orders.force.binding import bound
from registry.orders.force.case import RegimeFlags
from registry.orders.force.period import DETAINED, UNLAWFULLY_ABSENT, Detention
from registry.orders.force.reasoning import Outcome
from registry.orders.force.sentences import BASES, QUESTIONS
from registry.orders.force.wording import reasons_nl
from registry.orders.rules import ENDING_KINDS, OrderStatus, fold
from tests.orders.test_status import (
    AROUND,
    FLAGS,
    NOW,
    ORDER,
    detained,
    detentions,
    facts,
    instants,
    judge,
    kinds,
    local,
    message,
)

LAW = load()


def flags(regime, on=None):
    on = on or NOW.date()
    return RegimeFlags.of(LAW.regime(regime, on), LAW.pause(regime, on))


def step(found, question):
    (one,) = [each for each in found.steps if each.question == question]
    return one


def told(found, question):
    return " ".join(reasons_nl(step(found, question).reasons))


def days(found, question):
    return [(each.on, each.basis, each.taken) for each in step(found, question).options]


def test_each_question_is_answered_in_the_order_in_which_it_is_asked():
    found = judge()
    assert [each.question for each in found.steps] == [
        *("messages", "basis", "ending", "suspension", "start", "end", "service", "clock", "confirmation"),
        "conclusion",
    ]
    assert {each.outcome for each in found.steps} == {Outcome.TOLD, Outcome.PASSES}
    assert told(found, "conclusion").startswith("Het bevel is op 20 november 2026 om 13:00 uur geldig.")


def test_a_step_names_the_article_that_it_rests_on():
    found = judge(immediately_enforceable=True, imposed_in_presence=False, flags=flags("VV"))
    assert (
        step(found, "service").reasons[0].source == "Aanwijzing voorwaardelijke vrijheidsstraffen (2013A004) par. 2.9"
    )
    assert step(found, "clock").reasons[0].source == "art. 6:1:18 lid 3 Sv"
    assert step(found, "basis").reasons[0].source == LAW.regime("VV", NOW.date()).source


def test_what_else_would_have_decided_is_told_behind_what_did():
    short = message(1, "new", order=replace(ORDER, ends_on=date(2026, 11, 10)))
    found = judge(short, message(2, "withdrawal", order=None))
    assert step(found, "ending").outcome is Outcome.DECIDES
    assert step(found, "end").outcome is Outcome.ALSO
    assert found.status is OrderStatus.ENDED


def test_an_end_moved_by_detention_shows_every_day_that_can_be_argued_for_and_takes_the_earlier():
    around = replace(
        AROUND,
        detentions=(
            Detention(DETAINED, local(2027, 1, 1, 10), local(2027, 1, 11, 10)),
            Detention(DETAINED, local(2027, 1, 11, 12), local(2027, 1, 11, 14)),
        ),
    )
    found = judge(around=around)
    assert days(found, "end") == [
        (date(2028, 10, 31), "end_of_message", False),
        (date(2028, 11, 9), "end_whole_days", True),
        (date(2028, 11, 11), "end_touched_days", False),
    ]
    assert "Het bericht noemt 31 oktober 2028" in told(found, "end")


@pytest.mark.parametrize(
    ("immediately", "regime", "expected", "unsure"),
    [(None, "VV", date(2026, 12, 1), True), (False, "VV", date(2026, 12, 1), False)]
    + [(True, "VV", date(2026, 11, 1), False), (None, "SVH", date(2026, 11, 1), False)],
)
def test_a_start_that_is_arguable_takes_the_later_unless_the_law_itself_settles_it(
    immediately, regime, expected, unsure
):
    changes = {"regime": regime, "immediately_enforceable": immediately, "final_on": date(2026, 12, 1)}
    found = judge(flags=flags(regime), imposed_in_presence=True, **changes)
    waits = expected > NOW.date()
    assert found.status is (OrderStatus.NOT_YET if waits else OrderStatus.IN_FORCE)
    assert found.to_be_verified is unsure
    if immediately is not True:
        taken = {on for on, _, is_taken in days(found, "start") if is_taken}
        assert taken == {expected}
        assert {on for on, _, _ in days(found, "start")} == {date(2026, 11, 1), date(2026, 12, 1)}


def test_while_the_clock_stands_it_is_told_whether_the_ban_binds_and_that_a_lawyer_must_confirm_it():
    found = judge(flags=flags("VV"), around=detained(NOW - timedelta(days=2)))
    assert (found.status, found.binds_while_paused) == (OrderStatus.PAUSED, True)
    assert any("te bevestigen door een jurist" in line for line in reasons_nl(found.reasons))
    assert judge(flags=flags("VV")).binds_while_paused is None


def test_a_regime_without_a_row_leaves_open_whether_its_ban_binds_meanwhile():
    found = judge(flags=replace(flags("VV"), pause=None), around=detained(NOW - timedelta(days=2)))
    assert found.binds_while_paused is None
    assert any("niet bekend (vraag een jurist)" in line for line in reasons_nl(found.reasons))


@pytest.mark.parametrize("binds", [True, False])
def test_the_zones_follow_what_is_configured_about_the_pause(binds):
    asked = replace(flags("VV"), pause=replace(LAW.pause("VV", NOW.date()), binds=binds))
    stop = Detention(DETAINED, local(2026, 11, 10), local(2026, 11, 20))
    stretches = bound(fold([message(1, "new")]), asked, [stop])
    assert len(stretches) == (1 if binds else 2)
    assert stretches[-1].until_at == local(2028, 11, 11)


def test_unlawful_absence_stops_the_clock_of_the_gvm_alone():
    away = detained(NOW - timedelta(days=2), kind=UNLAWFULLY_ABSENT)
    gvm = judge(flags=flags("GVM"), around=away, regime="GVM")
    assert (gvm.status, gvm.reasons[0].source) == (OrderStatus.PAUSED, "art. 6:6:23c lid 4 Sv")
    assert judge(flags=flags("VV"), around=away).status is OrderStatus.IN_FORCE


def test_a_gap_tells_since_when_it_is_known():
    current = fold([message(1, "new"), message(5, "change"), message(3, "change")])
    assert current.gaps == (2, 4)
    hour = timedelta(hours=1)
    first = message(1, "new").recorded_at
    assert current.above_gaps_recorded_at == (first + 2 * hour, first + 4 * hour)
    assert current.gap_since == first + 2 * hour


def test_every_question_and_every_basis_has_its_words():
    assert all(text.endswith("?") for text in QUESTIONS.values())
    assert len(set(BASES.values())) == len(BASES)


chains = st.lists(st.tuples(kinds, st.none() | instants), max_size=4)


@settings(max_examples=100, deadline=None)
@given(chains, facts, detentions, instants)
def test_the_steps_lead_to_the_status(changes, order, stops, now):
    chain = [message(1, "new", order=order)]
    chain += [message(number, kind, at, order=None) for number, (kind, at) in enumerate(changes, start=2)]
    found = judge(*chain, now=now, around=replace(AROUND, detentions=tuple(stops)))
    deciding = [each for each in found.steps if each.outcome is Outcome.DECIDES]
    assert len(deciding) == (0 if found.status is OrderStatus.IN_FORCE else 1)
    assert all(each.reasons[0] == found.reasons[0] for each in deciding)
    assert step(found, "conclusion").reasons[0].code == f"therefore_{found.status.value}"
    for each in found.steps:
        assert reasons_nl(each.reasons)
        assert all(option.basis in BASES for option in each.options)


@settings(max_examples=100, deadline=None)
@given(facts, detentions, instants)
def test_of_the_days_that_can_be_argued_for_the_end_is_the_earlier_and_the_start_the_later(order, stops, now):
    found = judge(message(1, "new", order=order), now=now, around=replace(AROUND, detentions=tuple(stops)))
    ends = {each.basis: each for each in step(found, "end").options}
    if {"end_whole_days", "end_touched_days"} <= ends.keys():
        assert ends["end_whole_days"].on <= ends["end_touched_days"].on
        assert not ends["end_touched_days"].taken
    starts = {each.basis: each for each in step(found, "start").options}
    final, start = starts.get("start_of_finality"), starts.get("start_of_message")
    if final and start:
        assert (final if final.on > start.on else start).taken


@settings(max_examples=100, deadline=None)
@given(chains, facts, instants, st.randoms(use_true_random=False))
def test_a_withdrawal_wins_in_whatever_order_the_messages_come(changes, order, now, random):
    others = [(kind, at) for kind, at in changes if kind not in {"correction"} | {each.value for each in ENDING_KINDS}]
    chain = [message(1, "new", order=order)]
    chain += [message(number, kind, at, order=None) for number, (kind, at) in enumerate(others, start=2)]
    chain.insert(random.randrange(len(chain) + 1), message(20, "withdrawal", now - timedelta(days=1), order=None))
    chain.append(message(21, "change", order=order))
    assert judge(*random.sample(chain, len(chain)), now=now).status is OrderStatus.ENDED
    assert FLAGS.clock_stops == {DETAINED}
