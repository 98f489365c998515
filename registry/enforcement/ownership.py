"""Whose deadlines are: one organisation's, or while nobody knows whose it is, everybody's who may find that out."""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.access.rules import Actor, OrganisationKind, Scope
from registry.access.service import visible
from registry.enforcement.models import Deadline

# It runs from a report that no order is known of; the duty of every police organisation is called for these too.
UNBOUND: ColumnElement[bool] = and_(Deadline.owner_org_id.is_(None), Deadline.order_id.is_(None))
_FINDING_OUT = OrganisationKind.POLICE


_MAY_FIND_OUT: ColumnElement[bool] = Organisation.kind == _FINDING_OUT.value
ACTS: ColumnElement[bool] = or_(Deadline.owner_org_id == Organisation.id, and_(UNBOUND, _MAY_FIND_OUT))


def owning(*of_these: ColumnElement[bool]) -> ColumnElement[bool]:
    """Keep the organisations that must act on some of these deadlines; each half is answered from an index."""
    own = exists().where(Deadline.owner_org_id == Organisation.id, *of_these)
    return or_(own, and_(_MAY_FIND_OUT, exists(select(Deadline.id).where(UNBOUND, *of_these))))


def owned_by(session: Session, organisation_id: uuid.UUID) -> ColumnElement[bool]:
    """Keep what an organisation must act on."""
    owner, own = session.get(Organisation, organisation_id), Deadline.owner_org_id == organisation_id
    return or_(own, UNBOUND) if owner is not None and owner.kind == _FINDING_OUT else own


def readable(actor: Actor) -> ColumnElement[bool]:
    """Keep what concerns the actor's organisation, and what is nobody's yet for its owners and who else may link it."""
    mine, kind = visible(Deadline, actor), actor.organisation_kind
    links = kind is OrganisationKind.PROSECUTION and actor.may(Scope.REPORTS_LINK)
    return or_(mine, UNBOUND) if links or kind is _FINDING_OUT else mine
