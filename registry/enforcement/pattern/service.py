"""Reading the breaches of an order and of a pair together, and calling a human when they accumulate."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record, visible
from registry.alerts.service import NewAlert, close_alert, raise_alert
from registry.enforcement.models import Assessment, Breach, Proceeding, ProceedingEvent
from registry.enforcement.pattern.rules import Happening, Pattern, Severity, accumulated, pattern
from registry.enforcement.procedure.events import EventKind
from registry.enforcement.rules import BreachStatus
from registry.law.accumulations import AccumulationRow
from registry.law.periods import holds
from registry.law.terms import DUTCH_TIME
from registry.orders.force.standing import measures
from registry.orders.models import Order, OrderParty, PartyLink
from registry.orders.rules import PartyRole
from registry.orders.service import order_for, same_orders

ACCUMULATED = "breach_accumulation"
NOT_COUNTED = (BreachStatus.UNFOUNDED.value, BreachStatus.PERMITTED.value)
_REACTIONS = (
    *(EventKind.ARREST, EventKind.PROSECUTOR_DECISION, EventKind.EXAMINING_JUDGE_DECISION),
    *(EventKind.HEARING_HELD, EventKind.OUTCOME),
)


@dataclass(frozen=True, slots=True)
class Reaction:
    """How somebody reacted to a breach: an assessment, a decision, an arrest, in codes."""

    at: datetime
    kind: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Numbered:
    """A breach with its place among those of its order and of its pair, and the reactions to it."""

    breach: Breach
    number: int | None
    pair_number: int | None
    reactions: tuple[Reaction, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The breaches of a pair, oldest first, and what those of the order and of the pair come to."""

    order: Order
    breaches: tuple[Numbered, ...]
    of_order: Pattern
    of_pair: Pattern


def pair_orders(session: Session, order_id: uuid.UUID) -> set[uuid.UUID]:
    """Return the orders that bind the same person to the benefit of a person whom this order protects, this one too."""
    same = same_orders(session, order_id)
    subjects, protected = _people(session, same, PartyRole.SUBJECT), _people(session, same, PartyRole.PROTECTED)
    if not subjects or not protected:
        return set(same)
    return same | (
        _orders_of(session, subjects, PartyRole.SUBJECT) & _orders_of(session, protected, PartyRole.PROTECTED)
    )


def _people(session: Session, order_ids: set[uuid.UUID], role: PartyRole) -> set[uuid.UUID]:
    of_current = (
        select(PartyLink.person_id)
        .join(OrderParty, OrderParty.id == PartyLink.party_id)
        .join(Order, Order.current_version_id == OrderParty.version_id)
        .where(Order.id.in_(order_ids), OrderParty.role == role, PartyLink.replaced_at.is_(None))
    )
    return set(session.scalars(of_current))


def _orders_of(session: Session, person_ids: set[uuid.UUID], role: PartyRole) -> set[uuid.UUID]:
    of_people = (
        select(Order.id)
        .join(OrderParty, OrderParty.version_id == Order.current_version_id)
        .join(PartyLink, PartyLink.party_id == OrderParty.id)
        .where(PartyLink.person_id.in_(person_ids), OrderParty.role == role, PartyLink.replaced_at.is_(None))
    )
    return set(session.scalars(of_people))


def overview_for(session: Session, actor: Actor, now: datetime, order_id: uuid.UUID) -> Overview:
    """Return the breaches of an order and its pair that concern the actor; raises NotFound for another's order."""
    order = order_for(session, actor, order_id)
    pair, same = pair_orders(session, order.id), same_orders(session, order.id)
    rows = select(Breach).where(Breach.order_id.in_(pair), visible(Breach, actor))
    breaches = session.scalars(rows.order_by(Breach.occurred_from, Breach.id)).all()
    record(session, actor, now, Action.CONSULTED, f"order:{order.id}", breaches=len(breaches))
    reactions = _reactions(session, [one.id for one in breaches])
    numbers: dict[str, int] = {"order": 0, "pair": 0}
    found = tuple(_numbered(one, one.order_id in same, numbers, reactions) for one in breaches)
    counted = [one for one in breaches if one.status not in NOT_COUNTED]
    return Overview(
        order,
        found,
        pattern((_happening(one) for one in counted if one.order_id in same), now),
        pattern(map(_happening, counted), now),
    )


def _numbered(
    breach: Breach, is_own: bool, numbers: dict[str, int], reactions: dict[uuid.UUID, list[Reaction]]
) -> Numbered:
    counts = breach.status not in NOT_COUNTED
    numbers["pair"] += counts
    numbers["order"] += counts and is_own
    return Numbered(
        breach,
        numbers["order"] if counts and is_own else None,
        numbers["pair"] if counts else None,
        tuple(sorted(reactions.get(breach.id, ()), key=lambda one: (one.at, one.kind))),
    )


def _happening(breach: Breach) -> Happening:
    return Happening(breach.occurred_from, Severity(breach.severity) if breach.severity else None)


def _reactions(session: Session, breach_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Reaction]]:
    found: dict[uuid.UUID, list[Reaction]] = {}
    for one in session.scalars(select(Assessment).where(Assessment.breach_id.in_(breach_ids))):
        found.setdefault(one.breach_id, []).append(Reaction(one.assessed_at, "assessment", one.status))
    events = (
        select(ProceedingEvent, Proceeding.breach_id)
        .join(Proceeding, Proceeding.id == ProceedingEvent.proceeding_id)
        .where(Proceeding.breach_id.in_(breach_ids), ProceedingEvent.kind.in_(_REACTIONS))
    )
    rows = session.execute(events).all()
    corrected = {event.corrects for event, _ in rows}
    for event, breach_id in rows:
        if event.id not in corrected:
            value = event.details.get("decision") or event.details.get("outcome")
            found.setdefault(breach_id, []).append(Reaction(event.occurred_at, event.kind, value))
    return found


def watch_accumulation(session: Session, now: datetime, breach: Breach) -> None:
    """Call a human when breaches of this pair accumulate around this one; take the call back when they no longer do."""
    around = breach.occurred_from
    rows = [row for row in measures().law.accumulations if holds(row, around.astimezone(DUTCH_TIME).date())]
    if not rows:
        return
    pair = pair_orders(session, breach.order_id)
    counted = session.scalars(select(Breach).where(Breach.order_id.in_(pair), Breach.status.not_in(NOT_COUNTED))).all()
    happenings = [_happening(one) for one in counted]
    for row in rows:
        count, subject_ref = accumulated(happenings, around, row), f"order:{breach.order_id}/{row.code}"
        if count >= row.count:
            _call(session, now, breach, (row, count, subject_ref))
        elif breach.status in NOT_COUNTED:
            close_alert(session, now, ACCUMULATED, subject_ref)


def _call(session: Session, now: datetime, breach: Breach, found: tuple[AccumulationRow, int, str]) -> None:
    row, count, subject_ref = found
    title = f"{row.title_nl}: {count} in {row.within_days} dagen"
    context = {"order_id": str(breach.order_id), "breach_id": str(breach.id)}
    owners = breach.owners() | {"partner_org_id": None}
    raise_alert(session, now, NewAlert(ACCUMULATED, row.priority, title, subject_ref, owners, context))
