"""A provisional order and the CJIB's message meet, whichever comes first: joined on sure keys, proposed on others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor, OrganisationKind
from registry.access.service import record, system_actor
from registry.db import Prepared
from registry.intake.provisional.meeting import (
    delivered_about,
    message_keys,
    number_key,
    subject_keys,
    subject_of,
    told_of,
    versions_told,
)
from registry.intake.provisional.models import ProvisionalKey, ProvisionalProposal
from registry.intake.provisional.rules import JoinedHow, Likeness, Told, contradicts, is_likely, is_sure, likeness
from registry.intake.rules import OrderMessage
from registry.law.standstill import midnight
from registry.orders.force.period import zone_of
from registry.orders.force.standing import folded
from registry.orders.models import Order, ProvisionalOrder
from registry.orders.register.recording import register
from registry.orders.register.registration import Registration
from registry.orders.rows import add_missing, add_rows
from registry.orders.rules import MessageKind
from registry.outbox.rules import EventType
from registry.outbox.service import publish

_SYSTEM = "provisional_join"
_DUTCH_TIME = "Europe/Amsterdam"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message of the CJIB that was just recorded."""

    order_id: UUID
    message: OrderMessage


@dataclass(frozen=True, slots=True)
class Joined:
    """Which order of the CJIB takes the place of a provisional one, on what, and by whom if by a human."""

    order_id: UUID
    how: JoinedHow
    by: Actor | None = None


def wait(session: Session, order_id: UUID) -> None:
    """Let a provisional order be met by the messages to come."""
    number = session.scalar(select(Order.number).where(Order.id == order_id)) or ""
    keys = {number_key(number), *subject_keys(subject_of(session, order_id))}
    add_rows(session, ProvisionalKey, [{"key": key, "order_id": order_id} for key in sorted(keys)])


def wait_no_more(session: Session, order_id: UUID) -> None:
    """Take a provisional order out of the way of further messages."""
    session.execute(delete(ProvisionalKey).where(ProvisionalKey.order_id == order_id))


# Made once: every few rows of a delivery ask these.
_ANY = Prepared(select(ProvisionalKey.order_id).limit(bindparam("most")))
_MET = Prepared(
    select(ProvisionalKey.key, ProvisionalKey.order_id).where(ProvisionalKey.key.in_(bindparam("keys", expanding=True)))
)


def meet_messages(session: Session, now: datetime, sender: OrganisationKind, arrived: Sequence[Arrived]) -> None:
    """Join what just came from the CJIB to the provisional orders that wait for it; cheap while none waits."""
    if sender is not OrganisationKind.CJIB or not arrived or not _ANY.all(session, most=1):
        return
    keys = [message_keys(each.message) for each in arrived]
    waiting: dict[bytes, set[UUID]] = {}
    for row in _MET.all(session, keys=sorted(set().union(*keys))):
        waiting.setdefault(row.key, set()).add(row.order_id)
    for each, own in zip(arrived, keys, strict=True):
        for provisional_id in sorted({one for key in own for one in waiting.get(key, ())}):
            _meet(session, now, provisional_id, each)


def _meet(session: Session, now: datetime, provisional_id: UUID, arrived: Arrived) -> None:
    waits = versions_told(session, [provisional_id])
    provisional, message = session.get_one(ProvisionalOrder, provisional_id), arrived.message
    own = waits[0].told
    told = told_of(message.content) if message.content else None
    number = session.scalar(select(Order.number).where(Order.id == provisional_id))
    named = message.provisional_number == number
    if provisional.unlinked_at is None and named and (told is None or not contradicts(own, told)):
        join(session, now, provisional_id, Joined(arrived.order_id, JoinedHow.NAMED))
    elif told is not None and _may_join(session, provisional, own, arrived.order_id) and is_sure(own, told):
        join(session, now, provisional_id, Joined(arrived.order_id, JoinedHow.SAME_KEYS))
    elif named or (told is not None and is_likely(own, told)):
        common = likeness(own, told) if told else frozenset()
        _propose(session, now, provisional_id, arrived.order_id, common | ({Likeness.NAMED} if named else set()))


