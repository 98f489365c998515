"""The stretches in which the terms of a proceeding stood still: those in which the subject was detained or absent."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, exists, or_
from sqlalchemy.orm import Session

from registry.enforcement.models import Deadline
from registry.enforcement.procedure.clocks import rules_of
from registry.enforcement.procedure.rules import Frame
from registry.enforcement.procedure.table import load
from registry.law import LawTable
from registry.orders.force.period import Detention as Held
from registry.orders.force.standing import detentions_of, subjects_of
from registry.orders.models import Detention, Order, OrderParty, PartyLink
from registry.orders.rules import PartyRole


def standing_still(session: Session, framed: Sequence[tuple[uuid.UUID, Frame]], law: LawTable) -> list[Frame]:
    """Return frames, each told with its order, with when the clock of the order's regime stood.

    Nothing is read of an order where no term of the procedure stands still.
    """
    pausing = {order_id for order_id, frame in framed if _pauses(frame, law)}
    if not pausing:
        return [frame for _, frame in framed]
    subjects = subjects_of(session, pausing)
    held = detentions_of(session, subjects.values())
    return [
        _stood(frame, held.get(subjects.get(order_id, order_id), ()), law) if order_id in pausing else frame
        for order_id, frame in framed
    ]


def _pauses(frame: Frame, law: LawTable) -> bool:
    return any(term.pauses for _, term in rules_of(frame, load().of(frame), law))


def _stood(frame: Frame, held: Iterable[Held], law: LawTable) -> Frame:
    stops = set(law.regime(frame.regime, frame.on).clock_stops)
    return replace(frame, stretches=tuple((one.from_at, one.until_at) for one in held if one.kind in stops))


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
