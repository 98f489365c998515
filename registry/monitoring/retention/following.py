"""Held positions stay held when their device turns out to be on somebody else."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.access.rules import Action
from registry.access.service import record, system_actor
from registry.db import new_id
from registry.monitoring.models import Coupling
from registry.monitoring.retention.models import PositionHold
from registry.orders.models import Person


def follow_holds(session: Session, coupling: Coupling, person_id: uuid.UUID, now: datetime) -> None:
    """Hold what is held of a coupling's device for the person who gets it too, for whoever held it; the old hold stays.

    Call it while the coupling is still the former wearer's. Whoever recorded the hold sees both in his list, and
    releases each by itself. A hold that the new person has already is not repeated.
    """
    former = or_(
        PositionHold.person_id == coupling.person_id,
        PositionHold.person_id.in_(select(Person.id).where(Person.merged_into_id == coupling.person_id)),
    )
    standing = select(PositionHold).where(PositionHold.released_at.is_(None))
    begins, ends = coupling.from_at, coupling.until_at or coupling.released_at
    own = standing.where(former, PositionHold.until_at > begins)
    known = {_of(one) for one in session.scalars(standing.where(PositionHold.person_id == person_id))}
    for held in session.scalars(own.with_for_update(key_share=True)).all():
        if (ends is not None and held.from_at >= ends) or _of(held) in known:
            continue
        made = PositionHold(
            id=new_id(), person_id=person_id, organisation_id=held.organisation_id,
            supervising_org_id=coupling.supervising_org_id or coupling.sending_org_id or held.supervising_org_id,
            ground=held.ground, from_at=held.from_at, until_at=held.until_at, recorded_at=held.recorded_at,
            recorded_by=held.recorded_by, unit=held.unit,
        )  # fmt: skip
        made.reason = held.reason
        session.add(made)
        known.add(_of(held))
        actor = system_actor(held.organisation_id, "judging")
        told = {"person": str(person_id), "follows": str(held.id)}
        record(session, actor, now, Action.COLLECTED, f"position-hold:{made.id}", **told)


def _of(held: PositionHold) -> tuple[object, ...]:
    """What makes two holds the same one for two persons."""
    return held.organisation_id, held.recorded_at, held.recorded_by, held.from_at, held.until_at, held.ground
