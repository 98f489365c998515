"""Consent recorded: whose it is, for which order, and who may record it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.access.rules import Action, Actor, OrganisationKind
from registry.access.service import organisation_by_code, record, visible
from registry.db import new_id
from registry.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from registry.monitoring.companions.models import Companion
from registry.monitoring.companions.rules import ConsentForm, ConsentGiver
from registry.orders.models import Order, OrderParty, PartyLink
from registry.orders.service import current_view, find_order, same_orders

_TAKEN = Conflict("companion_in_use", "This device is carried with consent already; withdraw that first.")
_NOT_HERS = Conflict(
    "companion_in_use",
    "This device is carried by somebody who is not known to be the same person. If she is, let the register say so"
    " first: by a number that both orders tell of her, or by a merge.",
)
_FIRST_CONSENT = (
    "A partner records consent only for whom it was named to stand by, for this order. The police or who supervises the"
    " wearer records her first consent, and names the partner."
)


@dataclass(frozen=True, slots=True)
class NewCompanion:
    """A device by provider and name, for a protected person of an order by her reference there, and her consent."""

    order_number: str
    protected: str
    provider: str
    device: str
    near_m: int
    consented_at: datetime
    consented_by: ConsentGiver
    consent_form: ConsentForm
    partner: str | None = None


def record_consent(session: Session, actor: Actor, now: datetime, new: NewCompanion) -> Companion:
    """Record that a protected person carries a device with her consent; what it said before is not kept.

    One device serves every order that protects her, each by a consent of its own. Raises NotFound or Forbidden unless
    the order concerns the actor, and Conflict while the device is carried for this order, or by anybody else.
    """
    order = _order_of(session, actor, new)
    provider, partner, hers = _named(session, actor, now, order, new)
    _require_hers(session, (provider, new.device), order, hers)
    companion = Companion(
        id=new_id(),
        order_id=order.id,
        protected_reference=new.protected,
        party_id=hers.id,
        provider_id=provider.id,
        device=new.device,
        near_m=new.near_m,
        consented_at=new.consented_at,
        consented_by=new.consented_by.value,
        consent_form=new.consent_form.value,
        recorded_at=now,
        changed_at=now,
        supervising_org_id=order.supervising_org_id,
        police_org_id=order.police_org_id,
        partner_org_id=None if partner is None else partner.id,
    )
    try:
        with session.begin_nested():
            session.add(companion)
    except IntegrityError:
        raise _TAKEN from None
    record(session, actor, now, Action.COLLECTED, f"companion:{companion.id}", order=str(order.id), consent="given")
    return companion


def _order_of(session: Session, actor: Actor, new: NewCompanion) -> Order:
    """Find the order for who may know of it. Nobody else hears whether there is one.

    No order concerns a partner. One who was named as standing by her for this order knows it, and may go on.
    """
    order = find_order(session, new.order_number)
    if order is None or not (_concerns(session, actor, order) or _stands_by(session, actor, order, new.protected)):
        if actor.organisation_kind is OrganisationKind.PARTNER:
            raise Forbidden(_FIRST_CONSENT)
        raise NotFound("There is no order with this number here.")
    return order


def _concerns(session: Session, actor: Actor, order: Order) -> bool:
    return bool(session.scalar(select(exists().where(Order.id == order.id, visible(Order, actor)))))


def _stands_by(session: Session, actor: Actor, order: Order, protected: str) -> bool:
    named = (Companion.order_id.in_(same_orders(session, order.id)), Companion.protected_reference == protected)
    return bool(session.scalar(select(exists().where(*named, Companion.partner_org_id == actor.organisation_id))))


def _require_hers(session: Session, which: tuple[Organisation, str], order: Order, hers: OrderParty) -> None:
    """Refuse a device that she or anybody else carries with consent, save for another order that protects her.

    Nobody else records one of this provider's meanwhile.
    """
    provider, device = which
    session.execute(select(Organisation.id).where(Organisation.id == provider.id).with_for_update(key_share=True))
    carried = select(Companion.party_id, Companion.order_id).where(
        Companion.provider_id == provider.id, Companion.device == device, Companion.revoked_at.is_(None)
    )
    rows = session.execute(carried).all()
    if not same_orders(session, order.id).isdisjoint(row.order_id for row in rows):
        raise _TAKEN
    carriers = {row.party_id for row in rows}
    of_party = select(PartyLink.party_id, PartyLink.person_id).where(
        PartyLink.party_id.in_({*filter(None, carriers), hers.id}), PartyLink.replaced_at.is_(None)
    )
    persons: dict[uuid.UUID | None, uuid.UUID] = {row.party_id: row.person_id for row in session.execute(of_party)}
    if any(persons.get(party_id) is None or persons[party_id] != persons.get(hers.id) for party_id in carriers):
        raise _NOT_HERS


def _named(
    session: Session, actor: Actor, now: datetime, order: Order, new: NewCompanion
) -> tuple[Organisation, Organisation | None, OrderParty]:
    faults = []
    provider = organisation_by_code(session, new.provider)
    if provider is None or provider.kind != OrganisationKind.COMPANION_PROVIDER:
        faults.append(Fault("#/provider", "Give the code of a provider of protected persons' devices."))
    partner = _partner(session, actor, new)
    if new.partner is not None and partner is None:
        faults.append(Fault("#/partner", "Give the code of the partner who stands by her, or leave it out."))
    view = current_view(session, [order.id])[order.id]
    hers = next((party.row for party in view.protected if party.row.reference == new.protected), None)
    if hers is None:
        faults.append(Fault("#/protected", "Give the reference of somebody whom this order protects."))
    if new.consented_at > now:
        faults.append(Fault("#/consent/givenAt", "Consent is recorded once it was given: give no time to come."))
    elif _withdrew_since(session, order, new):
        detail = "She withdrew her consent after that: give the time at which she consented anew."
        faults.append(Fault("#/consent/givenAt", detail))
    if faults or provider is None or hers is None:
        raise Invalid(faults)
    return provider, partner, hers


def _partner(session: Session, actor: Actor, new: NewCompanion) -> Organisation | None:
    """Who stands by her. A partner who records her consent is that himself, and names nobody else."""
    if actor.organisation_kind is not OrganisationKind.PARTNER:
        named = None if new.partner is None else organisation_by_code(session, new.partner)
        return named if named is not None and named.kind == OrganisationKind.PARTNER else None
    own = session.get_one(Organisation, actor.organisation_id)
    return own if new.partner in (None, own.code) else None


def _withdrew_since(session: Session, order: Order, new: NewCompanion) -> bool:
    """Whether she withdrew after this consent: what was destroyed then must not come back under an older one."""
    hers = (Companion.order_id.in_(same_orders(session, order.id)), Companion.protected_reference == new.protected)
    return bool(session.scalar(select(exists().where(*hers, Companion.revoked_at > new.consented_at))))
