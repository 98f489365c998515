"""Taking a statement in: its lines sorted in runs, packed in blocks, on disk in short commits before the answer."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from registry.access.rules import Actor
from registry.clock import Clock
from registry.db import Database, new_id, table_of
from registry.errors import Fault, Invalid
from registry.intake.reconciliation import service
from registry.intake.reconciliation.models import Statement, StatementBlock, StatementFault
from registry.intake.reconciliation.reading import Heading, Read, Tally, read_lines
from registry.intake.reconciliation.rules import CLOCKS_DIFFER, Line, LineFault, StatementStatus
from registry.orders.rows import add_rows

PAUSE_S = 0.002
MOST_FAULTS = 10_000
_RUN_LINES = 50_000
_BLOCK_LINES = 2_000
_DROPPED_AT_ONCE = 4
_FAULTS_AT_ONCE = 1_000
_ABANDONED_AFTER = timedelta(hours=1)
_unpack = msgspec.msgpack.Decoder(list[Line]).decode


@dataclass(frozen=True, slots=True)
class Sent:
    """What a sender sends: the heading, the lines as they are read, and the digest that is whole once they were."""

    media_type: str
    heading: Heading
    lines: Iterator[bytes]
    sha256: Callable[[], str]


def receive(database: Database, clock: Clock, actor: Actor, sent: Sent) -> UUID:
    """Store a statement whole, or nothing of it; one that was sent before is that one. Raises Invalid and Conflict."""
    if sent.heading.made_at > clock.now() + CLOCKS_DIFFER:
        raise Invalid([Fault("#/madeAt", "A statement cannot be made in the future.", "made_at_in_future")])
    storing = _Storing(database, clock, actor, sent)
    try:
        kept_id = storing.store()
    except BaseException:
        drop(database, storing.statement_id)
        raise
    if kept_id != storing.statement_id:
        drop(database, storing.statement_id)
    return kept_id


@dataclass(slots=True)
class _Storing:
    """The lines of one statement on their way to disk."""

    database: Database
    clock: Clock
    actor: Actor
    sent: Sent
    statement_id: UUID = field(default_factory=new_id)
    tally: Tally = field(default_factory=Tally)
    runs: int = 0
    run: list[Line] = field(default_factory=list)
    faults: list[tuple[int, LineFault]] = field(default_factory=list)
    kept_faults: int = 0

    def store(self) -> UUID:
        """Store every line; return the id of the statement that holds them."""
        if self.sent.heading.count is not None:
            self.tally.state(self.sent.heading.count)
        with self.database.transaction() as session:
            now = self.clock.now()
            begun = service.Begun(self.statement_id, self.sent.media_type, self.sent.heading.made_at)
            service.open_statement(session, self.actor, now, begun)
        for read in read_lines(self.sent.lines, self.tally):
            self._take(read)
            if len(self.run) >= _RUN_LINES:
                self._write_run()
        self._write_run()
        self._write_faults()
        with self.database.transaction() as session:
            ending = service.Ending(self.statement_id, self.tally, self.sent.sha256())
            return service.finish_receiving(session, self.actor, self.clock.now(), ending)

    def _take(self, read: Read) -> None:
        line, fault, place = read
        if line is not None:
            self.run.append(line)
        if fault is not None and self.kept_faults < MOST_FAULTS:
            self.kept_faults += 1
            self.faults.append((place, fault))
            if len(self.faults) >= _FAULTS_AT_ONCE:
                self._write_faults()

    def _write_run(self) -> None:
        """Sorted by number, so that the runs can be merged a block at a time."""
        self.run.sort()
        for place, start in enumerate(range(0, len(self.run), _BLOCK_LINES)):
            lines = self.run[start : start + _BLOCK_LINES]
            block = {"statement_id": self.statement_id, "run": self.runs, "place": place}
            with self._commit() as session:
                packed = {"last_number": lines[-1].number, "packed": msgspec.msgpack.encode(lines)}
                add_rows(session, StatementBlock, [block | packed])
        self.runs, self.run = self.runs + 1, []

    def _write_faults(self) -> None:
        if not self.faults:
            return
        rows = [fault_row(self.statement_id, place, fault) for place, fault in self.faults]
        with self._commit() as session:
            add_rows(session, StatementFault, rows)
        self.faults = []

    @contextmanager
    def _commit(self) -> Iterator[Session]:
        with self.database.transaction() as session:
            stored = update(table_of(Statement)).where(Statement.id == self.statement_id)
            session.connection().execute(stored.values(last_stored_at=self.clock.now()))
            yield session
        time.sleep(PAUSE_S)


def fault_row(statement_id: UUID, line_number: int, fault: LineFault) -> dict[str, object]:
    """A fault as a row of its table."""
    return {"statement_id": statement_id, "line_number": line_number, "code": fault.value}


def merged_lines(database: Database, statement_id: UUID, after: str) -> Iterator[Line]:
    """The lines of a statement beyond a number, in the order of their numbers; of each run a block is held."""
    index = select(StatementBlock.run, StatementBlock.place, StatementBlock.last_number)
    with database.reading() as session:
        found = session.execute(index.where(StatementBlock.statement_id == statement_id)).all()
    runs: dict[int, list[int]] = {}
    for run, place, last_number in sorted(found):
        if last_number > after:
            runs.setdefault(run, []).append(place)
    for line in heapq.merge(*[_run(database, statement_id, run, places) for run, places in runs.items()]):
        if line.number > after:
            yield line


def _run(database: Database, statement_id: UUID, run: int, places: Sequence[int]) -> Iterator[Line]:
    for place in places:
        with database.reading() as session:
            packed = session.scalar(select(StatementBlock.packed).where(*_block(statement_id, run, place)))
        if packed is None:
            raise RuntimeError("a block of a statement is gone before it was compared")
        yield from _unpack(packed)


def _block(statement_id: UUID, run: int, place: int) -> tuple[ColumnElement[bool], ...]:
    block = StatementBlock
    return block.statement_id == statement_id, block.run == run, block.place == place


def drop(database: Database, statement_id: UUID) -> None:
    """Remove a statement that broke off, or was sent before, with all that was kept of it."""
    drop_blocks(database, statement_id)
    own = delete(StatementFault).where(StatementFault.statement_id == statement_id)
    with database.transaction() as session:
        session.execute(own)
        session.execute(delete(Statement).where(Statement.id == statement_id))


def drop_blocks(database: Database, statement_id: UUID) -> None:
    """Remove the lines of a statement, a few blocks at a time."""
    places = select(StatementBlock.run, StatementBlock.place).where(StatementBlock.statement_id == statement_id)
    with database.reading() as session:
        found = session.execute(places).all()
    for start in range(0, len(found), _DROPPED_AT_ONCE):
        with database.transaction() as session:
            for run, place in found[start : start + _DROPPED_AT_ONCE]:
                session.execute(delete(StatementBlock).where(*_block(statement_id, run, place)))
        time.sleep(PAUSE_S)


def drop_abandoned(database: Database, clock: Clock) -> None:
    """Remove what a process that died was receiving; its sender had no answer and sends it again."""
    since = clock.now() - _ABANDONED_AFTER
    receiving = Statement.status == StatementStatus.RECEIVING
    with database.reading() as session:
        unfinished = select(Statement.id).where(Statement.finished_at.is_(None))
        found = session.scalars(unfinished.where(receiving, Statement.last_stored_at < since)).all()
    for statement_id in found:
        drop(database, statement_id)
