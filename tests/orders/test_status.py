from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.law import load
from registry.orders.force.case import RegimeFlags, Surroundings
from registry.orders.force.period import DETAINED, UNLAWFULLY_ABSENT, Detention, midnight
from registry.orders.force.status import derived_end, status
from registry.orders.force.wording import reasons_nl
from registry.orders.rules import MessageKind, OrderFacts, OrderStatus, VersionFacts, fold

QUARTER = timedelta(minutes=15)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
RECORDED_AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ORDER = OrderFacts("VV", decided_on=date(2026, 11, 1), starts_on=date(2026, 11, 1), ends_on=date(2028, 10, 31))
FLAGS = RegimeFlags.of(load().regime("VV", date(2026, 11, 1)))
AROUND = Surroundings(unconfirmed_after=timedelta(days=400))


def message(version, kind, effective_at=None, order=ORDER, corrects=None):
    recorded_at = RECORDED_AT + timedelta(hours=version)
    return VersionFacts(version, MessageKind(kind), recorded_at, effective_at, order, corrects)


def judge(*messages, now=NOW, flags=FLAGS, around=AROUND, **changes):
    chain = messages or (message(1, "new", order=replace(ORDER, **changes)),)
    return status(fold(chain), flags, around, now)


def detained(from_at, until_at=None, kind=DETAINED):
    return replace(AROUND, detentions=(Detention(kind, from_at, until_at),))


def local(*parts):
    return datetime(*parts, tzinfo=AMSTERDAM)


def test_an_order_between_its_dates_is_in_force_until_midnight_after_the_last_day():
    found = judge()
    assert found.status is OrderStatus.IN_FORCE
    assert found.since == local(2026, 11, 1)
    assert found.until == local(2028, 11, 1)
    assert reasons_nl(found.reasons) == ["Het bevel is ingegaan en geldt tot en met 31 oktober 2028."]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (local(2026, 10, 31, 23, 59, 59), OrderStatus.NOT_YET),
        (local(2026, 11, 1), OrderStatus.IN_FORCE),
        (local(2028, 10, 31, 23, 59, 59), OrderStatus.IN_FORCE),
        (local(2028, 11, 1), OrderStatus.EXPIRED_VERIFY),
    ],
)
def test_a_period_of_dates_begins_and_ends_at_midnight_in_the_time_zone_of_the_order(now, expected):
    assert judge(now=now).status is expected


def test_an_order_of_an_island_follows_the_clock_of_the_island():
    island = {"time_zone": "America/Kralendijk"}
    assert judge(now=local(2026, 11, 1, 4), **island).status is OrderStatus.NOT_YET
    assert judge(now=local(2026, 11, 1, 5), **island).status is OrderStatus.IN_FORCE


def test_past_its_end_without_a_message_it_is_to_be_verified():
    found = judge(now=local(2029, 1, 1))
    assert found.to_be_verified
    assert "zonder bericht van beëindiging" in reasons_nl(found.reasons)[0]


@pytest.mark.parametrize(
    ("kind", "word"), [("end", "geëindigd"), ("withdrawal", "ingetrokken"), ("annulment", "vernietigd")]
)
def test_an_ending_without_a_date_works_from_its_arrival(kind, word):
    found = judge(message(1, "new"), message(2, kind))
    assert found.status is OrderStatus.ENDED
    assert found.since == RECORDED_AT + timedelta(hours=2)
    assert word in reasons_nl(found.reasons)[0]


def test_until_an_ending_in_the_future_the_order_is_in_force():
    ending_at = NOW + timedelta(days=3)
    found = judge(message(1, "new"), message(2, "end", ending_at))
    assert (found.status, found.until) == (OrderStatus.IN_FORCE, ending_at)
    assert judge(message(1, "new"), message(2, "end", ending_at), now=ending_at).status is OrderStatus.ENDED


def test_an_ending_above_a_gap_says_that_messages_are_missing():
    found = judge(message(1, "new"), message(3, "withdrawal"))
    assert (found.status, found.to_be_verified) == (OrderStatus.ENDED, True)
    assert "Van dit bevel ontbreekt een eerder bericht (nummer 2), sinds 1 november 2026." in reasons_nl(found.reasons)


