"""An order as it is now: what its messages come to, and the parties, conditions and zones of its current version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from registry.orders.force.standing import folded
from registry.orders.force.wording import ConditionFacts, condition_nl
from registry.orders.models import Condition, Order, OrderParty, OrderVersion, PartyLink, ZoneRecord
from registry.orders.register.content import Party
from registry.orders.register.identity import party_of
from registry.orders.rows import pieces
from registry.orders.rules import ConditionType, Current, OrderFacts, PartyRole


@dataclass(frozen=True, slots=True)
class PartyView:
    """A party of the current version and the person it is; opened only when asked."""

    row: OrderParty
    person_id: UUID

    @property
    def role(self) -> PartyRole:
        """Whether he is bound or protected."""
        return PartyRole(self.row.role)

    def open(self) -> Party:
        """The identity as the message gave it."""
        return party_of(self.row.role, self.row.reference, self.row.identity)


@dataclass(frozen=True, slots=True)
class ConditionView:
    """A condition of the current version with its zone; the geometry and the words are opened only when asked."""

    row: Condition
    zone: ZoneRecord | None

    def sentence_nl(self, order_ends_on: Any = None) -> str:
        """The condition in plain Dutch, by references only."""
        told = self.row.content
        facts = ConditionFacts(
            reference=self.row.reference,
            type=ConditionType(self.row.type),
            protects=tuple(told["protects"]),
            starts_on=self.row.starts_on,
            ends_on=self.row.ends_on or order_ends_on,
            distance_m=told["distance_m"],
            scheduled=told["scheduled"],
            electronic_monitoring=told["electronic_monitoring"] is True,
        )
        return condition_nl(facts)


@dataclass(frozen=True, slots=True)
class View:
    """The current view of an order; without content its parties, conditions and `told` are empty."""

    order: Order
    current: Current
    parties: tuple[PartyView, ...]
    conditions: tuple[ConditionView, ...]
    version: OrderVersion | None

    @property
    def facts(self) -> OrderFacts | None:
        """The facts of the version whose content holds."""
        return self.current.facts

    @property
    def subject(self) -> PartyView | None:
        """The party that is bound."""
        return next((each for each in self.parties if each.role is PartyRole.SUBJECT), None)

    @property
    def protected(self) -> tuple[PartyView, ...]:
        """The parties that are protected."""
        return tuple(each for each in self.parties if each.role is PartyRole.PROTECTED)

    @property
    def zones(self) -> tuple[ZoneRecord, ...]:
        """The zones, usable or not."""
        return tuple(each.zone for each in self.conditions if each.zone is not None)

    @property
    def told(self) -> dict[str, Any]:
        """What else the current version tells: ground, case_number, court, supervision and the like."""
        read = self.version.content["read"] if self.version else None
        return dict(read) if read else {}


def current_view(session: Session, order_ids: Collection[UUID]) -> dict[UUID, View]:
    """The current view of each order that exists, for whoever may see it: visibility is the caller's to check."""
    wanted = list(dict.fromkeys(order_ids))
    orders = _rows(session, select(Order), Order.id, wanted)
    currents = folded(session, [order.id for order in orders])
    version_ids = [order.current_version_id for order in orders if order.current_version_id]
    versions = {one.id: one for one in _rows(session, select(OrderVersion), OrderVersion.id, version_ids)}
    parties, conditions = parties_of(session, version_ids), conditions_of(session, version_ids)
    return {
        order.id: View(
            order,
            currents[order.id],
            tuple(parties.get(order.current_version_id, ())),
            tuple(conditions.get(order.current_version_id, ())),
            versions.get(order.current_version_id) if order.current_version_id else None,
        )
        for order in orders
    }


def _rows(session: Session, query: Any, column: Any, ids: Iterable[Any]) -> list[Any]:
    return [row for piece in pieces(list(ids)) for row in session.scalars(query.where(column.in_(piece)))]


def parties_of(
    session: Session, version_ids: Collection[UUID], known_at: datetime | None = None
) -> dict[UUID | None, list[PartyView]]:
    """The parties of each version with the persons they are, or were known to be at an instant."""
    query = (
        select(OrderParty, PartyLink.person_id)
        .join(PartyLink, PartyLink.party_id == OrderParty.id)
        .where(*linked(known_at))
        .order_by(OrderParty.id)
    )
    found: defaultdict[UUID | None, list[PartyView]] = defaultdict(list)
    for piece in pieces(version_ids):
        for party, person_id in session.execute(query.where(OrderParty.version_id.in_(piece))):
            found[party.version_id].append(PartyView(party, person_id))
    return found


def linked(known_at: datetime | None) -> list[ColumnElement[bool]]:
    """That a link holds, or held as known at an instant."""
    if known_at is None:
        return [PartyLink.replaced_at.is_(None)]
    held = or_(PartyLink.replaced_at.is_(None), PartyLink.replaced_at > known_at)
    return [PartyLink.recorded_at <= known_at, held]


def conditions_of(session: Session, version_ids: Collection[UUID]) -> dict[UUID | None, list[ConditionView]]:
    """The conditions of each version with their zones."""
    query = (
        select(Condition, ZoneRecord)
        .outerjoin(ZoneRecord, ZoneRecord.condition_id == Condition.id)
        .order_by(Condition.id)
    )
    found: defaultdict[UUID | None, list[ConditionView]] = defaultdict(list)
    for piece in pieces(version_ids):
        for condition, zone in session.execute(query.where(Condition.version_id.in_(piece))):
            found[condition.version_id].append(ConditionView(condition, zone))
    return found
