"""Removing by small pieces, each in a transaction of its own, so that live pings wait for milliseconds at most.

On SQLite the pings themselves go this way; on PostgreSQL what lies in the default partition, and what hangs on pings.
"""

import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, TableClause, column, delete, exists, or_, select, table
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.dml import ReturningDelete

from registry.db import Database
from registry.monitoring.models import Coupling, Device, RejectedPing, TrackMark
from registry.monitoring.retention import windows
from registry.monitoring.retention.models import KeptWindow, PositionRemoval
from registry.monitoring.retention.windows import Asked
from registry.monitoring.rules import bucket_of

_FEWEST, _FIRST, _MOST = 200, 2_000, 20_000
_TURN_S, _LEAST_PAUSE_S = 0.02, 0.002
_PERSONS_AT_ONCE = 100
_FIRST_MS = -(2**62)
Told = Callable[[int], None]


@dataclass(slots=True)
class Owners:
    """Which organisation answers for what a device said: who supervises by it, or else provides it."""

    of_device: dict[int, uuid.UUID] = field(default_factory=dict)

    @classmethod
    def read(cls, session: Session) -> "Owners":
        """Return those of all devices."""
        rows = session.execute(select(Device.number, Device.supervising_org_id, Device.sending_org_id))
        told = {number: supervising or sending for number, supervising, sending in rows}
        return cls({number: owner for number, owner in told.items() if owner is not None})

    def counted(self, by_device: Counter[int]) -> Counter[uuid.UUID]:
        """Return what was counted by device, by organisation."""
        found: Counter[uuid.UUID] = Counter()
        for number, count in by_device.items():
            if number in self.of_device:
                found[self.of_device[number]] += count
        return found


@dataclass(slots=True)
class Sweep:
    """A removal under way: what is asked, whose it is, and the row that says how far it is."""

    database: Database
    asked: Asked
    owners: Owners
    removal_id: uuid.UUID
    tell: Told
    known: tuple[object, ...] | None = None
    pause: Callable[[float], None] = time.sleep
    removed: int = 0

    def refresh(self) -> None:
        """Learn what is kept now."""
        self.known = windows.refresh(self.database, self.asked)

    def is_stale(self, session: Session) -> bool:
        """Say whether somebody recorded a hold or a breach since: then nothing may be removed before it is known."""
        return windows.revision(session) != self.known

    def count(self, session: Session, by_owner: Counter[uuid.UUID]) -> None:
        """Note what this transaction removes, and of whom, until the audit chain says so."""
        row = session.get_one(PositionRemoval, self.removal_id)
        untold = Counter(row.untold)
        untold.update({str(owner): count for owner, count in by_owner.items()})
        row.untold, row.removed = dict(untold), row.removed + by_owner.total()

    def done(self, count: int, took_s: float) -> None:
        """Say how far it is, and let others write."""
        self.removed += count
        self.tell(self.removed)
        self.pause(max(_LEAST_PAUSE_S, took_s))


def pings_of(name: str) -> TableClause:
    """Return a table with the key of a ping, by its name."""
    return table(name, *(column(one) for one in ("bucket", "at_ms", "device_number", "alarm")))


def kept(rows: TableClause, *, alarms: bool = True) -> ColumnElement[bool]:
    """Return the condition that keeps rows that lie in a window; `alarms` says whether they know of alarms."""
    within = select(KeptWindow.device_number).where(
        KeptWindow.device_number == rows.c.device_number,
        KeptWindow.from_ms <= rows.c.at_ms,
        KeptWindow.until_ms > rows.c.at_ms,
    )
    whole = KeptWindow.alarms_only.is_(False)
    return exists(within.where(or_(whole, rows.c.alarm.is_not(None)) if alarms else whole))


def sweep_pings(sweep: Sweep, name: str, *, alarms: bool = True, told: bool = True) -> None:
    """Remove from a table what has the key of a ping, lies before the instant and in no window.

    `told` says whether the audit chain counts it: what is said of a ping is no ping.
    """
    rows = pings_of(name)
    for bucket in sorted({bucket_of(number) for number in sweep.owners.of_device}):
        size, from_ms = _FIRST, _FIRST_MS
        while from_ms < sweep.asked.before_ms:
            with sweep.database.reading() as session:
                until_ms = _piece_end(session, rows, (bucket, from_ms, size), sweep.asked.before_ms)
            began_s = time.monotonic()
            stretch = (rows.c.bucket == bucket, rows.c.at_ms >= from_ms, rows.c.at_ms < until_ms)
            gone = delete(rows).where(*stretch, ~kept(rows, alarms=alarms)).returning(rows.c.device_number)
            count = _remove(sweep, gone, told=told)
            if count is None:
                sweep.refresh()
                continue
            took_s = time.monotonic() - began_s
            sweep.done(count, took_s)
            size, from_ms = _fitting(size, took_s), until_ms


