"""Deliveries of the senders: every raw row as it came, what became of it, and what was seen before.

Raw rows are only added, and so are their outcomes: a row without an outcome still waits.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Integer, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, Json, new_id

_UNFINISHED = text("finished_at IS NULL")
_UNTOLD = text("conflict > conflicts_told")
_RETRYING = text("retry_at IS NOT NULL")
_OPEN = text("open_number IS NOT NULL")
_PENDING = text("outcome = 'pending'")
_UNMENDED = text("closed_at IS NULL")
_UNMENDED_UNNUMBERED = text("closed_at IS NULL AND order_number IS NULL")


def _partial(name: str, column: str, where: Any, *more: str) -> Index:
    return Index(name, column, *more, sqlite_where=where, postgresql_where=where)


class IntakeDelivery(Base):
    """One delivery (aanlevering), who sent it, and how far it is; rows beyond `judged_until` wait.

    It counts what became of its rows; those it does not count are pending.
    """

    __tablename__ = "intake_delivery"
    __table_args__ = (
        Index(None, "sending_org_id", "id"),
        _partial("ix_intake_delivery_unfinished", "id", _UNFINISHED),
        _partial("ix_intake_delivery_conflicts_untold", "id", _UNTOLD),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    sending_org_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    sender_kind: Mapped[str]
    client_id: Mapped[uuid.UUID | None]
    end_user: Mapped[str]
    unit: Mapped[str]
    role: Mapped[str]
    media_type: Mapped[str]
    status: Mapped[str]
    received_at: Mapped[datetime]
    last_stored_at: Mapped[datetime]
    finished_receiving_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    sha256: Mapped[str | None]
    rows: Mapped[int] = mapped_column(default=0)
    judged_until: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    accepted_with_warnings: Mapped[int] = mapped_column(default=0)
    duplicate: Mapped[int] = mapped_column(default=0)
    conflict: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    conflicts_told: Mapped[int] = mapped_column(default=0)


class IntakeRaw(Base):
    """A row as it was sent, sealed; a line beyond the largest size is kept up to that size."""

    __tablename__ = "intake_raw"

    delivery_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("intake_delivery.id"), primary_key=True)
    row_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    raw_sealed: Mapped[bytes]


class IntakeRow(Base):
    """What became of a row. `open_number` is the order number of a rejected row, and of an ending in
    conflict, until a message of the order is accepted after all.

    A row that could not be judged is `pending`: tried again at `retry_at`, and by hand once that is empty.
    """

    __tablename__ = "intake_row"
    __table_args__ = (
        ForeignKeyConstraint(["delivery_id"], ["intake_delivery.id"]),
        _partial("ix_intake_row_retry", "retry_at", _RETRYING),
        _partial("ix_intake_row_open_number", "open_number", _OPEN),
        _partial("ix_intake_row_pending", "delivery_id", _PENDING, "row_number"),
        {"sqlite_with_rowid": False},
    )

    delivery_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    row_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    outcome: Mapped[str]
    message_id: Mapped[str | None]
    order_number: Mapped[str | None]
    version: Mapped[int | None]
    kind: Mapped[str | None]
    order_id: Mapped[uuid.UUID | None]
    findings: Mapped[list[list[str | None]]] = mapped_column(Json)
    judged_at: Mapped[datetime]
    attempts: Mapped[int]
    last_error: Mapped[str | None]
    retry_at: Mapped[datetime | None]
    is_open: Mapped[bool]
    open_number: Mapped[str | None]


class MessageSeen(Base):
    """The digest of the first message of a sender under a message id, and where it is."""

    __tablename__ = "intake_message"
    __table_args__ = {"sqlite_with_rowid": False}

    sending_org_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    message_id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes]
    delivery_id: Mapped[uuid.UUID]
    row_number: Mapped[int] = mapped_column(Integer)


class IntakeRowKey(Base):
    """A keyed hash under which a row that is rejected, or was set aside, is found: delivered, not processed.

    A key of a row that was accepted since is not counted.
    """

    __tablename__ = "intake_row_key"
    __table_args__ = {"sqlite_with_rowid": False}

    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    delivery_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    row_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)


class WaitingBlock(Base):
    """Some thousands of rows of a large delivery that wait together, up to `last_row`, with their keys."""

    __tablename__ = "intake_waiting_block"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    delivery_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("intake_delivery.id"), index=True)
    last_row: Mapped[int] = mapped_column(Integer)


class WaitingKey(Base):
    """The beginning of a keyed hash under which a waiting row is found; written and removed by the block.

    Within a block keys come in their order: a table by key alone would touch a page for each of them.
    """

    __tablename__ = "intake_waiting_key"
    __table_args__ = {"sqlite_with_rowid": False}

    block_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    key: Mapped[bytes] = mapped_column(LargeBinary(8), primary_key=True)
    row_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)


class IntakeSource(Base):
    """How fresh and how complete the messages of a sender are, kept so that nobody has to count rows."""

    __tablename__ = "intake_source"

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    last_message_at: Mapped[datetime]
    unprocessed: Mapped[int]


class IntakeFinding(Base):
    """One thing found wrong with a row, until a later message of the order mends it; `place` is the JSON pointer.

    It is opened when the row is judged, and closed, never removed, by the row that mended it.
    """

    __tablename__ = "intake_finding"
    __table_args__ = (
        _partial("ix_intake_finding_unmended", "sending_org_id", _UNMENDED, "id"),
        _partial("ix_intake_finding_unmended_severity", "sending_org_id", _UNMENDED, "severity", "id"),
        _partial("ix_intake_finding_unmended_code", "sending_org_id", _UNMENDED, "code", "id"),
        _partial("ix_intake_finding_unmended_order", "order_number", _UNMENDED),
        _partial("ix_intake_finding_unmended_row", "delivery_id", _UNMENDED_UNNUMBERED, "row_number"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    sending_org_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    delivery_id: Mapped[uuid.UUID]
    row_number: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str]
    order_number: Mapped[str | None]
    version: Mapped[int | None]
    code: Mapped[str]
    severity: Mapped[str]
    place: Mapped[str]
    cause: Mapped[str | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_delivery_id: Mapped[uuid.UUID | None]
    closed_by_row: Mapped[int | None]
