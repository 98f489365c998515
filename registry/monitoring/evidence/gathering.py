"""The positions of a wearer in a stretch of time, used and unused, and the point from which they were judged."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, select, tuple_
from sqlalchemy.orm import Session

from geo.spans import Span
from geo.track import TrackState
from registry.errors import Conflict
from registry.monitoring.engine import marks, store
from registry.monitoring.engine.marks import MarkKind
from registry.monitoring.engine.store import Stretch
from registry.monitoring.evidence.members import MOST_FIXES
from registry.monitoring.evidence.rules import Begin, KeptFix, Use
from registry.monitoring.models import Coupling, Device, PingConflict, PingRow, TrackMark, UnusedPosition
from registry.monitoring.pings import Ping, epoch_ms
from registry.monitoring.rules import CLOCK_AHEAD_MS, DeviceKind, UnusedReason, bucket_of

# A quiet point further back than this costs more positions than it proves: then a state that was kept is told.
_FURTHEST_BACK_MS = 24 * 3_600_000
_CONFLICT = "conflict"
_CONTENT_FROM = Ping.__struct_fields__.index("lat_deg")
_CONTENT = Ping.__struct_fields__[_CONTENT_FROM:]


@dataclass(frozen=True, slots=True)
class WornDevice:
    """A device that a wearer wore, from an instant (epoch ms) until another, or without an end."""

    device_id: uuid.UUID
    number: int
    worn: Span

    def within(self, span: Span) -> Stretch | None:
        """The part of a span in which he wore it; None where he did not."""
        ends = [end for end in (self.worn.until_ms, span.until_ms) if end is not None]
        from_ms, until_ms = max(self.worn.from_ms, span.from_ms), min(ends, default=None)
        return None if until_ms is not None and until_ms <= from_ms else Stretch(self.number, from_ms, until_ms)


def worn_by(session: Session, person_id: uuid.UUID, supervisor_id: uuid.UUID | None) -> list[WornDevice]:
    """The devices that a wearer wore under the supervision of an organisation."""
    query = (
        select(Device.id, Device.number, Coupling.from_at, Coupling.until_at)
        .join(Coupling, Coupling.device_id == Device.id)
        .where(Coupling.person_id == person_id, Coupling.supervising_org_id == supervisor_id)
        .where(Coupling.kind == DeviceKind.TRACKER)
        .order_by(Coupling.from_at, Coupling.id)
    )
    return [
        WornDevice(device_id, number, Span(epoch_ms(from_at), None if until_at is None else epoch_ms(until_at)))
        for device_id, number, from_at, until_at in session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class Start:
    """From which instant (epoch ms, itself excluded) positions are judged on, and from what."""

    begin: Begin
    after: tuple[int, int]
    state: TrackState | None = None
    before: KeptFix | None = None


def start_of(session: Session, person_id: uuid.UUID, worn: Sequence[WornDevice], before_ms: int) -> Start:
    """Return the last point before an instant from which all that follows comes out as it did.

    Where nothing was under way it is the last position, whatever came before it; where that is more than a day back,
    it is a state that the engine kept, at the turn of an hour.
    """
    own = select(TrackMark).where(TrackMark.person_id == person_id, TrackMark.at_ms < before_ms)
    newest = own.order_by(TrackMark.at_ms.desc(), TrackMark.sequence.desc()).limit(1)
    quiet = session.scalar(newest.where(TrackMark.kind != MarkKind.HELD))
    if quiet is None or quiet.at_ms < before_ms - _FURTHEST_BACK_MS:
        held = session.scalar(newest.where(TrackMark.kind == MarkKind.HELD))
        state = None if held is None else marks.state_at(held)
        if state is not None and state.last is not None and (quiet is None or held is not None):
            return Start(Begin.STATE, state.last, state)
    at_ms = before_ms if quiet is None else quiet.at_ms + 1
    last = _last_before(session, worn, at_ms)
    if last is None:
        return Start(Begin.NOTHING, (-1, 0))
    return Start(Begin.FIX, (last.at_ms, last.sequence), before=last)


def _last_before(session: Session, worn: Sequence[WornDevice], before_ms: int) -> KeptFix | None:
    found = []
    for one in worn:
        stretch = one.within(Span(0, before_ms))
        if stretch is not None:
            query = _positions(stretch).order_by(PingRow.at_ms.desc(), PingRow.sequence.desc()).limit(1)
            found += [_kept(one, row) for row in session.execute(query)]
    last = max(found, key=lambda one: one.fix.order, default=None)
    return None if last is None else replace(last, use=Use.BEFORE)


def used(session: Session, worn: Sequence[WornDevice], after: tuple[int, int], until_ms: int) -> list[KeptFix]:
    """The positions that were judged after a point of the track (epoch ms, sequence), up to an instant.

    Raises Conflict when they are more than a bundle can hold.
    """
    found: list[KeptFix] = []
    for one in worn:
        stretch = one.within(Span(after[0], until_ms + 1))
        for row in session.execute(_positions(stretch).limit(MOST_FIXES + 1)) if stretch else ():
            kept = _kept(one, row)
            if (kept.at_ms, kept.sequence) > after:
                found.append(kept)
    if len(found) > MOST_FIXES:
        raise Conflict("episode_too_long", f"An episode of more than {MOST_FIXES} positions has no bundle.")
    return sorted(found, key=lambda one: one.fix.order)


_BIG = [BigInteger()] * 4
PointOfTrack = tuple[int, int, int, int]
"""After which a list of positions goes on: epoch ms, number of the device, sequence and kind, as the index has them."""


def piece_of(
    session: Session, worn: Sequence[WornDevice], span: Span, after: PointOfTrack, most: int
) -> list[tuple[PointOfTrack, KeptFix]]:
    """The oldest positions of a stretch of time that are judged and come after a point of it, at most so many."""
    found: list[tuple[PointOfTrack, KeptFix]] = []
    for one in worn:
        stretch = one.within(Span(max(span.from_ms, after[0]), span.until_ms))
        if stretch is not None:
            key = (PingRow.at_ms, PingRow.device_number, PingRow.sequence, PingRow.kind)
            wanted = _positions(stretch).add_columns(PingRow.kind).where(tuple_(*key) > tuple_(*after, types=_BIG))
            for row in session.execute(wanted.order_by(*key).limit(most)):
                found.append(((row.at_ms, one.number, row.sequence, row.kind), _kept(one, row[:-1])))
    return sorted(found, key=lambda one: one[0])[:most]


_COLUMNS = (
    *(PingRow.at_ms, PingRow.sequence, PingRow.received_at_ms, PingRow.lat_deg, PingRow.lon_deg, PingRow.accuracy_m),
    *(PingRow.hdop, PingRow.speed_mps),
)


def _positions(stretch: Stretch) -> Any:
    return select(*_COLUMNS).where(
        *_of(PingRow, stretch.device_number),
        PingRow.at_ms >= stretch.from_ms,
        *(() if stretch.until_ms is None else (PingRow.at_ms < stretch.until_ms,)),
        PingRow.at_ms <= PingRow.received_at_ms + CLOCK_AHEAD_MS,
        PingRow.lat_deg.is_not(None),
    )


def _kept(one: WornDevice, row: Any) -> KeptFix:
    return KeptFix(str(one.device_id), *row)


def unused(session: Session, worn: Sequence[WornDevice], span: Span) -> list[KeptFix]:
    """The positions of a stretch of time that were kept and are not judged, each with its reason.

    What a clock ahead of its time says of when is not believed: such a position belongs to when it was received.
    """
    found: list[KeptFix] = []
    for one in worn:
        stretch = one.within(span)
        if stretch is not None:
            found += _unjudged(session, one, stretch)
            found += _conflicts(session, one, stretch)
    return sorted(found, key=lambda one: (one.at_ms, one.sequence, one.received_at_ms))


def _unjudged(session: Session, one: WornDevice, stretch: Stretch) -> Iterator[KeptFix]:
    keys = [getattr(PingRow, name) == getattr(UnusedPosition, name) for name in store.COLUMNS[:5]]
    query = select(*_COLUMNS, UnusedPosition.reason).join(UnusedPosition, and_(*keys))
    for reason in UnusedReason:
        at = PingRow.received_at_ms if reason is UnusedReason.CLOCK_AHEAD else PingRow.at_ms
        wanted = query.where(*_of(UnusedPosition, stretch.device_number), UnusedPosition.reason == reason.value)
        wanted = wanted.where(at >= stretch.from_ms, *(() if stretch.until_ms is None else (at < stretch.until_ms,)))
        for row in session.execute(wanted):
            yield replace(_kept(one, row[:-1]), use=Use.UNUSED, reason=row.reason)


def _conflicts(session: Session, one: WornDevice, stretch: Stretch) -> Iterator[KeptFix]:
    query = select(PingConflict).where(
        *_of(PingConflict, stretch.device_number),
        PingConflict.at_ms >= stretch.from_ms,
        *(() if stretch.until_ms is None else (PingConflict.at_ms < stretch.until_ms,)),
    )
    for row in session.scalars(query):
        told = dict(zip(_CONTENT, row.content, strict=True))
        place = (told["lat_deg"], told["lon_deg"], told["accuracy_m"], told["hdop"], told["speed_mps"])
        key = (str(one.device_id), row.at_ms, row.sequence, row.received_at_ms)
        yield KeptFix(*key, *place, use=Use.UNUSED, reason=_CONFLICT)


def _of(model: Any, number: int) -> list[ColumnElement[bool]]:
    return [model.bucket == bucket_of(number), model.device_number == number]
