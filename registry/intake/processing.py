"""Judging the rows of deliveries: a few in each short transaction, a row that fails set aside, resumable anywhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from registry import logs
from registry.access.rules import Actor
from registry.errors import Conflict, NotFound
from registry.http import Runtime
from registry.intake import service
from registry.intake.delivery import AT_ONCE, PAUSE_S, drop_abandoned, drop_waiting_keys, raw_rows
from registry.intake.judging import ReadRow
from registry.intake.models import IntakeDelivery, IntakeRow
from registry.intake.parsing import parse_row
from registry.intake.rules import Checks, DeliveryStatus, Parsed
from registry.orders.force.standing import measures
from registry.orders.register.content import PostalAddress
from registry.orders.register.geocoding import AddressFinder, PdokLocatieserver, Spot, located

_log = logs.get(__name__)

_READ_AT_ONCE = 200
# On SQLite every other writer waits while a group is written; on PostgreSQL only who touches the same orders.
_GROUP_ROWS, _GROUP_S = 16, 0.014
_GROUP_ROWS_POSTGRESQL, _GROUP_S_POSTGRESQL = 64, 0.060
_RUN_S = 10.0
_TURN_S = 1.0
_LEFT_TO_THE_REQUEST_S = 30
_RETRIES_A_RUN = 100
_SLOW_S = 1.0
_REST_S = 60.0

Enough = Callable[[], bool]


def after(seconds: float) -> Enough:
    """Return what says whether so many seconds have passed from now on."""
    end_s = time.monotonic() + seconds
    return lambda: time.monotonic() >= end_s


def process_pending(shared: Runtime) -> None:
    """Go on with every delivery that waits, in turns, and try again what failed; returns within about ten seconds."""
    judge, enough = Judge(shared, announce=True), after(_RUN_S)
    drop_abandoned(shared.database, shared.clock)
    while (waiting := judge.waiting()) and not enough():
        for delivery_id in waiting:
            judge.go_on(delivery_id, after(_TURN_S))
    judge.retry_due()
    with shared.database.reading() as session:
        done = IntakeDelivery.status == DeliveryStatus.DONE
        purgeable = session.scalars(select(IntakeDelivery.id).where(IntakeDelivery.waiting_keys, done)).all()
    for delivery_id in purgeable:
        drop_waiting_keys(shared.database, delivery_id)


class Patience:
    """An address finder that is left alone for a while once it is slow: orders must not wait for their circles."""

    def __init__(self, finder: AddressFinder) -> None:
        self._finder = finder
        self._rested = after(0)

    def find(self, address: PostalAddress) -> Spot | None:
        """The spot of an address; None also while the finder rests."""
        if not self._rested():
            return None
        is_slow = after(_SLOW_S)
        spot = self._finder.find(address)
        if is_slow():
            self._rested = after(_REST_S)
        return spot


def _finder(shared: Runtime) -> Patience | None:
    """The finder of this process, if one is configured."""
    if shared.settings.geocoder_url is None:
        return None
    try:
        return shared.get(Patience)
    except KeyError:
        shared.add(Patience(PdokLocatieserver(shared.settings.geocoder_url)))
        return shared.get(Patience)


class Judge:
    """Reads rows outside transactions and judges them inside short ones."""

    def __init__(self, shared: Runtime, *, announce: bool) -> None:
        self._database = shared.database
        self._clock = shared.clock
        self._finder = _finder(shared)
        self._group_rows = _GROUP_ROWS if shared.database.is_sqlite else _GROUP_ROWS_POSTGRESQL
        self._group_s = _GROUP_S if shared.database.is_sqlite else _GROUP_S_POSTGRESQL
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
        with self._database.reading() as session:
            found = select(IntakeDelivery.judged_until).where(IntakeDelivery.id == delivery_id)
            until = session.scalar(found) or 0
        rows: list[ReadRow] = []
        raw: list[tuple[int, bytes]] = []
        while not enough():
            paused = after(PAUSE_S)
            raw = raw or raw_rows(self._database, delivery_id, rows[-1].row_number if rows else until, _READ_AT_ONCE)
            # Reading rows is the pause that lets other writers go first.
            missing = self._group_rows - len(rows)
            rows, raw = rows + self._read(raw[:missing]), raw[missing:]
            if not rows:
                return
            while not paused():
                time.sleep(PAUSE_S / 4)
            until = self._group(delivery_id, rows)
            rows = [row for row in rows if row.row_number > until]

    def _read(self, numbered: Sequence[tuple[int, bytes]]) -> list[ReadRow]:
        checks = Checks(measures().law, self._clock.now().date())
        return [ReadRow(number, raw, self._located(parse_row(raw, checks))) for number, raw in numbered]

    def _located(self, parsed: Parsed) -> Parsed:
        message = parsed.message
        if self._finder is None or message is None or message.content is None:
            return parsed
        return replace(parsed, message=replace(message, content=located(message.content, self._finder)))

    def _group(self, delivery_id: UUID, rows: Sequence[ReadRow]) -> int:
        """Judge some rows in one transaction; when one of them fails, the first alone, so that it harms no other."""
        try:
            with self._database.transaction() as session:
                turn = service.Turn(rows, _not(after(self._group_s)), self._announce)
                return service.judge_rows(session, self._clock.now(), delivery_id, turn)
        except Exception as error:  # whatever it was, the rows are judged one by one from here
            if len(rows) > 1:
                return self._group(delivery_id, rows[:1])
            _log.error("row_set_aside", delivery=str(delivery_id), row=rows[0].row_number, exc_info=error)
            with self._database.transaction() as session:
                return service.set_aside(session, self._clock.now(), delivery_id, rows[0], type(error).__name__)

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
        rows = self._read(raw_rows(self._database, delivery_id, row_number - 1, 1))
        if not rows or rows[0].row_number != row_number:
            raise NotFound("There is no such row in this delivery.")
        turn = service.Turn(rows, lambda: True, self._announce)
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


def _not(enough: Enough) -> Callable[[], bool]:
    return lambda: not enough()
