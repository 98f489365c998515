"""Calendar feeds, and which deadlines each holds."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, new_id


class CalendarFeed(Base):
    """A calendar (agenda) under a secret address, of which only a keyed hash is kept.

    Its name is the owner's own, to tell one from another; the calendar itself does not show it.
    """

    __tablename__ = "calendar_feed"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    nature: Mapped[str | None]
    regime: Mapped[str | None]
    arrondissement: Mapped[str | None]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
