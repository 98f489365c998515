"""Suspecting a breach: opening one, or joining the one it belongs to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import new_id
from registry.enforcement.breaches import sources_of, tell
from registry.enforcement.joining import BETWEEN_ACCOUNTS, Suspicion, apart
from registry.enforcement.models import Breach, BreachSource
from registry.enforcement.pattern.service import watch_accumulation
from registry.enforcement.rules import BreachOrigin, BreachStatus
from registry.errors import NotFound
from registry.http.fields import format_instant
from registry.orders.models import Condition, Order
from registry.outbox.rules import EventType


def suspect(session: Session, actor: Actor, now: datetime, suspicion: Suspicion) -> Breach:
    """Open a suspected breach, or join the nearest open one of the same order and condition within the window."""
    order = session.scalar(select(Order).where(Order.id == suspicion.order_id).with_for_update(key_share=True))
    if order is None:
        raise NotFound
    told = session.scalar(select(BreachSource).where(BreachSource.source_ref == suspicion.source_ref))
    if told is not None:
        return _told_again(session, told, suspicion)
    breach = _nearest(session, suspicion, now)
    joined = breach is not None
    if breach is None:
        breach = _opened(order, suspicion, now)
        session.add(breach)
        session.flush()
    session.add(
        BreachSource(
            breach_id=breach.id,
            kind=suspicion.origin.value,
            source_ref=suspicion.source_ref,
            occurred_from=suspicion.occurred_from,
            occurred_until=suspicion.occurred_until,
            recorded_at=now,
            details=dict(suspicion.details) or None,
        )
    )
    session.flush()
    _cover(session, breach)
    breach.condition_id = breach.condition_id or suspicion.condition_id
    record(session, actor, now, Action.COLLECTED, f"breach:{breach.id}", source=suspicion.source_ref, joined=joined)
    tell(session, now, EventType.BREACH_SUSPECTED, breach, joined=joined, **_reference(suspicion))
    if not joined:
        watch_accumulation(session, now, breach)
    return breach


def _opened(order: Order, suspicion: Suspicion, now: datetime) -> Breach:
    return Breach(
        id=new_id(),
        order_id=order.id,
        condition_id=suspicion.condition_id,
        origin=suspicion.origin.value,
        status=BreachStatus.SUSPECTED.value,
        occurred_from=suspicion.occurred_from,
        occurred_until=suspicion.occurred_until,
        recorded_at=now,
        revision=1,
        **order.owners() | {"partner_org_id": None},
    )


def withdraw_account(session: Session, now: datetime, source_ref: str) -> None:
    """Mark an account of a breach as withdrawn: it stays, and whoever reads the breach sees that it fell away."""
    told = session.scalar(select(BreachSource).where(BreachSource.source_ref == source_ref))
    if told is None:
        return
    told.details = (told.details or {}) | {"withdrawn_at": format_instant(now)}
    session.flush()
    _cover(session, session.get_one(Breach, told.breach_id))


def _told_again(session: Session, told: BreachSource, suspicion: Suspicion) -> Breach:
    told.occurred_from, told.occurred_until = suspicion.occurred_from, suspicion.occurred_until
    if told.details and "withdrawn_at" in told.details:
        told.details = {name: value for name, value in told.details.items() if name != "withdrawn_at"} or None
    session.flush()
    breach = session.scalars(select(Breach).where(Breach.id == told.breach_id)).one()
    _cover(session, breach)
    return breach


def _cover(session: Session, breach: Breach) -> None:
    """Let the breach last from the first account to the last; while an episode lasts, the end is open."""
    sources = sources_of(session, [breach.id])
    breach.occurred_from = min(one.occurred_from for one in sources)
    lasting = any(
        one.occurred_until is None and one.kind == BreachOrigin.MONITOR and "withdrawn_at" not in (one.details or {})
        for one in sources
    )
    ends = [one.occurred_until or one.occurred_from for one in sources]
    known_end = any(one.occurred_until for one in sources) or len(sources) > 1
    breach.occurred_until = max(ends) if known_end and not lasting else None


def _nearest(session: Session, suspicion: Suspicion, now: datetime) -> Breach | None:
    """The open breach this suspicion belongs to: the nearest in time, the oldest among equals."""
    near = select(Breach).where(
        Breach.order_id == suspicion.order_id,
        Breach.status == BreachStatus.SUSPECTED,
        Breach.occurred_from <= (suspicion.occurred_until or now) + BETWEEN_ACCOUNTS,
        Breach.occurred_until.is_(None) | (Breach.occurred_until >= suspicion.occurred_from - BETWEEN_ACCOUNTS),
    )
    breaches = [one for one in session.scalars(near) if _same_condition(session, one, suspicion)]
    accounts = sources_of(session, [one.id for one in breaches])
    distances = [
        (distance, breach.recorded_at, str(breach.id), breach)
        for breach in breaches
        if (distance := apart([one for one in accounts if one.breach_id == breach.id], suspicion, now)) is not None
    ]
    return min(distances, key=lambda one: one[:3])[3] if distances else None


def _same_condition(session: Session, breach: Breach, suspicion: Suspicion) -> bool:
    """Whether both are of one condition; one that names none may be any. A next version repeats the reference."""
    named = {one for one in (breach.condition_id, suspicion.condition_id) if one is not None}
    if len(named) < 2:
        return True
    references = session.scalars(select(Condition.reference).where(Condition.id.in_(named)))
    return len(set(references)) == 1


def _reference(suspicion: Suspicion) -> dict[str, str]:
    kind, _, key = suspicion.source_ref.partition(":")
    return {f"{kind}_id": key} if kind in ("episode", "report") else {}
