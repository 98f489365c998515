"""What the engine needs to judge a wearer again: his positions since the last point at which his state is known.

It judges again from a time after everything that is removed (`EnginePolicy.judge_again_ms`). For that it begins at the
last mark before that time, or at the last position; what lies before is never looked at.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.spans import Span
from registry.monitoring.engine import marks, store
from registry.monitoring.engine.marks import HOUR_MS, MarkKind
from registry.monitoring.engine.store import Stretch
from registry.monitoring.models import Coupling, Device, PingRow, TrackMark
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import bucket_of
from registry.orders.models import Person

_NEVER_MS = -1


@dataclass(frozen=True, slots=True)
class Worn:
    """A device on a person, from when until when."""

    person_id: uuid.UUID
    device_number: int
    span: Span


@dataclass(frozen=True, slots=True)
class Bearers:
    """Who wore what, and who of them turned out to be one person."""

    worn: tuple[Worn, ...]
    merged: dict[uuid.UUID, uuid.UUID]

    def root(self, person_id: uuid.UUID) -> uuid.UUID:
        """Return who somebody turned out to be."""
        return self.merged.get(person_id, person_id)

    def of_person(self, person_id: uuid.UUID) -> list[Worn]:
        """Return what somebody wore, under this id."""
        return [worn for worn in self.worn if worn.person_id == person_id]


def bearers(session: Session) -> Bearers:
    """Return all who wore a device."""
    rows = session.execute(
        select(Coupling.person_id, Device.number, Coupling.from_at, Coupling.until_at).join(
            Device, Device.id == Coupling.device_id
        )
    )
    worn = tuple(
        Worn(person_id, number, Span(epoch_ms(from_at), None if until_at is None else epoch_ms(until_at)))
        for person_id, number, from_at, until_at in rows
    )
    merged = select(Person.id, Person.merged_into_id).where(Person.merged_into_id.is_not(None))
    return Bearers(worn, {one: into for one, into in session.execute(merged) if into is not None})


def needed(session: Session, known: Bearers, before_ms: int) -> Iterator[tuple[uuid.UUID, Span]]:
    """Yield what is needed of whoever still wears a device, of the time before an instant (epoch ms)."""
    goes_on: dict[uuid.UUID, list[Worn]] = {}
    for worn in known.worn:
        goes_on.setdefault(worn.person_id, []).append(worn)
    begins_ms = before_ms + HOUR_MS
    last, seen = _last_marks(session, begins_ms), _seen(session, known, (before_ms, begins_ms))
    for person_id, own in goes_on.items():
        if all(worn.span.until_ms is not None and worn.span.until_ms <= before_ms for worn in own):
            continue
        kind, at_ms = last.get(person_id, (MarkKind.OVER, _NEVER_MS))
        if kind != MarkKind.OVER and at_ms < before_ms:
            yield person_id, Span(at_ms)
        if kind == MarkKind.OVER and not any(_was_seen(worn, seen, (before_ms, begins_ms)) for worn in own):
            fix_ms = _last_fix_ms(session, own, before_ms)
            if fix_ms is not None:
                yield person_id, Span(fix_ms, fix_ms + 1)


def needed_before(session: Session, known: Bearers, person_id: uuid.UUID, at_ms: int) -> int:
    """Return from when (epoch ms) positions are needed to judge somebody again from an instant."""
    mark = marks.latest(session, person_id, at_ms - 1)
    if mark is not None and mark.kind != MarkKind.OVER:
        return mark.at_ms
    fix_ms = _last_fix_ms(session, known.of_person(person_id), at_ms)
    return at_ms if fix_ms is None else fix_ms


def _last_marks(session: Session, before_ms: int) -> dict[uuid.UUID, tuple[str, int]]:
    rows = session.execute(
        select(TrackMark.person_id, TrackMark.kind, TrackMark.at_ms)
        .where(TrackMark.at_ms < before_ms)
        .order_by(TrackMark.person_id, TrackMark.at_ms, TrackMark.sequence)
    )
    return {person_id: (kind, at_ms) for person_id, kind, at_ms in rows}


def _seen(session: Session, known: Bearers, between_ms: tuple[int, int]) -> set[int]:
    """The devices with a position in a stretch of time: where there is one nothing older is looked for."""
    found: set[int] = set()
    for bucket in {bucket_of(worn.device_number) for worn in known.worn}:
        wanted = select(PingRow.device_number).where(
            PingRow.bucket == bucket,
            PingRow.at_ms >= between_ms[0],
            PingRow.at_ms < between_ms[1],
            PingRow.lat_deg.is_not(None),
            PingRow.judged,
        )
        found.update(session.scalars(wanted.distinct()))
    return found


def _was_seen(worn: Worn, seen: set[int], between_ms: tuple[int, int]) -> bool:
    until_ms = worn.span.until_ms
    within = worn.span.from_ms <= between_ms[0] and (until_ms is None or until_ms >= between_ms[1])
    return within and worn.device_number in seen


def _last_fix_ms(session: Session, own: list[Worn], before_ms: int) -> int | None:
    stretches = (
        Stretch(worn.device_number, worn.span.from_ms, min(before_ms, worn.span.until_ms or before_ms)) for worn in own
    )
    fixes = [store.last_fix(session, one) for one in stretches if one.until_ms is not None]
    return max((fix.at_ms for fix in fixes if fix is not None), default=None)
