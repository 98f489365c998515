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
from registry.db import Database, bulk, new_id
from registry.db.sealing import seal, unseal
from registry.errors import Fault, Invalid
from registry.intake import service
from registry.intake.keys import keys_of_raw
from registry.intake.models import IntakeDelivery, IntakeRaw
from registry.intake.rules import DeliveryStatus
from registry.intake.waiting import PAUSE_S, Spool, drop_blocks_of

AT_ONCE = 1000
_BATCH_ROWS, _BATCH_BYTES = 200, 256 * 1024
_ROWS_DROPPED_AT_ONCE = 200
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
    storing = _Storing(database, clock, actor, body)
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


class _Storing:
    """The rows of one delivery on their way to disk, and of a large one the keys by which they are found meanwhile."""

    def __init__(self, database: Database, clock: Clock, actor: Actor, body: Body) -> None:
        self._database = database
        self._clock = clock
        self._actor = actor
        self._body = body
        self._spool = Spool(database, body.delivery_id)
        self.delivery_id = body.delivery_id
        self.rows = 0

    def put(self, batch: list[bytes], is_last: bool) -> None:
        numbered = list(enumerate(batch, start=self.rows + 1))
        sealed = [_sealed(self.delivery_id, number, raw) for number, raw in numbered]
        # Up to a thousand rows are judged at once; what waits longer must be found while it waits.
        if self.rows + len(batch) > AT_ONCE:
            self._find(numbered, is_last)
        with self._database.transaction() as session:
            now = self._clock.now()
            if not self.rows:
                service.open_delivery(session, self._actor, now, self.delivery_id, self._body.media_type)
            bulk.insert(session, [(_RAW, sealed)])
            stored = update(IntakeDelivery).where(IntakeDelivery.id == self.delivery_id)
            session.execute(stored.values(rows=IntakeDelivery.rows + len(batch), last_stored_at=now))
            if is_last:
                service.finish_receiving(session, self._actor, now, self.delivery_id, self._body.sha256())
        self.rows += len(batch)
        if not is_last:
            time.sleep(PAUSE_S)

    def _find(self, numbered: list[tuple[int, bytes]], is_last: bool) -> None:
        if self.rows <= AT_ONCE:
            for first in range(1, self.rows + 1, _BATCH_ROWS):
                self._collect(raw_rows(self._database, self.delivery_id, first - 1, _BATCH_ROWS))
        self._collect(numbered)
        if is_last or self._spool.is_full:
            self._spool.write()

    def _collect(self, numbered: list[tuple[int, bytes]]) -> None:
        for number, raw in numbered:
            self._spool.add(keys_of_raw(raw), number)


_RAW = bulk.layout(IntakeRaw, "delivery_id row_number raw_sealed")


def _sealed(delivery_id: UUID, number: int, raw: bytes) -> bulk.Row:
    return delivery_id.bytes, number, seal(raw, _place(delivery_id, number))


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
        receiving = IntakeDelivery.status == DeliveryStatus.RECEIVING
        rows = session.scalar(select(IntakeDelivery.rows).where(IntakeDelivery.id == delivery_id, receiving))
    if rows is None:
        return
    drop_blocks_of(database, delivery_id)
    for first in range(1, rows + 1, _ROWS_DROPPED_AT_ONCE):
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
