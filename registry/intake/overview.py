"""What can be read of deliveries: reports for their sender, the freshness of each source, conflicts not told yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.access.rules import Action, Actor, OrganisationKind
from registry.access.service import record
from registry.config import Settings
from registry.db import Prepared
from registry.errors import NotFound
from registry.intake.models import IntakeDelivery, IntakeRow, IntakeSource
from registry.intake.reconciliation.models import Statement
from registry.intake.reconciliation.rules import StatementStatus
from registry.intake.rules import RowOutcome

_MOST_UNTOLD = 100


@dataclass(frozen=True, slots=True)
class RowPage:
    """A piece of a report: so many rows after a number, of one outcome or of all."""

    limit: int
    after: int = 0
    outcome: RowOutcome | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """An organisation that sends orders: how old its last message and its last whole statement are, and how many of its
    rows are not processed.
    """

    organisation_id: UUID
    code: str
    name: str
    last_message_at: datetime | None
    unprocessed: int
    is_late: bool
    last_statement_at: datetime | None
    is_statement_late: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """Within how many hours of the last one a message, and a full statement, must come."""

    message_h: int = 26
    statement_h: int = 26

    @classmethod
    def by(cls, settings: Settings) -> Expected:
        """What the settings say."""
        return cls(settings.feed_late_after_h, settings.statement_late_after_h)


@dataclass(frozen=True, slots=True)
class ConflictsFound:
    """A delivery with conflicts of which nobody was told yet; `total` goes back to `conflicts_were_told`."""

    delivery_id: UUID
    sending_org_id: UUID
    total: int


def count_unprocessed(session: Session) -> int:
    """Return how many delivered rows were not processed yet, of all senders."""
    return int(session.scalar(select(func.sum(IntakeSource.unprocessed))) or 0)


def delivery_for(session: Session, actor: Actor, now: datetime, delivery_id: UUID) -> IntakeDelivery:
    """Return a delivery of the actor's organisation; raises NotFound otherwise."""
    delivery = session.get(IntakeDelivery, delivery_id)
    if delivery is None or delivery.sending_org_id != actor.organisation_id:
        raise NotFound("There is no delivery with this id here.")
    record(session, actor, now, Action.CONSULTED, f"delivery:{delivery_id}")
    return delivery


def rows_of(session: Session, delivery_id: UUID, page: RowPage) -> Sequence[IntakeRow]:
    """Return the rows of a delivery that were judged, or tried, in their order."""
    found = select(IntakeRow).where(IntakeRow.delivery_id == delivery_id, IntakeRow.row_number > page.after)
    if page.outcome is not None:
        found = found.where(IntakeRow.outcome == page.outcome)
    return session.scalars(found.order_by(IntakeRow.row_number).limit(page.limit)).all()


def deliveries_of(
    session: Session, actor: Actor, now: datetime, limit: int, before_id: UUID | None = None
) -> Sequence[IntakeDelivery]:
    """Return the deliveries of the actor's organisation, newest first."""
    own = select(IntakeDelivery).where(IntakeDelivery.sending_org_id == actor.organisation_id)
    if before_id is not None:
        own = own.where(IntakeDelivery.id < before_id)
    found = session.scalars(own.order_by(IntakeDelivery.id.desc()).limit(limit)).all()
    record(session, actor, now, Action.CONSULTED, "deliveries", shown=len(found))
    return found


_USUAL = Expected()
_LAST_STATEMENT = (
    select(func.max(Statement.made_at))
    .where(Statement.sending_org_id == Organisation.id, Statement.is_whole, Statement.status == StatementStatus.DONE)
    .scalar_subquery()
)
# Made once: every lookup of a dispatch room asks it.
_SENDING = (OrganisationKind.CJIB, OrganisationKind.OTHER_SENDER)
_SOURCES = Prepared(
    select(Organisation.id, Organisation.code, Organisation.name, Organisation.kind)
    .add_columns(IntakeSource.last_message_at, IntakeSource.unprocessed, _LAST_STATEMENT.label("last_statement_at"))
    .outerjoin(IntakeSource, IntakeSource.organisation_id == Organisation.id)
    .where(or_(*[Organisation.kind == kind for kind in _SENDING], IntakeSource.organisation_id.is_not(None)))
    .order_by(Organisation.code)
)


def sources(session: Session, now: datetime, expected: Expected = _USUAL) -> list[Source]:
    """Return the CJIB, and every other sender of orders, also one that never sent any; only the CJIB can be late."""
    return [_source(row, now, expected) for row in _SOURCES.all(session)]


def _source(row: Any, now: datetime, expected: Expected) -> Source:
    is_expected = row.kind == OrganisationKind.CJIB
    return Source(
        organisation_id=row.id,
        code=row.code,
        name=row.name,
        last_message_at=row.last_message_at,
        unprocessed=row.unprocessed or 0,
        is_late=is_expected and _is_old(row.last_message_at, now, expected.message_h),
        last_statement_at=row.last_statement_at,
        is_statement_late=is_expected and _is_old(row.last_statement_at, now, expected.statement_h),
    )


def _is_old(last_at: datetime | None, now: datetime, after_h: int) -> bool:
    return last_at is None or now - last_at > timedelta(hours=after_h)


def conflicts_to_alert(session: Session) -> list[ConflictsFound]:
    """Return the deliveries with conflicts that nobody was told of yet."""
    untold = select(IntakeDelivery.id, IntakeDelivery.sending_org_id, IntakeDelivery.conflict)
    found = session.execute(untold.where(IntakeDelivery.conflict > IntakeDelivery.conflicts_told).limit(_MOST_UNTOLD))
    return [ConflictsFound(*row) for row in found]


def conflicts_were_told(session: Session, found: ConflictsFound) -> None:
    """Note, in the transaction that raises the alert, that it was raised."""
    told = update(IntakeDelivery).where(IntakeDelivery.id == found.delivery_id).values(conflicts_told=found.total)
    session.execute(told.execution_options(synchronize_session=False))
