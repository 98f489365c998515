"""The register as the rest of the service sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record, visible
from registry.errors import NotFound
from registry.http.fields import format_instant
from registry.orders.finding.bound import ConditionTold, conditions_told, orders_binding
from registry.orders.finding.memory import Follower, name_index
from registry.orders.finding.nearby import Around, ZoneNear, ZonesNear, zones_near
from registry.orders.finding.zones import RING, Bound, WearerZone, bound_by, drawn_zones, whom_bound, zones_of
from registry.orders.force import standing
from registry.orders.force.entered import same_orders
from registry.orders.force.standing import statuses
from registry.orders.force.status import StatusAt
from registry.orders.models import Detention, Exemption, Order, OrderVersion
from registry.orders.naming import order_numbers as numbers
from registry.orders.register import detentions, exemptions
from registry.orders.register.alone import tie_alone
from registry.orders.register.chronicle import Chronicle, ChroniclePage, chronicle, codes_of
from registry.orders.register.detentions import (
    DetentionPage,
    NewDetention,
    correct_detention,
    end_detention,
    withdraw_detention,
)
from registry.orders.register.exemptions import ExemptionKind, ExemptionPage, NewExemption, withdraw_exemption
from registry.orders.register.past import Known, Question, check_times, order_at
from registry.orders.register.persons import awaited
from registry.orders.register.recording import Registered, register
from registry.orders.register.registration import FIRST_VERSION, Draft, Registration, draft
from registry.orders.register.revision import NEWEST_ZONE_REVISION, changed_since, zone_revision
from registry.orders.register.together import is_plain, register_new
from registry.orders.register.views import ConditionView, PartyView, View, current_view

__all__ = [
    "NEWEST_ZONE_REVISION",
    "FIRST_VERSION",
    "RING",
    "Around",
    "Bound",
    "Draft",
    "Follower",
    "ChroniclePage",
    "ConditionTold",
    "ConditionView",
    "DetentionPage",
    "ExemptionKind",
    "ExemptionPage",
    "NewExemption",
    "NewDetention",
    "Page",
    "Question",
    "PartyView",
    "Registered",
    "Registration",
    "StatusAt",
    "View",
    "WearerZone",
    "ZoneNear",
    "ZonesNear",
    "awaited",
    "bound_by",
    "changed_since",
    "conditions_told",
    "consult",
    "correct_detention",
    "current_view",
    "detentions_of_order",
    "exemptions_of_order",
    "exemption_codes",
    "record_exemption",
    "draft",
    "drawn_zones",
    "end_detention",
    "find_order",
    "history",
    "is_plain",
    "known_versions",
    "name_index",
    "order_for",
    "orders_binding",
    "orders_of",
    "record_detention",
    "recorders_of",
    "register",
    "register_new",
    "statuses",
    "same_orders",
    "subject_of",
    "tie_alone",
    "versions_of",
    "whom_bound",
    "withdraw_detention",
    "withdraw_exemption",
    "zone_revision",
    "zones_near",
    "zones_of",
]


@dataclass(frozen=True, slots=True)
class Page:
    """Which piece of a list: at most so many, older than the one with this id, or the one order with this number."""

    limit: int
    before_id: UUID | None = None
    number: str | None = None


def known_versions(session: Session, order_number: str) -> dict[int, str]:
    """The digest of each recorded version of an order, in hexadecimal."""
    query = select(OrderVersion.version, OrderVersion.content_hash).join(Order, Order.id == OrderVersion.order_id)
    rows = session.connection().execute(query.where(Order.number == order_number))
    return {version: digest.hex() for version, digest in rows}


def find_order(session: Session, order_number: str) -> Order | None:
    """The order with a number, for whoever may see it: visibility is the caller's to check."""
    return session.scalar(select(Order).where(Order.number == numbers.order_number(order_number)))


def order_for(session: Session, actor: Actor, order_id: UUID) -> Order:
    """The order, when it concerns the actor's organisation; raises NotFound otherwise."""
    order = session.scalar(select(Order).where(Order.id == order_id, visible(Order, actor)))
    if order is None:
        raise NotFound("There is no order with this id here.")
    return order


