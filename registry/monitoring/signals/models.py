"""Tables of what devices say of themselves."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.access.models import Responsible
from registry.db import Base, new_id

_GOES_ON = text("until_ms IS NULL")


class DeviceSignal(Responsible, Base):
    """A stretch of time in which something was the matter with a device; of what nobody wore there is no wearer.

    `last_ms` is when the device said so last; `until_ms` when it said that it is over.
    """

    __tablename__ = "device_signal"
    __table_args__ = (
        Index(None, "device_number", "kind", "from_ms"),
        Index(None, "supervising_org_id"),
        Index("ix_device_signal_going_on", "device_number", sqlite_where=_GOES_ON, postgresql_where=_GOES_ON),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    device_number: Mapped[int]
    device_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("device.id"))
    coupling_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("coupling.id"))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("protection_order.id"))
    kind: Mapped[str]
    from_ms: Mapped[int]
    last_ms: Mapped[int]
    until_ms: Mapped[int | None]
    found_late: Mapped[bool]
    recorded_at: Mapped[datetime]
