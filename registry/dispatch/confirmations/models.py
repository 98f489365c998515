"""Requests to confirm an order."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.access.models import Responsible
from registry.db import Base, new_id

_OPEN = text("answered_at IS NULL")


class Confirmation(Responsible, Base):
    """A request to the source of an order to confirm it (bevestigingsverzoek); one open at a time for who asks.

    Its sending organisation is the source that must answer, its police organisation the one that asks. The worker notes
    when it called the source, and when it called again because the answer was late.
    """

    __tablename__ = "confirmation"
    __table_args__ = (
        Index(
            "uq_confirmation_open",
            "order_id",
            "police_org_id",
            "urgency",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_confirmation_order_id_asked_at", "order_id", "asked_at"),
        Index("ix_confirmation_running", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "sending_org_id"),
        Index(None, "police_org_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"))
    urgency: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    unit: Mapped[str]
    due_at: Mapped[datetime]
    called_at: Mapped[datetime | None]
    called_late_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    outcome: Mapped[str | None]
