"""Deadlines outside a proceeding: what somebody is owed from a day on, such as her own case information."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from registry.access.models import Responsible
from registry.db import new_id
from registry.enforcement.deadlines import plan_warnings
from registry.enforcement.models import Deadline
from registry.enforcement.procedure.clocks import ClockState
from registry.enforcement.procedure.rules import ActorKind, owner_of
from registry.enforcement.procedure.stages import stages
from registry.enforcement.warning import hush
from registry.law import LawTable
from registry.law.terms import DUTCH_TIME, compute


@dataclass(frozen=True, slots=True)
class Duty:
    """What is owed: by which term, from when, and to what it refers."""

    term_id: str
    since_at: datetime
    subject_ref: str


@dataclass(frozen=True, slots=True)
class Bound:
    """On which order and breach a duty rests, and with whom."""

    order_id: uuid.UUID | None
    breach_id: uuid.UUID | None
    responsible: Responsible


def owe(now: datetime, duty: Duty, law: LawTable) -> Deadline | None:
    """Return a deadline for a duty of nobody yet; None where the law had no such term, or one without an end."""
    term = law.terms.find(duty.term_id, duty.since_at.astimezone(DUTCH_TIME).date())
    found = compute(term, duty.since_at, law) if term else None
    if term is None or found is None or found.due_at is None:
        return None
    row = Deadline(
        id=new_id(),
        subject_ref=duty.subject_ref,
        term_id=term.id,
        title_nl=term.title_nl,
        source=term.source,
        nature=term.nature.value,
        state=ClockState.OPEN.value,
        due_at=found.due_at,
        due_on=found.due_on,
        alternative_due_on=found.alternative_due_on,
        soonest_at=found.due_at,
        steps=[[code, values] for code, values in found.steps],
        law_hash=law.hash,
        computed_at=now,
    )
    plan_warnings(row, stages(duty.since_at, found, law.holidays))
    return row


def bind(session: Session, now: datetime, row: Deadline, bound: Bound) -> None:
    """Say whose it is. The partner who asked is not among them: the order is not his to see.

    What called everybody falls silent, and whoever it turns out to be is warned as if nobody had been.
    """
    hush(session, now, row)
    row.order_id, row.breach_id = bound.order_id, bound.breach_id
    owners = bound.responsible.owners() | {"partner_org_id": None}
    for name, organisation_id in owners.items():
        setattr(row, name, organisation_id)
    row.owner_org_id = owner_of(ActorKind.PROSECUTION, owners)
    if row.state == ClockState.OPEN:
        row.near_told_at = row.missed_told_at = None
        row.warn_at = next((datetime.fromisoformat(at) for _, at in row.stages), None)


def fulfil(session: Session, now: datetime, row: Deadline, done_at: datetime) -> None:
    """Record that it was done then, also when that was late; what calls for it falls silent."""
    in_time = row.due_at is None or done_at < row.due_at
    row.state = (ClockState.MET if in_time else ClockState.MET_LATE).value
    hush(session, now, row)
