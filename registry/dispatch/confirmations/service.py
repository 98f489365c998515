"""Asking the source of an order to confirm it, and its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record, visible
from registry.alerts.service import close_alerts
from registry.db import new_id
from registry.dispatch.confirmations.models import Confirmation
from registry.dispatch.confirmations.rules import Outcome, RequestStatus, Urgency, due_at
from registry.dispatch.street.reach import Briefed, order_to_tell
from registry.errors import Conflict, NotFound
from registry.orders.models import Order, ProvisionalOrder


def subject_ref(confirmation_id: UUID) -> str:
    """What the alerts of a request are about."""
    return f"confirmation:{confirmation_id}"


def request(
    session: Session, actor: Actor, now: datetime, asked: Briefed, urgency: Urgency
) -> tuple[Confirmation, bool]:
    """Ask the source to confirm an order that the actor may be briefed about; says too whether it was asked just now.

    While such a request of the actor's organisation is open, asking again changes nothing. Raises NotFound.
    """
    actor = replace(actor, purpose=asked.purpose)
    order = order_to_tell(session, actor, now, asked)
    known = _open(session, actor, order.id, urgency)
    if known is not None:
        record(session, actor, now, Action.CONSULTED, subject_ref(known.id), order=str(order.id))
        return known, False
    made = Confirmation(
        id=new_id(),
        order_id=order.id,
        urgency=urgency.value,
        asked_at=now,
        asked_by=actor.end_user,
        unit=actor.unit,
        due_at=due_at(urgency, now),
        sending_org_id=_source_of(session, order),
        police_org_id=actor.organisation_id,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        # Another transaction of this organisation asked it between our look and our insert.
        known = _open(session, actor, order.id, urgency)
        if known is None:
            raise
        return known, False
    lookup = asked.lookup_id and str(asked.lookup_id)
    details: dict[str, Any] = {"order": str(order.id), "incident": asked.incident_number, "lookup": lookup}
    record(session, actor, now, Action.COLLECTED, subject_ref(made.id), urgency=urgency.value, **details)
    return made, True


def _source_of(session: Session, order: Order) -> UUID | None:
    """Who must know: of an order entered ahead of the CJIB's message, the prosecution that had it entered."""
    entry = session.get(ProvisionalOrder, order.id)
    return entry.instructing_org_id if entry else order.sending_org_id


def _open(session: Session, actor: Actor, order_id: UUID, urgency: Urgency) -> Confirmation | None:
    return session.scalar(
        select(Confirmation).where(
            Confirmation.order_id == order_id,
            Confirmation.police_org_id == actor.organisation_id,
            Confirmation.urgency == urgency.value,
            Confirmation.answered_at.is_(None),
        )
    )


def answer(session: Session, actor: Actor, now: datetime, confirmation_id: UUID, outcome: Outcome) -> Confirmation:
    """Record what the source answers, once; raises NotFound to whoever is not that source."""
    own = select(Confirmation).where(
        Confirmation.id == confirmation_id, Confirmation.sending_org_id == actor.organisation_id
    )
    found = session.scalar(own.with_for_update(key_share=True).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    if found.answered_at is not None:
        at = found.answered_at.isoformat(timespec="seconds")
        raise Conflict("already_answered", f"{found.answered_by} answered this request at {at}.")
    found.answered_at, found.answered_by, found.outcome = now, actor.end_user, outcome.value
    close_alerts(session, now, subject_ref(found.id))
    record(session, actor, now, Action.CHANGED, subject_ref(found.id), answered=outcome.value)
    return found


def confirmation_for(session: Session, actor: Actor, now: datetime, confirmation_id: UUID) -> Confirmation:
    """Return a request, to who asked and to the source; raises NotFound to others."""
    found = session.scalar(select(Confirmation).where(Confirmation.id == confirmation_id, visible(Confirmation, actor)))
    if found is None:
        raise NotFound
    record(session, actor, now, Action.CONSULTED, subject_ref(found.id))
    return found


@dataclass(frozen=True, slots=True)
class ConfirmationFilter:
    """Which requests to list, newest first."""

    limit: int = 50
    before_id: UUID | None = None
    status: RequestStatus | None = None


def confirmations_of(
    session: Session, actor: Actor, now: datetime, asked: ConfirmationFilter
) -> Sequence[Confirmation]:
    """Return the requests that the actor's organisation made or must answer, newest first."""
    own = select(Confirmation).where(visible(Confirmation, actor))
    if asked.before_id is not None:
        own = own.where(Confirmation.id < asked.before_id)
    if asked.status is RequestStatus.ANSWERED:
        own = own.where(Confirmation.answered_at.is_not(None))
    elif asked.status is not None:
        late = Confirmation.due_at <= now
        own = own.where(Confirmation.answered_at.is_(None), late if asked.status is RequestStatus.OVERDUE else ~late)
    found = session.scalars(own.order_by(Confirmation.id.desc()).limit(asked.limit)).all()
    record(session, actor, now, Action.CONSULTED, "confirmations", shown=[str(each.id) for each in found])
    return found
