"""Wishes, sealed; the newest of a report counts."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, Sealed, new_id


class ReportWishes(Base):
    """What a victim wishes (wensen) about being told, as her partner asked her; only added to."""

    __tablename__ = "report_wishes"
    __table_args__ = (Index(None, "report_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("report.id"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    content_sealed: Mapped[bytes]
    content: Sealed[dict[str, Any]] = Sealed()
