"""The stretches in which the terms of a proceeding stood still: those in which the subject was detained or absent."""

from __future__ import annotations

import uuid
from dataclasses import replace

from sqlalchemy import ColumnElement, exists, or_
from sqlalchemy.orm import Session

from registry.enforcement.models import Deadline
from registry.enforcement.procedure.clocks import rules_of
from registry.enforcement.procedure.rules import Frame
from registry.enforcement.procedure.table import load
from registry.law import LawTable
from registry.orders.force.standing import detentions_of, subjects_of
from registry.orders.models import Detention, Order, OrderParty, PartyLink
from registry.orders.rules import PartyRole


def standing_still(session: Session, order_id: uuid.UUID, frame: Frame, law: LawTable) -> Frame:
    """Return the frame with when the clock of the order's regime stood.

    Nothing is read where no term of the procedure stands still.
    """
    if not any(term.pauses for _, term in rules_of(frame, load().of(frame), law)):
        return frame
    stops = law.regime(frame.regime, frame.on).clock_stops
    subjects = subjects_of(session, [order_id])
    held = detentions_of(session, subjects.values())
    stood = tuple((one.from_at, one.until_at) for found in held.values() for one in found if one.kind in set(stops))
    return replace(frame, stretches=stood)


def detention_changed() -> ColumnElement[bool]:
    """Keep the deadlines whose subject's detentions changed after they were computed."""
    changed = or_(Detention.recorded_at > Deadline.computed_at, Detention.replaced_at > Deadline.computed_at)
    return (
        exists()
        .where(Order.id == Deadline.order_id, OrderParty.order_id == Order.id)
        .where(OrderParty.version_id == Order.current_version_id, OrderParty.role == PartyRole.SUBJECT)
        .where(PartyLink.party_id == OrderParty.id, PartyLink.replaced_at.is_(None))
        .where(Detention.person_id == PartyLink.person_id, changed)
    )
