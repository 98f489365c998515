"""The table of what left the service of a wearer's track."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from registry.access.rules import Actor
from registry.db import Base, Sealed, new_id


class ExportKind(StrEnum):
    """What was given of a wearer's track: a bundle of an episode, his history, or a piece of the list of positions."""

    BUNDLE = "bundle"
    HISTORY = "history"
    POSITIONS = "positions"


class TrackExport(Base):
    """That something of a wearer's track was given to an organisation; why, to whom there, and under which demand."""

    __tablename__ = "track_export"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    episode_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("episode.id"))
    kind: Mapped[str]
    demand_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("position_demand.id"), index=True)
    made_at: Mapped[datetime]
    details_sealed: Mapped[bytes]
    details: Sealed[dict[str, str]] = Sealed()

    def told(self, reason: str, actor: Actor) -> "TrackExport":
        """Keep why, and who asked, sealed: both may name people."""
        self.details = {"reason": reason, "end_user": actor.end_user, "unit": actor.unit, "role": actor.role}
        return self
