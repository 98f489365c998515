"""Positions of a device on nobody wait a day for its coupling, and are destroyed when none comes."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from registry.access.rules import Action
from registry.access.service import record, system_actor
from registry.http import Runtime
from registry.monitoring.models import Coupling, Device, PingRow, UnusedPosition
from registry.monitoring.pings import epoch_ms

KEPT_FOR = timedelta(hours=24)
_AT_ONCE = 500
_KEY = (PingRow.bucket, PingRow.at_ms, PingRow.device_number, PingRow.sequence, PingRow.kind)
_Place = tuple[int, int]


def destroy_unworn(shared: Runtime) -> None:
    """Destroy, in short transactions, what waited a day in vain; a job of the worker."""
    now, after = shared.clock.now(), (0, 0)
    while True:
        with shared.database.reading() as session:
            rows = _waiting(session, now, after)
            vain = _of_nobody(session, rows)
        if vain:
            with shared.database.transaction() as session:
                _destroy(session, now, _of_nobody(session, rows))
        if len(rows) < _AT_ONCE:
            return
        after = (rows[-1].received_at_ms, rows[-1].at_ms)


def _waiting(session: Session, now: datetime, after: _Place) -> Sequence[Any]:
    """Positions that were not judged a day after they came, oldest first; those of wearers are among them."""
    place = tuple_(PingRow.received_at_ms, PingRow.at_ms)
    wanted = select(*_KEY, PingRow.received_at_ms).where(
        PingRow.judged.is_(False),
        PingRow.lat_deg.is_not(None),
        PingRow.received_at_ms < epoch_ms(now - KEPT_FOR),
        place > after,
    )
    return session.execute(wanted.order_by(PingRow.received_at_ms, PingRow.at_ms).limit(_AT_ONCE)).all()


def _of_nobody(session: Session, rows: Sequence[Any]) -> list[Any]:
    numbers = {row.device_number for row in rows}
    worn = session.execute(
        select(Device.number, Coupling.from_at, Coupling.until_at)
        .join(Coupling, Coupling.device_id == Device.id)
        .where(Device.number.in_(numbers))
    )
    spans: dict[int, list[tuple[int, int | None]]] = {}
    for number, from_at, until_at in worn:
        spans.setdefault(number, []).append((epoch_ms(from_at), None if until_at is None else epoch_ms(until_at)))
    return [row for row in rows if not _covers(spans.get(row.device_number, ()), row.at_ms)]


def _covers(spans: Sequence[tuple[int, int | None]], at_ms: int) -> bool:
    return any(from_ms <= at_ms and (until_ms is None or at_ms < until_ms) for from_ms, until_ms in spans)


def _destroy(session: Session, now: datetime, rows: Sequence[Any]) -> None:
    for row in rows:
        for table in (PingRow, UnusedPosition):
            key = [getattr(table, column.key) == value for column, value in zip(_KEY, row[:5], strict=True)]
            session.execute(delete(table).where(*key).execution_options(synchronize_session=False))
    numbers = Counter(row.device_number for row in rows)
    owners: Counter[uuid.UUID] = Counter()
    for number, owner in session.execute(
        select(Device.number, Device.sending_org_id).where(Device.number.in_(numbers.keys()))
    ):
        if owner is not None:
            owners[owner] += numbers[number]
    for owner, count in owners.items():
        record(session, system_actor(owner, "retention"), now, Action.DESTROYED, "pings:unworn", count=count)
