"""Tables of what is held, and of what was removed."""

import uuid
from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, Json, Sealed, new_id

_HELD = text("released_at IS NULL")


class PositionHold(Base):
    """That positions of a wearer are not to be removed (bewaarverzoek): whose, from when until when, and why.

    It ends only when a named person releases it.
    """

    __tablename__ = "position_hold"
    __table_args__ = (
        Index(None, "organisation_id"),
        Index("ix_position_hold_held", "person_id", sqlite_where=_HELD, postgresql_where=_HELD),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    supervising_org_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    ground: Mapped[str]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    unit: Mapped[str]
    reason_sealed: Mapped[bytes]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
    released_unit: Mapped[str | None]
    release_reason_sealed: Mapped[bytes | None]
    reason: Sealed[str] = Sealed()
    release_reason: Sealed[str | None] = Sealed()


class KeptWindow(Base):
    """A stretch of time (epoch ms) in which what a device said is kept, or its alarms only.

    Derived, for the database to remove by: written anew whenever something is to be removed.
    """

    __tablename__ = "kept_window"
    __table_args__ = {"sqlite_with_rowid": False}

    device_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_ms: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    alarms_only: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    until_ms: Mapped[int]


class PositionRemoval(Base):
    """A removal of what was said before a day, and how much of it was removed so far.

    `untold` counts by organisation what the audit chain does not say yet.
    """

    __tablename__ = "position_removal"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    before_on: Mapped[date] = mapped_column(Date, index=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    removed: Mapped[int]
    untold: Mapped[dict[str, int]] = mapped_column(Json)
