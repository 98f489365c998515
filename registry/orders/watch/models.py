"""Notices: what was told about orders, to whom, and what is to be looked at again when."""

import uuid
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, new_id

_OPEN = text("closed_at IS NULL")
_DUE = text("due_at IS NOT NULL")
_BETWEEN = text("other_order_id IS NOT NULL")


class PersonWatch(Base):
    """When the orders that bind a person are to be looked at again; all of them together, for they concern each other.

    A person of whose orders anything changed is due at once.
    """

    __tablename__ = "person_watch"
    __table_args__ = (Index("ix_person_watch_due", "due_at", sqlite_where=_DUE, postgresql_where=_DUE),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    due_at: Mapped[datetime | None]
    examined_at: Mapped[datetime | None]


class WatchMark(Base):
    """How far the changes were followed: the events by their position, the persons by their revision, and the round
    that looks at every order in turn by the last one it saw."""

    __tablename__ = "watch_mark"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int]
    revision: Mapped[int]
    swept_order_id: Mapped[uuid.UUID | None]


class Notice(Base):
    """Something told about an order (attendering), until it is over or no longer true.

    `key` is what it says, once among those that are open; `basis` is what it rests on: while that stays true, a notice
    that is over closes in silence, and when it does not, that is told too.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("uq_notice_key", "key", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "order_id"),
        Index(None, "other_order_id", sqlite_where=_BETWEEN, postgresql_where=_BETWEEN),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    rule: Mapped[str | None]
    condition_type: Mapped[str | None]
    key: Mapped[str]
    basis: Mapped[str]
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"))
    other_order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("protection_order.id"))
    occurs_at: Mapped[datetime | None]
    from_on: Mapped[date | None] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    days: Mapped[int | None]
    found_late: Mapped[bool]
    raised_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_because: Mapped[str | None]


class NoticeAudience(Base):
    """An organisation that was told; it sees the notice in its list, by whose kind and state it is found again."""

    __tablename__ = "notice_audience"
    __table_args__ = (
        Index(None, "organisation_id", "kind", "notice_id"),
        Index(None, "organisation_id", "is_open", "notice_id"),
        {"sqlite_with_rowid": False},
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    notice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("notice.id"), primary_key=True, index=True)
    kind: Mapped[str]
    is_open: Mapped[bool]
