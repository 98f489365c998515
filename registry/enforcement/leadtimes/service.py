"""Which milestones the breaches of an organisation reached in a period, and how long that took."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, aliased

from registry.access.rules import Action, Actor
from registry.access.service import record, visible
from registry.enforcement.leadtimes.knowing import known_since
from registry.enforcement.leadtimes.rules import LeadTime, Milestone, Month, Reached, lead_times
from registry.enforcement.models import Assessment, Breach, Deadline, Proceeding, ProceedingEvent
from registry.enforcement.procedure.clocks import ClockState
from registry.enforcement.procedure.events import Event, EventKind
from registry.enforcement.procedure.table import load
from registry.enforcement.rules import BreachOrigin
from registry.law.terms import DUTCH_TIME

# Which steps of the table of procedures are a milestone.
_STEPS: Mapping[Milestone, tuple[str, ...]] = {
    Milestone.ARREST: ("arrest",),
    Milestone.DEMAND: ("demand_custody", "demand_lift", "demand_admission", "demand_execution"),
    Milestone.HEARING: ("hearing_held", "hearing_decided", "hearing_put_off"),
    Milestone.DECISION: (
        *("judge_grants", "judge_refuses", "suspension_lifted", "suspension_kept", "hearing_decided"),
        *("court_decision", "om_decision", "om_revoke", "authority_decision"),
    ),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """From which month until and with which, and of which origin the breaches were."""

    first: Month
    last: Month
    origin: BreachOrigin | None = None

    @property
    def since_at(self) -> datetime:
        """When the period begins in the Netherlands."""
        return _begin(self.first)

    @property
    def until_at(self) -> datetime:
        """When the period is over."""
        return _begin(self.last.plus(1))


def lead_times_of(session: Session, actor: Actor, now: datetime, asked: Asked) -> list[LeadTime]:
    """Return how long the breaches that concern the actor's organisation took to what was reached in the period."""
    found = _since_known(session, [*_assessed(session, actor, asked), *_happened(session, actor, asked)])
    record(
        session, actor, now, Action.CONSULTED, "lead-times", months=f"{asked.first}/{asked.last}", reached=len(found)
    )
    return lead_times(found)


def _begin(month: Month) -> datetime:
    return datetime(month.year, month.number, 1, tzinfo=DUTCH_TIME).astimezone(UTC)


def month_of(at: datetime) -> Month:
    """Return the month in the Netherlands."""
    local = at.astimezone(DUTCH_TIME)
    return Month(local.year, local.month)


def _wanted(actor: Actor, asked: Asked) -> Iterator[ColumnElement[bool]]:
    yield visible(Breach, actor)
    if asked.origin is not None:
        yield Breach.origin == asked.origin.value


def _within(at: Any, asked: Asked) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return at >= asked.since_at, at < asked.until_at


@dataclass(frozen=True, slots=True)
class _Step:
    """That a breach came to a milestone, by which unit and when, and whether that was in time."""

    breach_id: uuid.UUID
    milestone: Milestone
    unit: str
    at: datetime
    in_time: bool | None


def _since_known(session: Session, steps: Sequence[_Step]) -> list[Reached]:
    """The steps with when their breach was known: by the earliest of its accounts that stand."""
    known = known_since(session, {one.breach_id for one in steps})
    return [
        Reached(one.milestone, one.unit, month_of(one.at), known[one.breach_id], one.at, one.in_time) for one in steps
    ]


def _assessed(session: Session, actor: Actor, asked: Asked) -> Iterator[_Step]:
    """The first assessment of each breach."""
    rows = select(Assessment.breach_id, Assessment.unit, Assessment.assessed_at)
    lately = aliased(Assessment)
    touched = select(lately.breach_id).where(*_within(lately.assessed_at, asked))
    own = rows.join(Breach, Breach.id == Assessment.breach_id).where(*_wanted(actor, asked))
    until = own.where(Assessment.assessed_at < asked.until_at, Breach.id.in_(touched))
    seen: set[uuid.UUID] = set()
    for breach_id, unit, at in session.execute(until.order_by(Assessment.assessed_at, Assessment.id)):
        if breach_id not in seen:
            seen.add(breach_id)
            if at >= asked.since_at:
                yield _Step(breach_id, Milestone.ASSESSMENT, unit, at, None)


def _happened(session: Session, actor: Actor, asked: Asked) -> Iterator[_Step]:
    """The first event of each sort in what followed a breach, but for those that a later one corrects."""
    in_time = _in_time(session, actor, asked)
    seen: set[tuple[uuid.UUID, Milestone]] = set()
    for event, breach_id in session.execute(_standing_events(actor, asked)):
        for milestone in _milestones(event):
            if (breach_id, milestone) not in seen:
                seen.add((breach_id, milestone))
                if event.occurred_at >= asked.since_at:
                    yield _Step(breach_id, milestone, event.unit, event.occurred_at, in_time.get(event.id))


def _standing_events(actor: Actor, asked: Asked) -> Select[ProceedingEvent, uuid.UUID]:
    """The events of every breach to which something happened in the period, from the first on."""
    later, lately, course = aliased(ProceedingEvent), aliased(ProceedingEvent), aliased(Proceeding)
    touched = select(course.breach_id).join(lately, lately.proceeding_id == course.id)
    rows = select(ProceedingEvent, Proceeding.breach_id)
    joined = rows.join(Proceeding, Proceeding.id == ProceedingEvent.proceeding_id)
    own = joined.join(Breach, Breach.id == Proceeding.breach_id).where(*_wanted(actor, asked))
    standing = own.where(
        ProceedingEvent.occurred_at < asked.until_at,
        Breach.id.in_(touched.where(*_within(lately.occurred_at, asked))),
        ~select(later.id).where(later.corrects == ProceedingEvent.id).exists(),
    )
    return standing.order_by(ProceedingEvent.occurred_at, ProceedingEvent.id)


def _milestones(event: ProceedingEvent) -> Iterator[Milestone]:
    told, table = Event(EventKind(event.kind), event.occurred_at, str(event.id), event.details), load()
    for milestone, steps in _STEPS.items():
        if any(table.means(step, told) for step in steps):
            yield milestone


def _in_time(session: Session, actor: Actor, asked: Asked) -> dict[uuid.UUID, bool]:
    """For each event of the period with which terms ended, whether all of them were met in time."""
    states = (ClockState.MET.value, ClockState.MET_LATE.value)
    rows = select(ProceedingEvent.id, Deadline.state).join(Deadline, Deadline.stop_event_id == ProceedingEvent.id)
    bounded = or_(Deadline.due_at.is_not(None), Deadline.limit_at.is_not(None))
    met = rows.where(visible(Deadline, actor), Deadline.state.in_(states), bounded)
    found: dict[uuid.UUID, bool] = {}
    for event_id, state in session.execute(met.where(*_within(ProceedingEvent.occurred_at, asked))):
        found[event_id] = found.get(event_id, True) and state == ClockState.MET
    return found
