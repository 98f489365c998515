"""Judging the rows of deliveries: a few in each short transaction, a row that fails set aside, resumable anywhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from registry import logs
from registry.access.rules import Actor
from registry.errors import Conflict, NotFound
from registry.http import Runtime
from registry.intake import service
from registry.intake.ahead import Ahead, Reader
from registry.intake.beside import Readers
from registry.intake.delivery import AT_ONCE, drop_abandoned, sealed_rows
from registry.intake.growth import Growth
from registry.intake.judging import AtOnce, ReadRow
from registry.intake.models import IntakeDelivery, IntakeRow
from registry.intake.pausing import Enough, after
from registry.intake.reading import Reading, Request
from registry.intake.rules import DeliveryStatus
from registry.intake.waiting import PAUSE_S, drop_judged

__all__ = ["Enough", "Judge", "Pace", "after", "process_pending"]

_log = logs.get(__name__)

Part = TypeVar("Part")

_RUN_S = 10.0
_TURN_S = 1.0
_LEFT_TO_THE_REQUEST_S = 30
_RETRIES_A_RUN = 100
# From here on it pays to have processes read that need a second to start.
_READ_BESIDE = 2_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How many rows go into a transaction, how many of them are written together, and how long it may take.

    It ends as soon as another writer waits, once it has taken `seconds`, and in any case after `longest_s`; while no
    other waits up to `most` are written together.
    """

    rows: int
    together: int
    seconds: float
    longest_s: float
    most: int = 0


# On SQLite every other writer waits while a group is written; on PostgreSQL only who touches the same orders.
_PACE_SQLITE, _PACE_POSTGRESQL = Pace(128, 8, 0.004, 0.060, 32), Pace(256, 256, 0.060, 0.060)


def process_pending(shared: Runtime) -> None:
    """Go on with every delivery that waits, in turns, and try again what failed; returns within about ten seconds."""
    judge, enough = Judge(shared, announce=True), after(_RUN_S)
    drop_abandoned(shared.database, shared.clock)
    while (waiting := judge.waiting()) and not enough():
        for delivery_id in waiting:
            judge.go_on(delivery_id, after(_TURN_S))
    judge.retry_due()
    _readers(shared).rest()
    drop_judged(shared.database)


