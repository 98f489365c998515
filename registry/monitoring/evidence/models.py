"""The table of what left the service of a wearer's track."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, Sealed, new_id


class TrackExport(Base):
    """That a bundle of an episode, or the history of a wearer, was given to an organisation; why, and to whom there."""

    __tablename__ = "track_export"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    episode_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("episode.id"))
    made_at: Mapped[datetime]
    details_sealed: Mapped[bytes]
    details: Sealed[dict[str, str]] = Sealed()

    def told(self, reason: str, end_user: str, unit: str, role: str) -> "TrackExport":
        """Keep why, and who asked, sealed: both may name people."""
        self.details = {"reason": reason, "end_user": end_user, "unit": unit, "role": role}
        return self
