"""Taking a delivery in: every raw row on disk in short commits before anything is answered, or nothing of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import accumulate
from uuid import UUID

from sqlalchemy import delete, func, select, update

from registry.access.rules import Actor
from registry.clock import Clock
from registry.db import Database, new_id
from registry.db.sealing import seal, unseal
from registry.errors import Fault, Invalid
from registry.intake import service
from registry.intake.keys import RowKey, add_keys, keys_of_raw
from registry.intake.models import IntakeDelivery, IntakeRaw, IntakeRow, IntakeRowKey
from registry.intake.rules import DeliveryStatus
from registry.orders.rows import add_rows

AT_ONCE = 1000
PAUSE_S = 0.002
_BATCH_ROWS, _BATCH_BYTES = 200, 256 * 1024
_SPOOL_KEYS, _KEYS_AT_ONCE = 40_000, 1_000
_ROWS_DROPPED_AT_ONCE = 200
_KEYS_A_ROW = 16
_ABANDONED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Body:
    """What a sender sends: its rows as they are read, and the digest that is whole once they were."""

    media_type: str
    rows: Iterator[bytes]
    sha256: Callable[[], str]
    delivery_id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Received:
    """A delivery of which every raw row is on disk."""

    delivery_id: UUID
    rows: int


def receive(database: Database, clock: Clock, actor: Actor, body: Body) -> Received:
    """Store every raw row; when the body turns out unusable, or breaks off, nothing of it stays."""
    storing = _Storing(database, clock, actor, body, body.delivery_id)
    try:
        for batch, is_last in _batches(body.rows):
            storing.put(batch, is_last)
        if not storing.rows:
            raise Invalid([Fault("#", "The body holds no message; send at least one.", "body_empty")])
    except BaseException:
        if storing.rows:
            drop(database, storing.delivery_id)
        raise
    return Received(storing.delivery_id, storing.rows)


def _batches(rows: Iterator[bytes]) -> Iterator[tuple[list[bytes], bool]]:
    batch: list[bytes] = []
    size = 0
    for raw in rows:
        if batch and (len(batch) >= _BATCH_ROWS or size + len(raw) > _BATCH_BYTES):
            yield batch, False
            batch, size = [], 0
        batch.append(raw)
        size += len(raw)
    if batch:
        yield batch, True


@dataclass(slots=True)
class _Storing:
    """The rows of one delivery on their way to disk; `spool` holds keys until enough can be written in their order."""

    database: Database
    clock: Clock
    actor: Actor
    body: Body
    delivery_id: UUID
    rows: int = 0
    spool: list[RowKey] = field(default_factory=list)

    def put(self, batch: list[bytes], is_last: bool) -> None:
        numbered = list(enumerate(batch, start=self.rows + 1))
        sealed = [_sealed(self.delivery_id, number, raw) for number, raw in numbered]
        # Up to a thousand rows are judged at once; what waits longer must be found while it waits.
        if self.rows + len(batch) > AT_ONCE:
            self._find(numbered, is_last)
        with self.database.transaction() as session:
            now = self.clock.now()
            if not self.rows:
                service.open_delivery(session, self.actor, now, self.delivery_id, self.body.media_type)
            add_rows(session, IntakeRaw, sealed)
            stored = update(IntakeDelivery).where(IntakeDelivery.id == self.delivery_id)
            session.execute(stored.values(rows=IntakeDelivery.rows + len(batch), last_stored_at=now))
            if is_last:
                service.finish_receiving(session, self.actor, now, self.delivery_id, self.body.sha256())
        self.rows += len(batch)
        if not is_last:
            time.sleep(PAUSE_S)

    def _find(self, numbered: list[tuple[int, bytes]], is_last: bool) -> None:
        if self.rows <= AT_ONCE:
            self._find_earlier()
        self._spool(numbered)
        if is_last or len(self.spool) > _SPOOL_KEYS:
            self._write_keys()

    def _find_earlier(self) -> None:
        with self.database.transaction() as session:
            marked = update(IntakeDelivery).where(IntakeDelivery.id == self.delivery_id)
            session.execute(marked.values(waiting_keys=True))
        for first in range(1, self.rows + 1, _BATCH_ROWS):
            self._spool(raw_rows(self.database, self.delivery_id, first - 1, _BATCH_ROWS))

    def _spool(self, numbered: list[tuple[int, bytes]]) -> None:
        for number, raw in numbered:
            self.spool += [(key, number) for key in keys_of_raw(raw)]

    def _write_keys(self) -> None:
        """In the order of the keys, so that a commit touches few pages."""
        self.spool.sort()
        for start in range(0, len(self.spool), _KEYS_AT_ONCE):
            with self.database.transaction() as session:
                add_keys(session, self.delivery_id, self.spool[start : start + _KEYS_AT_ONCE])
            time.sleep(PAUSE_S)
        self.spool = []


def _sealed(delivery_id: UUID, number: int, raw: bytes) -> dict[str, object]:
    sealed = seal(raw, _place(delivery_id, number))
    return {"delivery_id": delivery_id, "row_number": number, "raw_sealed": sealed}


def _place(delivery_id: UUID, number: int) -> str:
    return f"intake_raw.raw_sealed.{delivery_id}.{number}"


def raw_rows(database: Database, delivery_id: UUID, after: int, limit: int) -> list[tuple[int, bytes]]:
    """Return the raw rows of a delivery after a number, opened."""
    return opened(delivery_id, sealed_rows(database, delivery_id, after, limit))


def sealed_rows(
    database: Database, delivery_id: UUID, after: int, most: int, most_bytes: int | None = None
) -> list[tuple[int, bytes]]:
    """Return some raw rows of a delivery after a number, as they are stored; at least one, if there is any."""
    rows = IntakeRaw.delivery_id == delivery_id, IntakeRaw.row_number > after
    query = select(IntakeRaw.row_number, IntakeRaw.raw_sealed).where(*rows).order_by(IntakeRaw.row_number)
    with database.reading() as session:
        if most_bytes is not None:
            sizes = select(func.length(IntakeRaw.raw_sealed)).where(*rows).order_by(IntakeRaw.row_number)
            so_far = accumulate(session.scalars(sizes.limit(most)))
            most = max(1, sum(1 for size in so_far if size <= most_bytes))
        return [(number, sealed) for number, sealed in session.execute(query.limit(most))]


def opened(delivery_id: UUID, sealed: Iterable[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """Return raw rows as they were sent."""
    return [(number, unseal(row, _place(delivery_id, number))) for number, row in sealed]


def drop(database: Database, delivery_id: UUID) -> None:
    """Remove a delivery that broke off, in short commits; it was never answered."""
    with database.reading() as session:
        query = select(IntakeDelivery.rows, IntakeDelivery.waiting_keys)
        receiving = IntakeDelivery.status == DeliveryStatus.RECEIVING
        found = session.execute(query.where(IntakeDelivery.id == delivery_id, receiving)).first()
    if found is None:
        return
    if found.waiting_keys:
        drop_waiting_keys(database, delivery_id)
    for first in range(1, found.rows + 1, _ROWS_DROPPED_AT_ONCE):
        numbers = IntakeRaw.row_number.between(first, first + _ROWS_DROPPED_AT_ONCE - 1)
        with database.transaction() as session:
            session.execute(delete(IntakeRaw).where(IntakeRaw.delivery_id == delivery_id, numbers))
        time.sleep(PAUSE_S)
    with database.transaction() as session:
        session.execute(delete(IntakeDelivery).where(IntakeDelivery.id == delivery_id))


def drop_abandoned(database: Database, clock: Clock) -> None:
    """Remove what a process that died was receiving; its sender had no answer and sends it again."""
    since = clock.now() - _ABANDONED_AFTER
    with database.reading() as session:
        unfinished = select(IntakeDelivery.id).where(IntakeDelivery.finished_at.is_(None))
        abandoned = unfinished.where(
            IntakeDelivery.status == DeliveryStatus.RECEIVING, IntakeDelivery.last_stored_at < since
        )
        found = session.scalars(abandoned).all()
    for delivery_id in found:
        drop(database, delivery_id)


def drop_waiting_keys(database: Database, delivery_id: UUID) -> None:
    """Remove the keys of the rows that wait no longer, a range of keys at a time; safe to begin anew."""
    with database.reading() as session:
        rows = session.scalar(select(IntakeDelivery.rows).where(IntakeDelivery.id == delivery_id)) or 0
    pieces = max(1, rows * _KEYS_A_ROW // _KEYS_AT_ONCE)
    bounds = [(number * (1 << 32) // pieces).to_bytes(4, "big") for number in range(pieces)]
    still_open = (
        select(IntakeRow.row_number)
        .where(IntakeRow.delivery_id == delivery_id, IntakeRow.row_number == IntakeRowKey.row_number)
        .where(IntakeRow.is_open)
    )
    own = delete(IntakeRowKey).where(IntakeRowKey.delivery_id == delivery_id, ~still_open.exists())
    for low, high in zip(bounds, [*bounds[1:], None], strict=True):
        piece = own.where(IntakeRowKey.key >= low)
        with database.transaction() as session:
            ranged = piece if high is None else piece.where(IntakeRowKey.key < high)
            session.execute(ranged.execution_options(synchronize_session=False))
        time.sleep(PAUSE_S)
    with database.transaction() as session:
        marked = update(IntakeDelivery).where(IntakeDelivery.id == delivery_id).values(waiting_keys=False)
        session.execute(marked.execution_options(synchronize_session=False))
