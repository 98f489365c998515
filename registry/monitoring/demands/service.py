"""Demands: recorded by one, approved by another, read under by the organisation that is named, until they end."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.access.rules import Action, Actor, OrganisationKind
from registry.access.service import organisation_by_code, record
from registry.db import new_id
from registry.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from registry.monitoring.demands.models import PositionDemand
from registry.monitoring.demands.rules import (
    DEMANDING_KINDS,
    DemandStatus,
    Terms,
    Window,
    faults_of,
    is_same_person,
)
from registry.monitoring.evidence.gathering import worn_by
from registry.monitoring.evidence.models import TrackExport
from registry.monitoring.rules import Page


@dataclass(frozen=True, slots=True)
class NewDemand:
    """Who demands which positions of whom, on what stated basis, and until when they can be read."""

    person_id: uuid.UUID
    organisation: str
    demanded_by: str
    demanded_by_role: str
    legal_basis: str
    document: str
    from_at: datetime
    until_at: datetime
    valid_until: datetime

    @property
    def terms(self) -> Terms:
        """What it opens, as a value."""
        return Terms(self.person_id, Window(self.from_at, self.until_at), self.valid_until)


def record_demand(session: Session, actor: Actor, now: datetime, new: NewDemand) -> PositionDemand:
    """Record a demand; it opens nothing until somebody else approves it.

    Raises NotFound unless the actor's organisation supervises, or supervised, the wearer.
    """
    demanding = organisation_by_code(session, new.organisation)
    faults = [*_faults_of_who(actor, demanding, new), *faults_of(new.terms, now)]
    if faults or demanding is None:
        raise Invalid(faults)
    if not worn_by(session, new.person_id, actor.organisation_id):
        raise NotFound("There is no such wearer here.")
    made = PositionDemand(
        id=new_id(), person_id=new.person_id, supervising_org_id=actor.organisation_id, demanding_org_id=demanding.id,
        from_at=new.from_at, until_at=new.until_at, valid_until=new.valid_until, recorded_at=now,
        recorded_by=actor.end_user, unit=actor.unit,
    )  # fmt: skip
    stated = ("demanded_by", "demanded_by_role", "legal_basis", "document")
    made.details = {name: getattr(new, name) for name in stated}
    session.add(made)
    session.flush()
    told = {"person": str(made.person_id), "organisation": str(demanding.id)}
    record(session, actor, now, Action.COLLECTED, _ref(made.id), **told)
    return made


def _faults_of_who(actor: Actor, demanding: Organisation | None, new: NewDemand) -> list[Fault]:
    faults = []
    if demanding is None or OrganisationKind(demanding.kind) not in DEMANDING_KINDS:
        faults.append(Fault("#/organisation", "Give the code of a police, prosecution or court organisation."))
    elif demanding.id == actor.organisation_id:
        faults.append(Fault("#/organisation", "Your own organisation supervises him: it needs no demand."))
    if is_same_person(actor.end_user, new.demanded_by):
        faults.append(Fault("#/demandedBy", "Nobody records what he demands himself: ask a colleague."))
    return faults


def approve(session: Session, actor: Actor, now: datetime, demand_id: uuid.UUID) -> PositionDemand:
    """Let a demand open what it is for; another person than who recorded it, of the same organisation, does that."""
    found = _to_decide(session, actor, demand_id)
    status = found.terms.status(now)
    if status is not DemandStatus.RECORDED:
        raise Conflict(f"demand_{status}", _DECIDED[status])
    if any(is_same_person(actor.end_user, one) for one in (found.recorded_by, found.details["demanded_by"])):
        raise Conflict("own_demand", "Nobody approves what he recorded or demands himself: ask a colleague.")
    found.approved_at, found.approved_by, found.approved_unit = now, actor.end_user, actor.unit
    session.flush()
    record(session, actor, now, Action.CHANGED, _ref(found.id), approved=True)
    return found


def revoke(session: Session, actor: Actor, now: datetime, demand_id: uuid.UUID, reason: str) -> PositionDemand:
    """End a demand at once, approved or not."""
    found = _to_decide(session, actor, demand_id)
    if found.revoked_at is not None:
        raise Conflict("demand_revoked", _DECIDED[DemandStatus.REVOKED])
    found.revoked_at, found.revoked_by, found.revoked_unit = now, actor.end_user, actor.unit
    found.revocation_reason = reason
    session.flush()
    record(session, actor, now, Action.CHANGED, _ref(found.id), revoked=True)
    return found


_DECIDED = {
    DemandStatus.APPROVED: "This demand was approved before.",
    DemandStatus.EXPIRED: "This demand is no longer valid; record another.",
    DemandStatus.REVOKED: "This demand was revoked before.",
}


def _to_decide(session: Session, actor: Actor, demand_id: uuid.UUID) -> PositionDemand:
    wanted = select(PositionDemand).where(PositionDemand.id == demand_id, _concerns(actor))
    found = session.scalar(wanted.with_for_update(key_share=True).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    if found.supervising_org_id != actor.organisation_id:
        raise Conflict("demand_of_another", "The organisation that supervises the wearer decides on this demand.")
    return found


def demands_of(session: Session, actor: Actor, now: datetime, page: Page) -> list[PositionDemand]:
    """Return the demands on the actor's organisation, and those of its own that were approved, newest first."""
    own = select(PositionDemand).where(_concerns(actor))
    if page.after is not None:
        own = own.where(PositionDemand.id < page.after)
    found = list(session.scalars(own.order_by(PositionDemand.id.desc()).limit(page.limit)))
    record(session, actor, now, Action.CONSULTED, "position-demands", shown=[str(one.id) for one in found])
    return found


