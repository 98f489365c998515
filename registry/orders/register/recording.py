"""Recording one message of an order, in any order of arrival: what it comes to, and what the register makes of it."""

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
from registry.db import new_id, table_of
from registry.db.bulk import instant_us
from registry.errors import Conflict
from registry.orders.force.standing import subjects_of
from registry.orders.models import Order, SubjectLinkRecord
from registry.orders.register.alone import tie_alone
from registry.orders.register.linking import Linked, link_parties
from registry.orders.register.owners import OWNERS, owners_told
from registry.orders.register.persons import LINKING_KINDS, Moment, apply_links, parties_now
from registry.orders.register.projection import forget, project
from registry.orders.register.registration import Draft, Registration, draft
from registry.orders.register.revision import touch_zones
from registry.orders.register.shared import Doubted, note_shared
from registry.orders.rows import (
    CONDITION,
    PARTY,
    VERSION,
    ZONE,
    Rows,
    VersionRow,
    add_missing,
    add_rows,
    version_facts,
    version_rows,
)
from registry.orders.rules import ENDING_KINDS, WORKS_AT_ONCE, Current, MessageKind, VersionFacts, fold
from registry.outbox.rules import CODE_PATTERN, EventType
from registry.outbox.service import publish

_CODE = re.compile(CODE_PATTERN)


@dataclass(frozen=True, slots=True)
class Registered:
    """Where a message was recorded, which numbers of its order unlike people share, and which orders have none left."""

    order_id: UUID
    version_id: UUID
    version: int
    shared: tuple[Doubted, ...] = ()
    settled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Entry:
    """A message on its way into the register."""

    actor: Actor
    told: Registration
    drafted: Draft
    order: Mapping[str, Any]
    is_new: bool
    versions: tuple[VersionRow, ...]
    version: int
    at: datetime
    rows: Rows = field(default_factory=Rows)

    @property
    def version_id(self) -> UUID:
        return UUID(bytes=self.drafted.version_id)

    @property
    def governs(self) -> bool:
        """Whether its content is that of the highest version known to have any."""
        return self.told.content is not None and not any(
            row.has_content and row.version > self.version for row in self.versions
        )

    def current(self) -> Current:
        content = self.told.content
        facts = content.facts if content else None
        told = self.told
        own = VersionFacts(self.version, told.kind, self.at, told.effective_at, facts, told.corrects)
        return fold([*map(version_facts, self.versions), own])


def register(
    session: Session, actor: Actor, now: datetime, told: Registration, drafted: Draft | None = None
) -> Registered:
    """Record a message of an order, in any order of arrival; the highest version with content is what is found.

    `drafted` is its draft, if that was made already. Raises Conflict when the version is recorded already, or the order
    is another sender's.
    """
    session.flush()
    drafted = drafted or draft(told)
    tie_alone(session, [drafted])
    entry = _entry(session, actor, now, told, drafted)
    order_id = entry.order["id"]
    subjects = set() if entry.is_new else set(subjects_of(session, [order_id]).values())
    entry.rows.add(VERSION, [(instant_us(entry.at), order_id.bytes, entry.version, *entry.drafted.version)])
    linked = _add_content(session, entry)
    subjects |= {linked.subject_id} if linked else set()
    entry.rows.write(session)
    _keep_order(session, entry)
    moved = _link(session, entry)
    asked = {order_id} if moved or not entry.is_new or (linked and linked.is_shared) else set()
    shared, settled = note_shared(session, asked | moved, entry.at)
    # When an order binds is asked of one without areas too: a protected person's device is held against it.
    if entry.drafted.zones or not entry.is_new:
        touch_zones(session, subjects)
    _tell(session, entry)
    own = tuple(each for each in shared if each.order_id == order_id)
    return Registered(order_id, entry.version_id, entry.version, own, settled)


def _entry(session: Session, actor: Actor, now: datetime, told: Registration, drafted: Draft) -> _Entry:
    order = _locked(session, told.number)
    if order is None:
        fresh = _new_order(session, actor, now, drafted)
        if add_missing(session, Order, [fresh]):
            # What stops an order leaves the first version to the order itself.
            first = 2 if told.kind in WORKS_AT_ONCE else 1
            return _Entry(actor, told, drafted, fresh, True, (), told.version or first, now)
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
    return _Entry(actor, told, drafted, order, False, versions, version, at)


_ORDER = select(table_of(Order)).where(Order.number == bindparam("number")).with_for_update(key_share=True)


def _locked(session: Session, number: str) -> Mapping[str, Any] | None:
    row = session.connection().execute(_ORDER, {"number": number}).first()
    return None if row is None else row._asdict()


def _new_order(session: Session, actor: Actor, now: datetime, drafted: Draft) -> dict[str, Any]:
    return {
        "id": UUID(bytes=drafted.order_id),
        "number": drafted.number,
        "created_at": now,
        "sending_org_id": actor.organisation_id,
        **_following(session, drafted, now),
    }


def _following(session: Session, drafted: Draft, at: datetime) -> dict[str, Any]:
    """The columns of an order that follow from its current version."""
    return {
        **owners_told(session, drafted.codes),
        "regime": drafted.regime,
        "current_version_id": UUID(bytes=drafted.version_id) if drafted.parties else None,
        "last_recorded_at": at,
        "last_confirmed_at": at,
    }


def _add_content(session: Session, entry: _Entry) -> Linked | None:
    """Write the parties, conditions and zones; return who is bound."""
    content, drafted, rows = entry.told.content, entry.drafted, entry.rows
    if content is None:
        return None
    order_id: UUID = entry.order["id"]
    rows.add(PARTY, ((order_id.bytes, *each.row) for each in drafted.parties))
    old_version_id = None if entry.is_new else entry.order["current_version_id"]
    before, is_correction = parties_now(session, old_version_id), entry.told.kind is MessageKind.CORRECTION
    moment = Moment(order_id, entry.version, entry.at, rows, before, is_correction)
    linked = link_parties(session, moment, drafted.parties, content, entry.governs)
    rows.add(CONDITION, drafted.conditions)
    rows.add(ZONE, ((order_id.bytes, entry.version, *each) for each in drafted.zones))
    if entry.governs:
        if old_version_id is not None:
            forget(session, old_version_id)
        project(session, rows, [drafted])
    return linked


def _keep_order(session: Session, entry: _Entry) -> None:
    if entry.is_new:
        return
    values: dict[str, Any] = {"last_recorded_at": entry.at, "last_confirmed_at": entry.at}
    if entry.governs:
        values = _following(session, entry.drafted, entry.at)
    session.connection().execute(update(Order).where(Order.id == entry.order["id"]).values(values))


def _link(session: Session, entry: _Entry) -> set[UUID]:
    """Do the merges and splits that the message asks for, or that waited for it; return whose orders they were."""
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
    moment = Moment(entry.order["id"], entry.version, entry.at, entry.rows)
    return apply_links(session, entry.told.number, moment, is_new=first_content, asks=asks)


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
        owners += owners_told(session, entry.drafted.codes).values()
    return {owner for owner in owners if owner is not None}
