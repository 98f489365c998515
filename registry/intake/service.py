"""Deliveries: taking raw rows in, and judging them a few at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import Prepared, bulk, table_of
from registry.errors import Conflict, NotFound
from registry.intake import feedback
from registry.intake.judging import ONE_BY_ONE, AtOnce, Desk, Judged, ReadRow
from registry.intake.keys import RowKey, add_keys, keys_of_party, keys_of_raw, question_keys, undelivered_matches
from registry.intake.known import Known
from registry.intake.models import IntakeDelivery, IntakeRow, IntakeSource, MessageSeen
from registry.intake.overview import ConflictsFound, Source, conflicts_to_alert, conflicts_were_told, sources
from registry.intake.progress import Progress
from registry.intake.provisional.joining import Arrived, meet_messages
from registry.intake.rules import DeliveryStatus, RowOutcome
from registry.intake.senders import check_sender
from registry.orders.rows import add_missing, add_rows
from registry.orders.service import tie_alone

__all__ = [
    "ConflictsFound",
    "Source",
    "Turn",
    "check_sender",
    "conflicts_to_alert",
    "conflicts_were_told",
    "failed_again",
    "finish_receiving",
    "judge_again",
    "judge_rows",
    "open_delivery",
    "question_keys",
    "set_aside",
    "sources",
    "undelivered_matches",
]

MOST_ATTEMPTS = 3
_ACCEPTED = (RowOutcome.ACCEPTED, RowOutcome.ACCEPTED_WITH_WARNINGS)
_RETRY_AFTER = (timedelta(seconds=5), timedelta(seconds=60))


@dataclass(frozen=True, slots=True)
class Turn:
    """Some rows of a delivery in their order, and how many are judged at once; `announce` tells when all is done."""

    rows: Sequence[ReadRow]
    at_once: AtOnce = ONE_BY_ONE
    announce: bool = False


_ROW = bulk.layout(
    IntakeRow,
    "delivery_id row_number outcome message_id order_number version kind order_id findings judged_at attempts "
    "last_error retry_at is_open open_number",
)
_MESSAGE = bulk.layout(MessageSeen, "sending_org_id message_id digest delivery_id row_number")


def open_delivery(session: Session, actor: Actor, now: datetime, delivery_id: UUID, media_type: str) -> None:
    """Begin a delivery; until it is finished its rows can still be dropped."""
    delivery = IntakeDelivery(
        id=delivery_id,
        sending_org_id=actor.organisation_id,
        sender_kind=actor.organisation_kind,
        client_id=actor.client_id,
        end_user=actor.end_user,
        unit=actor.unit,
        role=actor.role,
        media_type=media_type,
        status=DeliveryStatus.RECEIVING,
        received_at=now,
        last_stored_at=now,
    )
    session.add(delivery)
    session.flush()


def finish_receiving(session: Session, actor: Actor, now: datetime, delivery_id: UUID, sha256: str) -> None:
    """Say that every raw row of a delivery is stored; from here on nothing of it can be lost."""
    delivery = Progress(session, delivery_id)
    delivery.change(status=DeliveryStatus.PROCESSING.value, finished_receiving_at=now, sha256=sha256)
    fresh = {"organisation_id": delivery.sender_id, "last_message_at": now, "unprocessed": 0}
    add_missing(session, IntakeSource, [fresh])
    source = update(table_of(IntakeSource)).where(IntakeSource.organisation_id == delivery.sender_id)
    session.connection().execute(source.values(last_message_at=now))
    delivery.count_unprocessed(delivery.rows)
    delivery.write()
    record(session, actor, now, Action.COLLECTED, f"delivery:{delivery_id}", rows=delivery.rows, sha256=sha256)


def judge_rows(session: Session, now: datetime, delivery_id: UUID, turn: Turn) -> int:
    """Judge the next rows of a delivery; returns the number of the last row judged, by us or by another before us."""
    delivery = Progress(session, delivery_id)
    waiting = [row for row in turn.rows if row.row_number > delivery.judged_until]
    if not waiting:
        return delivery.judged_until
    desk = _desk(session, now, delivery, waiting)
    judged = desk.judge(session, waiting, turn.at_once)
    own = {"delivery_id": delivery_id, "attempts": 1}
    rows = [own | {"row_number": each.read.row_number} | each.columns(now) for each in judged]
    bulk.insert(session, [(_ROW, [bulk.plain(_ROW, row) for row in rows])])
    delivery.change(judged_until=judged[-1].read.row_number)
    delivery.count(_leave(session, desk, judged))
    delivery.settle(now, announce=turn.announce)
    delivery.write()
    return delivery.judged_until


def set_aside(session: Session, now: datetime, delivery_id: UUID, read: ReadRow, error: str) -> int:
    """Keep a row that could not be judged for a later try, so that it never holds up the next one."""
    delivery = Progress(session, delivery_id)
    if read.row_number > delivery.judged_until:
        failed = Judged(read, RowOutcome.PENDING, read.parsed.findings)
        own = {"delivery_id": delivery_id, "row_number": read.row_number, "attempts": 1}
        again = {"last_error": error, "retry_at": now + _RETRY_AFTER[0]}
        add_rows(session, IntakeRow, [own | failed.columns(now) | again])
        _add_keys(session, delivery_id, [failed])
        delivery.change(judged_until=read.row_number)
        delivery.write()
    return delivery.judged_until


def judge_again(session: Session, now: datetime, delivery_id: UUID, turn: Turn, by: Actor | None = None) -> None:
    """Judge a row once more: one that failed, or on demand one that was rejected before something was mended."""
    delivery, read = Progress(session, delivery_id), turn.rows[0]
    row = _row(session, delivery_id, read.row_number)
    if not row.is_open or (by is None and row.retry_at is None):
        raise Conflict("row_settled", "This row was processed; only a pending or rejected row can be tried again.")
    before = RowOutcome(row.outcome)
    desk = _desk(session, now, delivery, [read])
    (judged,) = desk.judge(session, [read])
    for name, value in (judged.columns(now) | {"attempts": row.attempts + 1}).items():
        setattr(row, name, value)
    session.flush()
    if by is not None:
        record(session, by, now, Action.CHANGED, f"delivery:{delivery_id}", row=read.row_number)
    counts = _leave(session, desk, [judged], again=True)
    counts[before.value] -= 1
    delivery.count(counts)
    delivery.settle(now, announce=turn.announce)
    delivery.write()


def failed_again(session: Session, now: datetime, delivery_id: UUID, row_number: int, error: str) -> None:
    """Note that another try failed; after the third it is left to be tried by hand."""
    delivery = Progress(session, delivery_id)
    row = _row(session, delivery_id, row_number)
    if row.outcome != RowOutcome.PENDING:
        return
    row.attempts, row.last_error = row.attempts + 1, error
    row.retry_at = None if row.attempts >= MOST_ATTEMPTS else now + _RETRY_AFTER[1]
    session.flush()
    delivery.settle(now, announce=True)
    delivery.write()


def _desk(session: Session, now: datetime, delivery: Progress, rows: Sequence[ReadRow]) -> Desk:
    # First of all, so that what is known includes the merges that others were writing until now.
    tie_alone(session, [row.draft for row in rows if row.draft is not None])
    return Desk(delivery.actor(), now, delivery.delivery_id, _known(session, delivery.sender_id, rows))


def _known(session: Session, sender_id: UUID, rows: Sequence[ReadRow]) -> Known:
    return Known(session, sender_id, [row.parsed.message for row in rows if row.parsed.message])


def _leave(session: Session, desk: Desk, judged: Sequence[Judged], *, again: bool = False) -> Counter[str]:
    """Write what judging leaves beside the register, the messages seen and the keys of what is open; count outcomes."""
    seen = [bulk.plain(_MESSAGE, row) for row in desk.known.new]
    bulk.insert(session, [(_MESSAGE, sorted(seen))])
    _add_keys(session, desk.delivery_id, [each for each in judged if each.is_open])
    _settle_others(session, desk, judged)
    _meet(session, desk, judged)
    feedback.keep(session, desk, judged, again=again)
    return Counter(each.outcome.value for each in judged)


def _meet(session: Session, desk: Desk, judged: Sequence[Judged]) -> None:
    """What was accepted may be what the prosecution entered provisionally."""
    arrived = [
        Arrived(each.order_id, each.read.parsed.message)
        for each in judged
        if each.outcome in _ACCEPTED and each.order_id and each.read.parsed.message
    ]
    meet_messages(session, desk.now, desk.actor.organisation_kind, arrived)


def _add_keys(session: Session, delivery_id: UUID, judged: Sequence[Judged]) -> None:
    rows: list[RowKey] = []
    for each in judged:
        keys = keys_of_raw(each.read.raw)
        if each.read.parsed.subject is not None:
            keys |= keys_of_party(each.read.parsed.subject)
        rows += [(key, each.read.row_number) for key in keys]
    add_keys(session, delivery_id, rows)


# Made once: every few rows of a delivery ask it.
_OPEN = Prepared(
    select(IntakeRow.delivery_id, IntakeRow.row_number, IntakeRow.outcome, IntakeRow.open_number).where(
        IntakeRow.open_number.in_(bindparam("numbers", expanding=True))
    )
)


def _settle_others(session: Session, desk: Desk, judged: Sequence[Judged]) -> None:
    """A rejected row, or an ending in conflict, is no longer missed once its sender had a message accepted instead."""
    known = {each.read.parsed.order_number: each.read.row_number for each in judged if each.order_id}
    if not known:
        return
    together = {(desk.delivery_id, each.read.row_number) for each in judged}
    accepted = {each.read.parsed.order_number: each.read.row_number for each in judged if each.outcome in _ACCEPTED}
    row = table_of(IntakeRow).c
    own = select(IntakeDelivery.id).where(IntakeDelivery.sending_org_id == desk.actor.organisation_id)
    for delivery_id, row_number, outcome, number in _OPEN.all(session, numbers=sorted(filter(None, known))):
        if (delivery_id, row_number) in together and row_number > known[number]:
            # Judged only after whatever of this order came before it.
            continue
        is_earlier = number in accepted and (delivery_id, row_number) < (desk.delivery_id, accepted[number])
        if outcome == RowOutcome.REJECTED or (outcome == RowOutcome.CONFLICT and is_earlier):
            closed = update(table_of(IntakeRow)).where(row.delivery_id == delivery_id, row.row_number == row_number)
            values = {"is_open": False, "open_number": None}
            session.connection().execute(closed.where(row.delivery_id.in_(own)).values(values))


def _row(session: Session, delivery_id: UUID, row_number: int) -> IntakeRow:
    row = session.get(IntakeRow, (delivery_id, row_number))
    if row is None:
        raise NotFound("There is no such row that was judged in this delivery.")
    return row
