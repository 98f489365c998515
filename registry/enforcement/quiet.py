"""Open proceedings in which no term runs and nothing happens: without a clock nothing else would ever call for them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, func, or_, select
from sqlalchemy.orm import Session

from registry.alerts.service import NewAlert, close_alert, raise_alert
from registry.enforcement.models import PlannedStep, Proceeding, ProceedingEvent
from registry.enforcement.procedure.clocks import Clock, ClockState, instant
from registry.enforcement.procedure.rules import ActorKind, owner_of
from registry.law.terms import DUTCH_TIME, day_nl

QUIET = "proceeding_quiet"
_AT_ONCE = 100


def settle_quiet(
    session: Session,
    now: datetime,
    proceeding: Proceeding,
    events: Iterable[ProceedingEvent],
    running: Iterable[Clock],
) -> None:
    """Keep since when nothing happens in a proceeding, while it is open and no term runs that would call for it."""
    waits = proceeding.ended_at is None and not any(_calls(clock) for clock in running)
    _keep(session, now, proceeding, max(_signs(session, proceeding, events)) if waits else None)


def settle_plan(session: Session, now: datetime, proceeding: Proceeding, events: Iterable[ProceedingEvent]) -> None:
    """Let a step that was planned, or taken back, count as what happens in a proceeding that no term calls for."""
    if proceeding.quiet_since_at is not None:
        _keep(session, now, proceeding, max(_signs(session, proceeding, events)))


def _calls(clock: Clock) -> bool:
    """Whether somebody is warned of a term; a right is nobody's duty, and "as soon as possible" has no end."""
    return clock.state is ClockState.OPEN and not clock.rule.right and clock.computed.limit_at is not None


def _signs(session: Session, proceeding: Proceeding, events: Iterable[ProceedingEvent]) -> Iterator[datetime]:
    """When somebody recorded or planned something, or a hearing or planned step is to be."""
    for one in events:
        yield one.recorded_at
        hearing_at = instant(one.details.get("hearing_at"))
        if hearing_at is not None:
            yield hearing_at
    rows = select(PlannedStep).where(PlannedStep.proceeding_id == proceeding.id, PlannedStep.done_by.is_(None))
    for plan in session.scalars(rows.where(PlannedStep.withdrawn_at.is_(None))):
        yield from (plan.recorded_at, plan.planned_at)


def _keep(session: Session, now: datetime, proceeding: Proceeding, since_at: datetime | None) -> None:
    if proceeding.quiet_told_at is not None and proceeding.quiet_since_at != since_at:
        close_alert(session, now, QUIET, f"proceeding:{proceeding.id}")
        proceeding.quiet_told_at = None
    proceeding.quiet_since_at = since_at


def _due(before: datetime) -> ColumnElement[bool]:
    """Keep those that were quiet before then, and of which nobody was told since."""
    return (Proceeding.quiet_since_at <= before) & or_(
        Proceeding.quiet_told_at.is_(None), Proceeding.quiet_told_at <= before
    )


def needs_watch(session: Session, before: datetime) -> bool:
    """Say whether any proceeding was quiet before then and nobody was told since; cheap, for reading."""
    return bool(session.scalar(select(exists().where(_due(before)))))


def watch(session: Session, now: datetime, before: datetime) -> int:
    """Put each such proceeding before its owner, again after as long a time; returns how many there were."""
    rows = select(Proceeding).where(_due(before)).order_by(Proceeding.quiet_since_at, Proceeding.id).limit(_AT_ONCE)
    found = session.scalars(rows.with_for_update(key_share=True, skip_locked=True)).all()
    for row in found:
        # One that somebody took and left is told anew.
        close_alert(session, now, QUIET, f"proceeding:{row.id}")
        session.flush()
        raise_alert(session, now, _call(row))
        row.quiet_told_at = now
    return len(found)


def _call(row: Proceeding) -> NewAlert:
    owners = row.owners() | {"partner_org_id": None}
    since_on = (row.quiet_since_at or row.started_at).astimezone(DUTCH_TIME).date()
    title = f"Procedure ligt stil: er loopt geen termijn, en sinds {day_nl(since_on)} is er niets gebeurd"
    context = {"proceeding_id": str(row.id), "breach_id": str(row.breach_id), "order_id": str(row.order_id)}
    ladder_id = owner_of(ActorKind.PROSECUTION, owners)
    return NewAlert(QUIET, 3, title, f"proceeding:{row.id}", owners, context, ladder_id)


def waiting_for(organisation_id: SQLColumnExpression[uuid.UUID] | uuid.UUID, before: datetime) -> ColumnElement[bool]:
    """Keep the proceedings that were quiet before then, and that this organisation must go on with."""
    row = Proceeding
    owner_id = func.coalesce(row.prosecuting_org_id, row.police_org_id, row.supervising_org_id, row.sending_org_id)
    return (owner_id == organisation_id) & (row.quiet_since_at <= before)


def quiet_of(session: Session, owner_id: uuid.UUID, before: datetime, limit: int) -> Sequence[Proceeding]:
    """Return the proceedings of an owner that were quiet before then, the longest first."""
    rows = select(Proceeding).where(waiting_for(owner_id, before))
    return session.scalars(rows.order_by(Proceeding.quiet_since_at, Proceeding.id).limit(limit)).all()
