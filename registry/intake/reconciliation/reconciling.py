"""Comparing statements with the register: read outside transactions, written in short ones, resumable anywhere."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from registry import logs
from registry.http import Runtime
from registry.intake.models import IntakeDelivery
from registry.intake.processing import Enough, after
from registry.intake.reconciliation import progress
from registry.intake.reconciliation.comparing import (
    Step,
    after_lines,
    grouped,
    lines_step,
    unconfirmed_step,
    unlisted_step,
)
from registry.intake.reconciliation.models import Statement
from registry.intake.reconciliation.rules import Line, Stage, StatementStatus
from registry.intake.reconciliation.storing import PAUSE_S, drop_abandoned, drop_blocks, merged_lines
from registry.intake.rules import DeliveryStatus

_log = logs.get(__name__)

AT_ONCE = 1000
_RUN_S = 30.0
_LEFT_TO_THE_REQUEST_S = 30
# A page is written in one transaction: on SQLite every other writer waits for it, elsewhere who touches its orders.
_HOLD_S, _HOLD_S_POSTGRESQL = 0.015, 0.060
_FEWEST, _FIRST, _MOST = 50, 400, 4_000


def reconcile_pending(shared: Runtime) -> None:
    """Go on with every statement that waits, the oldest of each sender first; returns within about half a minute."""
    reconciler, enough = Reconciler(shared), after(_RUN_S)
    drop_abandoned(shared.database, shared.clock)
    for statement_id in reconciler.waiting():
        reconciler.go_on(statement_id, enough)
        if enough():
            return


class Reconciler:
    """Compares statements with the register."""

    def __init__(self, shared: Runtime) -> None:
        self._database = shared.database
        self._clock = shared.clock
        self._page_orders = _FIRST
        self._hold_s = _HOLD_S if shared.database.is_sqlite else _HOLD_S_POSTGRESQL

    def waiting(self, asking: UUID | None = None) -> Sequence[UUID]:
        """Return the statements to go on with: the oldest of each sender, once its earlier messages were judged.

        Small ones that just came are left to the request that brought them, which says that it is `asking`.
        """
        judging = select(Statement).where(Statement.finished_at.is_(None), Statement.status == StatementStatus.JUDGING)
        oldest: dict[UUID, Statement] = {}
        with self._database.reading() as session:
            for one in session.scalars(judging.order_by(Statement.made_at)):
                oldest.setdefault(one.sending_org_id, one)
            free = [one for one in oldest.values() if self._is_free(one, asking)]
            return [one.id for one in free if not _has_unjudged(session, one)]

    def _is_free(self, one: Statement, asking: UUID | None) -> bool:
        waited_s = (self._clock.now() - one.last_stored_at).total_seconds()
        return one.id == asking or one.lines > AT_ONCE or waited_s > _LEFT_TO_THE_REQUEST_S

    def go_on(self, statement_id: UUID, enough: Enough) -> None:
        """Compare a statement until it is done, or it is enough."""
        while not enough():
            statement = self._read(statement_id)
            if statement is None or statement.finished_at is not None:
                return
            match Stage(statement.stage):
                case Stage.LINES:
                    self._lines(statement, enough)
                case Stage.UNLISTED | Stage.UNCONFIRMED:
                    self._beyond(statement)
                case Stage.LEFTOVERS:
                    self._finish(statement)

    def _read(self, statement_id: UUID) -> Statement | None:
        with self._database.reading() as session:
            statement = session.get(Statement, statement_id)
            session.expunge_all()
        return statement

    def _lines(self, statement: Statement, enough: Enough) -> None:
        groups = grouped(merged_lines(self._database, statement.id, statement.reached))
        # While a page is written the next is read: they share no order.
        with ThreadPoolExecutor(1) as reader:
            reading = reader.submit(self._next_lines, statement, groups)
            while (step := reading.result()) is not None:
                reading = reader.submit(self._next_lines, statement, groups)
                if not self._write(statement, step) or enough():
                    return
        self._write(statement, after_lines(statement))

    def _next_lines(self, statement: Statement, groups: Iterator[list[Line]]) -> Step | None:
        page = list(islice(groups, self._page_orders))
        if not page:
            return None
        with self._database.reading() as session:
            return lines_step(session, statement, page)

    def _beyond(self, statement: Statement) -> None:
        find = unlisted_step if statement.stage == Stage.UNLISTED else unconfirmed_step
        with self._database.reading() as session:
            step = find(session, statement)
        self._write(statement, step)

    def _write(self, statement: Statement, step: Step) -> bool:
        """Write a step; False when another process was here before us."""
        with self._database.transaction() as session:
            begun_s = time.perf_counter()
            is_ours = progress.take(session, self._clock.now(), statement, step)
        held_s = time.perf_counter() - begun_s
        if step.stage is Stage.LINES:
            fitting = int(self._page_orders * self._hold_s / max(held_s, 0.001))
            self._page_orders = min(max(min(fitting, self._page_orders * 5 // 4), _FEWEST), _MOST)
        time.sleep(PAUSE_S)
        return is_ours

    def _finish(self, statement: Statement) -> None:
        drop_blocks(self._database, statement.id)
        with self._database.transaction() as session:
            progress.finish(session, self._clock.now(), statement.id)
        _log.info("statement_reconciled", statement=str(statement.id), lines=statement.lines)


def _has_unjudged(session: Session, one: Statement) -> bool:
    """Whether the sender delivered rows before this statement that nobody looked at yet: they would seem missing."""
    waiting = exists().where(
        IntakeDelivery.finished_at.is_(None),
        IntakeDelivery.sending_org_id == one.sending_org_id,
        IntakeDelivery.status == DeliveryStatus.PROCESSING,
        IntakeDelivery.judged_until < IntakeDelivery.rows,
        IntakeDelivery.received_at <= one.received_at,
    )
    return bool(session.scalar(select(waiting)))