def demand_for(session: Session, actor: Actor, now: datetime, demand_id: uuid.UUID) -> PositionDemand:
    """Return a demand; raises NotFound unless it is on the actor's organisation, or its own and approved."""
    found = session.scalar(select(PositionDemand).where(PositionDemand.id == demand_id, _concerns(actor)))
    if found is None:
        raise NotFound
    record(session, actor, now, Action.CONSULTED, _ref(found.id))
    return found


def standing(session: Session, actor: Actor, now: datetime, demand_id: uuid.UUID) -> PositionDemand:
    """Return a demand of the actor's organisation under which he can read now.

    Raises NotFound for one that is another's or was never approved, Forbidden for one that has ended.
    """
    own = select(PositionDemand).where(
        PositionDemand.id == demand_id,
        PositionDemand.demanding_org_id == actor.organisation_id,
        PositionDemand.approved_at.is_not(None),
    )
    found = session.scalar(own)
    if found is None:
        raise NotFound("There is no such demand here.")
    refusal = found.terms.refusal(now)
    if refusal is not None:
        raise Forbidden(refusal)
    return found


def is_revoked(session: Session, demand_id: uuid.UUID) -> bool:
    """Say whether a demand was revoked by now."""
    return session.scalar(select(PositionDemand.revoked_at).where(PositionDemand.id == demand_id)) is not None


def uses_of(session: Session, demands: list[PositionDemand]) -> dict[uuid.UUID, tuple[int, datetime]]:
    """Return how often something left under each of these demands, and when it last did; nothing of an unused one."""
    newest = func.max(TrackExport.made_at)
    query = select(TrackExport.demand_id, func.count(), newest).group_by(TrackExport.demand_id)
    rows = session.execute(query.where(TrackExport.demand_id.in_({one.id for one in demands})))
    return {demand_id: (count, at) for demand_id, count, at in rows if demand_id is not None}


def organisation_codes(session: Session, demands: list[PositionDemand]) -> dict[uuid.UUID, str]:
    """Return the codes of the organisations that demand."""
    wanted = {one.demanding_org_id for one in demands}
    rows = session.execute(select(Organisation.id, Organisation.code).where(Organisation.id.in_(wanted)))
    return {organisation_id: code for organisation_id, code in rows}


def _concerns(actor: Actor) -> ColumnElement[bool]:
    mine, demanded = actor.organisation_id, PositionDemand.demanding_org_id == actor.organisation_id
    return or_(PositionDemand.supervising_org_id == mine, and_(demanded, PositionDemand.approved_at.is_not(None)))


def _ref(demand_id: uuid.UUID) -> str:
    return f"position-demand:{demand_id}"
