"""When the zones of an order bind by law: from its start to its end, save while it was ended or suspended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from geo.spans import Span, joined
from registry.law.standstill import midnight
from registry.orders.force.case import RegimeFlags, Surroundings, case_of
from registry.orders.force.period import Detention, zone_of
from registry.orders.rules import Current, MessageKind, VersionFacts

_ALWAYS_FROM = datetime.min.replace(tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stretch:
    """[from_at, until_at); None is open."""

    from_at: datetime
    until_at: datetime | None

    def within(self, other: Stretch) -> Stretch:
        """What two stretches share; empty when it ends before it begins."""
        ends = [end for end in (self.until_at, other.until_at) if end is not None]
        return Stretch(max(self.from_at, other.from_at), min(ends, default=None))


def bound(current: Current, flags: RegimeFlags, detentions: Iterable[Detention]) -> tuple[Stretch, ...]:
    """The stretches in which the order binds; without an end date, as long as its law allows at most.

    Detention moves its end, and lifts it meanwhile only where the configured law of the regime says so.
    """
    case = case_of(current, flags, Surroundings(timedelta(0), tuple(detentions)))
    stops, held, limit = case.stops, case.period, case.limit
    stretches = [Stretch(held.start_at, held.end_at or (limit.end_at if limit else None))] if held else []
    lifts = [Stretch(block.effective_at, block.until_at) for block in (*current.endings, *current.suspensions)]
    if flags.pause is not None and not flags.pause.binds:
        lifts += [Stretch(each.from_at, each.until_at) for each in stops]
    for lift in lifts:
        stretches = [rest for each in stretches for rest in _without(each, lift)]
    return tuple(stretches)


def _without(stretch: Stretch, lift: Stretch) -> list[Stretch]:
    rest = [stretch.within(Stretch(_ALWAYS_FROM, lift.from_at))]
    if lift.until_at is not None:
        rest.append(stretch.within(Stretch(lift.until_at, None)))
    return [each for each in rest if each.until_at is None or each.from_at < each.until_at]


def told_in(versions: Sequence[VersionFacts]) -> dict[int, Stretch]:
    """For each version with content, when what it tells is what holds: until a higher one takes over.

    The first tells of all the time before it. A correction without an instant of its own takes the place of the
    version it corrects; any other takes over at its instant.
    """
    chain = sorted((each for each in versions if each.order is not None), key=lambda each: each.version)
    starts: list[datetime] = []
    for each in chain:
        if not starts:
            starts.append(_ALWAYS_FROM)
        elif each.kind is MessageKind.CORRECTION and each.effective_at is None:
            starts.append(starts[-1])
        else:
            starts.append(each.works_at)
    return {
        each.version: Stretch(starts[place], min(starts[place + 1 :], default=None)) for place, each in enumerate(chain)
    }


def days(starts_on: date | None, ends_on: date | None, time_zone: str) -> Stretch:
    """The days that a condition names for itself, whole days in the time zone of the order."""
    zone = zone_of(time_zone)
    from_at = midnight(starts_on, zone) if starts_on else _ALWAYS_FROM
    return Stretch(from_at, midnight(ends_on + timedelta(days=1), zone) if ends_on else None)


def spans_of(stretches: Iterable[Stretch]) -> tuple[Span, ...]:
    """The stretches in epoch milliseconds, in order; empty ones left out."""
    return joined(Span(_ms(each.from_at), None if each.until_at is None else _ms(each.until_at)) for each in stretches)


def _ms(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)
