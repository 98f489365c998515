"""What was, or will be, released to the partner of a report."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, new_id

_TOLD = text("told_at IS NOT NULL AND corrected_at IS NULL")
_WAITING = text("told_at IS NULL AND withdrawn_at IS NULL")


class ReportRelease(Base):
    """A fact that a named person lets the partner know (vrijgave), not before `release_at`; told once, and for good.

    What it rests on may be corrected, or the breach judged otherwise: since `corrected_at` the partner reads that it no
    longer holds.
    """

    __tablename__ = "report_release"
    __table_args__ = (
        Index(None, "report_id"),
        Index("ix_report_release_told", "event_id", sqlite_where=_TOLD, postgresql_where=_TOLD),
        Index("ix_report_release_waiting", "release_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("report.id"))
    kind: Mapped[str]
    event_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("proceeding_event.id"))
    assessment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("assessment.id"))
    answer: Mapped[str | None]
    release_at: Mapped[datetime]
    released_by: Mapped[str]
    unit: Mapped[str]
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    recorded_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    corrected_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_because: Mapped[str | None]
    withdrawn_by: Mapped[str | None]
