"""Holds: positions that somebody needs are kept until he releases them, by name and with a reason."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record, visible
from registry.db import new_id
from registry.errors import Conflict, Fault, Invalid, NotFound
from registry.monitoring.models import Coupling
from registry.monitoring.retention.models import PositionHold, PositionRemoval
from registry.monitoring.retention.rules import HoldGround
from registry.monitoring.rules import Page

_LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class NewHold:
    """Whose positions are to be kept, from when until when, on what ground and why."""

    person_id: uuid.UUID
    ground: HoldGround
    from_at: datetime
    until_at: datetime
    reason: str


def hold(session: Session, actor: Actor, now: datetime, new: NewHold) -> PositionHold:
    """Keep a wearer's positions of a time, wherever he was; what was removed before is not brought back.

    Raises NotFound unless he concerns the actor's organisation.
    """
    if not new.from_at < new.until_at <= min(new.from_at, now) + _LONGEST:
        raise Invalid([Fault("#/until", f"Give an end after the beginning, at most {_LONGEST.days} days later.")])
    supervising_id = supervisor_of(session, actor, new.person_id)
    made = PositionHold(
        id=new_id(), person_id=new.person_id, organisation_id=actor.organisation_id,
        supervising_org_id=supervising_id, ground=new.ground.value, from_at=new.from_at, until_at=new.until_at,
        recorded_at=now, recorded_by=actor.end_user, unit=actor.unit,
    )  # fmt: skip
    made.reason = new.reason
    session.add(made)
    session.flush()
    told = {"person": str(new.person_id), "ground": new.ground.value}
    record(session, actor, now, Action.COLLECTED, f"position-hold:{made.id}", **told)
    return made


def supervisor_of(session: Session, actor: Actor, person_id: uuid.UUID) -> uuid.UUID:
    """Return who supervises a wearer who concerns the actor's organisation; raises NotFound for any other."""
    own = select(Coupling).where(Coupling.person_id == person_id, visible(Coupling, actor))
    newest = session.scalars(own.order_by(Coupling.from_at.desc()).limit(1)).first()
    supervising_id = None if newest is None else newest.supervising_org_id or newest.sending_org_id
    if supervising_id is None:
        raise NotFound("There is no such wearer here.")
    return supervising_id


def holds_of(session: Session, actor: Actor, now: datetime, page: Page) -> list[PositionHold]:
    """Return the holds that the actor's organisation recorded, or that are of a wearer whom it supervises."""
    own = select(PositionHold).where(_concerns(actor))
    if page.after is not None:
        own = own.where(PositionHold.id < page.after)
    found = list(session.scalars(own.order_by(PositionHold.id.desc()).limit(page.limit)))
    record(session, actor, now, Action.CONSULTED, "position-holds", shown=[str(one.id) for one in found])
    return found


def release(session: Session, actor: Actor, now: datetime, hold_id: uuid.UUID, reason: str) -> PositionHold:
    """End a hold; only the organisation that recorded it may, and no other hold of the same time ends with it."""
    own = select(PositionHold).where(PositionHold.id == hold_id, _concerns(actor)).with_for_update(key_share=True)
    found = session.scalar(own)
    if found is None:
        raise NotFound
    if found.organisation_id != actor.organisation_id:
        raise Conflict("hold_of_another", "Another organisation holds these positions; ask it to release them.")
    if found.released_at is not None:
        raise Conflict("hold_released", "These positions were released before.")
    found.released_at, found.released_by, found.released_unit = now, actor.end_user, actor.unit
    found.release_reason = reason
    session.flush()
    record(session, actor, now, Action.CHANGED, f"position-hold:{found.id}", released=True)
    return found


def removed_before_on(session: Session) -> date | None:
    """Return the day (UTC) before which what nobody held was removed, as far as it was."""
    return session.scalar(select(PositionRemoval.before_on).order_by(PositionRemoval.before_on.desc()).limit(1))


def _concerns(actor: Actor) -> ColumnElement[bool]:
    mine = actor.organisation_id
    return or_(PositionHold.organisation_id == mine, PositionHold.supervising_org_id == mine)
