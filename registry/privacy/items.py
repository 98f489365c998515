"""What the privacy officer has to look into: raised once, added to while it is open, handled by a named person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import PreparedChange, new_id, table_of
from registry.errors import Conflict, NotFound
from registry.privacy.models import PrivacyItem
from registry.privacy.patterns import ItemKind

_MOST_LOOKUPS = 50


class ItemStatus(StrEnum):
    """Where an item stands; one that is overdue is open as well."""

    OPEN = "open"
    OVERDUE = "overdue"
    HANDLED = "handled"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, repr=False)
class NewItem:
    """What is raised; `context` holds references only, `asked_by` the end user, unit and role."""

    kind: ItemKind
    subject_ref: str
    organisation_id: UUID
    asked_by: Mapping[str, str]
    review: timedelta
    lookups: tuple[UUID, ...] = ()
    reason: str | None = None
    context: Mapping[str, str] = field(default_factory=dict)


KEEP_ITEM = PreparedChange(insert(table_of(PrivacyItem)))

_urgent = timedelta(hours=72)


def configure_reviews(urgent: timedelta) -> None:
    """Give this process the term within which what somebody took for himself is reviewed; called once at start."""
    global _urgent
    _urgent = urgent


def urgent_review() -> timedelta:
    """That term."""
    return _urgent


def broken_glass(
    actor: Actor, subject_ref: str, reason: str, lookups: tuple[UUID, ...] = (), **context: str
) -> NewItem:
    """That the actor saw what he normally may not, and why."""
    by = {"end_user": actor.end_user, "unit": actor.unit, "role": actor.role}
    own = (actor.organisation_id, by, urgent_review())
    return NewItem(ItemKind.BREAK_GLASS, subject_ref, *own, lookups=lookups, reason=reason, context=context)


def item_row(new: NewItem, now: datetime) -> dict[str, Any]:
    """A new item of a subject that has none, as the row that is written beside the audit entry of a read."""
    item = _made(new, now)
    lookups = [str(each) for each in new.lookups]
    item.context = {**item.context, "lookups": lookups, "count": len(lookups)}
    return {column.name: getattr(item, column.name) for column in table_of(PrivacyItem).columns}


def _made(new: NewItem, now: datetime) -> PrivacyItem:
    item = PrivacyItem(id=new_id(), organisation_id=new.organisation_id, kind=new.kind.value)
    item.subject_ref, item.raised_at, item.review_by = new.subject_ref, now, now + new.review
    item.asked_by, item.reason, item.context = dict(new.asked_by), new.reason, dict(new.context)
    return item


def raise_item(session: Session, now: datetime, new: NewItem) -> PrivacyItem:
    """Raise an item, or add the lookups to the open one of this kind and subject; its term does not move."""
    own = (PrivacyItem.organisation_id == new.organisation_id, PrivacyItem.subject_ref == new.subject_ref)
    open_one = select(PrivacyItem).where(*own, PrivacyItem.kind == new.kind.value, PrivacyItem.closed_at.is_(None))
    item = session.scalar(open_one)
    if item is None:
        item = _made(new, now)
        session.add(item)
    known = set(item.context.get("lookups", ()))
    lookups = sorted(known | {str(each) for each in new.lookups})
    count = item.context.get("count", 0) + len(set(lookups) - known)
    item.context = {**item.context, "lookups": lookups[-_MOST_LOOKUPS:], "count": count}
    session.flush()
    return item


def resolve_item(session: Session, now: datetime, kind: ItemKind, subject_ref: str) -> None:
    """Close the open item of a subject whose cause is gone."""
    of_subject = select(PrivacyItem).where(PrivacyItem.subject_ref == subject_ref, PrivacyItem.kind == kind.value)
    for item in session.scalars(of_subject.where(PrivacyItem.closed_at.is_(None))):
        item.closed_at, item.outcome = now, ItemStatus.RESOLVED.value


def handle_item(session: Session, actor: Actor, now: datetime, item_id: UUID, note: str) -> PrivacyItem:
    """Close an item as the person the actor names, with a note; nobody handles what he asked himself."""
    own = select(PrivacyItem).where(PrivacyItem.id == item_id, PrivacyItem.organisation_id == actor.organisation_id)
    item = session.scalar(own.with_for_update(key_share=True).execution_options(populate_existing=True))
    if item is None:
        raise NotFound
    if item.closed_at is not None:
        raise Conflict("already_closed", f"This item was {item.outcome} at {item.closed_at.isoformat('T', 'seconds')}.")
    if item.asked_by["end_user"].casefold() == actor.end_user.casefold():
        raise Conflict("own_item", "Nobody handles an item about his own lookups: ask a colleague.")
    item.closed_at, item.outcome = now, ItemStatus.HANDLED.value
    item.handled_by, item.note = actor.end_user, note
    record(session, actor, now, Action.CHANGED, f"privacy-item:{item.id}", handled=True)
    return item


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items to list, newest first."""

    limit: int = 50
    status: ItemStatus | None = None
    kind: ItemKind | None = None
    after: UUID | None = None


