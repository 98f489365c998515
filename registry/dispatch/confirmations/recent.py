"""What was asked of the source of an order in the last day, as lookups and briefings tell it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from registry.db import Prepared, UtcDateTime
from registry.dispatch.confirmations.models import Confirmation
from registry.dispatch.confirmations.rules import Outcome, RequestStatus, Urgency, status_at
from registry.orders.force.wording import moment_nl
from registry.orders.models import Order

Wire = dict[str, Any]

_TOLD_FOR = timedelta(days=1)
_URGENCIES_NL = {Urgency.URGENT: "met spoed ", Urgency.ROUTINE: ""}
_OUTCOMES_NL = {
    Outcome.CONFIRMED: "De bron heeft het bevel bevestigd op {at}.",
    Outcome.NOT_IN_FORCE: "Volgens de bron geldt het bevel NIET (antwoord van {at}).",
    Outcome.DIFFERS: "Volgens de bron geldt het bevel anders dan hier staat (antwoord van {at}): bel de bron.",
    Outcome.NOT_KNOWN: "De bron kent het bevel niet (antwoord van {at}).",
}

_ASKED_AFTER = bindparam("asked_after", type_=UtcDateTime())
# For the statement that reads orders: whether there is anything to read here at all.
IS_ASKED = exists().where(Confirmation.order_id == Order.id, Confirmation.asked_at > _ASKED_AFTER)
_RECENT = Prepared(
    select(
        Confirmation.id,
        Confirmation.order_id,
        Confirmation.urgency,
        Confirmation.asked_at,
        Confirmation.due_at,
        Confirmation.answered_at,
        Confirmation.outcome,
    )
    .where(Confirmation.order_id.in_(bindparam("order_ids", expanding=True)), Confirmation.asked_at > _ASKED_AFTER)
    .order_by(Confirmation.asked_at.desc(), Confirmation.id.desc())
)


def asked_after(now: datetime) -> datetime:
    """Since when what was asked is told."""
    return now - _TOLD_FOR


def recently_asked(session: Session, order_ids: Collection[UUID], now: datetime) -> dict[UUID, tuple[Wire, ...]]:
    """The requests about each of these orders, the newest first."""
    found: defaultdict[UUID, tuple[Wire, ...]] = defaultdict(tuple)
    for row in _RECENT.all(session, order_ids=list(order_ids), asked_after=asked_after(now)):
        found[row.order_id] += (shown(row, now),)
    return dict(found)


def shown(row: Any, now: datetime) -> Wire:
    """How a request stands, without who asked."""
    return {
        "id": row.id,
        "urgency": row.urgency,
        "status": status_at(row.due_at, row.answered_at, now).value,
        "askedAt": row.asked_at,
        "dueAt": row.due_at,
        "answeredAt": row.answered_at,
        "outcome": row.outcome,
        "textNl": _text_nl(row, now),
    }


def _text_nl(row: Any, now: datetime) -> str:
    if row.outcome is not None:
        return _OUTCOMES_NL[Outcome(row.outcome)].format(at=moment_nl(row.answered_at))
    asked = f"Bevestiging {_URGENCIES_NL[Urgency(row.urgency)]}gevraagd op {moment_nl(row.asked_at)}"
    if status_at(row.due_at, None, now) is RequestStatus.OVERDUE:
        return f"{asked}; het antwoord had er op {moment_nl(row.due_at)} moeten zijn. Nog niet bevestigd."
    return f"{asked}; antwoord uiterlijk op {moment_nl(row.due_at)}. Nog niet bevestigd."
