"""For whom offline copies are made, which were handed out, and how far the journals that came back are in the chain."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base


class SnapshotKey(Base):
    """The public half, 32 bytes, of the key pair of a room: its offline copies are sealed for it."""

    __tablename__ = "snapshot_key"

    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("api_client.id"), primary_key=True)
    public_key: Mapped[bytes]
    set_at: Mapped[datetime]


class SnapshotIssue(Base):
    """An offline copy (offline kopie) that was handed out, of what moment, until when it may be asked."""

    __tablename__ = "snapshot_issue"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("api_client.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    taken_at: Mapped[datetime]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    key_id: Mapped[str]


class SnapshotJournal(Base):
    """A journal (logboek) of a copy: how many of its records are in the audit chain, and the link of the last."""

    __tablename__ = "snapshot_journal"
    __table_args__ = (Index(None, "snapshot_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    snapshot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("snapshot_issue.id"))
    records: Mapped[int]
    link: Mapped[bytes]
    uploaded_at: Mapped[datetime]
