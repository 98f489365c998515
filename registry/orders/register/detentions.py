"""Stretches of detention and unlawful absence, which stop some clocks; each is only replaced, never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record, visible
from registry.db import new_id
from registry.errors import Conflict, Fault, Invalid, NotFound
from registry.orders.models import Detention, Order, OrderParty, PartyLink
from registry.orders.register.persons import SHARED
from registry.orders.register.revision import touch_zones
from registry.orders.register.shared import shares_number
from registry.orders.rules import PartyRole


class Because(StrEnum):
    """Why what was known of a detention gave way."""

    TOLD_AGAIN = "told_again"
    """opnieuw gemeld"""
    ENDED = "ended"
    """beëindigd"""
    CORRECTED = "corrected"
    """gecorrigeerd"""
    MISTAKEN = "mistaken"
    """ten onrechte gemeld"""
    MOVED = "moved"
    """verhuisd naar een andere persoon, door samenvoeging"""


@dataclass(frozen=True, slots=True)
class NewDetention:
    """A stretch as somebody tells it; `kind` is "detained", "unlawfully_absent" or "leave".

    `is_his` says that the teller made sure of whom it is: by more than a number, which two people may share.
    """

    kind: str
    from_at: datetime
    until_at: datetime | None
    source: str
    is_his: bool = False


@dataclass(frozen=True, slots=True)
class DetentionPage:
    """A piece of the list of what was recorded, newest first; `only_held` leaves out what gave way."""

    limit: int
    before_id: UUID | None = None
    only_held: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """The subject of an order, of whom something is told; of what was told long ago the order is not known."""

    order_id: UUID | None
    person_id: UUID


def record_detention(session: Session, actor: Actor, now: datetime, bound: Bound, told: NewDetention) -> Detention:
    """Record that the subject was detained or absent (art. 6:1:18 Sv); one told before from the same instant gives way.

    While somebody else bears his number it is kept with a doubt and stops no clock, unless the teller made sure of him.
    Raises Invalid when it ends before it begins.
    """
    person_id = bound.person_id
    _require_order(told)
    same = select(Detention).where(
        Detention.person_id == person_id,
        Detention.kind == told.kind,
        Detention.from_at == told.from_at,
        Detention.replaced_at.is_(None),
    )
    earlier = session.scalars(same).all()
    detention = _add(session, actor, now, (bound, _doubt(session, bound.order_id, told)), told)
    for each in earlier:
        _give_way(session, actor, now, each, (Because.TOLD_AGAIN, detention.id))
    record(session, actor, now, Action.COLLECTED, f"person:{person_id}", detention=str(detention.id), kind=told.kind)
    return detention


def end_detention(session: Session, actor: Actor, now: datetime, detention_id: UUID, until_at: datetime) -> Detention:
    """Record when a stretch ended or will end; what was known of it before stays readable."""
    old = _held(session, actor, detention_id)
    told = NewDetention(old.kind, old.from_at, until_at, old.source)
    return _replace(session, actor, now, old, (Because.ENDED, told, old.doubt))


def correct_detention(
    session: Session, actor: Actor, now: datetime, detention_id: UUID, told: NewDetention
) -> Detention:
    """Record how a stretch really was, and of whom: that is the teller's to make sure of, if it was in doubt."""
    old = _held(session, actor, detention_id)
    doubt = _doubt(session, old.told_for_order_id, told)
    return _replace(session, actor, now, old, (Because.CORRECTED, told, doubt))


def withdraw_detention(session: Session, actor: Actor, now: datetime, detention_id: UUID) -> Detention:
    """Record that a stretch never was; nothing takes its place."""
    old = _held(session, actor, detention_id)
    _give_way(session, actor, now, old, (Because.MISTAKEN, None))
    touch_zones(session, [old.person_id])
    record(session, actor, now, Action.CHANGED, f"person:{old.person_id}", detention=str(old.id), because="mistaken")
    return old


def detentions_recorded(session: Session, person_id: UUID, page: DetentionPage) -> Sequence[Detention]:
    """What was ever recorded of a person, newest first."""
    query = select(Detention).where(Detention.person_id == person_id).order_by(Detention.id.desc()).limit(page.limit)
    if page.before_id is not None:
        query = query.where(Detention.id < page.before_id)
    if page.only_held:
        query = query.where(Detention.replaced_at.is_(None))
    return session.scalars(query).all()


def doubted_detentions() -> Select[UUID | None]:
    """The ids of the orders of which a detention was told that may be somebody else's."""
    return select(Detention.told_for_order_id).where(Detention.doubt.is_not(None), Detention.replaced_at.is_(None))


def _held(session: Session, actor: Actor, detention_id: UUID) -> Detention:
    """A stretch of the subject of an order that concerns the actor; raises NotFound, or Conflict when it gave way."""
    bound = (
        select(PartyLink.person_id)
        .join(OrderParty, OrderParty.id == PartyLink.party_id)
        .join(Order, Order.current_version_id == OrderParty.version_id)
        .where(visible(Order, actor), OrderParty.role == PartyRole.SUBJECT, PartyLink.replaced_at.is_(None))
        .where(PartyLink.person_id == Detention.person_id)
    )
    found = session.scalar(
        select(Detention).where(Detention.id == detention_id, bound.exists()).with_for_update(key_share=True)
    )
    if found is None:
        raise NotFound("There is no detention with this id here.")
    if found.replaced_at is not None:
        raise Conflict("detention_replaced", "This record gave way to a later one; change that one.")
    return found


def _doubt(session: Session, order_id: UUID | None, told: NewDetention) -> str | None:
    is_shared = order_id is not None and not told.is_his and shares_number(session, order_id)
    return SHARED if is_shared else None


def _replace(
    session: Session, actor: Actor, now: datetime, old: Detention, change: tuple[Because, NewDetention, str | None]
) -> Detention:
    because, told, doubt = change
    _require_order(told)
    new = _add(session, actor, now, (Bound(old.told_for_order_id, old.person_id), doubt), told)
    _give_way(session, actor, now, old, (because, new.id))
    record(session, actor, now, Action.CHANGED, f"person:{old.person_id}", detention=str(new.id), because=because.value)
    return new


def _require_order(told: NewDetention) -> None:
    if told.until_at is not None and told.until_at <= told.from_at:
        raise Invalid([Fault("#/untilAt", "A detention ends after it begins.")])


def _add(
    session: Session, actor: Actor, now: datetime, of_whom: tuple[Bound, str | None], told: NewDetention
) -> Detention:
    bound, doubt = of_whom
    detention = Detention(
        id=new_id(),
        person_id=bound.person_id,
        told_for_order_id=bound.order_id,
        doubt=doubt,
        kind=told.kind,
        from_at=told.from_at,
        until_at=told.until_at,
        source=told.source,
        recorded_at=now,
        recorded_by_org_id=actor.organisation_id,
        replaced_at=None,
    )
    session.add(detention)
    session.flush()
    touch_zones(session, [bound.person_id])
    return detention


def _give_way(
    session: Session, actor: Actor, now: datetime, old: Detention, change: tuple[Because, UUID | None]
) -> None:
    because, replaced_by_id = change
    old.replaced_at = now
    old.replaced_because = because.value
    old.replaced_by_id = replaced_by_id
    old.replaced_by_org_id = actor.organisation_id
    session.flush()
