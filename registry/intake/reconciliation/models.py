"""Full statements of the senders, their lines until these are compared, and the differences found."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, Sealed, new_id

_UNFINISHED = text("finished_at IS NULL")
_OPEN = text("resolved_at IS NULL")


class Statement(Base):
    """A full statement (volledige opgave): every order of a sender, as it was at `made_at`.

    `stage` and `reached` say how far it was compared; `is_whole` that its lines are as many as it says, each with a
    number: only then does it say anything of the orders that it does not list.
    """

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("sending_org_id", "sha256"),
        Index(None, "sending_org_id", "made_at"),
        Index("ix_statement_unfinished", "id", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
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
    made_at: Mapped[datetime]
    received_at: Mapped[datetime]
    last_stored_at: Mapped[datetime]
    finished_receiving_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    sha256: Mapped[str | None]
    stated_count: Mapped[int | None]
    is_whole: Mapped[bool] = mapped_column(default=False)
    stage: Mapped[str]
    reached: Mapped[str] = mapped_column(default="")
    lines: Mapped[int] = mapped_column(default=0)
    faulty: Mapped[int] = mapped_column(default=0)
    confirmed: Mapped[int] = mapped_column(default=0)
    unchecked: Mapped[int] = mapped_column(default=0)
    unreadable: Mapped[int] = mapped_column(default=0)
    missing_here: Mapped[int] = mapped_column(default=0)
    missing_there: Mapped[int] = mapped_column(default=0)
    version_lower: Mapped[int] = mapped_column(default=0)
    version_higher: Mapped[int] = mapped_column(default=0)
    content_differs: Mapped[int] = mapped_column(default=0)
    opened: Mapped[int] = mapped_column(default=0)
    resolved: Mapped[int] = mapped_column(default=0)


class StatementBlock(Base):
    """Some lines of a statement, packed. Within a run lines are sorted by number; runs are merged while comparing."""

    __tablename__ = "statement_block"

    statement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("statement.id"), primary_key=True)
    run: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last_number: Mapped[str]
    packed: Mapped[bytes]


class StatementFault(Base):
    """A line that could not be read whole, or repeats an order; the first ten thousand are kept."""

    __tablename__ = "statement_fault"

    statement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("statement.id"), primary_key=True)
    line_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str]


class Difference(Base):
    """A difference (verschil) between the register and a sender's statements, open until something resolves it.

    One is open at a time for each order and kind; the statements that show it again only confirm it.
    """

    __tablename__ = "difference"
    __table_args__ = (
        Index(
            "uq_difference_open",
            "sending_org_id",
            "order_number",
            "kind",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_difference_open_id", "sending_org_id", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "sending_org_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    sending_org_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    order_number: Mapped[str]
    kind: Mapped[str]
    stated_version: Mapped[int | None]
    checksum: Mapped[bytes | None]
    known_version: Mapped[int | None]
    first_seen_at: Mapped[datetime]
    first_statement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("statement.id"))
    last_seen_at: Mapped[datetime]
    last_statement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("statement.id"))
    owner: Mapped[str]
    assignee: Mapped[str | None]
    assigned_at: Mapped[datetime | None]
    assigned_by: Mapped[str | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]
    resolved_by_user: Mapped[str | None]
    reason_sealed: Mapped[bytes | None]
    reason: Sealed[str | None] = Sealed()
