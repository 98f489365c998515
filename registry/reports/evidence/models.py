"""Files of evidence; their content lies sealed in pieces, their names as data."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, Sealed, new_id


class ReportEvidence(Base):
    """A file that a victim gave with a report (bewijsstuk); there from the moment that all of it is.

    `again`: under which other names, or as which other sorts, the same content was given later; oldest first.
    """

    __tablename__ = "report_evidence"
    __table_args__ = (UniqueConstraint("report_id", "sha256"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("report.id"))
    kind: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    pieces: Mapped[int]
    received_at: Mapped[datetime]
    received_by: Mapped[str]
    breach_evidence_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("breach_evidence.id"))
    file_name_sealed: Mapped[bytes | None]
    file_name: Sealed[str | None] = Sealed()
    again_sealed: Mapped[bytes | None]
    again: Sealed[list[dict[str, Any]] | None] = Sealed()


class ReportEvidencePiece(Base):
    """A piece of a file, sealed for its file and its number."""

    __tablename__ = "report_evidence_piece"

    evidence_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content_sealed: Mapped[bytes]


class ReportEvidenceArrival(Base):
    """A file whose pieces are being stored; one that stays here was left behind by a process that died."""

    __tablename__ = "report_evidence_arrival"

    evidence_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
