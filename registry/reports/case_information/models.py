"""Requests for case information, each with the term that runs from it."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, Json, new_id

_OPEN = text("sent_at IS NULL")


class CaseInformationRequest(Base):
    """A victim asks for information of her case (verzoek om zaaksinformatie); open until it was sent in writing."""

    __tablename__ = "case_information_request"
    __table_args__ = (
        Index("uq_case_information_open", "report_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_case_information_due", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "report_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("report.id"))
    asked_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    due_on: Mapped[date] = mapped_column(Date)
    due_at: Mapped[datetime]
    warn_at: Mapped[datetime]
    steps: Mapped[list[list[Any]]] = mapped_column(Json)
    source: Mapped[str]
    law_hash: Mapped[str]
    near_told_at: Mapped[datetime | None]
    missed_told_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[str | None]
    sent_unit: Mapped[str | None]
    sent_channel: Mapped[str | None]
    proof_reference: Mapped[str | None]
    proof_sha256: Mapped[str | None]
