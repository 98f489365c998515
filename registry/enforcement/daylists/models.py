"""The list that an organisation was given on a day."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, Json, new_id


class Daylist(Base):
    """The deadlines of an owner, and the proceedings that lie still (daglijst); one for each day, never changed."""

    __tablename__ = "daylist"
    __table_args__ = (UniqueConstraint("organisation_id", "listed_on"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    listed_on: Mapped[date] = mapped_column(Date)
    listed_at: Mapped[datetime]
    running: Mapped[int]
    overdue: Mapped[int]
    due_today: Mapped[int]
    whole: Mapped[bool]
    entries: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    quiet: Mapped[list[dict[str, Any]]] = mapped_column(Json)
