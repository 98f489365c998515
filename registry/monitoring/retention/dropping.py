"""Removing whole days on PostgreSQL: what is kept of a day is copied, its partition taken off, counted and dropped.

The table of the pings is locked only while the partition is taken off and the copy, if it is small, put in the default
partition; a large copy becomes the partition of its day. Who waits for that lock waits 200 ms at most: then it is tried
again later. Broken off anywhere, the next run goes on with what it finds.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from psycopg.errors import LockNotAvailable
from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    TableClause,
    TextClause,
    column,
    exists,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry import logs
from registry.access.rules import Action
from registry.access.service import record, system_actor
from registry.monitoring.engine.store import COLUMNS
from registry.monitoring.pings import epoch_ms
from registry.monitoring.retention.models import PositionRemoval
from registry.monitoring.retention.rules import midnight
from registry.monitoring.retention.sweeping import Sweep, kept, pings_of

_log = logs.get(__name__)
_MOST_MOVED = 10_000
_PATIENCE, _TRIES, _BETWEEN_TRIES_S = "200ms", 20, 0.5
_DAY = re.compile(r"ping_(\d{8})")
_REMOVED = re.compile(r"ping_removed_(\d{8})")
_PARTITIONS = text(
    "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'ping'::regclass"
)
_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
_COPIED = ", ".join(COLUMNS)


@dataclass(frozen=True, slots=True)
class _Day:
    """The tables of a day: its partition, the copy of what is kept, and the partition once it was taken off."""

    on: date

    @classmethod
    def named(cls, digits: str) -> "_Day":
        return cls(datetime.strptime(digits, "%Y%m%d").replace(tzinfo=UTC).date())

    @property
    def partition(self) -> str:
        return f"ping_{self.on:%Y%m%d}"

    @property
    def copy(self) -> str:
        return f"ping_kept_{self.on:%Y%m%d}"

    @property
    def removed(self) -> str:
        return f"ping_removed_{self.on:%Y%m%d}"

    @property
    def bounds_ms(self) -> tuple[int, int]:
        return epoch_ms(midnight(self.on)), epoch_ms(midnight(self.on + timedelta(days=1)))


def drop_days(sweep: Sweep, before_on: date) -> bool:
    """Remove what may go of each day before another that has a partition of its own, the oldest first.

    False when one is left for later, for somebody read the pings all the time.
    """
    with sweep.database.reading() as session:
        left = _days(session, _TABLES, _REMOVED)
        found = [day for day in _days(session, _PARTITIONS, _DAY) if day.on < before_on]
    for day in left:
        _finish(sweep, day)
    for day in found:
        if _nothing_to_remove(sweep, day):
            continue
        kept_rows = _copy(sweep, day)
        if not _take_off(sweep, day, kept_rows):
            _log.warning("day_not_taken_off", day=day.on.isoformat())
            return False
        _finish(sweep, day)
    return True


def count_days(session: Session, before_on: date) -> Iterator[tuple[int, int]]:
    """Yield of each day with a partition before another how much would go, and how much is kept."""
    for day in _days(session, _PARTITIONS, _DAY):
        if day.on < before_on:
            yield counted(session, pings_of(day.partition))


def counted(session: Session, rows: TableClause, *stretch: ColumnElement[bool]) -> tuple[int, int]:
    """Return how many rows would go and how many are kept, of those in a stretch."""
    everything = session.scalar(select(func.count()).select_from(rows).where(*stretch)) or 0
    stays = session.scalar(select(func.count()).select_from(rows).where(*stretch, kept(rows))) or 0
    return everything - stays, stays


def _days(session: Session, names: TextClause, pattern: re.Pattern[str]) -> list[_Day]:
    found = (pattern.fullmatch(name) for name in session.scalars(names))
    return sorted((_Day.named(match[1]) for match in found if match), key=lambda day: day.on)


def _nothing_to_remove(sweep: Sweep, day: _Day) -> bool:
    """Say whether all of a partition is kept, and there is anything: an empty one is of no use."""
    rows = pings_of(day.partition)
    with sweep.database.reading() as session:
        goes = session.scalar(select(exists(select(rows.c.at_ms).where(~kept(rows)))))
        return not goes and bool(session.scalar(select(exists(select(rows.c.at_ms)))))


def _copy(sweep: Sweep, day: _Day) -> int:
    """Copy what is kept of a day into a table that could be its partition; return how much that is."""
    rows, (from_ms, until_ms) = pings_of(day.partition), day.bounds_ms
    with sweep.database.transaction() as session:
        session.execute(text(f"DROP TABLE IF EXISTS {day.copy}"))
        # With this check the copy becomes a partition without being read.
        bounds = f"CONSTRAINT of_day CHECK (at_ms >= {from_ms} AND at_ms < {until_ms})"
        session.execute(text(f"CREATE TABLE {day.copy} (LIKE ping INCLUDING ALL, {bounds})"))
        done = session.execute(insert(_whole(day.copy)).from_select(COLUMNS, _kept_of(rows)))
        return cast("CursorResult[Any]", done).rowcount


def _whole(name: str) -> TableClause:
    return table(name, *(column(one) for one in COLUMNS))


def _kept_of(rows: TableClause) -> Select[*tuple[Any, ...]]:
    columns: list[Any] = [literal_column(name) for name in COLUMNS]
    return select(*columns).select_from(rows).where(kept(rows))


def _take_off(sweep: Sweep, day: _Day, kept_rows: int) -> bool:
    """Take a partition off and put what is kept in its place, at once; False when the table was never free for it."""
    for _ in range(_TRIES):
        try:
            with sweep.database.transaction() as session:
                session.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
                session.execute(text(f"ALTER TABLE ping DETACH PARTITION {day.partition}"))
                session.execute(text(f"ALTER TABLE {day.partition} RENAME TO {day.removed}"))
                _put_back(session, day, kept_rows)
            return True
        except DBAPIError as error:
            if not isinstance(error.orig, LockNotAvailable):
                raise
            sweep.pause(_BETWEEN_TRIES_S)
    return False


def _put_back(session: Session, day: _Day, kept_rows: int) -> None:
    from_ms, until_ms = day.bounds_ms
    if kept_rows <= _MOST_MOVED:
        session.execute(text(f"INSERT INTO ping ({_COPIED}) SELECT {_COPIED} FROM {day.copy}"))
        session.execute(text(f"DROP TABLE {day.copy}"))
        return
    session.execute(text(f"ALTER TABLE {day.copy} RENAME TO {day.partition}"))
    span = f"FROM ({from_ms}) TO ({until_ms})"
    session.execute(text(f"ALTER TABLE ping ATTACH PARTITION {day.partition} FOR VALUES {span}"))
    session.execute(text(f"ALTER TABLE {day.partition} DROP CONSTRAINT of_day"))


def _finish(sweep: Sweep, day: _Day) -> None:
    """Save what came, or was held, since the copy was made; count the rest, and drop it."""
    rows = pings_of(day.removed)
    while True:
        with sweep.database.transaction() as session:
            if not (is_stale := sweep.is_stale(session)):
                save = postgresql.insert(_whole("ping")).from_select(COLUMNS, _kept_of(rows))
                session.execute(save.on_conflict_do_nothing())
                numbers = select(rows.c.device_number, func.count()).where(~kept(rows)).group_by(rows.c.device_number)
                by_device = Counter({number: count for number, count in session.execute(numbers)})
                session.execute(text(f"DROP TABLE {day.removed}"))
                _tell(session, sweep, day, by_device)
        if not is_stale:
            sweep.done(by_device.total(), 0.0)
            return
        sweep.refresh()


def _tell(session: Session, sweep: Sweep, day: _Day, by_device: Counter[int]) -> None:
    session.get_one(PositionRemoval, sweep.removal_id).removed += by_device.total()
    for owner, count in sweep.owners.counted(by_device).items():
        actor = system_actor(owner, "retention")
        record(session, actor, sweep.asked.now, Action.DESTROYED, f"pings:{day.on.isoformat()}", count=count)