def test_a_suspended_order_is_suspended_until_it_resumes():
    resumes_at = NOW + timedelta(days=3)
    found = judge(message(1, "new"), message(2, "suspension"), message(3, "resumption", resumes_at))
    assert (found.status, found.until) == (OrderStatus.SUSPENDED, resumes_at)


def test_a_lifted_ending_and_ignored_messages_are_told():
    revived = judge(message(1, "new"), message(2, "end"), message(3, "correction", corrects=2))
    ignored = judge(message(1, "new"), message(2, "end"), message(3, "change"))
    assert revived.status is OrderStatus.IN_FORCE
    assert "Een eerdere beëindiging is ongedaan gemaakt door bericht 3." in reasons_nl(revived.reasons)
    assert any("maken het bevel niet weer geldig" in line for line in reasons_nl(ignored.reasons))


@pytest.mark.parametrize(
    ("immediately", "present", "served_on", "expected"),
    [
        (True, False, None, OrderStatus.NOT_SERVED),
        (True, None, None, OrderStatus.NOT_SERVED),
        (True, False, date(2026, 11, 21), OrderStatus.NOT_SERVED),
        (True, False, date(2026, 11, 20), OrderStatus.IN_FORCE),
        (True, True, None, OrderStatus.IN_FORCE),
        (None, False, None, OrderStatus.NOT_SERVED),
        (None, None, None, OrderStatus.IN_FORCE),
        (False, False, None, OrderStatus.IN_FORCE),
    ],
)
def test_only_an_immediate_order_given_in_absence_needs_service(immediately, present, served_on, expected):
    facts = {"immediately_enforceable": immediately, "imposed_in_presence": present, "served_on": served_on}
    assert judge(**facts).status is expected


def test_a_regime_that_asks_no_service_is_in_force_without():
    facts = {"immediately_enforceable": True, "imposed_in_presence": False}
    assert judge(flags=RegimeFlags.of(load().regime("GDA", NOW.date())), **facts).status is OrderStatus.IN_FORCE


def test_while_the_subject_is_detained_the_clock_stands_and_the_end_is_not_known():
    found = judge(around=detained(NOW - timedelta(days=2)))
    assert (found.status, found.since, found.until) == (OrderStatus.PAUSED, NOW - timedelta(days=2), None)
    assert found.reasons[0].source == "art. 6:1:18 lid 3 Sv"
    assert "staat de einddatum niet vast" in reasons_nl(found.reasons)[-1]


def test_each_whole_day_of_detention_moves_the_end_and_a_part_of_a_day_does_not():
    current = fold([message(1, "new")])
    whole = Detention(DETAINED, local(2027, 1, 1), local(2027, 1, 11))
    part = Detention(DETAINED, local(2027, 3, 1, 10), local(2027, 3, 2, 10))
    assert derived_end(current, FLAGS, [whole, part]) == date(2028, 11, 10)
    assert derived_end(current, FLAGS, [whole, whole]) == date(2028, 11, 10)


def test_a_detention_within_days_gained_by_an_earlier_one_counts_too():
    first = Detention(DETAINED, local(2028, 10, 1), local(2028, 10, 21))
    second = Detention(DETAINED, local(2028, 11, 5), local(2028, 11, 8))
    too_late = Detention(DETAINED, local(2029, 5, 1), local(2029, 6, 1))
    assert derived_end(fold([message(1, "new")]), FLAGS, [too_late, second, first]) == date(2028, 11, 23)


def test_a_day_before_the_start_moves_nothing():
    before = Detention(DETAINED, local(2026, 10, 1), local(2026, 11, 1))
    assert derived_end(fold([message(1, "new")]), FLAGS, [before]) == date(2028, 10, 31)


def test_absence_stops_only_the_clock_of_a_regime_that_says_so():
    absent = detained(NOW - timedelta(days=2), kind=UNLAWFULLY_ABSENT)
    both = replace(FLAGS, clock_stops=frozenset({DETAINED, UNLAWFULLY_ABSENT}))
    assert judge(around=absent).status is OrderStatus.IN_FORCE
    assert judge(around=absent, flags=both).status is OrderStatus.PAUSED


