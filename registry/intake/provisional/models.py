"""What belongs to a provisional order beside the register: its document, what it is joined by, and what may join it."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, Json


class ProvisionalDocument(Base):
    """The source document (brondocument) of a provisional order, sealed."""

    __tablename__ = "provisional_document"

    id: Mapped[uuid.UUID] = mapped_column(ForeignKey("provisional_order.id"), primary_key=True)
    content_sealed: Mapped[bytes]


class ProvisionalKey(Base):
    """A keyed hash by which a message of the CJIB meets a provisional order that still waits for it."""

    __tablename__ = "provisional_key"
    __table_args__ = (Index(None, "order_id"), {"sqlite_with_rowid": False})

    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("provisional_order.id"), primary_key=True)


class ProvisionalProposal(Base):
    """An order of the CJIB that may be the provisional one, for a human to decide; `reasons` are codes."""

    __tablename__ = "provisional_proposal"
    __table_args__ = {"sqlite_with_rowid": False}

    provisional_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("provisional_order.id"), primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"), primary_key=True)
    reasons: Mapped[list[str]] = mapped_column(Json)
    proposed_at: Mapped[datetime]
