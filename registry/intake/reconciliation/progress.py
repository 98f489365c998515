"""How far a statement is: moved on in the transaction that writes a step, so that a step is taken once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor, OrganisationKind, Purpose
from registry.access.service import record
from registry.db import table_of
from registry.intake.reconciliation import items
from registry.intake.reconciliation.comparing import Step, mark
from registry.intake.reconciliation.items import Seen
from registry.intake.reconciliation.models import Statement, StatementFault
from registry.intake.reconciliation.rules import LineFault, StatementStatus
from registry.intake.reconciliation.storing import MOST_FAULTS, fault_row
from registry.orders.register.confirmations import confirmed_by_statement
from registry.orders.rows import add_missing
from registry.outbox.rules import EventType
from registry.outbox.service import publish

COUNTED = (
    "confirmed", "unchecked", "unreadable", "missing_here", "missing_there", "version_lower", "version_higher",
    "content_differs", "opened", "resolved",
)  # fmt: skip
_statement = table_of(Statement).c


def take(session: Session, now: datetime, statement: Statement, step: Step) -> bool:
    """Write a step and move on; False, and nothing written, when the statement stands elsewhere by now."""
    place = (
        _statement.id == statement.id,
        _statement.stage == statement.stage,
        _statement.reached == statement.reached,
    )
    values: dict[str, Any] = {"stage": step.stage.value, "reached": step.reached}
    values |= {name: _statement[name] + more for name, more in step.counts.items()}
    if step.repeated:
        values["faulty"] = _statement.faulty + len(step.repeated)
    connection = session.connection()
    if connection.execute(update(table_of(Statement)).where(*place).values(values)).rowcount != 1:
        return False
    mark(session, statement, step)
    confirmed_by_statement(session, now, statement.made_at, statement.sending_org_id, step.open_ended)
    opened, resolved = items.write(session, Seen(statement.id, statement.sending_org_id, now), step.changes)
    if opened or resolved:
        more = {"opened": _statement.opened + opened, "resolved": _statement.resolved + resolved}
        connection.execute(update(table_of(Statement)).where(_statement.id == statement.id).values(more))
    if statement.faulty < MOST_FAULTS:
        rows = [fault_row(statement.id, number, LineFault.REPEATED) for number in step.repeated]
        add_missing(session, StatementFault, rows)
    statement.stage, statement.reached = step.stage, step.reached
    return True


def finish(session: Session, now: datetime, statement_id: UUID) -> None:
    """Close a statement, record what it did, and tell its sender how much of it differs."""
    one = session.scalar(select(Statement).where(Statement.id == statement_id).with_for_update(key_share=True))
    if one is None or one.finished_at is not None:
        return
    one.status, one.finished_at = StatementStatus.DONE, now
    counts = {name: getattr(one, name) for name in COUNTED}
    ref = f"statement:{one.id}"
    record(session, _actor(one), now, Action.CHANGED, ref, **counts)
    publish(
        session,
        now,
        EventType.STATEMENT_RECONCILED,
        ref,
        {one.sending_org_id},
        statement_id=one.id,
        status=StatementStatus.DONE.value,
        made_at=one.made_at,
        ended_at=now,
        lines=one.lines,
        faulty=one.faulty,
        whole=one.is_whole,
        **counts,
    )


def _actor(one: Statement) -> Actor:
    """Whoever sent it, in whose name it is compared."""
    return Actor(
        client_id=one.client_id,
        organisation_id=one.sending_org_id,
        organisation_kind=OrganisationKind(one.sender_kind),
        scopes=frozenset(),
        end_user=one.end_user,
        unit=one.unit,
        role=one.role,
        purpose=Purpose.INTAKE,
    )
