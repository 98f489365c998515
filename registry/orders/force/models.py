"""What statuses were measured by, and when orders were confirmed: kept, so that an answer can be given again."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, new_id


class MeasureRecord(Base):
    """The table of law and the age of confirmation that held from `recorded_at` on, until the next record."""

    __tablename__ = "measure_record"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    law_hash: Mapped[str]
    law_packed: Mapped[bytes] = mapped_column(LargeBinary)
    unconfirmed_after_s: Mapped[int] = mapped_column(Integer)


class OrderConfirmation(Base):
    """That a full statement of the sender, made at `confirmed_at`, confirmed an order without end date.

    A message confirms too, by being there; with an end date nobody asks when an order was confirmed.
    """

    __tablename__ = "order_confirmation"
    __table_args__ = {"sqlite_with_rowid": False}

    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"), primary_key=True)
    confirmed_at: Mapped[datetime] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime]
