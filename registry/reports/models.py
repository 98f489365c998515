"""Reports; what a victim told is sealed."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.access.models import Responsible
from registry.db import Base, Sealed, new_id


class Report(Responsible, Base):
    """What a victim told a partner (melding). The link to an order, if any, is not the partner's to see."""

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("partner_org_id", "partner_reference"), Index(None, "breach_id"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    receipt_number: Mapped[str] = mapped_column(unique=True)
    partner_reference: Mapped[str | None]
    kind: Mapped[str]
    acute: Mapped[bool]
    occurred_at: Mapped[datetime]
    reported_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("protection_order.id"))
    breach_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("breach.id"))
    linked_by: Mapped[str | None]
    linked_at: Mapped[datetime | None]
    told_status: Mapped[str]
    told_revision: Mapped[int]
    contact_blocked: Mapped[bool]
    sent_wishes_id: Mapped[uuid.UUID | None]
    content_sealed: Mapped[bytes]
    content: Sealed[dict[str, Any]] = Sealed()

    @property
    def known_at(self) -> datetime:
        """Since when somebody of the chain knows: she told the partner, or else it came in here."""
        return self.reported_at or self.received_at
