"""Orders between the same two people: what one allows and another forbids, and the days between one and the next.

What the data shows: exceptions with a time, areas and distances, duties to be somewhere, endings and suspensions. What
it cannot show: what only the words of a condition say, permission given by mouth, an area without a usable shape, and
whether hours in which a ban does not hold are meant as leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, permutations
from uuid import UUID

from geo.overlap import lies_within, share_ground
from geo.schedule import Schedule
from geo.shapes import Shape
from registry.orders.force.binding import Stretch
from registry.orders.rules import ConditionType
from registry.orders.watch.rules import Course, NoticeKind, Plan, Span, Truth

_PLACES = frozenset({ConditionType.AREA_BAN.value, ConditionType.LOCATION_BAN.value})
_DUTY = ConditionType.LOCATION_DUTY.value
_WEEK_MINUTES, _DAY_MINUTES = 7 * 24 * 60, 24 * 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a condition leaves open: the kind of exception, the stretch in which it holds, and its weekly hours."""

    kind: str
    stretch: Stretch
    schedule: Schedule | None = None

    def includes(self, other: Allowance) -> bool:
        """Whether it leaves the same open, at the same hours or at all hours."""
        mine = _minutes(self.schedule)
        return self.kind == other.kind and (mine is None or set(mine) == set(_minutes(other.schedule) or ()))


@dataclass(frozen=True, slots=True)
class Term:
    """A condition as far as it can be held against one of another order; `place` is its area as it was delivered."""

    type: str
    protects: frozenset[UUID]
    own_days: Stretch
    exceptions: tuple[Allowance, ...] = ()
    distance_m: float | None = None
    place: str | None = None
    shape: Shape | None = None
    schedule: Schedule | None = None


@dataclass(frozen=True, slots=True)
class PairOrder:
    """An order with whom it protects and what it says."""

    course: Course
    protected: frozenset[UUID]
    terms: tuple[Term, ...]
    stops: tuple[tuple[str, Stretch], ...] = ()

    def binding(self, term: Term) -> list[Stretch]:
        """When a condition binds."""
        return _shared(self.course.binds, [term.own_days])


def conflicts(orders: Sequence[PairOrder]) -> Iterator[Truth]:
    """What one order allows, or no longer forbids, while another between the same two people forbids it."""
    for one, other in permutations(orders, 2):
        for first in one.terms:
            for second in other.terms:
                if _concern_same(one, first, other, second):
                    for rule, clashing in _clashes(one, first, other, second):
                        yield from _told(one, other, rule, second.type, clashing)


def _concern_same(one: PairOrder, first: Term, other: PairOrder, second: Term) -> bool:
    if first.type == _DUTY:
        return second.type in _PLACES and bool(one.protected & other.protected)
    alike = first.type == second.type or {first.type, second.type} <= _PLACES
    return alike and bool(first.protects & second.protects)


def _clashes(one: PairOrder, first: Term, other: PairOrder, second: Term) -> Iterator[tuple[str, list[Stretch]]]:
    """Each way in which two conditions clash, with when; what reads the same both ways is given one way."""
    ours, theirs = one.binding(first), other.binding(second)
    if first.type == _DUTY:
        if _must_be_where_he_may_not(first, second):
            yield "duty_inside_ban", _shared(ours, theirs)
        return
    if not _are_apart(first, second):
        yield from (("exception_meets_ban", each) for each in _left_open(first, second, _shared(ours, theirs)))
    if first.type == second.type and not _lie_apart(first, second):
        for rule, stop in one.stops:
            yield rule, _shared(_shared([stop], [first.own_days]), _binding_before(other, theirs, stop))
    if one.course.order_id < other.course.order_id:
        yield from ((rule, _shared(ours, theirs)) for rule in _differences(first, second))


def _left_open(first: Term, second: Term, both: list[Stretch]) -> Iterator[list[Stretch]]:
    """When one condition leaves open what the other does not."""
    for each in first.exceptions:
        if hours_meet(each.schedule, second.schedule):
            too = [one.stretch for one in second.exceptions if one.includes(each)]
            yield _without(_shared(both, [each.stretch]), too)


def _differences(first: Term, second: Term) -> Iterator[str]:
    if first.distance_m and second.distance_m and first.distance_m != second.distance_m:
        yield "distances_differ"
    if _are_unlike(first, second):
        yield "zones_differ"


def _must_be_where_he_may_not(duty: Term, ban: Term) -> bool:
    if duty.shape is None or ban.shape is None or not lies_within(duty.shape, ban.shape):
        return False
    return hours_meet(duty.schedule, ban.schedule)


def _are_apart(first: Term, second: Term) -> bool:
    """Whether two conditions on places concern different ground, or ground of which one is not known."""
    return first.type in _PLACES and (None in (first.shape, second.shape) or _lie_apart(first, second))


def _lie_apart(first: Term, second: Term) -> bool:
    """Whether it is known of two areas that they share no ground."""
    return first.shape is not None and second.shape is not None and not share_ground(first.shape, second.shape)


