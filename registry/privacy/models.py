"""The questions that were asked of the register."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, Sealed, new_id


class LookupQuestion(Base):
    """A question as it was asked, sealed for the privacy officer (privacyfunctionaris); of it, keyed hashes only.

    `keys` is a row of hashes of 16 bytes. It is written with the audit entry of the lookup, which says who asked.
    """

    __tablename__ = "lookup_question"

    lookup_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    asked_at: Mapped[datetime]
    asker: Mapped[bytes]
    names_incident: Mapped[bool]
    names_asker: Mapped[bool]
    keys: Mapped[bytes]
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
