"""Stretches of detention and unlawful absence, which stop some clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import new_id
from registry.errors import Fault, Invalid
from registry.orders.models import Detention
from registry.orders.register.revision import touch_zones


@dataclass(frozen=True, slots=True)
class NewDetention:
    """A stretch as somebody tells it; `kind` is "detained" or "unlawfully_absent"."""

    kind: str
    from_at: datetime
    until_at: datetime | None
    source: str


def record_detention(session: Session, actor: Actor, now: datetime, person_id: UUID, told: NewDetention) -> Detention:
    """Record that the subject was detained or absent (art. 6:1:18 Sv); one told before from the same instant gives way.

    Raises Invalid when it ends before it begins.
    """
    if told.until_at is not None and told.until_at <= told.from_at:
        raise Invalid([Fault("#/untilAt", "A detention ends after it begins.")])
    same = select(Detention).where(
        Detention.person_id == person_id,
        Detention.kind == told.kind,
        Detention.from_at == told.from_at,
        Detention.replaced_at.is_(None),
    )
    for earlier in session.scalars(same):
        earlier.replaced_at = now
    detention = Detention(
        id=new_id(),
        person_id=person_id,
        kind=told.kind,
        from_at=told.from_at,
        until_at=told.until_at,
        source=told.source,
        recorded_at=now,
        replaced_at=None,
    )
    session.add(detention)
    session.flush()
    touch_zones(session, [person_id])
    record(session, actor, now, Action.COLLECTED, f"person:{person_id}", detention=str(detention.id), kind=told.kind)
    return detention
