"""Absences that a home unit tells of, held against a zone in which he must be."""

from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from geo.presence import Message, PresencePolicy, absences, next_change_ms, presence_episodes
from geo.projection import Territory
from geo.schedule import Schedule
from geo.shapes import CircleShape
from geo.zones import Span, Zone

POLICY = PresencePolicy()
MINUTE_MS = 60_000
HOME = CircleShape(Territory.EUROPEAN, 52.09, 5.12, 60.0)
ALL_WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
NIGHTS = Schedule.from_wire({"weekly": [{"days": ALL_WEEK, "from": "21:00", "until": "07:00"}]}, "Europe/Amsterdam")


def local_ms(text):
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Amsterdam")).timestamp() * 1000)


def zone(schedule=None, **more):
    return Zone("Z1", 1, "inclusion", HOME, (Span(0),), schedule, **more)


def said(*minutes):
    """Messages by the minute; a negative one says that he is away."""
    return [Message(abs(minute) * MINUTE_MS, 0, minute >= 0) for minute in minutes]


def found(messages, now_minute, where=None):
    now_ms = now_minute * MINUTE_MS
    told = presence_episodes(absences(messages, now_ms, POLICY), where or zone(), now_ms, POLICY)
    return [
        (
            one.start_ms / MINUTE_MS,
            one.end_ms and one.end_ms / MINUTE_MS,
            str(one.cause),
            str(one.verdict),
            one.end_cause and str(one.end_cause),
        )
        for one in told
    ]


def test_an_absence_is_suspected_at_once_and_confirmed_when_his_grace_is_over():
    messages = said(0, -10, -20)
    assert found(messages, 14) == [(10, None, "left", "suspected", None)]
    assert found(messages, 15) == [(10, None, "left", "confirmed", None)]


def test_who_is_back_within_his_grace_was_away_shortly_and_no_breach():
    assert found(said(0, -10, 13), 60) == [(10, 13, "left", "passed", "returned")]


def test_coming_home_ends_it():
    assert found(said(0, -10, -20, 30), 60) == [(10, 30, "left", "confirmed", "returned")]


def test_who_is_away_when_nothing_was_known_before_is_first_seen_away():
    assert found(said(-10, -20), 60) == [(10, None, "first_seen", "confirmed", None)]


def test_a_silent_unit_begins_nothing_and_ends_nothing():
    holds = zone(exemptions=(Span(0, 100 * MINUTE_MS),))
    # It said at minute 10 that he is away; by the time he must be home that holds no longer.
    assert found(said(0, -10), 200, holds) == []
    assert found(said(0, -10, -150), 151, holds) == [(150, None, "exemption_ended", "suspected", None)]
    assert found(said(0, -10), 500) == [(10, None, "left", "confirmed", None)]


def test_an_absence_that_still_holds_when_the_window_opens_begins_there():
    holds = zone(exemptions=(Span(0, 40 * MINUTE_MS),))
    assert found(said(0, -10), 44, holds) == [(40, None, "exemption_ended", "suspected", None)]
    assert found(said(0, -10), 45, holds) == [(40, None, "exemption_ended", "confirmed", None)]


def test_an_exemption_cuts_an_absence_in_two():
    holds = zone(exemptions=(Span(30 * MINUTE_MS, 60 * MINUTE_MS),))
    assert found(said(0, -10, -20, -40, -70, 80), 100, holds) == [
        (10, 30, "left", "confirmed", "exempted"),
        (60, 80, "exemption_ended", "confirmed", "returned"),
    ]


def test_a_night_of_the_clock_change_has_an_hour_more():
    begin_ms, end_ms = local_ms("2026-10-24T21:00"), local_ms("2026-10-25T07:00")
    assert end_ms - begin_ms == 11 * 60 * MINUTE_MS
    away = [Message(at_ms, 0, False) for at_ms in range(begin_ms - 30 * MINUTE_MS, end_ms + 1, 30 * MINUTE_MS)]
    told = presence_episodes(absences(away, end_ms, POLICY), zone(NIGHTS), end_ms, POLICY)
    assert [(one.start_ms, one.end_ms, str(one.cause), str(one.end_cause)) for one in told] == [
        (begin_ms, end_ms, "window_opened", "schedule_paused")
    ]


def test_two_messages_of_one_instant_that_differ_count_as_home():
    messages = [Message(MINUTE_MS, 0, False), Message(MINUTE_MS, 0, True)]
    assert found(messages, 60) == found(messages[::-1], 60) == []


def test_the_clock_is_awaited_only_while_he_is_away():
    told = absences(said(0, -10), 11 * MINUTE_MS, POLICY)
    assert next_change_ms(told, [zone()], 11 * MINUTE_MS, POLICY) == 15 * MINUTE_MS
    assert next_change_ms(absences(said(0, -10, 20), 30 * MINUTE_MS, POLICY), [zone()], 30 * MINUTE_MS, POLICY) is None
    night_ms = local_ms("2026-11-24T21:00")
    away = absences([Message(night_ms - 20 * MINUTE_MS, 0, False)], night_ms - MINUTE_MS, POLICY)
    assert next_change_ms(away, [zone(NIGHTS)], night_ms - MINUTE_MS, POLICY) == night_ms


def by_the_minute(messages, where, now_minute):
    """A slow second account: walk through each minute, and note when he is known to be away while he must be home."""
    told, going_on, verdicts = sorted(messages), None, []
    for minute in range(now_minute + 1):
        at_ms = minute * MINUTE_MS
        held = where.held(at_ms)
        heard = [one for one in told if one.at_ms <= at_ms]
        known = bool(heard) and at_ms - heard[-1].at_ms < POLICY.holds_s * 1000
        away = known and not heard[-1].home
        if going_on is not None and (held is None or held.from_ms > going_on[0] or (heard and heard[-1].home)):
            verdicts.append((going_on[0], at_ms, going_on[1]))
            going_on = None
        if away and held is not None:
            going_on = going_on or [at_ms, False]
            going_on[1] = going_on[1] or at_ms - going_on[0] >= POLICY.grace_s * 1000
    return verdicts + ([] if going_on is None else [(going_on[0], None, going_on[1])])


minutes = st.integers(0, 400)


@given(
    st.dictionaries(minutes, st.booleans(), max_size=12),
    st.lists(st.tuples(minutes, st.integers(1, 90)), max_size=3),
    st.randoms(use_true_random=False),
)
def test_any_order_of_messages_gives_what_a_walk_through_the_minutes_gives(said_at, leave, dice):
    where = zone(exemptions=tuple(Span(at * MINUTE_MS, (at + length) * MINUTE_MS) for at, length in leave))
    messages = [Message(minute * MINUTE_MS, 0, home) for minute, home in said_at.items()]
    dice.shuffle(messages)
    now_ms = 420 * MINUTE_MS
    told = presence_episodes(absences(messages, now_ms, POLICY), where, now_ms, POLICY)
    assert [(one.start_ms, one.end_ms, str(one.verdict) == "confirmed") for one in told] == by_the_minute(
        messages, where, 420
    )
