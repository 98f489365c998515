"""Blind time: how long nobody could see where a wearer was, by day, and how much of it near a forbidden area.

No alert does not mean no breach: what happened out of sight is in no episode, and this says how much that can be.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.policy import METHOD
from geo.spans import Span, joined
from geo.zones import Zone
from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.errors import Fault, Invalid, NotFound
from registry.monitoring.engine.store import Stretch, is_vague, last_fix, vague_fixes
from registry.monitoring.models import BlindSpell, Coupling, Device, TrackCheckpoint
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import BLIND_AFTER_MS, DeviceKind
from registry.orders.service import zones_of

# Configuration: from this far from a forbidden area it is reached within minutes, by bicycle or by car.
NEAR_M = 2_000.0
MOST_DAYS = 31
_WEEK_DAYS = 7
_LOCAL = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True)
class Blind:
    """A stretch out of sight (epoch ms), and how near (m) to a forbidden area he was last seen before or first after.

    Of positions that are too vague to tell where he was, `vague` in number, it is how near he can have been. The
    distance is 0 inside, and None where no position or no such area is known.
    """

    from_ms: int
    until_ms: int
    nearest_m: float | None
    vague: int = 0

    @property
    def is_near(self) -> bool:
        """Whether it began or ended near a forbidden area."""
        return self.nearest_m is not None and self.nearest_m <= NEAR_M


@dataclass(frozen=True, slots=True)
class Day:
    """A local day of a wearer: how long he wore a device, was out of sight, and was so near a forbidden area (ms)."""

    on: date
    worn_ms: int
    blind_ms: int
    near_ms: int


@dataclass(frozen=True, slots=True)
class BlindTime:
    """The blind time of a wearer."""

    person_id: uuid.UUID
    days: tuple[Day, ...]
    spells: tuple[Blind, ...]


Period = tuple[date | None, date | None]
_Worn = Sequence[tuple[Coupling, int]]


def blind_time_of(session: Session, actor: Actor, now: datetime, person_id: uuid.UUID, period: Period) -> BlindTime:
    """Return a wearer's blind time from a day to another, to the organisation that supervises him and to no other."""
    days = _days(period, now.astimezone(_LOCAL).date())
    wanted = select(Coupling, Device.number).join(Device, Device.id == Coupling.device_id)
    own = wanted.where(
        Coupling.person_id == person_id,
        Coupling.kind == DeviceKind.TRACKER,
        Coupling.supervising_org_id == actor.organisation_id,
    )
    worn = [(coupling, number) for coupling, number in session.execute(own)]
    if not worn:
        raise NotFound("There is no such wearer here.")
    now_ms = epoch_ms(now)
    spans = joined(tuple(Span(epoch_ms(one.from_at), _until_ms(one, now_ms)) for one, _ in worn if one.from_at < now))
    begins_ms, ends_ms = _midnight_ms(days[0]), min(_midnight_ms(days[-1] + timedelta(days=1)), now_ms)
    seen_ms = _seen_ms(session, person_id, worn)
    out = _out_of_sight(session, person_id, spans, (begins_ms, ends_ms, now_ms), seen_ms)
    zones = [found.zone for found in zones_of(session, [person_id]) if found.zone.kind == "exclusion"]
    blind = [_blind(session, worn, zones, one) for one in out]
    record(session, actor, now, Action.CONSULTED, f"person:{person_id}", blind_time=[str(days[0]), str(days[-1])])
    return BlindTime(person_id, tuple(_day(day, spans, blind, now_ms) for day in days), tuple(blind))


def _days(period: Period, today: date) -> list[date]:
    last = period[1] or today
    if last > today:
        raise Invalid([Fault("#/until", "Give a last day that is not after today.")])
    first = period[0] or date.fromordinal(max(1, last.toordinal() - _WEEK_DAYS + 1))
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Invalid([Fault("#/until", f"Give a last day from the first on, at most {MOST_DAYS} days together.")])
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _until_ms(coupling: Coupling, now_ms: int) -> int:
    ends = (coupling.until_at, coupling.released_at)
    return min([now_ms, *(epoch_ms(end) for end in ends if end is not None)])