class Judge:
    """Reads rows outside transactions and judges them inside short ones."""

    def __init__(self, shared: Runtime, *, announce: bool, pace: Pace | None = None) -> None:
        self._shared = shared
        self._database = shared.database
        self._clock = shared.clock
        self._pace = pace or (_PACE_SQLITE if shared.database.is_sqlite else _PACE_POSTGRESQL)
        self._ahead: dict[UUID, Ahead] = {}
        self._announce = announce

    def waiting(self) -> Sequence[UUID]:
        """Return the deliveries with rows to judge, but not those that a request is answering right now."""
        now = self._clock.now()
        query = (
            select(IntakeDelivery.id, IntakeDelivery.rows, IntakeDelivery.last_stored_at)
            .where(IntakeDelivery.finished_at.is_(None), IntakeDelivery.status == DeliveryStatus.PROCESSING)
            .where(IntakeDelivery.judged_until < IntakeDelivery.rows)
            .order_by(IntakeDelivery.id)
        )
        with self._database.reading() as session:
            found = session.execute(query).all()
        return [
            delivery_id
            for delivery_id, rows, last_stored_at in found
            if rows > AT_ONCE or (now - last_stored_at).total_seconds() > _LEFT_TO_THE_REQUEST_S
        ]

    def go_on(self, delivery_id: UUID, enough: Enough) -> None:
        """Judge the rows of a delivery in their order until all are, or it is enough."""
        until, waiting = self._how_far(delivery_id)
        readers = _readers(self._shared)
        if waiting > _READ_BESIDE:
            readers.start()
        reader: Reader = readers if readers.are_running else _reading(self._shared)
        ahead = self._ahead.pop(delivery_id, None)
        if ahead is None or ahead.judged_until != until:
            ahead = Ahead(self._database, self._clock, delivery_id, until)
        growth = _growth(self._shared)
        while not enough():
            # Taking the next rows, or else waiting, is the pause that lets other writers go first.
            paused = after(PAUSE_S)
            rows = ahead.rows(reader, self._pace.rows)
            if not rows:
                return
            while not paused():
                time.sleep(PAUSE_S / 4)
            until, before = self._group(delivery_id, rows), ahead.judged_until
            ahead.forget(until)
            growth.by(until - before)
        self._ahead[delivery_id] = ahead

    def _how_far(self, delivery_id: UUID) -> tuple[int, int]:
        """The last row of a delivery that was judged, and how many wait."""
        query = select(IntakeDelivery.judged_until, IntakeDelivery.rows).where(IntakeDelivery.id == delivery_id)
        with self._database.reading() as session:
            until, rows = session.execute(query).one()
        return until, rows - until

    def _group(self, delivery_id: UUID, rows: Sequence[ReadRow]) -> int:
        """Judge some rows in one transaction; when one of them fails, half of them, so that it harms no other."""
        try:
            with self._database.transaction() as session:
                at_once = AtOnce(self._pace.together, self._has_time(), self._pace.most, self._database.is_wanted)
                turn = service.Turn(rows, at_once, self._announce)
                return service.judge_rows(session, self._clock.now(), delivery_id, turn)
        except Exception as error:  # whatever it was, fewer and fewer rows are judged until it is found
            if len(rows) > 1:
                return self._group(delivery_id, rows[: len(rows) // 2])
            _log.error("row_set_aside", delivery=str(delivery_id), row=rows[0].row_number, exc_info=error)
            with self._database.transaction() as session:
                return service.set_aside(session, self._clock.now(), delivery_id, rows[0], type(error).__name__)

    def _has_time(self) -> Callable[[], bool]:
        some, all_of_it = after(self._pace.seconds), after(self._pace.longest_s)
        return lambda: not some() or not (all_of_it() or self._database.is_wanted())

    def retry_due(self) -> None:
        """Try again the rows that failed and whose time has come."""
        due = select(IntakeRow.delivery_id, IntakeRow.row_number).where(IntakeRow.retry_at <= self._clock.now())
        with self._database.reading() as session:
            found = session.execute(due.order_by(IntakeRow.retry_at).limit(_RETRIES_A_RUN)).all()
        for delivery_id, row_number in found:
            self.retry(delivery_id, row_number)
            time.sleep(PAUSE_S)

    def retry(self, delivery_id: UUID, row_number: int, by: Actor | None = None) -> None:
        """Judge one row again; asked by a person, a row that is settled is refused with Conflict."""
        sealed = sealed_rows(self._database, delivery_id, row_number - 1, 1)
        rows = _reading(self._shared).read(Request(delivery_id, sealed, self._clock.now().date()))
        if not rows or rows[0].row_number != row_number:
            raise NotFound("There is no such row in this delivery.")
        turn = service.Turn(rows, announce=self._announce)
        try:
            with self._database.transaction() as session:
                service.judge_again(session, self._clock.now(), delivery_id, turn, by)
        except (Conflict, NotFound):
            if by is not None:
                raise
        except Exception as error:
            _log.error("row_failed_again", delivery=str(delivery_id), row=row_number, exc_info=error)
            with self._database.transaction() as session:
                now = self._clock.now()
                service.failed_again(session, now, delivery_id, row_number, type(error).__name__)


def _reading(shared: Runtime) -> Reading:
    """What reads rows in this process."""
    return _part(shared, Reading, lambda: Reading(shared.settings.geocoder_url))


def _readers(shared: Runtime) -> Readers:
    """What reads rows in processes beside this one, as far as there are any."""
    return _part(shared, Readers, lambda: Readers(shared.settings, _reading(shared)))


def _growth(shared: Runtime) -> Growth:
    return _part(shared, Growth, lambda: Growth(shared.database))


def _part(shared: Runtime, kind: type[Part], make: Callable[[], Part]) -> Part:
    """A part of this process that is made when it is first needed."""
    try:
        return shared.get(kind)
    except KeyError:
        shared.add(make())
        return shared.get(kind)
