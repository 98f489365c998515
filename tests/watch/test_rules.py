from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from registry.orders.force.binding import Stretch
from registry.orders.force.period import DETAINED, LEAVE, UNLAWFULLY_ABSENT, Detention
from registry.orders.watch.pairs import PairOrder, conflicts, gaps
from registry.orders.watch.rules import Course, NoticeKind, Plan, expiry, freedoms, releases

START = datetime(2026, 11, 1, tzinfo=UTC)
SOMEBODY = UUID(int=99)
HOURS = st.integers(0, 24 * 400)
STRETCHES = st.lists(
    st.builds(
        lambda kind, start, length: Detention(
            kind, START + timedelta(hours=start), None if length is None else START + timedelta(hours=start + length)
        ),
        st.sampled_from([DETAINED, LEAVE, UNLAWFULLY_ABSENT]),
        HOURS,
        st.none() | st.integers(1, 24 * 100),
    ),
    max_size=6,
)


def course(number=1, start_h=0, end_h=None, **more):
    start_at = START + timedelta(hours=start_h)
    end_at = None if end_h is None else start_at + timedelta(hours=end_h)
    told = {
        "order_id": UUID(int=number),
        "zone": ZoneInfo("Europe/Amsterdam"),
        "recorded_at": START,
        "start_at": start_at,
        "binds": (Stretch(start_at, end_at),),
        "end_at": end_at,
        "end_rule": "end_told",
        "decided": False,
        "live_until": end_at,
    }
    return Course(**(told | more))


@given(HOURS, st.sets(st.integers(1, 90), min_size=1, max_size=4), HOURS)
def test_at_no_instant_is_an_end_told_twice_nor_after_it(end_h, days, at_h):
    at = START + timedelta(hours=at_h)
    found = [each for each in expiry(course(end_h=end_h), Plan(tuple(days))) if each.told.holds(at)]
    assert len(found) <= 1
    assert not found or at < START + timedelta(hours=end_h)


@given(STRETCHES, st.randoms(use_true_random=False))
def test_when_somebody_comes_out_does_not_depend_on_the_order_in_which_it_was_recorded(stretches, chance):
    shuffled = list(stretches)
    chance.shuffle(shuffled)
    assert {(each.kind, each.at) for each in freedoms(shuffled)} == {
        (each.kind, each.at) for each in freedoms(stretches)
    }


@given(STRETCHES)
def test_nobody_is_released_while_another_detention_goes_on(stretches):
    held = [each for each in stretches if each.kind == DETAINED]
    for free in freedoms(stretches):
        if free.kind is NoticeKind.RELEASED:
            assert not any(each.covers(free.at) for each in held)


@given(STRETCHES, HOURS, HOURS)
def test_of_an_order_that_is_over_no_release_is_told(stretches, end_h, at_h):
    over = course(end_h=end_h)
    now = START + timedelta(hours=at_h)
    for each in releases(over, freedoms(stretches), Plan(), now):
        assert each.occurs_at < over.live_until and each.occurs_at >= over.recorded_at


@given(st.lists(st.tuples(HOURS, st.integers(1, 24 * 60)), min_size=2, max_size=5))
def test_a_gap_is_never_found_where_an_order_binds(times):
    orders = [
        PairOrder(course(number, start_h, length_h), frozenset({SOMEBODY}), ())
        for number, (start_h, length_h) in enumerate(times, start=1)
    ]
    for gap in gaps(orders, Plan()):
        noon = datetime(gap.from_on.year, gap.from_on.month, gap.from_on.day, 12, tzinfo=orders[0].course.zone)
        for step in range(gap.days):
            at = noon + timedelta(days=step)
            assert not any(
                Stretch(at, at) == each.within(Stretch(at, at)) for one in orders for each in one.course.binds
            )
        assert gap.order_id != gap.other_order_id and 1 <= gap.days <= Plan().most_gap_days
    assert list(conflicts(orders)) == []
