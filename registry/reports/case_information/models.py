"""Requests for case information."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, new_id

_OPEN = text("sent_at IS NULL")


class CaseInformationRequest(Base):
    """A victim asks for information of her case (verzoek om zaaksinformatie); open until it was sent in writing.

    By when it is owed is a deadline among the others.
    """

    __tablename__ = "case_information_request"
    __table_args__ = (
        Index("uq_case_information_open", "report_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "report_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("report.id"))
    asked_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    deadline_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deadline.id"), unique=True)
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[str | None]
    sent_unit: Mapped[str | None]
    sent_channel: Mapped[str | None]
    proof_reference: Mapped[str | None]
    proof_sha256: Mapped[str | None]
