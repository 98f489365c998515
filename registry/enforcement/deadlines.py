"""Deadlines: derived anew from the events of a proceeding at each of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select
from sqlalchemy.orm import Session

from registry.alerts.service import close_alerts
from registry.db import new_id
from registry.enforcement.models import Deadline, Proceeding
from registry.enforcement.moves import Cause, Change, Ends
from registry.enforcement.procedure.clocks import Clock, ClockState
from registry.enforcement.procedure.rules import owner_of
from registry.enforcement.procedure.stages import Stage, StageAt, coming, stages
from registry.enforcement.procedure.table import load
from registry.law import LawTable
from registry.law.terms import Nature, steps_nl

RIGHTS = load().rights
# The state as a literal, so that both databases see that the indexes of what runs hold it.
RUNS: ColumnElement[bool] = Deadline.state == literal_column("'open'")


def count_running(session: Session) -> int:
    """Return how many deadlines run."""
    return session.scalar(select(func.count()).where(RUNS)) or 0


@dataclass(frozen=True, slots=True)
class Basis:
    """What the deadlines of a proceeding are derived from, beside its clocks: those it has, and the law.

    `begun` is why one that is new begins: an event, or another table of law.
    """

    proceeding: Proceeding
    known: Iterable[Deadline]
    law: LawTable
    begun: Cause = Cause.EVENT


def derive(session: Session, now: datetime, basis: Basis, running: Iterable[Clock]) -> list[Change]:
    """Write what the fold of the events gives, and return what may have moved.

    A deadline that the fold no longer gives is kept as superseded.
    """
    law, changes = basis.law, []
    known = {(row.term_id, str(row.start_event_id)): row for row in basis.known}
    for clock in running:
        row = known.pop((clock.term.id, clock.start.id), None)
        if row is None:
            row = _new(basis.proceeding, clock)
            session.add(row)
            changes.append(Change(row, Ends(), basis.begun))
        else:
            former = Ends.of(row)
            changes.append(Change(row, former, _cause(former, clock, basis)))
        _update(session, now, row, clock, law)
    for row in known.values():
        former = Ends.of(row)
        row.state = ClockState.SUPERSEDED.value
        _silence(session, now, row)
        if former.law_hash != law.hash or basis.begun is Cause.LAW:
            row.law_hash, row.computed_at = law.hash, now
            changes.append(Change(row, former, Cause.LAW))
    return changes


def _cause(former: Ends, clock: Clock, basis: Basis) -> Cause:
    if former.law_hash != basis.law.hash:
        return Cause.LAW
    return Cause.DETENTION if clock.term.pauses else basis.begun


def _new(proceeding: Proceeding, clock: Clock) -> Deadline:
    return Deadline(
        id=new_id(),
        proceeding_id=proceeding.id,
        order_id=proceeding.order_id,
        breach_id=proceeding.breach_id,
        term_id=clock.term.id,
        start_event_id=uuid.UUID(clock.start.id),
        title_nl=clock.term.title_nl,
        source=clock.term.source,
        nature=clock.term.nature.value,
        owner_org_id=owner_of(clock.rule.owner, proceeding.owners()),
        **proceeding.owners(),
    )


def _update(session: Session, now: datetime, row: Deadline, clock: Clock, law: LawTable) -> None:
    computed = clock.computed
    stands = (row.due_at, row.target_at) == (computed.due_at, computed.target_at)
    if not stands or row.state != ClockState.OPEN:
        _silence(session, now, row)
        row.near_told_at = row.missed_told_at = None
    row.due_at, row.due_on, row.alternative_due_on = computed.due_at, computed.due_on, computed.alternative_due_on
    row.target_at, row.limit_at = computed.target_at, computed.hard_stop_at
    row.soonest_at = computed.due_at or computed.target_at or clock.start.occurred_at
    plan_warnings(row, stages(clock.start.occurred_at, computed, law.holidays))
    row.steps = [[code, values] for code, values in computed.steps]
    row.stop_event_id = uuid.UUID(clock.stop.id) if clock.stop else None
    row.state, row.law_hash, row.computed_at = clock.state.value, law.hash, now
    if clock.state is not ClockState.OPEN:
        _silence(session, now, row)


def plan_warnings(row: Deadline, warnings: Sequence[StageAt]) -> None:
    """Keep at which stages somebody is warned of a deadline, and when next."""
    row.stages = [[one.stage.value, one.at.isoformat()] for one in warnings]
    row.warn_at = None if row.missed_told_at else coming(warnings, row.near_told_at)


def warnings_of(row: Deadline) -> list[StageAt]:
    """Return the stages at which somebody is warned of a deadline, the earliest first."""
    return [StageAt(Stage(code), datetime.fromisoformat(at)) for code, at in row.stages]


def reference_of(row: Deadline) -> str:
    """Return how alerts, events and the audit name a deadline."""
    return f"deadline:{row.id}"


def _silence(session: Session, now: datetime, row: Deadline) -> None:
    """Close the alerts of a deadline that no longer runs."""
    if row.near_told_at is not None or row.missed_told_at is not None:
        close_alerts(session, now, reference_of(row))


def explained(row: Deadline) -> list[str]:
    """Return how the end was computed, in Dutch, each step with its source."""
    return steps_nl(((code, values) for code, values in row.steps), row.source)


class LimitBy(StrEnum):
    """Whose the last moment of a term is."""

    LAW = "law"
    """wettelijke termijn"""
    NORM = "norm"
    """norm van de keten"""
    CONFIGURED = "configured"
    """geen wettelijke grens bekend; ingesteld"""
    NONE = "none"
    """geen wettelijke grens bekend, en geen ingesteld"""


def limit_by(row: Deadline) -> LimitBy:
    """Say whose the last moment is: past one that is not the law's nothing offends a length that the law names."""
    if row.due_at is not None:
        return LimitBy.NORM if row.nature == Nature.POLICY else LimitBy.LAW
    return LimitBy.CONFIGURED if row.limit_at is not None else LimitBy.NONE


def state_at(row: Deadline, now: datetime) -> ClockState:
    """Return the state as of now: one that runs past its end is missed, or lapsed if it was a right to use.

    Either may yet be met late.
    """
    state = ClockState(row.state)
    if state is not ClockState.OPEN or not _is_past(row, now):
        return state
    return ClockState.LAPSED if row.term_id in RIGHTS else ClockState.MISSED


def _is_past(row: Deadline, now: datetime) -> bool:
    end_at = row.due_at or row.limit_at
    return end_at is not None and (end_at <= now if row.due_on else end_at < now)


def past(now: datetime) -> ColumnElement[bool]:
    """Keep the deadlines whose end has passed, or the internal limit where the law names no end."""
    end_at = func.coalesce(Deadline.due_at, Deadline.limit_at)
    return and_(end_at.is_not(None), or_(end_at < now, and_(Deadline.due_on.is_not(None), end_at == now)))