def items_of(session: Session, actor: Actor, now: datetime, asked: ItemFilter) -> list[PrivacyItem]:
    """The items of the actor's organisation, newest first."""
    query = select(PrivacyItem).where(PrivacyItem.organisation_id == actor.organisation_id)
    if asked.kind is not None:
        query = query.where(PrivacyItem.kind == asked.kind.value)
    if asked.after is not None:
        query = query.where(PrivacyItem.id < asked.after)
    if asked.status in (ItemStatus.OPEN, ItemStatus.OVERDUE):
        query = query.where(PrivacyItem.closed_at.is_(None))
    elif asked.status is not None:
        query = query.where(PrivacyItem.outcome == asked.status.value)
    if asked.status is ItemStatus.OVERDUE:
        query = query.where(PrivacyItem.review_by < now)
    found = list(session.scalars(query.order_by(PrivacyItem.id.desc()).limit(asked.limit)))
    record(session, actor, now, Action.CONSULTED, "privacy-items", shown=[str(each.id) for each in found])
    return found


def item_for(session: Session, actor: Actor, now: datetime, item_id: UUID) -> PrivacyItem:
    """One item; raises NotFound unless it is of the actor's organisation."""
    own = select(PrivacyItem).where(PrivacyItem.id == item_id, PrivacyItem.organisation_id == actor.organisation_id)
    item = session.scalar(own)
    if item is None:
        raise NotFound
    record(session, actor, now, Action.CONSULTED, f"privacy-item:{item.id}")
    return item


_KINDS_NL = {
    ItemKind.INCIDENT_MISSING: "Het incidentnummer ontbreekt na de dienst nog",
    ItemKind.MANY_WITHOUT_INCIDENT: "Veel personen opgevraagd zonder incident",
    ItemKind.SAME_PERSON: "Steeds dezelfde persoon opgevraagd",
    ItemKind.OWN_NAME: "Eigen naam opgevraagd",
    ItemKind.WATCHED_PERSON: "Een persoon van de lijst opgevraagd",
    ItemKind.BREAK_GLASS: "Noodtoegang gebruikt",
    ItemKind.PROTECTED_ADDRESS: "Adres van een beschermde opgevraagd",
    ItemKind.JOURNAL_DAMAGED: "Logboek van een offline kopie is veranderd of onvolledig",
}


def shown(item: PrivacyItem, now: datetime) -> dict[str, Any]:
    """An item on the wire."""
    status = item.outcome or (ItemStatus.OVERDUE if item.review_by < now else ItemStatus.OPEN)
    handling = {"at": item.closed_at, "by": item.handled_by, "note": item.note} if item.handled_by else None
    by = item.asked_by
    return {
        "id": item.id,
        "kind": item.kind,
        "titleNl": _KINDS_NL[ItemKind(item.kind)],
        "status": status,
        "raisedAt": item.raised_at,
        "reviewBy": item.review_by,
        "askedBy": {"endUser": by["end_user"], "unit": by["unit"], "role": by["role"]},
        "reason": item.reason,
        "lookups": item.context["lookups"],
        "count": item.context["count"],
        "watchedPersonId": item.context.get("watched_person_id"),
        "orderId": item.context.get("order_id"),
        "reference": item.context.get("reference"),
        "closedAt": item.closed_at,
        "handling": handling,
    }