def meet_register(session: Session, now: datetime, provisional: ProvisionalOrder) -> None:
    """Join a provisional order to the CJIB's order when that is there already: the first that surely is the same."""
    waits = select(ProvisionalKey.key).where(ProvisionalKey.order_id == provisional.id)
    own = versions_told(session, [provisional.id])[0].told
    versions = versions_told(session, delivered_about(session, session.scalars(waits).all()))
    for each in versions:
        if is_sure(own, each.told) and _may_join(session, provisional, own, each.order_id):
            join(session, now, provisional.id, Joined(each.order_id, JoinedHow.SAME_KEYS))
            return
    for each in versions:
        if is_likely(own, each.told):
            _propose(session, now, provisional.id, each.order_id, likeness(own, each.told))


def has_recent(session: Session, since: datetime) -> bool:
    """Whether an entry of since then waits; cheap, in a reading session."""
    return session.scalar(_waiting(since).limit(1)) is not None


def meet_late(session: Session, now: datetime, since: datetime) -> None:
    """Look once more for the entries since then: one and its message may have been written at the same moment."""
    for provisional in session.scalars(_waiting(since)).all():
        meet_register(session, now, provisional)


def _waiting(since: datetime) -> Select[ProvisionalOrder]:
    entry = ProvisionalOrder
    is_open = entry.replaced_by_id.is_(None) & entry.withdrawn_at.is_(None) & entry.unlinked_at.is_(None)
    return select(entry).where(is_open, entry.entered_at >= since).order_by(entry.id)


def _may_join(session: Session, provisional: ProvisionalOrder, own: Told, order_id: UUID) -> bool:
    """What a human parted stays apart; and what had ended before this one was given is an earlier order."""
    if provisional.unlinked_at is not None:
        return False
    ending = folded(session, [order_id])[order_id].ending
    if ending is None or own.decided_on is None:
        return True
    return ending.effective_at >= midnight(own.decided_on, zone_of(_DUTCH_TIME))


def _propose(session: Session, now: datetime, provisional_id: UUID, order_id: UUID, common: Iterable[Likeness]) -> None:
    proposal = {
        "provisional_id": provisional_id,
        "order_id": order_id,
        "reasons": sorted(one.value for one in common),
        "proposed_at": now,
    }
    add_missing(session, ProvisionalProposal, [proposal])


def join(session: Session, now: datetime, provisional_id: UUID, joined: Joined) -> bool:
    """Let the CJIB's order take the place of a provisional one; False when that has ended already.

    Nothing moves: what hangs on the provisional order stays there, and is reached from both by this link.
    """
    held = select(ProvisionalOrder).where(ProvisionalOrder.id == provisional_id).with_for_update(key_share=True)
    provisional = session.scalars(held.execution_options(populate_existing=True)).one()
    if provisional.replaced_by_id is not None or provisional.withdrawn_at is not None:
        return False
    order, governing = session.get_one(Order, provisional_id), session.get_one(Order, joined.order_id)
    actor = joined.by or system_actor(provisional.entering_org_id, _SYSTEM)
    ended = end(session, now, provisional, MessageKind.END, {"replacedBy": governing.number})
    provisional.replaced_by_id, provisional.replaced_how = governing.id, joined.how.value
    provisional.replaced_at, provisional.replaced_version = now, ended
    wait_no_more(session, provisional_id)
    session.flush()
    told = {"replaced_by": str(governing.id), "how": joined.how.value}
    record(session, actor, now, Action.COMBINED, f"order:{provisional_id}", **told)
    links = {"order_id": provisional_id, "replaced_by_id": governing.id, "order_number": order.number}
    audience = order.audience() | governing.audience() | {provisional.instructing_org_id}
    publish(session, now, EventType.ORDER_REPLACED, f"order:{provisional_id}", audience, **links)
    return True


def end(
    session: Session, now: datetime, provisional: ProvisionalOrder, kind: MessageKind, raw: dict[str, object]
) -> int:
    """Write a message that ends a provisional order, or takes such an ending back, and return its version."""
    number = session.scalar(select(Order.number).where(Order.id == provisional.id)) or ""
    corrects = provisional.replaced_version if kind is MessageKind.CORRECTION else None
    works_at = None if kind is MessageKind.CORRECTION else now
    digest = hashlib.sha256(f"{provisional.id}:{kind.value}:{now.isoformat()}".encode()).hexdigest()
    told = Registration(number, None, kind, works_at, None, digest, corrects=corrects, raw=raw)
    return register(session, system_actor(provisional.entering_org_id, _SYSTEM), now, told).version
