"""Statements and differences as their sender sees them: received, shown, assigned, resolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.errors import Conflict, NotFound
from registry.intake.reconciliation.models import Difference, Statement, StatementFault
from registry.intake.reconciliation.reading import Tally
from registry.intake.reconciliation.rules import DifferenceKind, Owner, ResolvedBy, Stage, StatementStatus
from registry.orders.naming import order_numbers as numbers


@dataclass(frozen=True, slots=True)
class Begun:
    """A statement of which the heading was read."""

    statement_id: UUID
    media_type: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Ending:
    """A statement of which every line is stored."""

    statement_id: UUID
    tally: Tally
    sha256: str


def open_statement(session: Session, actor: Actor, now: datetime, begun: Begun) -> None:
    """Begin a statement; until it is finished it can still be dropped."""
    statement = Statement(
        id=begun.statement_id,
        sending_org_id=actor.organisation_id,
        sender_kind=actor.organisation_kind,
        client_id=actor.client_id,
        end_user=actor.end_user,
        unit=actor.unit,
        role=actor.role,
        media_type=begun.media_type,
        status=StatementStatus.RECEIVING,
        made_at=begun.made_at,
        received_at=now,
        last_stored_at=now,
        stage=Stage.LINES,
    )
    session.add(statement)
    session.flush()


def finish_receiving(session: Session, actor: Actor, now: datetime, ending: Ending) -> UUID:
    """Say that a statement is stored; returns the id of the one with the same body where it was sent before.

    Raises Conflict when a later one of the sender is known already: what is confirmed would be undone by older news.
    """
    own = select(Statement).where(Statement.sending_org_id == actor.organisation_id)
    same = session.scalar(own.where(Statement.sha256 == ending.sha256))
    if same is not None:
        return same.id
    statement = session.get_one(Statement, ending.statement_id)
    known = own.where(Statement.status != StatementStatus.RECEIVING, Statement.made_at >= statement.made_at)
    if session.scalar(known.limit(1)) is not None:
        raise Conflict("statement_outdated", "A statement made at this moment or later was received already.")
    tally = ending.tally
    statement.status, statement.finished_receiving_at, statement.sha256 = StatementStatus.JUDGING, now, ending.sha256
    statement.lines, statement.faulty, statement.stated_count = tally.lines, tally.faulty, tally.stated
    statement.is_whole = tally.is_whole
    ref = f"statement:{ending.statement_id}"
    record(session, actor, now, Action.COLLECTED, ref, lines=tally.lines, sha256=ending.sha256)
    return statement.id


def statement_for(session: Session, actor: Actor, now: datetime, statement_id: UUID) -> Statement:
    """Return a statement of the actor's organisation; raises NotFound otherwise."""
    statement = session.get(Statement, statement_id)
    if statement is None or statement.sending_org_id != actor.organisation_id:
        raise NotFound("There is no statement with this id here.")
    record(session, actor, now, Action.CONSULTED, f"statement:{statement_id}")
    return statement


def statements_of(
    session: Session, actor: Actor, now: datetime, limit: int, before_id: UUID | None = None
) -> Sequence[Statement]:
    """Return the statements of the actor's organisation, newest first."""
    own = select(Statement).where(Statement.sending_org_id == actor.organisation_id)
    if before_id is not None:
        own = own.where(Statement.id < before_id)
    found = session.scalars(own.order_by(Statement.id.desc()).limit(limit)).all()
    record(session, actor, now, Action.CONSULTED, "statements", shown=len(found))
    return found


def faults_of(session: Session, statement_id: UUID, limit: int, after: int = 0) -> Sequence[StatementFault]:
    """Return the faults of a statement beyond a line, in the order of its lines."""
    own = select(StatementFault).where(StatementFault.statement_id == statement_id, StatementFault.line_number > after)
    return session.scalars(own.order_by(StatementFault.line_number).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class DifferenceFilter:
    """Which differences to list, newest first."""

    limit: int = 50
    before_id: UUID | None = None
    is_open: bool | None = None
    kind: DifferenceKind | None = None
    owner: Owner | None = None
    order_number: str | None = None


def differences_of(session: Session, actor: Actor, now: datetime, asked: DifferenceFilter) -> Sequence[Difference]:
    """Return the differences with the statements of the actor's organisation."""
    own = select(Difference).where(Difference.sending_org_id == actor.organisation_id)
    if asked.before_id is not None:
        own = own.where(Difference.id < asked.before_id)
    if asked.is_open is not None:
        own = own.where(Difference.resolved_at.is_(None) if asked.is_open else Difference.resolved_at.is_not(None))
    equal = {
        Difference.kind: asked.kind,
        Difference.owner: asked.owner,
        Difference.order_number: asked.order_number and numbers.order_number(asked.order_number),
    }
    own = own.where(*[column == value for column, value in equal.items() if value is not None])
    found = session.scalars(own.order_by(Difference.id.desc()).limit(asked.limit)).all()
    record(session, actor, now, Action.CONSULTED, "differences", shown=len(found))
    return found


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is to resolve a difference: whose it is, and by name whoever takes it."""

    owner: Owner
    assignee: str | None


def assign(session: Session, actor: Actor, now: datetime, difference_id: UUID, told: Assignment) -> Difference:
    """Give an open difference to somebody."""
    found = _open(session, actor, difference_id)
    found.owner, found.assignee = told.owner, told.assignee
    found.assigned_at, found.assigned_by = now, actor.end_user
    record(session, actor, now, Action.CHANGED, f"difference:{difference_id}", owner=told.owner, assigned=True)
    return found


def resolve(session: Session, actor: Actor, now: datetime, difference_id: UUID, reason: str) -> Difference:
    """Close a difference, as a person who says why; a statement that shows it again opens a new one."""
    found = _open(session, actor, difference_id)
    found.resolved_at, found.resolved_by = now, ResolvedBy.PERSON
    found.resolved_by_user, found.reason = actor.end_user, reason
    record(session, actor, now, Action.CHANGED, f"difference:{difference_id}", resolved=True)
    return found


def _open(session: Session, actor: Actor, difference_id: UUID) -> Difference:
    own = select(Difference).where(Difference.id == difference_id, Difference.sending_org_id == actor.organisation_id)
    found = session.scalar(own.with_for_update(key_share=True).execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no difference with this id here.")
    if found.resolved_at is not None:
        raise Conflict("difference_resolved", "This difference was resolved already.")
    return found