def _fitting(size: int, took_s: float) -> int:
    """How large the next piece may be, so that whoever waits does not wait for long."""
    if took_s > _TURN_S:
        return max(_FEWEST, size // 2)
    return min(_MOST, size * 2) if took_s < _TURN_S / 2 else size


def _piece_end(session: Session, rows: TableClause, piece: tuple[int, int, int], before_ms: int) -> int:
    """Where a piece of so many rows of a bucket ends, from an instant on."""
    bucket, from_ms, size = piece
    own = select(rows.c.at_ms).where(rows.c.bucket == bucket, rows.c.at_ms >= from_ms, rows.c.at_ms < before_ms)
    end_ms = session.scalar(own.order_by(rows.c.at_ms).offset(size).limit(1))
    return before_ms if end_ms is None else max(end_ms, from_ms + 1)


def _remove(sweep: Sweep, statement: ReturningDelete[Any], *, told: bool) -> int | None:
    """Remove a piece and return how much it was; None when it has to be asked again, for what is kept changed."""
    with sweep.database.transaction() as session:
        if sweep.is_stale(session):
            return None
        by_device = Counter(session.scalars(statement))
        if by_device and told:
            sweep.count(session, sweep.owners.counted(by_device))
    return by_device.total() if told else 0


def sweep_marks(sweep: Sweep) -> None:
    """Remove states of tracks, which hold positions, with the positions around; the newest of each wearer stays."""
    old, after = TrackMark.at_ms.between(0, sweep.asked.before_ms - 1), uuid.UUID(int=0)
    newest = aliased(TrackMark)
    newer = exists(select(newest.at_ms).where(newest.person_id == TrackMark.person_id, newest.at_ms > TrackMark.at_ms))
    while persons := _persons_after(sweep, old, after):
        gone = delete(TrackMark).where(TrackMark.person_id.in_(persons), old, newer, ~_is_kept())
        with sweep.database.transaction() as session:
            is_stale = sweep.is_stale(session)
            if not is_stale:
                session.execute(gone.execution_options(synchronize_session=False))
        if is_stale:
            sweep.refresh()
            continue
        after = persons[-1]
        sweep.pause(_LEAST_PAUSE_S)


def _persons_after(sweep: Sweep, old: ColumnElement[bool], after: uuid.UUID) -> Sequence[uuid.UUID]:
    with sweep.database.reading() as session:
        some = select(TrackMark.person_id).where(old, TrackMark.person_id > after).distinct()
        return session.scalars(some.order_by(TrackMark.person_id).limit(_PERSONS_AT_ONCE)).all()


def _is_kept() -> ColumnElement[bool]:
    """Whether a mark lies in a window of what its wearer wore."""
    within = (
        select(KeptWindow.device_number)
        .join(Device, Device.number == KeptWindow.device_number)
        .join(Coupling, Coupling.device_id == Device.id)
        .where(Coupling.person_id == TrackMark.person_id, KeptWindow.alarms_only.is_(False))
        .where(KeptWindow.from_ms <= TrackMark.at_ms, KeptWindow.until_ms > TrackMark.at_ms)
    )
    return exists(within)


def sweep_rejected(sweep: Sweep, before: datetime) -> None:
    """Remove what gateways could not use, which was never anybody's, by the time at which it came."""
    some = select(RejectedPing.id).where(RejectedPing.received_at < before).limit(_FEWEST)
    while True:
        with sweep.database.transaction() as session:
            gone = delete(RejectedPing).where(RejectedPing.id.in_(some)).returning(RejectedPing.organisation_id)
            owners = Counter(session.scalars(gone.execution_options(synchronize_session=False)))
            if owners:
                sweep.count(session, owners)
        if not owners:
            return
        sweep.done(owners.total(), _TURN_S)
