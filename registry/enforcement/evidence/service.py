"""Recording evidence of a breach, and what is still missing to prove it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import new_id
from registry.enforcement.breaches import locked_breach, sources_of
from registry.enforcement.evidence.checklist import BreachKind, Checked, checked, kind_of
from registry.enforcement.models import Breach, BreachEvidence, BreachSource
from registry.enforcement.rules import BreachOrigin
from registry.errors import Conflict
from registry.orders.models import Condition, Order, OrderVersion

# What an account brings by itself: a monitor its positions, an observation its own report.
_BROUGHT_BY = {
    BreachOrigin.MONITOR: "monitor_bundle",
    BreachOrigin.POLICE: "police_report",
    BreachOrigin.SUPERVISION: "supervision_report",
    BreachOrigin.REPORT: "victim_statement",
}


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """A piece of evidence: its sort, the keeper's own reference, and the SHA-256 of what was kept, if it is a file."""

    kind: str
    reference: str
    sha256: str | None = None
    note: str | None = None


def add_evidence(
    session: Session, actor: Actor, now: datetime, breach_id: uuid.UUID, new: NewEvidence
) -> BreachEvidence:
    """Record a piece of evidence; the same reference of the same organisation twice is one."""
    breach = locked_breach(session, actor, breach_id)
    return attach(session, actor, now, breach, new)


def attach(session: Session, actor: Actor, now: datetime, breach: Breach, new: NewEvidence) -> BreachEvidence:
    """Record a piece of evidence of a breach that the caller holds."""
    same = select(BreachEvidence).where(
        BreachEvidence.breach_id == breach.id,
        BreachEvidence.organisation_id == actor.organisation_id,
        BreachEvidence.reference == new.reference,
    )
    known = session.scalar(same)
    if known is not None:
        if (known.kind, known.sha256) != (new.kind, new.sha256):
            raise Conflict("reference_used", "This reference was used before, for other evidence of this breach.")
        return known
    row = BreachEvidence(
        id=new_id(),
        breach_id=breach.id,
        kind=new.kind,
        reference=new.reference,
        sha256=new.sha256,
        recorded_at=now,
        recorded_by=actor.end_user,
        unit=actor.unit,
        organisation_id=actor.organisation_id,
        note=new.note,
    )
    session.add(row)
    session.flush()
    record(session, actor, now, Action.COLLECTED, f"breach:{breach.id}", evidence=new.kind, id=str(row.id))
    return row


def evidence_of(session: Session, breach_id: uuid.UUID) -> Sequence[BreachEvidence]:
    """Return the evidence recorded of a breach, oldest first."""
    of_this = select(BreachEvidence).where(BreachEvidence.breach_id == breach_id)
    return session.scalars(of_this.order_by(BreachEvidence.recorded_at, BreachEvidence.id)).all()


def kinds_of(session: Session, breach: Breach, sources: Sequence[BreachSource]) -> frozenset[BreachKind]:
    """The kinds of a breach: as its accounts tell, and by the condition it is of."""
    told = {BreachKind(one.details["kind"]) for one in sources if one.details and "kind" in one.details}
    if breach.condition_id is not None:
        told.add(kind_of(session.scalar(select(Condition.type).where(Condition.id == breach.condition_id))))
    return frozenset(told or {BreachKind.OTHER})


def checklist_of(session: Session, breach: Breach) -> tuple[Checked, ...]:
    """What this breach needs to be provable, and what of it is there."""
    sources = sources_of(session, [breach.id])
    present = {one.kind for one in evidence_of(session, breach.id)}
    present |= {_BROUGHT_BY[BreachOrigin(one.kind)] for one in sources}
    if _is_known_to_him(session, breach.order_id):
        present.add("service_record")
    return checked(kinds_of(session, breach, sources), present)


def _is_known_to_him(session: Session, order_id: uuid.UUID) -> bool:
    order = session.get_one(Order, order_id)
    version = session.get(OrderVersion, order.current_version_id) if order.current_version_id else None
    if version is None:
        return False
    read = version.content.get("read") or {}
    return bool(version.served_on or version.imposed_in_presence or read.get("known_on"))
