"""Opening, confirming and resolving differences in bulk, inside the transaction that compares."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from registry.db import new_id, table_of
from registry.intake.models import IntakeDelivery, IntakeRow
from registry.intake.reconciliation.listed import among
from registry.intake.reconciliation.models import Difference
from registry.intake.reconciliation.rules import DifferenceKind, ResolvedBy, owner_of
from registry.intake.rules import RowOutcome
from registry.orders.rows import add_missing, pieces


@dataclass(frozen=True, slots=True)
class Found:
    """A difference that a statement shows."""

    order_number: str
    kind: DifferenceKind
    stated_version: int | None = None
    checksum: bytes | None = None
    known_version: int | None = None


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A difference that is open, as far as its statements need it."""

    id: UUID
    order_number: str
    kind: DifferenceKind


@dataclass(frozen=True, slots=True)
class Seen:
    """The statement in which differences are seen, and when they were looked for."""

    statement_id: UUID
    sending_org_id: UUID
    at: datetime


@dataclass(slots=True)
class Changes:
    """What is to become of the items: new ones, those seen again, those that are over."""

    new: list[Found] = field(default_factory=list)
    again: list[tuple[UUID, Found | None]] = field(default_factory=list)
    over: list[UUID] = field(default_factory=list)
    waiting_here: frozenset[str] = frozenset()


_OPEN_OF = select(Difference.id, Difference.order_number, Difference.kind).where(
    Difference.sending_org_id == bindparam("sender_id"),
    Difference.resolved_at.is_(None),
    among(Difference.order_number, "numbers"),
)
_ANY_OPEN = (
    select(Difference.id)
    .where(Difference.sending_org_id == bindparam("sender_id"), Difference.resolved_at.is_(None))
    .limit(1)
)
_WAITING = (
    select(IntakeRow.open_number)
    .join(IntakeDelivery, IntakeDelivery.id == IntakeRow.delivery_id)
    .where(
        among(IntakeRow.open_number, "numbers"),
        IntakeRow.open_number.is_not(None),
        IntakeRow.outcome == RowOutcome.PENDING,
        IntakeDelivery.sending_org_id == bindparam("sender_id"),
    )
)
_AGAIN = (
    update(table_of(Difference))
    .where(Difference.id == bindparam("item_id"), Difference.resolved_at.is_(None))
    .values(last_seen_at=bindparam("at"), last_statement_id=bindparam("by_id"))
)
_AGAIN_OTHERWISE = _AGAIN.values(
    stated_version=bindparam("stated"), checksum=bindparam("stated_checksum"), known_version=bindparam("known")
)
_OVER = (
    update(table_of(Difference))
    .where(Difference.id.in_(bindparam("ids", expanding=True)), Difference.resolved_at.is_(None))
    .values(resolved_at=bindparam("at"), resolved_by=bindparam("by"))
)


def open_items(session: Session, sender_id: UUID, numbers: Collection[str]) -> list[OpenItem]:
    """Return the open items of some orders; mostly there are none at all, which is asked first."""
    connection = session.connection()
    if connection.execute(_ANY_OPEN, {"sender_id": sender_id}).first() is None:
        return []
    rows = connection.execute(_OPEN_OF, {"sender_id": sender_id, "numbers": list(numbers)})
    return [OpenItem(row.id, row.order_number, DifferenceKind(row.kind)) for row in rows]


def changes(found: Sequence[Found], open_ones: Sequence[OpenItem], kept: Collection[str]) -> Changes:
    """Hold what was found against what is open: what is not found again is over, but for the orders in `kept`."""
    known = {(each.order_number, each.kind): each.id for each in open_ones}
    told = Changes()
    for each in found:
        item_id = known.pop((each.order_number, each.kind), None)
        if item_id is None:
            told.new.append(each)
        else:
            told.again.append((item_id, each))
    for (number, _), item_id in known.items():
        if number in kept:
            told.again.append((item_id, None))
        else:
            told.over.append(item_id)
    return told


def waiting_here(session: Session, sender_id: UUID, found: Sequence[Found]) -> frozenset[str]:
    """Of the orders that differ, those with a message that was delivered and could not be processed."""
    if not found:
        return frozenset()
    asked = {"sender_id": sender_id, "numbers": [each.order_number for each in found]}
    return frozenset(session.connection().scalars(_WAITING, asked))


def write(session: Session, seen: Seen, told: Changes) -> tuple[int, int]:
    """Write the changes; returns how many items are new, and how many are over."""
    connection = session.connection()
    add_missing(session, Difference, [_row(seen, each, told.waiting_here) for each in told.new])
    own = {"at": seen.at, "by_id": seen.statement_id}
    plain = [own | {"item_id": item_id} for item_id, each in told.again if each is None]
    otherwise = [own | {"item_id": item_id} | _stated(each) for item_id, each in told.again if each is not None]
    if plain:
        connection.execute(_AGAIN, plain)
    if otherwise:
        connection.execute(_AGAIN_OTHERWISE, otherwise)
    return len(told.new), resolve_all(session, told.over, seen.at, ResolvedBy.STATEMENT)


def _stated(found: Found) -> dict[str, Any]:
    return {"stated": found.stated_version, "stated_checksum": found.checksum, "known": found.known_version}


def _row(seen: Seen, found: Found, waiting: frozenset[str]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "sending_org_id": seen.sending_org_id,
        "order_number": found.order_number,
        "kind": found.kind.value,
        "stated_version": found.stated_version,
        "checksum": found.checksum,
        "known_version": found.known_version,
        "first_seen_at": seen.at,
        "first_statement_id": seen.statement_id,
        "last_seen_at": seen.at,
        "last_statement_id": seen.statement_id,
        "owner": owner_of(found.kind, found.order_number in waiting).value,
    }


def resolve_all(session: Session, item_ids: Collection[UUID], at: datetime, by: ResolvedBy) -> int:
    """Close items without a person; returns how many were still open."""
    values = {"at": at, "by": by.value}
    connection = session.connection()
    return sum(connection.execute(_OVER, values | {"ids": piece}).rowcount for piece in pieces(item_ids))


def count_open(session: Session) -> int:
    """Return how many differences are open, of all senders."""
    return session.scalar(select(func.count()).where(Difference.resolved_at.is_(None))) or 0
