"""Recording one message of an order: its version, parties, conditions and zones, and what it is found by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import new_id
from registry.errors import Conflict
from registry.orders.force.standing import measures, subjects_of
from registry.orders.models import Order, OrderParty, OrderVersion, SubjectLinkRecord
from registry.orders.register.content import OrderContent
from registry.orders.register.identity import document_of
from registry.orders.register.owners import OWNERS, owners_told
from registry.orders.register.persons import LINKING_KINDS, Moment, NewParty, apply_links, link_parties, parties_now
from registry.orders.register.projection import forget, project
from registry.orders.register.restrictions import add_conditions
from registry.orders.register.revision import has_zones, touch_zones
from registry.orders.rows import Rows, VersionRow, add_missing, add_rows, table_of, version_facts, version_rows
from registry.orders.rules import ENDING_KINDS, WORKS_AT_ONCE, Current, MessageKind, VersionFacts, fold
from registry.outbox.rules import CODE_PATTERN, EventType
from registry.outbox.service import publish

_CODE = re.compile(CODE_PATTERN)
_APART = frozenset({"subject", "protected", "conditions"})


@dataclass(frozen=True, slots=True)
class Registration:
    """One message of a sender. `version` None: it is placed above the highest version known.

    `content` is None for an ending or a suspension that came without a whole order; `digest` is the SHA-256 (hex) by
    which two messages are compared; `subject_link` the number of the order that a merge names.
    """

    number: str
    version: int | None
    kind: MessageKind
    effective_at: datetime | None
    content: OrderContent | None
    digest: str
    subject_link: str | None = None
    corrects: int | None = None
    raw: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Registered:
    """Where a message was recorded."""

    order_id: UUID
    version_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """A message on its way into the register."""

    actor: Actor
    told: Registration
    order: Mapping[str, Any]
    is_new: bool
    versions: tuple[VersionRow, ...]
    version_id: UUID
    version: int
    at: datetime
    rows: Rows = field(default_factory=Rows)

    @property
    def governs(self) -> bool:
        """Whether its content is that of the highest version known to have any."""
        return self.told.content is not None and not any(
            row.has_content and row.version > self.version for row in self.versions
        )

    @property
    def brings_zones(self) -> bool:
        return self.told.content is not None and any(each.zone for each in self.told.content.conditions)

    @property
    def moment(self) -> Moment:
        return Moment(self.order["id"], self.at, self.rows)

    def current(self) -> Current:
        content = self.told.content
        facts = content.facts if content else None
        told = self.told
        own = VersionFacts(self.version, told.kind, self.at, told.effective_at, facts, told.corrects)
        return fold([*map(version_facts, self.versions), own])


def register(session: Session, actor: Actor, now: datetime, registration: Registration) -> Registered:
    """Record a message of an order, in any order of arrival; the highest version with content is what is found.

    Raises Conflict when the version is recorded already, or the order is another sender's.
    """
    session.flush()
    entry = _entry(session, actor, now, registration)
    order_id = entry.order["id"]
    subjects = set() if entry.is_new else set(subjects_of(session, [order_id]).values())
    _add_version(entry)
    subjects |= _add_content(session, entry)
    entry.rows.write(session)
    _keep_order(session, entry)
    _link(session, entry)
    if entry.brings_zones or (not entry.is_new and has_zones(session, order_id)):
        touch_zones(session, subjects)
    _tell(session, entry)
    return Registered(order_id, entry.version_id, entry.version)


def _entry(session: Session, actor: Actor, now: datetime, told: Registration) -> _Entry:
    version_id = new_id()
    order = _locked(session, told.number)
    if order is None:
        fresh = _new_order(session, actor, now, told, version_id)
        if add_missing(session, Order, [fresh]):
            # What stops an order leaves the first version to the order itself.
            first = 2 if told.kind in WORKS_AT_ONCE else 1
            return _Entry(actor, told, fresh, True, (), version_id, told.version or first, now)
        order = _locked(session, told.number)
    if order is None:
        raise RuntimeError("an order that is there cannot be read")
    if order["sending_org_id"] != actor.organisation_id:
        raise Conflict("order_of_another_sender", "This order number belongs to another sender.")
    versions = tuple(version_rows(session, [order["id"]])[order["id"]])
    known = {row.version for row in versions}
    version = told.version or max(known, default=0) + 1
    if version in known:
        raise Conflict("version_recorded", "This version of the order is recorded already.")
    at = max(now, order["last_recorded_at"] + timedelta(microseconds=1))
    return _Entry(actor, told, order, False, versions, version_id, version, at)


_ORDER = select(table_of(Order)).where(Order.number == bindparam("number")).with_for_update()


def _locked(session: Session, number: str) -> Mapping[str, Any] | None:
    row = session.connection().execute(_ORDER, {"number": number}).first()
    return None if row is None else row._asdict()


def _new_order(session: Session, actor: Actor, now: datetime, told: Registration, version_id: UUID) -> dict[str, Any]:
    return {
        "id": new_id(),
        "number": told.number,
        "created_at": now,
        "sending_org_id": actor.organisation_id,
        **_following(session, told.content, version_id, now),
    }


def _following(session: Session, content: OrderContent | None, version_id: UUID, at: datetime) -> dict[str, Any]:
    """The columns of an order that follow from its current version."""
    return {
        **owners_told(session, content),
        "regime": content.facts.regime if content else None,
        "current_version_id": version_id if content else None,
        "last_recorded_at": at,
        "last_confirmed_at": at,
    }


def _add_version(entry: _Entry) -> None:
    told, content = entry.told, entry.told.content
    facts = content.facts if content else None
    names = ("regime", "decided_on", "starts_on", "ends_on", "immediately_enforceable", "imposed_in_presence")
    row: dict[str, Any] = {name: getattr(facts, name, None) for name in (*names, "served_on", "final_on")}
    row |= {
        "id": entry.version_id,
        "order_id": entry.order["id"],
        "version": entry.version,
        "version_given": told.version is not None,
        "kind": told.kind.value,
        "recorded_at": entry.at,
        "effective_at": told.effective_at,
        "corrects_version": told.corrects,
        "has_content": content is not None,
        "time_zone": facts.time_zone if facts else "Europe/Amsterdam",
        "content_hash": bytes.fromhex(told.digest),
        "law_hash": measures().law.hash,
        "content_sealed": OrderVersion.content.close(entry.version_id, _document(told)),
    }
    entry.rows.add(OrderVersion, [row])


def _document(told: Registration) -> dict[str, Any]:
    """What is neither of a party nor of a condition; those have a seal of their own."""
    content = told.content
    envelope = {name: value for name, value in told.raw.items() if name != "order"}
    if content is None:
        return {"message": envelope, "order": None, "read": None}
    names = ("ground", "case_number", "ecli", "court", "served_in_person", "requested_police_action")
    read = {name: getattr(content, name) for name in (*names, "police_unit", "prosecution")}
    supervision = content.supervision
    read["supervision"] = {name: getattr(supervision, name) for name in ("organisation", "contact_name", "phone")}
    order = {name: value for name, value in content.raw.items() if name not in _APART}
    return {"message": envelope, "order": order, "read": read}


def _add_content(session: Session, entry: _Entry) -> set[UUID]:
    """Write the parties, conditions and zones; return the person that is bound."""
    content = entry.told.content
    if content is None:
        return set()
    parties = [NewParty(new_id(), party) for party in (content.subject, *content.protected)]
    rows = [
        {
            "id": each.id,
            "order_id": entry.order["id"],
            "version_id": entry.version_id,
            "role": each.party.role.value,
            "reference": each.party.reference,
            "identity_sealed": OrderParty.identity.close(each.id, document_of(each.party)),
        }
        for each in parties
    ]
    entry.rows.add(OrderParty, rows)
    old_version_id = None if entry.is_new else entry.order["current_version_id"]
    subject_id = link_parties(session, entry.moment, parties, parties_now(session, old_version_id), entry.governs)
    places = add_conditions(entry.rows, entry.order["id"], entry.version_id, entry.version, content)
    if entry.governs:
        if old_version_id is not None:
            forget(session, old_version_id)
        project(session, entry.rows, parties, places)
    return {subject_id}


def _keep_order(session: Session, entry: _Entry) -> None:
    if entry.is_new:
        return
    values: dict[str, Any] = {"last_recorded_at": entry.at, "last_confirmed_at": entry.at}
    if entry.governs:
        values = _following(session, entry.told.content, entry.version_id, entry.at)
    session.connection().execute(update(Order).where(Order.id == entry.order["id"]).values(values))


def _link(session: Session, entry: _Entry) -> None:
    asks = entry.told.kind in LINKING_KINDS
    if asks:
        asked = {
            "id": new_id(),
            "order_id": entry.order["id"],
            "version": entry.version,
            "kind": entry.told.kind.value,
            "linked_number": entry.told.subject_link,
            "recorded_at": entry.at,
            "applied_at": None,
        }
        add_rows(session, SubjectLinkRecord, [asked])
    first_content = entry.is_new or (entry.governs and entry.order["current_version_id"] is None)
    apply_links(session, entry.told.number, entry.moment, is_new=first_content, asks=asks)


def _tell(session: Session, entry: _Entry) -> None:
    """Leave the audit entry and the news, to the organisations concerned before and after."""
    order_ref, told = f"order:{entry.order['id']}", entry.told
    action = Action.COLLECTED if entry.is_new else Action.CHANGED
    record(session, entry.actor, entry.at, action, order_ref, version=entry.version, kind=told.kind.value)
    event_type = EventType.ORDER_REGISTERED if entry.is_new else EventType.ORDER_CHANGED
    if told.kind in ENDING_KINDS:
        event_type = EventType.ORDER_ENDED
    current = entry.current()
    publish(
        session,
        entry.at,
        event_type,
        order_ref,
        _audience(session, entry),
        order_id=entry.order["id"],
        version_id=entry.version_id,
        order_number=told.number if _CODE.fullmatch(told.number) else None,
        version=entry.version,
        kind=told.kind.value,
        regime=current.facts.regime if current.facts else None,
        effective_at=told.effective_at,
        starts_on=current.facts.starts_on if current.facts else None,
        ends_on=current.facts.ends_on if current.facts else None,
        to_verify=current.missing > 0,
    )


def _audience(session: Session, entry: _Entry) -> set[UUID]:
    owners = [entry.order[name] for name in OWNERS]
    if entry.governs and not entry.is_new:
        owners += owners_told(session, entry.told.content).values()
    return {owner for owner in owners if owner is not None}