def _are_unlike(first: Term, second: Term) -> bool:
    """Whether two areas lie partly on the same ground, and are not the same."""
    return first.type in _PLACES and first.place != second.place and not _are_apart(first, second)


def hours_meet(first: Schedule | None, second: Schedule | None) -> bool:
    """Whether the weekly hours of two schedules ever meet; one without hours always holds."""
    ours, theirs = _minutes(first), _minutes(second)
    if ours is None or theirs is None:
        return True
    return any(a < d and c < b for a, b in ours for c, d in theirs)


def _minutes(schedule: Schedule | None) -> list[tuple[int, int]] | None:
    """The hours as minutes of the week; what runs past its end also as what it is at its begin."""
    if schedule is None or not schedule.weekly:
        return None
    found = []
    for window in schedule.weekly:
        for day in window.days:
            start = day * _DAY_MINUTES + window.from_minute
            end = start + window.length_minutes
            found += [(start, end), (start - _WEEK_MINUTES, end - _WEEK_MINUTES)]
    return found


def _binding_before(other: PairOrder, theirs: list[Stretch], stop: Stretch) -> list[Stretch]:
    """What binds on in another order that held on an earlier day than the one on which this one stopped: an order
    given on that day took its place."""
    stopped_on = other.course.day(stop.from_at)
    return [each for each in theirs if other.course.day(each.from_at) < stopped_on]


def _told(one: PairOrder, other: PairOrder, rule: str, kind: str, clashing: list[Stretch]) -> Iterator[Truth]:
    if not clashing:
        return
    first, last = clashing[0], clashing[-1]
    orders = (one.course.order_id, other.course.order_id)
    yield Truth(
        NoticeKind.CONFLICT_FOUND,
        f"{rule}:{kind}:{orders[0]}:{orders[1]}",
        orders[0],
        Span(datetime.min.replace(tzinfo=first.from_at.tzinfo), last.until_at),
        rule=rule,
        condition_type=kind,
        other_order_id=orders[1],
        from_on=one.course.day(first.from_at),
        until_on=None if last.until_at is None else one.course.day(last.until_at - timedelta(microseconds=1)),
    )


def gaps(orders: Sequence[PairOrder], plan: Plan) -> Iterator[Truth]:
    """The days between the end of one order and the start of the next on which nothing protects somebody."""
    for person_id in sorted({person for each in orders for person in each.protected}):
        held = sorted(
            ((stretch, each.course) for each in orders if person_id in each.protected for stretch in each.course.binds),
            key=lambda pair: pair[0].from_at,
        )
        yield from _gaps_between(held, plan)


def _gaps_between(held: list[tuple[Stretch, Course]], plan: Plan) -> Iterator[Truth]:
    if not held:
        return
    (reach, before), *others = held
    for stretch, course in others:
        if reach.until_at is None:
            return
        if stretch.from_at > reach.until_at and course.order_id != before.order_id:
            yield from _gap(before, reach.until_at, course, stretch.from_at, plan)
        if stretch.until_at is None or stretch.until_at > reach.until_at:
            reach, before = stretch, course


def _gap(before: Course, ends_at: datetime, after: Course, starts_at: datetime, plan: Plan) -> Iterator[Truth]:
    from_on, until_on = before.day(ends_at - timedelta(microseconds=1)), before.day(starts_at)
    days = (until_on - from_on).days - 1
    if not 1 <= days <= plan.most_gap_days:
        return
    first_on, last_on = from_on + timedelta(days=1), until_on - timedelta(days=1)
    yield Truth(
        NoticeKind.GAP_FOUND,
        f"{before.order_id}:{after.order_id}:{first_on}:{last_on}",
        before.order_id,
        Span(datetime.min.replace(tzinfo=ends_at.tzinfo), starts_at),
        other_order_id=after.order_id,
        from_on=first_on,
        until_on=last_on,
        days=days,
    )


def of_pairs(orders: Sequence[PairOrder], plan: Plan) -> Iterator[Truth]:
    """All that is so between the orders that bind one person."""
    if any(one.protected & other.protected for one, other in combinations(orders, 2)):
        yield from conflicts(orders)
        yield from gaps(orders, plan)


def _shared(ours: Iterable[Stretch], theirs: Iterable[Stretch]) -> list[Stretch]:
    listed = list(theirs)
    met = [one.within(other) for one in ours for other in listed]
    return sorted((each for each in met if _is_some(each)), key=lambda each: each.from_at)


def _without(ours: Iterable[Stretch], lifted: Iterable[Stretch]) -> list[Stretch]:
    left = list(ours)
    for lift in lifted:
        left = [rest for each in left for rest in _rest(each, lift) if _is_some(rest)]
    return left


def _rest(each: Stretch, lift: Stretch) -> list[Stretch]:
    before = Stretch(each.from_at, min(filter(None, (each.until_at, lift.from_at))))
    if lift.until_at is None:
        return [before]
    return [before, Stretch(max(each.from_at, lift.until_at), each.until_at)]


def _is_some(each: Stretch) -> bool:
    return each.until_at is None or each.from_at < each.until_at
