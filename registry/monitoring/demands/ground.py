"""On what ground positions are given: to who supervises the wearer, or to who has a demand for them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.errors import Forbidden, NotFound
from registry.monitoring.demands.rules import Window
from registry.monitoring.demands.service import standing
from registry.monitoring.evidence.gathering import WornDevice, worn_by


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose positions are asked for, of which time, why, and under which demand, if any."""

    person_id: uuid.UUID
    window: Window
    reason: str
    demand_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """Who supervises the wearer, what he wore under that supervision, and the demand that opens it to another.

    A demand opens nothing from `valid_until` on, also in the middle of what is given.
    """

    supervisor_id: uuid.UUID
    worn: tuple[WornDevice, ...]
    demand_id: uuid.UUID | None = None
    valid_until: datetime | None = None

    @property
    def action(self) -> Action:
        """What giving positions on this ground is, for the audit."""
        return Action.CONSULTED if self.demand_id is None else Action.DISCLOSED

    @property
    def told(self) -> dict[str, str]:
        """What the audit says of it."""
        return {} if self.demand_id is None else {"demand": str(self.demand_id)}


def ground_of(session: Session, actor: Actor, now: datetime, asked: Asked) -> Ground:
    """Return the ground on which the actor is given what he asks for.

    Without a demand only the organisation that supervises, or supervised, the wearer is; anybody else hears NotFound.
    Under a demand it must be the actor's own, still valid, for this wearer, and cover the whole window: else NotFound
    or Forbidden, with the reason.
    """
    supervisor_id, valid_until = actor.organisation_id, None
    if asked.demand_id is not None:
        demand = standing(session, actor, now, asked.demand_id)
        if demand.person_id != asked.person_id:
            raise Forbidden("This demand is for the positions of another wearer.")
        if not demand.terms.window.covers(asked.window):
            raise Forbidden(
                "This demand is for a shorter time: ask for no more than from its `from` until its `until`."
            )
        supervisor_id, valid_until = demand.supervising_org_id, demand.valid_until
    worn = worn_by(session, asked.person_id, supervisor_id)
    if not worn:
        raise NotFound("There is no such wearer here.")
    return Ground(supervisor_id, tuple(worn), asked.demand_id, valid_until)
