"""Her device, her positions and what was found of the two: tables that no question about a wearer reads.

Her device has no row among the devices, and no ping of it among the pings: what is asked of a wearer, of his device or
of his episodes cannot meet her.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.access.models import Responsible
from registry.db import Base, Sealed, new_id

_CONSENTED = text("revoked_at IS NULL")
_CHANGED = text("changed_at IS NOT NULL")
_OPEN = text("end_ms IS NULL")


class Companion(Responsible, Base):
    """The device (slachtofferapparaat) that a protected person carries with her consent, for one order.

    One device of hers may stand here for each order that protects her, each with a consent of its own. Its provider
    names it; `party_id` is she as the order named her then; `changed_at` is set by every change, and cleared by the
    engine when it has taken it in.
    """

    __tablename__ = "companion"
    __table_args__ = (
        Index("uq_companion_device", "provider_id", "device", "order_id", unique=True, sqlite_where=_CONSENTED,
              postgresql_where=_CONSENTED),
        Index("ix_companion_changed", "changed_at", sqlite_where=_CHANGED, postgresql_where=_CHANGED),
        Index(None, "order_id"),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"))
    protected_reference: Mapped[str]
    party_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("order_party.id"))
    provider_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    device: Mapped[str]
    near_m: Mapped[int]
    consented_at: Mapped[datetime]
    consented_by: Mapped[str]
    consent_form: Mapped[str]
    recorded_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]
    changed_at: Mapped[datetime | None]
    heard_ms: Mapped[int | None]


class CompanionFix(Base):
    """A position of hers: sealed, kept a few days, and longer only while an episode holds it."""

    __tablename__ = "companion_fix"
    __table_args__ = (UniqueConstraint("companion_id", "at_ms", "sequence"), Index(None, "at_ms"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    companion_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("companion.id"))
    at_ms: Mapped[int]
    sequence: Mapped[int]
    content_sealed: Mapped[bytes]
    content: Sealed[list[float | None]] = Sealed()


class NearnessRecord(Responsible, Base):
    """A stretch in which he was near her (nabijheid), made known under an id; see geo.nearness for what it is.

    Its numbers are sealed: with his track they would tell where she was.
    """

    __tablename__ = "nearness"
    __table_args__ = (
        Index(None, "companion_id", "start_ms"),
        Index("ix_nearness_open", "companion_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "supervising_org_id"),
        Index(None, "police_org_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    companion_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("companion.id"))
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"))
    start_ms: Mapped[int]
    end_ms: Mapped[int | None]
    cause: Mapped[str]
    end_cause: Mapped[str | None]
    verdict: Mapped[str]
    confirmed_ms: Mapped[int | None]
    mover: Mapped[str | None]
    way: Mapped[str | None]
    status: Mapped[str]
    found_late: Mapped[bool]
    superseded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("nearness.id"))
    recorded_at: Mapped[datetime]
    numbers_sealed: Mapped[bytes]
    numbers: Sealed[dict[str, Any]] = Sealed()


class NearnessRevision(Base):
    """What was told of a stretch before it was judged anew; only added to."""

    __tablename__ = "nearness_revision"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    nearness_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("nearness.id"), index=True)
    recorded_at: Mapped[datetime]
    kind: Mapped[str]
    former_sealed: Mapped[bytes]
    former: Sealed[dict[str, Any]] = Sealed()
