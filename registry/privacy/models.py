"""The questions that were asked of the register, and what of them is for the privacy officer to look into."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, Json, Sealed, new_id

_OPEN = text("closed_at IS NULL")
_UNWATCHED = text("watched_at IS NULL")


class LookupQuestion(Base):
    """A question as it was asked, sealed for the privacy officer (privacyfunctionaris); of it, keyed hashes only.

    `keys` is a row of hashes of 16 bytes, as is `sounds`, of how the name sounds that was asked for; None of a question
    kept before there were any. It is written with the audit entry of the lookup, which says who asked.
    """

    __tablename__ = "lookup_question"

    lookup_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    asked_at: Mapped[datetime]
    asker: Mapped[bytes]
    names_incident: Mapped[bool]
    names_asker: Mapped[bool]
    keys: Mapped[bytes]
    sounds: Mapped[bytes | None]
    key_id: Mapped[str]
    sealed: Mapped[bytes]


class QuestionRelease(Base):
    """That a sealed question was handed to somebody of the privacy role, and why."""

    __tablename__ = "question_release"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    lookup_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lookup_question.lookup_id"))
    released_at: Mapped[datetime]
    details_sealed: Mapped[bytes]
    details: Sealed[dict[str, str]] = Sealed()


class PrivacyItem(Base):
    """Something for the privacy officer to look into; one at a time for each kind and subject.

    `context` holds references and counts only; who asked and what was noted are sealed.
    """

    __tablename__ = "privacy_item"
    __table_args__ = (
        Index(
            "uq_privacy_item_kind_subject",
            "kind",
            "subject_ref",
            "organisation_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(None, "organisation_id"),
        Index(None, "subject_ref"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str]
    subject_ref: Mapped[str]
    raised_at: Mapped[datetime]
    review_by: Mapped[datetime]
    context: Mapped[dict[str, Any]] = mapped_column(Json)
    asked_by_sealed: Mapped[bytes]
    reason_sealed: Mapped[bytes | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    handled_by: Mapped[str | None]
    note_sealed: Mapped[bytes | None]
    asked_by: Sealed[dict[str, str]] = Sealed()
    reason: Sealed[str | None] = Sealed()
    note: Sealed[str | None] = Sealed()


class WatchedPerson(Base):
    """A well-known person, or a member of staff, of whom a question is told to the privacy officer."""

    __tablename__ = "watched_person"
    __table_args__ = (Index(None, "organisation_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    added_at: Mapped[datetime]
    asker: Mapped[bytes | None]
    keys: Mapped[bytes]
    details_sealed: Mapped[bytes]
    details: Sealed[dict[str, Any]] = Sealed()


class LookupTrace(Base):
    """That one end user asked about one person or thing, under a keyed hash of the two; for as long as it counts."""

    __tablename__ = "lookup_trace"
    __table_args__ = (Index(None, "asked_at"), {"sqlite_with_rowid": False})

    pair: Mapped[bytes] = mapped_column(primary_key=True)
    lookup_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    occasion: Mapped[str]


class UnexplainedLookup(Base):
    """A lookup that named no incident, until it is explained or the shift is over."""

    __tablename__ = "unexplained_lookup"
    __table_args__ = (Index(None, "asked_at"), {"sqlite_with_rowid": False})

    asker: Mapped[bytes] = mapped_column(primary_key=True)
    lookup_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    person: Mapped[bytes]


class LateQuestion(Base):
    """A lookup whose question came only after others that were asked later: asked while the line was cut."""

    __tablename__ = "late_question"
    __table_args__ = (
        Index("ix_late_question_unwatched", "lookup_id", sqlite_where=_UNWATCHED, postgresql_where=_UNWATCHED),
    )

    lookup_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lookup_question.lookup_id"), primary_key=True)
    watched_at: Mapped[datetime | None]


class WatchPosition(Base):
    """Up to which lookup the questions were watched; one row."""

    __tablename__ = "lookup_watch_position"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lookup_id: Mapped[uuid.UUID]
