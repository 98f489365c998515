"""Assessing and reading breaches."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record, visible
from registry.db import new_id
from registry.enforcement.models import Assessment, Breach, BreachSource, Proceeding, ProceedingEvent
from registry.enforcement.pattern.rules import Severity
from registry.enforcement.pattern.service import watch_accumulation
from registry.enforcement.rules import BreachStatus, Judge, Provable, may_become
from registry.errors import Conflict, NotFound
from registry.orders.service import same_orders
from registry.outbox.rules import EventType
from registry.outbox.service import publish

_NOT_COUNTED = (BreachStatus.UNFOUNDED, BreachStatus.PERMITTED)


def tell(session: Session, now: datetime, event_type: EventType, breach: Breach, **more: Any) -> None:
    """Tell the organisations concerned what became of a breach."""
    publish(
        session,
        now,
        event_type,
        f"breach:{breach.id}",
        breach.audience(),
        breach_id=breach.id,
        order_id=breach.order_id,
        condition_id=breach.condition_id,
        origin=breach.origin,
        status=breach.status,
        occurred_from=breach.occurred_from,
        occurred_until=breach.occurred_until,
        **more,
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """What a human finds of a breach, and why; `exemption` says what permitted it, where something did."""

    status: BreachStatus
    reason: str
    provable: Provable | None = None
    severity: Severity | None = None
    exemption: str | None = None


def assess(session: Session, actor: Actor, now: datetime, breach_id: uuid.UUID, found: Finding) -> Assessment:
    """Record what a human found of a breach, and why; it neither starts nor blocks a proceeding."""
    status = found.status
    breach = locked_breach(session, actor, breach_id)
    current = BreachStatus(breach.status)
    if not may_become(current, status, Judge.HUMAN) and not _says_more(session, breach, found):
        raise Conflict("assessment_refused", _why_not(current, status))
    assessment = Assessment(
        id=new_id(),
        breach_id=breach.id,
        status=status.value,
        assessed_by=actor.end_user,
        unit=actor.unit,
        organisation_id=actor.organisation_id,
        assessed_at=now,
        rests_on=_frozen(session, breach),
        provable=found.provable,
        severity=found.severity,
        reason=found.reason,
        exemption=found.exemption,
    )
    session.add(assessment)
    breach.status = status.value
    breach.severity = found.severity or breach.severity
    breach.revision += 1
    record(session, actor, now, Action.CHANGED, f"breach:{breach.id}", assessed=status.value)
    tell(session, now, EventType.BREACH_ASSESSED, breach, former_status=_other(current, status))
    session.flush()
    watch_accumulation(session, now, breach)
    return assessment


def _other(former: BreachStatus, status: BreachStatus) -> str | None:
    """What was told before, for who heard that must see that it is otherwise now; None where that stands."""
    return None if former is status else former.value


def _says_more(session: Session, breach: Breach, found: Finding) -> bool:
    """Whether it is the same finding with another weight, or another view of how provable it is."""
    last = next(reversed(assessments_of(session, breach.id)), None)
    return (
        last is not None
        and breach.status == last.status == found.status
        and (last.provable, last.severity) != (found.provable, found.severity)
    )


def _why_not(current: BreachStatus, status: BreachStatus) -> str:
    if status is BreachStatus.PROVEN:
        return "Only the recorded decision of a court makes a breach proven."
    if current is BreachStatus.PROVEN:
        return "A court found this breach proven; an assessment no longer changes that."
    return f"This breach is {current.value} already."


def _frozen(session: Session, breach: Breach) -> dict[str, Any]:
    sources = [
        {
            "kind": one.kind,
            "reference": one.source_ref,
            "occurred_from": one.occurred_from.isoformat(),
            "occurred_until": one.occurred_until and one.occurred_until.isoformat(),
        }
        for one in sources_of(session, [breach.id])
    ]
    return {
        "order_id": str(breach.order_id),
        "condition_id": breach.condition_id and str(breach.condition_id),
        "status": breach.status,
        "occurred_from": breach.occurred_from.isoformat(),
        "occurred_until": breach.occurred_until and breach.occurred_until.isoformat(),
        "sources": sources,
    }


def locked_breach(session: Session, actor: Actor, breach_id: uuid.UUID) -> Breach:
    """Return a breach of the actor's organisation, held until the transaction ends."""
    found = select(Breach).where(Breach.id == breach_id, visible(Breach, actor)).with_for_update(key_share=True)
    breach = session.scalar(found.execution_options(populate_existing=True))
    if breach is None:
        raise NotFound
    return breach


