"""A removal: everything that may go of the days that are over, in turns, each of which another may go on with."""

import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import logs
from registry.access.rules import Action
from registry.access.service import record, system_actor
from registry.config import Settings
from registry.db import new_id
from registry.http import Runtime
from registry.monitoring.pings import epoch_ms
from registry.monitoring.retention.dropping import count_days, counted, drop_days
from registry.monitoring.retention.models import PositionRemoval
from registry.monitoring.retention.nearnesses import count_nearnesses, sweep_nearnesses
from registry.monitoring.retention.rules import Keeping, midnight, removed_before
from registry.monitoring.retention.sweeping import (
    Owners,
    Sweep,
    pings_of,
    sweep_marks,
    sweep_pings,
    sweep_rejected,
)
from registry.monitoring.retention.windows import Asked

LOCK_NAME = "position-removal"
_TURN_S = 15.0
_log = logs.get(__name__)


class _TurnIsOver(Exception):
    """The worker has other things to do; what was removed is on disk."""


def keeping(settings: Settings) -> Keeping:
    """Return what is configured."""
    return Keeping(
        timedelta(days=settings.position_days),
        timedelta(days=settings.case_days),
        timedelta(hours=settings.breach_window_h),
    )


def remove_positions(shared: Runtime) -> None:
    """Remove, once a day and in turns of some seconds, what is old enough and nobody holds; a job of the worker."""
    removal = Removal.of(shared)
    if removal.was_done():
        return
    lock = shared.database.lock(LOCK_NAME)
    if not lock.acquire():
        return
    end_s = time.monotonic() + _TURN_S
    try:
        removal.go(lambda _: None, lambda: time.monotonic() > end_s)
    except _TurnIsOver:
        pass
    finally:
        lock.release()
    _log.info(
        "positions_removed", before_on=removal.before_on.isoformat(), removed=removal.removed(), done=removal.was_done()
    )


@dataclass
class Removal:
    """What is removed now: all that was said before a day and is not kept."""

    shared: Runtime
    asked: Asked
    before_on: date

    @classmethod
    def of(cls, shared: Runtime) -> "Removal":
        """Return the removal that is due by what is configured."""
        now, kept = shared.clock.now(), keeping(shared.settings)
        before_on = removed_before(now, kept.positions)
        return cls(shared, Asked(now, epoch_ms(midnight(before_on)), kept), before_on)

    def was_done(self) -> bool:
        """Say whether a removal of this day came to its end."""
        with self.shared.database.reading() as session:
            row = self._newest(session)
            return row is not None and row.ended_at is not None

    def removed(self) -> int:
        """Return how much the newest removal of this day has removed so far."""
        with self.shared.database.reading() as session:
            row = self._newest(session)
            return 0 if row is None else row.removed

    def count(self) -> tuple[int, int]:
        """Return how many pings would go, and how many older ones are kept, without removing any."""
        sweep = self._sweep(uuid.UUID(int=0), lambda _: None)
        sweep.refresh()
        goes, stays = 0, 0
        with self.shared.database.reading() as session:
            rows = pings_of("ping" if self.shared.database.is_sqlite else "ping_default")
            pieces = [counted(session, rows, rows.c.at_ms < self.asked.before_ms)]
            if not self.shared.database.is_sqlite:
                pieces += count_days(session, self.before_on)
        for piece in pieces:
            goes, stays = goes + piece[0], stays + piece[1]
        return goes, stays

    def count_nearnesses(self) -> int:
        """Return how many records of nearness would go, without removing any."""
        with self.shared.database.reading() as session:
            return count_nearnesses(session, self.asked)

    def go(self, tell: Callable[[int], None], is_over: Callable[[], bool] = lambda: False) -> int:
        """Remove all of it, or as much as fits until it is over; return how much. At the end the audit says so."""
        removal_id, database = self._begin(), self.shared.database
        sweep = self._sweep(removal_id, tell)

        def pause(seconds: float) -> None:
            if is_over():
                raise _TurnIsOver
            time.sleep(seconds)

        sweep.pause = pause
        sweep.refresh()
        all_days = database.is_sqlite or drop_days(sweep, self.before_on)
        sweep_pings(sweep, "ping" if database.is_sqlite else "ping_default")
        sweep_pings(sweep, "ping_conflict", alarms=False)
        sweep_pings(sweep, "unused_position", alarms=False, told=False)
        sweep_marks(sweep)
        sweep_rejected(sweep, midnight(self.before_on))
        sweep_nearnesses(database, self.asked)
        if all_days:
            with database.transaction() as session:
                _close(session, self.shared.clock.now(), removal_id)
        return sweep.removed

    def _sweep(self, removal_id: uuid.UUID, tell: Callable[[int], None]) -> Sweep:
        with self.shared.database.reading() as session:
            owners = Owners.read(session)
        return Sweep(self.shared.database, self.asked, owners, removal_id, tell)

    def _begin(self) -> uuid.UUID:
        """The removal that was broken off, on whatever day, or a new one."""
        with self.shared.database.transaction() as session:
            row = session.scalars(select(PositionRemoval).where(PositionRemoval.ended_at.is_(None)).limit(1)).first()
            if row is None:
                row = PositionRemoval(id=new_id(), started_at=self.asked.now, ended_at=None, removed=0, untold={})
                session.add(row)
            row.before_on = self.before_on
            return row.id

    def _newest(self, session: Session) -> PositionRemoval | None:
        own = select(PositionRemoval).where(PositionRemoval.before_on == self.before_on)
        return session.scalars(own.order_by(PositionRemoval.id.desc()).limit(1)).first()


def _close(session: Session, now: datetime, removal_id: uuid.UUID) -> None:
    row = session.get_one(PositionRemoval, removal_id)
    reference = f"pings:before:{row.before_on.isoformat()}"
    for owner, count in Counter(row.untold).items():
        record(session, system_actor(uuid.UUID(owner), "retention"), now, Action.DESTROYED, reference, count=count)
    row.untold, row.ended_at = {}, now
