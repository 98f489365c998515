"""Alerts, and the ladder of duties they climb."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.access.models import Responsible
from registry.db import Base, Json, Sealed, new_id

_OPEN_OR_TAKEN = text("closed_at IS NULL")
_CLIMBING = text("next_escalation_at IS NOT NULL")


class Alert(Responsible, Base):
    """A call on a human (alarm); one at a time for each class and subject."""

    __tablename__ = "alert"
    __table_args__ = (
        Index(
            "uq_alert_class_subject",
            "alert_class",
            "subject_ref",
            unique=True,
            sqlite_where=_OPEN_OR_TAKEN,
            postgresql_where=_OPEN_OR_TAKEN,
        ),
        Index("ix_alert_climbing", "next_escalation_at", sqlite_where=_CLIMBING, postgresql_where=_CLIMBING),
        Index(None, "supervising_org_id"),
        Index(None, "subject_ref"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    alert_class: Mapped[str]
    priority: Mapped[int]
    title_nl: Mapped[str]
    subject_ref: Mapped[str]
    context: Mapped[dict[str, Any]] = mapped_column(Json)
    raised_at: Mapped[datetime]
    level: Mapped[int]
    ladder_org_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    next_escalation_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
    note_sealed: Mapped[bytes | None]
    closed_at: Mapped[datetime | None]
    note: Sealed[str | None] = Sealed()


class AlertDuty(Base):
    """A step of an organisation's ladder (piketdienst): who is called when the step below did not answer."""

    __tablename__ = "alert_duty"
    __table_args__ = (UniqueConstraint("organisation_id", "level"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    level: Mapped[int]
    details_sealed: Mapped[bytes]
    details: Sealed[dict[str, str]] = Sealed()
