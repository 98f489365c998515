"""Organisations, API clients and the audit chain."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, Json, new_id


class Organisation(Base):
    """A party of the chain (ketenpartner)."""

    __tablename__ = "organisation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]


class ApiClient(Base):
    """A system that calls the service; only a keyed hash of its key is kept."""

    __tablename__ = "api_client"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    key_hash: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AuditHead(Base):
    """The newest entry of a chain; a transaction takes a free head as its last statement."""

    __tablename__ = "audit_head"

    chain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int]
    entry_hash: Mapped[bytes]


class AuditEntry(Base):
    """Who did what to which data, when and why; it refers to data and never holds it."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "object_ref"),)

    chain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    client_id: Mapped[uuid.UUID | None]
    organisation_id: Mapped[uuid.UUID]
    end_user: Mapped[str]
    unit: Mapped[str]
    role: Mapped[str]
    action: Mapped[str]
    purpose: Mapped[str]
    object_ref: Mapped[str]
    details: Mapped[dict[str, Any] | None] = mapped_column(Json)
    entry_hash: Mapped[bytes]


class Responsible:
    """Mixin: the organisations that a row concerns; a client sees the rows of its own organisation."""

    sending_org_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    supervising_org_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    police_org_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    prosecuting_org_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    partner_org_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))

    def owners(self) -> dict[str, uuid.UUID | None]:
        """Return the columns above by name, to copy onto a row that follows from this one."""
        return {
            "sending_org_id": self.sending_org_id,
            "supervising_org_id": self.supervising_org_id,
            "police_org_id": self.police_org_id,
            "prosecuting_org_id": self.prosecuting_org_id,
            "partner_org_id": self.partner_org_id,
        }

    def audience(self) -> set[uuid.UUID]:
        """Return the organisations concerned."""
        return {owner for owner in self.owners().values() if owner is not None}
