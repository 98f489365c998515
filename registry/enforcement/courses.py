"""A proceeding as it stands: its rules, what happened, what is planned, what runs, and what can follow."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record, visible
from registry.enforcement.following import events_of, facts_of, frame_of, standing
from registry.enforcement.ledgers import ledger_of
from registry.enforcement.listing import Shown, deadlines_in
from registry.enforcement.models import PlannedStep, Proceeding, ProceedingEvent
from registry.enforcement.plans import plans_of
from registry.enforcement.procedure.custody import Custody, custody
from registry.enforcement.procedure.events import Event
from registry.enforcement.procedure.irregular import Irregularity, irregularities
from registry.enforcement.procedure.planning import NextStep, next_steps
from registry.enforcement.procedure.rules import Procedure
from registry.enforcement.procedure.table import load
from registry.enforcement.standstill import standing_still
from registry.errors import NotFound
from registry.orders.force.standing import measures


@dataclass(frozen=True, slots=True)
class Course:
    """A proceeding as it stands; `custody` is set while somebody is held without a decision."""

    proceeding: Proceeding
    procedure: Procedure
    events: list[ProceedingEvent]
    plans: Sequence[PlannedStep]
    deadlines: list[Shown]
    next_steps: tuple[NextStep, ...]
    custody: Custody | None
    irregularities: tuple[Irregularity, ...]


def course_for(session: Session, actor: Actor, now: datetime, proceeding_id: uuid.UUID) -> Course:
    """Return a proceeding as it stands; raises NotFound unless it concerns the actor's organisation."""
    proceeding = session.scalar(select(Proceeding).where(Proceeding.id == proceeding_id, visible(Proceeding, actor)))
    if proceeding is None:
        raise NotFound
    record(session, actor, now, Action.CONSULTED, f"proceeding:{proceeding.id}")
    events = events_of(session, proceeding.id)
    facts = facts_of(standing(events))
    law = measures().law
    (frame,) = standing_still(session, [(proceeding.order_id, frame_of(proceeding, facts))], law)
    unusual = (*irregularities(frame, facts, law), *_beyond(session, proceeding, facts))
    return Course(
        proceeding=proceeding,
        procedure=load().of(frame),
        events=events,
        plans=plans_of(session, proceeding.id),
        deadlines=deadlines_in(session, proceeding.id),
        next_steps=next_steps(frame, facts),
        custody=custody(frame, facts, law),
        irregularities=unusual,
    )


def _beyond(session: Session, proceeding: Proceeding, facts: Iterable[Event]) -> Iterator[Irregularity]:
    """Days ordered or executed here that, with every proceeding on the measure, are more than law or judgment allow."""
    book = ledger_of(session, proceeding.order_id) if any(one.details.get("days") for one in facts) else None
    mine = {one.id for one in facts}
    for one in book.over if book else ():
        if one.entry.event_id in mine:
            yield Irregularity("beyond_ledger", one.entry.event_id, one.text_nl, one.source)
