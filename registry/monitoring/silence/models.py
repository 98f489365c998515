"""Tables of silence."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.access.models import Responsible
from registry.db import Base, new_id

_GOES_ON = text("until_ms IS NULL")


class ProviderSilence(Responsible, Base):
    """A stretch in which the devices of a provider (leverancier), worn for one supervisor, were silent together.

    The provider is the sending organisation; there is one call for it, and none for each device.
    """

    __tablename__ = "provider_silence"
    __table_args__ = (
        Index("ix_provider_silence_going_on", "from_ms", sqlite_where=_GOES_ON, postgresql_where=_GOES_ON),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    from_ms: Mapped[int]
    until_ms: Mapped[int | None]
    devices: Mapped[int]
    silent: Mapped[int]
    recorded_at: Mapped[datetime]


class DeviceSilence(Responsible, Base):
    """A stretch in which a worn device sent no message, or no position; perhaps within its provider's silence."""

    __tablename__ = "device_silence"
    __table_args__ = (
        Index(None, "device_id", "from_ms"),
        Index(None, "supervising_org_id"),
        Index("ix_device_silence_going_on", "coupling_id", sqlite_where=_GOES_ON, postgresql_where=_GOES_ON),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    device_number: Mapped[int]
    device_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("device.id"))
    provider_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    coupling_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("coupling.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"))
    kind: Mapped[str]
    from_ms: Mapped[int]
    until_ms: Mapped[int | None]
    end_cause: Mapped[str | None]
    provider_silence_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("provider_silence.id"))
    recorded_at: Mapped[datetime]
