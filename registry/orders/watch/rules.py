"""What is said of an order before it happens: its end, and the release, leave or escape of whom it binds.

Each rule returns all that is true, also what is over or not due yet: a notice whose basis is no longer among it was
wrong, one whose basis still is has only passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from registry.orders.force.binding import Stretch
from registry.orders.force.period import DETAINED, LEAVE, UNLAWFULLY_ABSENT, Detention

# An old release is no news to anybody; one that is heard of late is.
TOLD_LATE_FOR = timedelta(days=30)


class NoticeKind(StrEnum):
    """What a notice (attendering) is about."""

    EXPIRY_NEAR = "expiry_near"
    """het bevel loopt af"""
    CONFLICT_FOUND = "conflict_found"
    """twee bevelen spreken elkaar tegen"""
    GAP_FOUND = "gap_found"
    """dagen zonder bevel"""
    RELEASE_NEAR = "release_near"
    """invrijheidstelling op komst"""
    RELEASED = "released"
    """in vrijheid gesteld"""
    LEAVE_NEAR = "leave_near"
    """verlof op komst"""
    ON_LEAVE = "on_leave"
    """met verlof"""
    ESCAPED = "escaped"
    """ongeoorloofd afwezig of ontvlucht"""


@dataclass(frozen=True, slots=True)
class Plan:
    """Configuration: how many days ahead an end and a release are told, and the most days that count as a gap."""

    expiry_days: tuple[int, ...] = (60, 30, 7)
    release_days: int = 14
    most_gap_days: int = 30


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when a notice stands."""

    from_at: datetime
    until_at: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


@dataclass(frozen=True, slots=True)
class Truth:
    """Something that is so, and the stretch in which it is told; without one it is only what a notice rests on."""

    kind: NoticeKind
    basis: str
    order_id: UUID
    told: Span | None = None
    step: str = ""
    rule: str | None = None
    condition_type: str | None = None
    other_order_id: UUID | None = None
    occurs_at: datetime | None = None
    from_on: date | None = None
    until_on: date | None = None
    days: int | None = None
    found_late: bool = False

    @property
    def key(self) -> str:
        """What it says, once."""
        return f"{self.kind}:{self.basis}{self.step}"


@dataclass(frozen=True, slots=True)
class Course:
    """The course of an order as far as notices go.

    `end_at` is the end of its period, by its own date or else by what the law allows at most; `decided` says that a
    message ended or withdrew it. `live_until` is when it stops to concern anybody, whichever comes first.
    """

    order_id: UUID
    zone: ZoneInfo
    recorded_at: datetime
    start_at: datetime
    binds: tuple[Stretch, ...]
    end_at: datetime | None
    end_rule: str
    decided: bool
    live_until: datetime | None

    def is_live(self, at: datetime) -> bool:
        """Whether the order still concerns somebody at an instant; also one that begins later does."""
        return self.live_until is None or at < self.live_until

    def day(self, at: datetime) -> date:
        """The calendar day of an instant where the order holds."""
        return at.astimezone(self.zone).date()


def expiry(course: Course, plan: Plan) -> Iterator[Truth]:
    """The end of an order, told once at each of the days ahead; the next one takes the place of the one before.

    Days ahead that lie before the order itself began are left out: a ban of ten days is no news when it is given.
    """
    if course.end_at is None or course.decided:
        return
    last_on = course.day(course.end_at - timedelta(microseconds=1))
    steps = sorted(plan.expiry_days, reverse=True)
    for days, after in zip(steps, [*steps[1:], None], strict=True):
        from_at = _midnight_before(course, last_on, days)
        until_at = course.end_at if after is None else _midnight_before(course, last_on, after)
        if from_at < course.start_at:
            continue
        yield Truth(
            NoticeKind.EXPIRY_NEAR,
            f"{course.order_id}:{last_on}",
            course.order_id,
            Span(from_at, until_at),
            step=f":{days}",
            rule=course.end_rule,
            occurs_at=course.end_at,
            until_on=last_on,
            days=days,
        )


def _midnight_before(course: Course, last_on: date, days: int) -> datetime:
    first = last_on - timedelta(days=days)
    return datetime(first.year, first.month, first.day, tzinfo=course.zone)


@dataclass(frozen=True, slots=True)
class Freedom:
    """When somebody comes out: released, on leave or escaped; and until when he is out, if that is known."""

    kind: NoticeKind
    at: datetime
    until_at: datetime | None = None


def freedoms(stretches: Iterable[Detention]) -> tuple[Freedom, ...]:
    """When the subject comes out, by the stretches recorded of him.

    Detentions that touch are one: a transfer is no release. An end at which an absence or a leave begins is that.
    """
    listed = sorted(stretches, key=lambda each: each.from_at)
    away = [
        Freedom(NoticeKind.ON_LEAVE if each.kind == LEAVE else NoticeKind.ESCAPED, each.from_at, each.until_at)
        for each in listed
        if each.kind in (LEAVE, UNLAWFULLY_ABSENT)
    ]
    starts = {each.at for each in away}
    merged: list[tuple[datetime, datetime | None]] = []
    for each in (one for one in listed if one.kind == DETAINED):
        if merged and (merged[-1][1] is None or each.from_at <= merged[-1][1]):
            ends = (merged[-1][1], each.until_at)
            merged[-1] = merged[-1][0], None if None in ends else max(end for end in ends if end is not None)
        else:
            merged.append((each.from_at, each.until_at))
    again = [*(from_at for from_at, _ in merged[1:]), None]
    out = [
        Freedom(NoticeKind.RELEASED, until_at, next_at)
        for (_, until_at), next_at in zip(merged, again, strict=False)
        if until_at is not None and until_at not in starts
    ]
    return tuple(sorted([*away, *out], key=lambda each: each.at))


_BEFORE = {NoticeKind.RELEASED: NoticeKind.RELEASE_NEAR, NoticeKind.ON_LEAVE: NoticeKind.LEAVE_NEAR}


def releases(course: Course, found: Iterable[Freedom], plan: Plan, now: datetime) -> Iterator[Truth]:
    """The release, leave or escape of the subject of an order that is live then: beforehand, and at the moment.

    Of what was before the order was recorded nobody is told, nor of what is over already.
    """
    for each in found:
        if not course.is_live(each.at) or each.at < course.recorded_at:
            continue
        at_moment = Truth(
            each.kind,
            f"{course.order_id}:{each.at.isoformat()}",
            course.order_id,
            Span(each.at, min(filter(None, (each.until_at, each.at + TOLD_LATE_FOR)))),
            occurs_at=each.at,
            from_on=course.day(each.at),
            found_late=now - each.at > timedelta(days=1),
        )
        yield at_moment
        if each.kind in _BEFORE:
            ahead = Span(each.at - timedelta(days=plan.release_days), each.at)
            yield replace(at_moment, kind=_BEFORE[each.kind], told=ahead, found_late=False)
