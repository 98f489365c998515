"""Whether somebody wears a monitor now, how old his last position is, and on which side of a ban it lies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from geo.policy import METHOD
from geo.spans import instant
from geo.track import Fix
from geo.zones import Zone
from registry.monitoring.engine.store import Stretch, last_fix
from registry.monitoring.models import Coupling, Device, EpisodeRecord, TrackCheckpoint
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import WARNING, DeviceKind, EpisodeStatus
from registry.orders.models import Person
from registry.orders.service import zones_of

# Configuration: an older position says nothing of where somebody is now. At walking pace it is half a kilometre.
FRESH_FOR = timedelta(minutes=5)
# Of 100 fixes whose distance to the border is this many standard deviations, 95 lie on the side that they show.
_SURE_SIGMAS = 1.645
_RECENT = timedelta(minutes=10)
_LOOKED_BACK = timedelta(days=1)


class InBannedZone(StrEnum):
    """Whether a wearer is inside an area that is forbidden to him now (in verboden gebied)."""

    INSIDE = "inside"
    """erin"""
    OUTSIDE = "outside"
    """erbuiten"""
    UNKNOWN = "unknown"
    """onbekend"""


@dataclass(frozen=True, slots=True)
class Worn:
    """A monitor on somebody, by its coupling and the number of its device."""

    coupling: Coupling
    device_number: int


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What is known of a wearer now; `in_banned_zone` is None while no forbidden area of these orders holds.

    `fix` is his last position of the last day, in degrees and metres; None when there is none. `in_episode` is whether
    he is where he may not be, or away from where he must be: where he is otherwise is for his supervisor.
    """

    is_worn: bool
    fix: Fix | None
    in_banned_zone: InBannedZone | None
    in_episode: bool = False

    @property
    def at(self) -> datetime | None:
        """When he was at his last position."""
        return None if self.fix is None else instant(self.fix.at_ms)


def whereabouts_of(session: Session, now: datetime, person_id: UUID, order_ids: Collection[UUID]) -> Whereabouts:
    """What is known of a person now, held against the forbidden areas of these orders."""
    worn = worn_by(session, person_id, now)
    fix = last_position(session, now, {each.coupling.person_id for each in worn}, worn)
    now_ms = epoch_ms(now)
    held = [
        each.zone
        for each in (zones_of(session, [person_id]) if worn else ())
        if each.order_id in order_ids and each.zone.kind == "exclusion" and each.zone.held(now_ms)
    ]
    side = in_banned_zone(held, fix, now_ms)
    wearers = {each.coupling.person_id for each in worn}
    in_episode = side is InBannedZone.INSIDE or _is_in_episode(session, wearers, order_ids)
    return Whereabouts(bool(worn), fix, side, in_episode)


def _is_in_episode(session: Session, person_ids: Collection[UUID], order_ids: Collection[UUID]) -> bool:
    goes_on = select(EpisodeRecord.id).where(EpisodeRecord.person_id.in_(person_ids), EpisodeRecord.end_ms.is_(None))
    of_these = goes_on.where(EpisodeRecord.order_id.in_(order_ids), EpisodeRecord.zone_kind != WARNING)
    return session.scalar(of_these.where(EpisodeRecord.status == EpisodeStatus.OPEN).limit(1)) is not None


def worn_by(session: Session, person_id: UUID, now: datetime) -> list[Worn]:
    """The monitors that a person wears at an instant, also those put on him under a number that was merged into his."""
    his = select(Person.id).where(or_(Person.id == person_id, Person.merged_into_id == person_id))
    query = (
        select(Coupling, Device.number)
        .join(Device, Device.id == Coupling.device_id)
        .where(Coupling.person_id.in_(his), Coupling.kind == DeviceKind.TRACKER, Coupling.from_at <= now)
        .where(Coupling.until_at.is_(None) | (Coupling.until_at > now))
    )
    return [Worn(coupling, number) for coupling, number in session.execute(query)]


def last_position(session: Session, now: datetime, person_ids: Iterable[UUID], worn: Sequence[Worn]) -> Fix | None:
    """The newest position of a wearer by these monitors, of the last day or else the last that was judged."""
    found = last_positions(session, now, person_ids, worn)
    return max((fix for fix, _ in found), key=lambda fix: fix.order, default=None)


def last_positions(
    session: Session, now: datetime, person_ids: Iterable[UUID], worn: Sequence[Worn]
) -> list[tuple[Fix, UUID]]:
    """The newest position by each monitor, with the id of its device."""
    checkpoints = [session.get(TrackCheckpoint, person_id) for person_id in person_ids]
    judged_ms = [each.last_ms for each in checkpoints if each is not None and each.last_ms is not None]
    since_ms = epoch_ms(now - (_RECENT if judged_ms else _LOOKED_BACK))
    windows: list[tuple[int, int | None]] = [(since_ms, None), *((last_ms, last_ms + 1) for last_ms in judged_ms)]
    return [
        (fix, each.coupling.device_id)
        for each in worn
        for from_ms, until_ms in windows
        if (fix := last_fix(session, _stretch(each, from_ms, until_ms))) is not None
    ]


def _stretch(worn: Worn, from_ms: int, until_ms: int | None) -> Stretch:
    coupling = worn.coupling
    ends = [until_ms, None if coupling.until_at is None else epoch_ms(coupling.until_at)]
    until_ms = min((end for end in ends if end is not None), default=None)
    return Stretch(worn.device_number, max(from_ms, epoch_ms(coupling.from_at)), until_ms)


def in_banned_zone(held: Sequence[Zone], fix: Fix | None, now_ms: int) -> InBannedZone | None:
    """On which side of forbidden areas that hold now a position lies; unknown when it is old or near a border.

    One area in which he surely is settles it; he is outside only when he is surely outside each of them.
    """
    if not held:
        return None
    if fix is None or abs(now_ms - fix.at_ms) > FRESH_FOR / timedelta(milliseconds=1):
        return InBannedZone.UNKNOWN
    doubt_m = _SURE_SIGMAS * METHOD.accuracy.sigma_m(fix.accuracy_m, fix.hdop)
    distances_m = [zone.shape.signed_distance_m(fix.lat_deg, fix.lon_deg) for zone in held]
    if any(distance_m <= -doubt_m for distance_m in distances_m):
        return InBannedZone.INSIDE
    return InBannedZone.OUTSIDE if all(each >= doubt_m for each in distances_m) else InBannedZone.UNKNOWN
