"""Numbers that one person alone has (BSN, SKN), as they tie parties of orders, or fail to."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, new_id

_UNSETTLED = text("settled_at IS NULL")


class CarriedNumber(Base):
    """A number (BSN, SKN) of a current party that only an earlier version of its order tells: it ties all the same.

    One that a correction took back ties nobody any more; it is kept for whoever asks by it.
    """

    __tablename__ = "carried_number"
    __table_args__ = {"sqlite_with_rowid": False}

    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    party_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("order_party.id"), primary_key=True, index=True)
    taken_back: Mapped[bool]


class SharedNumber(Base):
    """A number of a party of an order that somebody of another order bears too, and the two can hardly be one person.

    One of the two was mistyped. It is settled by a correction, or by a merge that says that they are one.
    """

    __tablename__ = "shared_number"
    __table_args__ = (
        Index(None, "order_id"),
        Index(None, "other_order_id"),
        Index("ix_shared_number_open", "order_id", sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"))
    role: Mapped[str]
    reference: Mapped[str]
    kind: Mapped[str]
    other_order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"))
    found_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