def test_without_end_date_an_order_not_confirmed_for_long_is_unconfirmed():
    around = Surroundings(timedelta(days=10))
    found = judge(around=around, ends_on=None)
    assert (found.status, found.to_be_verified) == (OrderStatus.UNCONFIRMED, True)
    confirmed = replace(around, last_confirmed_at=NOW - timedelta(days=1))
    assert judge(around=confirmed, ends_on=None).status is OrderStatus.IN_FORCE
    assert judge(around=around).status is OrderStatus.IN_FORCE


def test_without_start_date_it_starts_with_the_decision_or_else_with_its_receipt_and_says_so():
    decided = judge(starts_on=None)
    received = judge(starts_on=None, decided_on=None)
    assert (decided.since, received.since) == (local(2026, 11, 1), RECORDED_AT + timedelta(hours=1))
    assert "gerekend is vanaf de beslissing op 1 november 2026" in reasons_nl(decided.reasons)[1]
    assert "gerekend is vanaf de ontvangst" in reasons_nl(received.reasons)[1]


def test_an_order_not_enforceable_at_once_waits_for_its_finality():
    found = judge(immediately_enforceable=False, final_on=date(2026, 12, 1))
    assert (found.status, found.until) == (OrderStatus.NOT_YET, local(2026, 12, 1))


def test_an_order_whose_content_is_unknown_is_never_in_force():
    found = judge(message(1, "suspension", order=None), message(2, "resumption", order=None))
    assert found.status is OrderStatus.UNCONFIRMED
    assert found.to_be_verified


def test_the_first_rule_of_the_precedence_decides():
    everything = (
        message(1, "new", order=replace(ORDER, immediately_enforceable=True, ends_on=date(2026, 11, 10))),
        message(2, "suspension", order=None),
        message(3, "end", order=None),
    )
    around = detained(NOW - timedelta(days=30), NOW + timedelta(days=1))
    assert judge(*everything, around=around).status is OrderStatus.ENDED
    assert judge(*everything[:2], around=around).status is OrderStatus.SUSPENDED
    assert judge(everything[0]).status is OrderStatus.EXPIRED_VERIFY
    assert judge(everything[0], around=around).status is OrderStatus.NOT_SERVED


days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
instants = st.integers(0, 4 * 365 * 24 * 4).map(lambda quarter: datetime(2026, 1, 1, tzinfo=UTC) + quarter * QUARTER)
detentions = st.lists(
    st.builds(
        lambda from_at, hours: Detention(DETAINED, from_at, from_at + timedelta(hours=hours) if hours else None),
        instants,
        st.integers(0, 2000),
    ),
    max_size=4,
)
facts = st.builds(
    OrderFacts,
    regime=st.just("VV"),
    starts_on=st.none() | days,
    decided_on=st.none() | days,
    ends_on=st.none() | days,
    immediately_enforceable=st.none() | st.booleans(),
    served_on=st.none() | days,
    final_on=st.none() | days,
)
kinds = st.sampled_from(["change", "correction", "suspension", "resumption", "extension", "end", "withdrawal"])


@settings(max_examples=100, deadline=None)
@given(facts, detentions, instants)
def test_no_order_is_in_force_at_or_after_its_derived_end(order, stops, now):
    current = fold([message(1, "new", order=order)])
    found = status(current, FLAGS, replace(AROUND, detentions=tuple(stops)), now)
    last_on = derived_end(current, FLAGS, stops)
    if last_on is not None and now >= midnight(last_on + timedelta(days=1), AMSTERDAM):
        assert found.status is not OrderStatus.IN_FORCE
    if order.ends_on is not None and last_on is not None:
        assert last_on >= order.ends_on


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(kinds, st.none() | instants), max_size=4), facts, detentions, instants)
def test_a_status_holds_from_since_until_just_before_until(changes, order, stops, now):
    chain = [message(1, "new", order=order)]
    chain += [message(number, kind, at, order=None) for number, (kind, at) in enumerate(changes, start=2)]
    current, around = fold(chain), replace(AROUND, detentions=tuple(stops))
    found = status(current, FLAGS, around, now)
    assert reasons_nl(found.reasons)
    moment = timedelta(microseconds=1)
    if found.since:
        assert found.since <= now
        assert status(current, FLAGS, around, found.since).status is found.status
        assert status(current, FLAGS, around, found.since - moment).status is not found.status
    if found.until:
        assert found.until > now
        assert status(current, FLAGS, around, found.until - moment).status is found.status
        assert status(current, FLAGS, around, found.until).status is not found.status