def subject_of(session: Session, order_id: UUID) -> UUID:
    """The person whom an order binds; raises NotFound while its content is not known."""
    found = standing.subjects_of(session, [order_id]).get(order_id)
    if found is None:
        raise NotFound("The subject of this order is not known: its content was not received.")
    return found


def consult(
    session: Session, actor: Actor, order_id: UUID, question: Question, *, opened: bool
) -> tuple[Order, Known | None]:
    """An order for somebody to read, as it held and was known; `opened` says that protected persons are shown.

    Raises Invalid when it is asked what will be known, or for a time that no calendar of the register has.
    """
    check_times(question)
    order = order_for(session, actor, order_id)
    known_at = question.known_at and format_instant(question.known_at)
    times = {"as_of": format_instant(question.as_of), "known_at": known_at} if question.is_asked else {}
    record(session, actor, question.now, Action.CONSULTED, f"order:{order.id}", protected=opened, **times)
    return order, order_at(session, order, question)


def orders_of(session: Session, actor: Actor, now: datetime, page: Page) -> list[Order]:
    """The orders that concern the actor's organisation, newest first."""
    query = select(Order).where(visible(Order, actor)).order_by(Order.id.desc()).limit(page.limit)
    if page.before_id is not None:
        query = query.where(Order.id < page.before_id)
    if page.number is not None:
        query = query.where(Order.number == numbers.order_number(page.number))
    found = list(session.scalars(query))
    record(session, actor, now, Action.CONSULTED, "orders", orders=[str(order.id) for order in found])
    return found


def history(session: Session, actor: Actor, now: datetime, order_id: UUID, page: ChroniclePage) -> Chronicle:
    """What was recorded of an order, in the order in which it was recorded."""
    order = order_for(session, actor, order_id)
    record(
        session,
        actor,
        now,
        Action.CONSULTED,
        f"order:{order.id}",
        part="history",
        protected=actor.sees_protected,
    )
    return chronicle(session, order, page)


def versions_of(session: Session, order_id: UUID) -> Sequence[OrderVersion]:
    """Every version of an order, in the order in which they were recorded."""
    versions = select(OrderVersion).where(OrderVersion.order_id == order_id).order_by(OrderVersion.recorded_at)
    return session.scalars(versions).all()


def record_detention(session: Session, actor: Actor, now: datetime, order_id: UUID, told: NewDetention) -> Detention:
    """Record a detention or absence of the subject of an order that concerns the actor's organisation."""
    order = order_for(session, actor, order_id)
    bound = detentions.Bound(order.id, subject_of(session, order.id))
    return detentions.record_detention(session, actor, now, bound, told)


def detentions_of_order(
    session: Session, actor: Actor, now: datetime, order_id: UUID, page: DetentionPage
) -> tuple[Sequence[Detention], dict[UUID, str]]:
    """What was recorded of the detentions of the subject of an order, and the codes of who recorded it."""
    order = order_for(session, actor, order_id)
    record(session, actor, now, Action.CONSULTED, f"order:{order.id}", part="detentions")
    found = detentions.detentions_recorded(session, subject_of(session, order.id), page)
    return found, recorders_of(session, found)


def recorders_of(session: Session, found: Sequence[Detention]) -> dict[UUID, str]:
    """The codes of the organisations that recorded or replaced these."""
    return codes_of(session, [one for each in found for one in (each.recorded_by_org_id, each.replaced_by_org_id)])


def record_exemption(session: Session, actor: Actor, now: datetime, order_id: UUID, told: NewExemption) -> Exemption:
    """Record an exemption from a zone of an order that concerns the actor's organisation."""
    return exemptions.add_exemption(session, actor, now, order_for(session, actor, order_id), told)


def exemptions_of_order(
    session: Session, actor: Actor, now: datetime, order_id: UUID, page: ExemptionPage
) -> Sequence[Exemption]:
    """What was recorded of the exemptions from the zones of an order."""
    order = order_for(session, actor, order_id)
    record(session, actor, now, Action.CONSULTED, f"order:{order.id}", part="exemptions")
    return exemptions.exemptions_recorded(session, order.id, page)


def exemption_codes(session: Session, found: Sequence[Exemption]) -> dict[UUID, str]:
    """The codes of the organisations that recorded or withdrew these."""
    return codes_of(session, [one for each in found for one in (each.recorded_by_org_id, each.withdrawn_by_org_id)])
