"""What a victim was told, and the proof of it."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, new_id


class InformedMoment(Base):
    """That a victim was told something (moment), of an order or after a report; only added to.

    `protected` is the reference by which the order names the person; without it the record is of a report.
    """

    __tablename__ = "informed_moment"
    __table_args__ = (
        CheckConstraint("(order_id IS NULL) <> (report_id IS NULL)", name="order_or_report"),
        UniqueConstraint("organisation_id", "moment", "proof_reference"),
        Index(None, "order_id"),
        Index(None, "report_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("protection_order.id"))
    protected: Mapped[str | None]
    report_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("report.id"))
    moment: Mapped[str]
    told_at: Mapped[datetime]
    channel: Mapped[str]
    proof_kind: Mapped[str]
    proof_reference: Mapped[str]
    proof_sha256: Mapped[str | None]
    against_wishes: Mapped[bool]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    unit: Mapped[str]
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
