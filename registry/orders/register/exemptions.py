"""Stretches of time in which a zone does not hold for its wearer: recorded, withdrawn, never overwritten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record, visible
from registry.db import new_id
from registry.errors import Conflict, Fault, Invalid, NotFound
from registry.orders.force.binding import Stretch
from registry.orders.force.standing import subjects_of
from registry.orders.models import Condition, Exemption, Order, ZoneRecord
from registry.orders.register.revision import touch_zones
from registry.orders.rows import pieces


class ExemptionKind(StrEnum):
    """What an exemption is for (reden van de ontheffing)."""

    COURT = "court"
    """zitting"""
    POLICE = "police"
    """verhoor of meldplicht bij de politie"""
    SUPERVISION = "supervision"
    """afspraak met de reclassering"""
    MEDICAL = "medical"
    """arts of ziekenhuis"""
    WORK = "work"
    """werk of opleiding"""
    CHILD_HANDOVER = "child_handover"
    """overdracht van een kind"""
    OTHER = "other"
    """anders"""


@dataclass(frozen=True, slots=True)
class NewExemption:
    """A stretch in which the zone of the condition with this reference does not hold; `source` says who decided it."""

    condition_reference: str
    kind: ExemptionKind
    from_at: datetime
    until_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class ExemptionPage:
    """A piece of the list of what was recorded, newest first."""

    limit: int
    before_id: UUID | None = None


def add_exemption(session: Session, actor: Actor, now: datetime, order: Order, told: NewExemption) -> Exemption:
    """Record an exemption from a zone of the order as it is now; its positions since then are judged anew.

    Raises Invalid when it ends before it begins, or when no condition with that reference has a zone.
    """
    faults = []
    if told.until_at <= told.from_at:
        faults.append(Fault("#/until", "An exemption ends after it begins."))
    if not _has_zone(session, order, told.condition_reference):
        faults.append(Fault("#/condition", "Name a condition of this order that has a zone."))
    if faults:
        raise Invalid(faults)
    made = Exemption(
        id=new_id(),
        order_id=order.id,
        condition_reference=told.condition_reference,
        kind=told.kind.value,
        from_at=told.from_at,
        until_at=told.until_at,
        source=told.source,
        recorded_at=now,
        recorded_by_org_id=actor.organisation_id,
    )
    session.add(made)
    session.flush()
    touch_zones(session, subjects_of(session, [order.id]).values())
    record(session, actor, now, Action.COLLECTED, f"order:{order.id}", exemption=str(made.id), kind=made.kind)
    return made


def _has_zone(session: Session, order: Order, reference: str) -> bool:
    query = select(ZoneRecord.id).join(Condition, Condition.id == ZoneRecord.condition_id)
    own = query.where(Condition.version_id == order.current_version_id, Condition.reference == reference)
    return session.scalar(own.limit(1)) is not None


def withdraw_exemption(
    session: Session, actor: Actor, now: datetime, exemption_id: UUID, ends_at: datetime | None
) -> Exemption:
    """Let the zone hold all the same from an instant on, or as if the exemption never was; the record stays readable.

    Raises NotFound unless the order concerns the actor, Conflict when it was withdrawn before, and Invalid when the
    instant lies outside the exemption.
    """
    query = select(Exemption).join(Order, Order.id == Exemption.order_id)
    own = query.where(Exemption.id == exemption_id, visible(Order, actor)).with_for_update(key_share=True, of=Exemption)
    found = session.scalar(own)
    if found is None:
        raise NotFound("There is no exemption with this id here.")
    if found.withdrawn_at is not None:
        raise Conflict("exemption_withdrawn", "This exemption was withdrawn before; record a new one.")
    if ends_at is not None and not found.from_at < ends_at < found.until_at:
        raise Invalid([Fault("#/endsAt", "Give an instant within the exemption, or leave it out.")])
    found.ends_at = found.from_at if ends_at is None else ends_at
    found.withdrawn_at, found.withdrawn_by_org_id = now, actor.organisation_id
    session.flush()
    touch_zones(session, subjects_of(session, [found.order_id]).values())
    record(session, actor, now, Action.CHANGED, f"order:{found.order_id}", exemption=str(found.id), because="withdrawn")
    return found


def exemptions_recorded(session: Session, order_id: UUID, page: ExemptionPage) -> Sequence[Exemption]:
    """What was ever recorded for an order, newest first."""
    query = select(Exemption).where(Exemption.order_id == order_id).order_by(Exemption.id.desc()).limit(page.limit)
    if page.before_id is not None:
        query = query.where(Exemption.id < page.before_id)
    return session.scalars(query).all()


def exempted(session: Session, order_ids: Collection[UUID]) -> dict[tuple[UUID, str], list[Stretch]]:
    """When the zones of these orders do not hold, by order and reference of the condition."""
    query = select(
        Exemption.order_id, Exemption.condition_reference, Exemption.from_at, Exemption.until_at, Exemption.ends_at
    )
    found: defaultdict[tuple[UUID, str], list[Stretch]] = defaultdict(list)
    for piece in pieces(list(order_ids)):
        rows = session.connection().execute(query.where(Exemption.order_id.in_(piece)))
        for order_id, reference, from_at, until_at, ends_at in rows:
            found[order_id, reference].append(Stretch(from_at, ends_at or until_at))
    return dict(found)
