"""When full statements confirmed the orders that have no end date: kept, so that it can be told what was known when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from registry.db import UtcDateTime, table_of
from registry.orders.force.models import OrderConfirmation
from registry.orders.models import Order, OrderVersion
from registry.orders.rows import pieces

_OPEN_ENDED: Select[UUID, datetime, datetime] = (
    select(Order.id, bindparam("made_at", type_=UtcDateTime()), bindparam("now", type_=UtcDateTime()))
    .join(OrderVersion, OrderVersion.id == Order.current_version_id)
    .where(Order.sending_org_id == bindparam("sender_id"), Order.number.in_(bindparam("numbers", expanding=True)))
    .where(OrderVersion.ends_on.is_(None))
)


def confirmed_by_statement(
    session: Session, now: datetime, made_at: datetime, sender_id: UUID, numbers: Collection[str]
) -> None:
    """Keep that a statement of the sender confirms those of the orders that have no end date."""
    connection = session.connection()
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    told = dialect.insert(table_of(OrderConfirmation))
    statement = told.from_select(["order_id", "confirmed_at", "recorded_at"], _OPEN_ENDED).on_conflict_do_nothing()
    for piece in pieces(numbers):
        values = {"made_at": made_at, "now": now, "sender_id": sender_id, "numbers": piece}
        connection.execute(statement, values)


def last_confirmed(session: Session, order_id: UUID, known_at: datetime) -> datetime | None:
    """When a statement that was known at an instant confirmed an order last."""
    own = (OrderConfirmation.order_id == order_id, OrderConfirmation.recorded_at <= known_at)
    return session.scalar(select(func.max(OrderConfirmation.confirmed_at)).where(*own))
