"""The table of demands."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, Sealed, new_id
from registry.monitoring.demands.rules import Terms, Window

_STANDS = text("revoked_at IS NULL")


class PositionDemand(Base):
    """That an organisation demands positions of a wearer (vordering): of which time, and until when it can read them.

    It is recorded and approved by two people of the organisation that supervises him; once it is revoked it opens
    nothing. `details` are the person who demands and his role, the legal basis as stated, and the document.
    """

    __tablename__ = "position_demand"
    __table_args__ = (
        Index(None, "supervising_org_id"),
        Index(None, "demanding_org_id"),
        Index("ix_position_demand_stands", "valid_until", sqlite_where=_STANDS, postgresql_where=_STANDS),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    supervising_org_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    demanding_org_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    unit: Mapped[str]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    approved_unit: Mapped[str | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]
    revoked_unit: Mapped[str | None]
    details_sealed: Mapped[bytes]
    revocation_reason_sealed: Mapped[bytes | None]
    details: Sealed[dict[str, str]] = Sealed()
    revocation_reason: Sealed[str | None] = Sealed()

    @property
    def terms(self) -> Terms:
        """What it opens, as a value."""
        window = Window(self.from_at, self.until_at)
        return Terms(self.person_id, window, self.valid_until, self.approved_at, self.revoked_at)
