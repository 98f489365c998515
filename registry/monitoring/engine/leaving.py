"""Devices follow the orders they were put on under, when their subject turns out to be somebody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.access.rules import Action
from registry.access.service import record, system_actor
from registry.monitoring.engine.memory import Again, Draft, Span, add_span
from registry.monitoring.models import Coupling
from registry.monitoring.pings import epoch_ms
from registry.monitoring.retention.following import follow_holds
from registry.orders.models import Order, OrderParty, PartyLink, Person
from registry.orders.rows import pieces
from registry.orders.rules import PartyRole
from registry.orders.service import changed_since

# Whose order is now somebody else's, and not only because both were found to be one.
_ASTRAY = (
    select(Coupling, PartyLink.person_id)
    .join(Order, Order.id == Coupling.order_id)
    .join(OrderParty, OrderParty.version_id == Order.current_version_id)
    .join(PartyLink, PartyLink.party_id == OrderParty.id)
    .join(Person, Person.id == Coupling.person_id)
    .where(OrderParty.role == PartyRole.SUBJECT, PartyLink.replaced_at.is_(None), Coupling.emptied_at.is_(None))
    .where(PartyLink.person_id != Coupling.person_id)
    .where(or_(Person.merged_into_id.is_(None), Person.merged_into_id != PartyLink.person_id))
)


def left(session: Session, draft: Draft, now: datetime) -> Again:
    """Move the devices on somebody whose order is another person's; return from when each whom they left is judged.

    Whoever gets them is judged from the same instants on, as after any change of a coupling.
    """
    again: Again = {}
    known = draft.zones.revision
    wearers = draft.couplings.slots.keys()
    persons = list(wearers if known is None else wearers & changed_since(session, known))
    for some in pieces(persons):
        of_these = _ASTRAY.where(Coupling.person_id.in_(some)).with_for_update(of=Coupling, key_share=True)
        for coupling, person_id in session.execute(of_these).all():
            add_span(again, draft.couplings.slots[coupling.person_id], Span(epoch_ms(coupling.from_at)))
            follow_holds(session, coupling, person_id, now)
            coupling.person_id = person_id
            coupling.judge_again_from = min(coupling.from_at, coupling.judge_again_from or coupling.from_at)
            owner = coupling.supervising_org_id or coupling.sending_org_id
            if owner is not None:
                actor = system_actor(owner, "judging")
                record(session, actor, now, Action.CHANGED, f"coupling:{coupling.id}", wearer_changed=True)
    session.flush()
    return again