def readable_breach(session: Session, actor: Actor, breach_id: uuid.UUID) -> Breach:
    """Return a breach that concerns the actor's organisation; raises NotFound otherwise."""
    breach = session.scalar(select(Breach).where(Breach.id == breach_id, visible(Breach, actor)))
    if breach is None:
        raise NotFound
    return breach


@dataclass(frozen=True, slots=True)
class BreachFilter:
    """Which breaches to list, newest recorded first."""

    limit: int = 50
    after: uuid.UUID | None = None
    order_id: uuid.UUID | None = None
    status: BreachStatus | None = None


def breaches_of(session: Session, actor: Actor, now: datetime, asked: BreachFilter) -> list[Breach]:
    """Return the breaches that concern the actor's organisation, newest recorded first."""
    own = select(Breach).where(visible(Breach, actor))
    if asked.order_id is not None:
        own = own.where(Breach.order_id.in_(same_orders(session, asked.order_id)))
    if asked.status is not None:
        own = own.where(Breach.status == asked.status)
    if asked.after is not None:
        own = own.where(Breach.id < asked.after)
    found = list(session.scalars(own.order_by(Breach.id.desc()).limit(asked.limit)))
    record(session, actor, now, Action.CONSULTED, "breaches", shown=[str(one.id) for one in found])
    return found


@dataclass(frozen=True, slots=True)
class Dossier:
    """A breach with everything that belongs to it; `proof` is the decision of the court that established it."""

    breach: Breach
    number: int | None
    sources: list[BreachSource]
    assessments: Sequence[Assessment]
    proceedings: Sequence[uuid.UUID]
    proof: ProceedingEvent | None


def dossier_for(session: Session, actor: Actor, now: datetime, breach_id: uuid.UUID) -> Dossier:
    """Return one breach; raises NotFound unless it concerns the actor's organisation."""
    breach = readable_breach(session, actor, breach_id)
    record(session, actor, now, Action.CONSULTED, f"breach:{breach.id}")
    return Dossier(
        breach=breach,
        number=numbered(session, [breach.order_id]).get(breach.id),
        sources=sources_of(session, [breach.id]),
        assessments=assessments_of(session, breach.id),
        proceedings=session.scalars(
            select(Proceeding.id).where(Proceeding.breach_id == breach.id).order_by(Proceeding.id)
        ).all(),
        proof=session.get(ProceedingEvent, breach.proven_by) if breach.proven_by else None,
    )


def sources_of(session: Session, breach_ids: Collection[uuid.UUID]) -> list[BreachSource]:
    """Return the accounts of breaches, in the order in which they came."""
    of_these = select(BreachSource).where(BreachSource.breach_id.in_(breach_ids))
    return list(session.scalars(of_these.order_by(BreachSource.recorded_at, BreachSource.id)))


def assessments_of(session: Session, breach_id: uuid.UUID) -> Sequence[Assessment]:
    """Return what humans found of a breach, oldest first."""
    of_this = select(Assessment).where(Assessment.breach_id == breach_id)
    return session.scalars(of_this.order_by(Assessment.assessed_at, Assessment.id)).all()


def breach_status(session: Session, breach_id: uuid.UUID) -> BreachStatus:
    """Return how a breach is judged so far."""
    return BreachStatus(session.scalars(select(Breach.status).where(Breach.id == breach_id)).one())


def numbered(session: Session, order_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return which breach of its order each is, by when it happened; what was unfounded or permitted counts not."""
    place = func.row_number().over(partition_by=Breach.order_id, order_by=(Breach.occurred_from, Breach.id))
    counted = select(Breach.id, place).where(Breach.order_id.in_(set(order_ids)), Breach.status.not_in(_NOT_COUNTED))
    return {breach_id: number for breach_id, number in session.execute(counted)}


def counted_by_status(session: Session, order_id: uuid.UUID) -> dict[BreachStatus, int]:
    """Return how many breaches of an order there are of each status; what was unfounded or permitted is no breach."""
    counted = select(Breach.status, func.count()).where(
        Breach.order_id.in_(same_orders(session, order_id)), Breach.status.not_in(_NOT_COUNTED)
    )
    found = {BreachStatus(status): number for status, number in session.execute(counted.group_by(Breach.status))}
    return {status: found.get(status, 0) for status in BreachStatus if status not in _NOT_COUNTED}
