"""What of a sender is in quarantine, and having it tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.intake.models import IntakeDelivery, IntakeRow
from registry.intake.rules import RowOutcome


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is: its delivery and its number in it."""

    delivery_id: UUID
    row_number: int


def quarantined(
    session: Session, actor: Actor, now: datetime, limit: int, after: Place | None = None
) -> Sequence[IntakeRow]:
    """Return the rows of the actor's organisation that could not be processed, the oldest first."""
    query = select(IntakeRow).where(*_own(actor))
    if after is not None:
        later = and_(IntakeRow.delivery_id == after.delivery_id, IntakeRow.row_number > after.row_number)
        query = query.where(or_(IntakeRow.delivery_id > after.delivery_id, later))
    found = session.scalars(query.order_by(IntakeRow.delivery_id, IntakeRow.row_number).limit(limit)).all()
    record(session, actor, now, Action.CONSULTED, "quarantine", shown=len(found))
    return found


def try_again(session: Session, actor: Actor, now: datetime) -> int:
    """Have every row in quarantine tried again, after what stood in their way was mended; returns how many."""
    due = update(IntakeRow).where(*_own(actor)).values(retry_at=now)
    count = session.connection().execute(due).rowcount
    record(session, actor, now, Action.CHANGED, "quarantine", rows=count)
    return count


def _own(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    own = select(IntakeDelivery.id).where(IntakeDelivery.sending_org_id == actor.organisation_id)
    return IntakeRow.outcome == RowOutcome.PENDING.value, IntakeRow.delivery_id.in_(own)
