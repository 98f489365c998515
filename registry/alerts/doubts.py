"""Whose order it is is called to a doubt about who it binds, and no more once that is settled."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from registry.alerts.models import Alert
from registry.alerts.service import NewAlert, close_alert, raise_alerts
from registry.http import Runtime
from registry.orders.models import Order
from registry.orders.register.detentions import doubted_detentions
from registry.orders.register.shared import contested

_TOGETHER = 200
_PRIORITY = 3
_REF = "order:"


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A kind of doubt: how an alert calls it, and the ids of the orders that it is about."""

    alert_class: str
    title_nl: str
    orders: Select[Any]

    def among(self, session: Session, order_ids: Collection[UUID]) -> set[UUID]:
        """Which of some orders it is about."""
        (order_id,) = self.orders.selected_columns
        return set(session.scalars(self.orders.where(order_id.in_(order_ids))))

    def after(self, session: Session, last: UUID | None, most: int) -> list[UUID]:
        """The next orders that it is about, so many at most."""
        (order_id,) = self.orders.selected_columns
        further = self.orders.where(order_id.is_not(None) if last is None else order_id > last)
        return list(session.scalars(further.distinct().order_by(order_id).limit(most)))


_DOUBTS = (
    _Doubt(
        "number_shared",
        "Een nummer in dit bevel staat ook bij iemand anders: laat het verbeteren of samenvoegen",
        contested(),
    ),
    _Doubt(
        "detention_in_doubt",
        "Van wie de gemelde detentie is, staat niet vast: zij telt niet mee tot het is bevestigd",
        doubted_detentions(),
    ),
)


def watch_doubts(shared: Runtime, together: int = _TOGETHER) -> None:
    """Call for a number that unlike people share, and for a detention that may be somebody else's; so many at a time.

    A registry with very many doubts is walked through in pieces, each in a transaction of its own.
    """
    now = shared.clock.now()
    for doubt in _DOUBTS:
        for order_ids in _uncalled(shared, doubt, together):
            with shared.database.transaction() as session:
                _call(session, now, doubt, order_ids)
        for order_ids in _over(shared, doubt, together):
            with shared.database.transaction() as session:
                for order_id in order_ids - doubt.among(session, order_ids):
                    close_alert(session, now, doubt.alert_class, f"{_REF}{order_id}")


def _uncalled(shared: Runtime, doubt: _Doubt, together: int) -> Iterator[set[UUID]]:
    """The orders in doubt for which nobody is called, in pieces."""
    last: UUID | None = None
    while True:
        with shared.database.reading() as session:
            found = doubt.after(session, last, together)
            refs = _told(doubt).where(Alert.subject_ref.in_([f"{_REF}{each}" for each in found]))
            uncalled = set(found) - {_order_of(ref) for ref in session.scalars(refs)}
        if uncalled:
            yield uncalled
        if len(found) < together:
            return
        last = found[-1]


def _over(shared: Runtime, doubt: _Doubt, together: int) -> Iterator[set[UUID]]:
    """The orders for which somebody is called and that are in doubt no more, in pieces."""
    last = ""
    while True:
        with shared.database.reading() as session:
            refs = _told(doubt).where(Alert.subject_ref > last).order_by(Alert.subject_ref).limit(together)
            found = list(session.scalars(refs))
            called = {_order_of(ref) for ref in found}
            over = called - doubt.among(session, called)
        if over:
            yield over
        if len(found) < together:
            return
        last = found[-1]


def _told(doubt: _Doubt) -> Select[Any]:
    return select(Alert.subject_ref).where(Alert.alert_class == doubt.alert_class, Alert.closed_at.is_(None))


def _order_of(subject_ref: str) -> UUID:
    return UUID(subject_ref.removeprefix(_REF))


def _call(session: Session, now: datetime, doubt: _Doubt, order_ids: Collection[UUID]) -> None:
    """Call for those of the orders that are in doubt still."""
    orders = session.scalars(select(Order).where(Order.id.in_(doubt.among(session, order_ids))).order_by(Order.id))
    calls = []
    for order in orders:
        ref, context = f"{_REF}{order.id}", {"order_id": str(order.id)}
        calls.append(NewAlert(doubt.alert_class, _PRIORITY, doubt.title_nl, ref, order.owners(), context))
    raise_alerts(session, now, calls)