_Stretch = tuple[int, int]


def _seen_ms(session: Session, person_id: uuid.UUID, worn: _Worn) -> int | None:
    """When a position last told where he is; the newest of all may be too vague for that."""
    checkpoint = session.get(TrackCheckpoint, person_id)
    last_ms = None if checkpoint is None else checkpoint.last_ms
    if last_ms is None:
        return None
    newest = [last_fix(session, Stretch(number, last_ms, last_ms + 1)) for _, number in worn]
    if not any(fix is not None and is_vague(fix) for fix in newest):
        return last_ms
    stretches = (Stretch(number, epoch_ms(coupling.from_at), last_ms) for coupling, number in worn)
    found = (last_fix(session, one, is_sharp=True) for one in stretches)
    return max((fix.at_ms for fix in found if fix is not None), default=None)


def _out_of_sight(
    session: Session,
    person_id: uuid.UUID,
    spans: Iterable[Span],
    within: tuple[int, int, int],
    seen_ms: int | None,
) -> list[_Stretch]:
    """The stretches that meet a period, with the one that goes on now, as far as he wore a device."""
    begins_ms, ends_ms, now_ms = within
    known = select(BlindSpell).where(
        BlindSpell.person_id == person_id, BlindSpell.until_ms > begins_ms, BlindSpell.from_ms < ends_ms
    )
    found = [(spell.from_ms, spell.until_ms) for spell in session.scalars(known.order_by(BlindSpell.from_ms))]
    seen_ms = min((span.from_ms for span in spans), default=now_ms) if seen_ms is None else seen_ms
    if now_ms - seen_ms >= BLIND_AFTER_MS and seen_ms < ends_ms:
        found.append((seen_ms, now_ms))
    cut = [
        (max(from_ms, span.from_ms), min(until_ms, span.until_ms or until_ms))
        for from_ms, until_ms in found
        for span in spans
    ]
    return [(from_ms, until_ms) for from_ms, until_ms in cut if until_ms - from_ms >= BLIND_AFTER_MS]


def _blind(session: Session, worn: _Worn, zones: Sequence[Zone], stretch: _Stretch) -> Blind:
    held = [zone for zone in zones if any(_meets(span, stretch) for span in zone.binds)]
    seen = [last_fix(session, Stretch(number, at, at + 1)) for at in stretch for _, number in worn] if held else []
    vague = [fix for _, number in worn for fix in vague_fixes(session, Stretch(number, *stretch))]
    placed = [(fix, 0.0) for fix in seen if fix is not None and not is_vague(fix)]
    placed += [(fix, METHOD.accuracy.sigma_m(fix.accuracy_m, fix.hdop)) for fix in vague]
    distances = [
        max(0.0, zone.shape.signed_distance_m(fix.lat_deg, fix.lon_deg) - doubt_m)
        for fix, doubt_m in placed
        for zone in held
    ]
    return Blind(*stretch, min(distances, default=None), len(vague))


def _meets(span: Span, stretch: _Stretch) -> bool:
    return span.from_ms < stretch[1] and (span.until_ms is None or span.until_ms > stretch[0])


def _day(day: date, spans: Iterable[Span], blind: Sequence[Blind], now_ms: int) -> Day:
    begins_ms, ends_ms = _midnight_ms(day), _midnight_ms(day + timedelta(days=1))

    def within(stretches: Iterable[_Stretch]) -> int:
        return sum(max(0, min(until_ms, ends_ms) - max(from_ms, begins_ms)) for from_ms, until_ms in stretches)

    return Day(
        day,
        within((span.from_ms, now_ms if span.until_ms is None else span.until_ms) for span in spans),
        within((one.from_ms, one.until_ms) for one in blind),
        within((one.from_ms, one.until_ms) for one in blind if one.is_near),
    )


def _midnight_ms(day: date) -> int:
    return epoch_ms(datetime.combine(day, time(), _LOCAL))
