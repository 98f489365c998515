"""Breaches and what they rest on, proceedings and what happened in them, and the deadlines that follow."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.access.models import Responsible
from registry.db import Base, Json, Sealed, new_id

_RUNNING = text("state = 'open'")
_FOLLOWING = text("state = 'open' AND proceeding_id IS NOT NULL")
_WARNING = text("state = 'open' AND warn_at IS NOT NULL")
_UNMISSED = text("state = 'open' AND missed_told_at IS NULL")
_NOT_ENDED = text("ended_at IS NULL")
_HELD = text("custody_alarm_at IS NOT NULL")
_QUIET = text("quiet_since_at IS NOT NULL")


class Breach(Responsible, Base):
    """A breach (overtreding) of an order; `suspected` until a human assesses it or a court finds it proven."""

    __tablename__ = "breach"
    __table_args__ = (Index(None, "order_id", "occurred_from"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"))
    condition_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("condition.id"))
    origin: Mapped[str]
    status: Mapped[str]
    occurred_from: Mapped[datetime]
    occurred_until: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    revision: Mapped[int]
    proven_by: Mapped[uuid.UUID | None]
    severity: Mapped[str | None]


class BreachSource(Base):
    """One account of a breach (bron): an episode, a report, or what police or supervision saw."""

    __tablename__ = "breach_source"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    breach_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("breach.id"), index=True)
    kind: Mapped[str]
    source_ref: Mapped[str] = mapped_column(unique=True)
    occurred_from: Mapped[datetime]
    occurred_until: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    details: Mapped[dict[str, str] | None] = mapped_column(Json)


class Assessment(Base):
    """What a human found (beoordeling); only added to, with a frozen copy of what it rests on."""

    __tablename__ = "assessment"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    breach_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("breach.id"), index=True)
    status: Mapped[str]
    assessed_by: Mapped[str]
    unit: Mapped[str]
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    assessed_at: Mapped[datetime]
    rests_on: Mapped[dict[str, Any]] = mapped_column(Json)
    provable: Mapped[str | None]
    severity: Mapped[str | None]
    reason_sealed: Mapped[bytes]
    exemption_sealed: Mapped[bytes | None]
    reason: Sealed[str] = Sealed()
    exemption: Sealed[str | None] = Sealed()


class BreachEvidence(Base):
    """A piece of evidence (bewijs) of a breach: its sort and where it is kept, never the thing itself."""

    __tablename__ = "breach_evidence"
    __table_args__ = (UniqueConstraint("breach_id", "organisation_id", "reference"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    breach_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("breach.id"))
    kind: Mapped[str]
    reference: Mapped[str]
    sha256: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    unit: Mapped[str]
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    note_sealed: Mapped[bytes | None]
    note: Sealed[str | None] = Sealed()


class Proceeding(Responsible, Base):
    """What follows a breach (procedure), under the rules of the order's regime."""

    __tablename__ = "proceeding"
    __table_args__ = (
        Index("uq_proceeding_running", "breach_id", unique=True, sqlite_where=_NOT_ENDED, postgresql_where=_NOT_ENDED),
        Index(None, "breach_id"),
        Index(None, "order_id"),
        Index("ix_proceeding_held", "custody_alarm_at", sqlite_where=_HELD, postgresql_where=_HELD),
        Index("ix_proceeding_quiet", "quiet_since_at", sqlite_where=_QUIET, postgresql_where=_QUIET),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    breach_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("breach.id"))
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_order.id"))
    regime: Mapped[str]
    ground: Mapped[str | None]
    decided_on: Mapped[date | None] = mapped_column(Date)
    monitored: Mapped[bool]
    arrondissement: Mapped[str | None]
    breach_on: Mapped[date] = mapped_column(Date)
    started_at: Mapped[datetime]
    started_by: Mapped[uuid.UUID]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[uuid.UUID | None]
    custody_limit_at: Mapped[datetime | None]
    custody_alarm_at: Mapped[datetime | None]
    custody_told_at: Mapped[datetime | None]
    quiet_since_at: Mapped[datetime | None]
    quiet_told_at: Mapped[datetime | None]


class ProceedingEvent(Base):
    """A fact in a proceeding (gebeurtenis); only added to. A correction is an event too, and names what it corrects."""

    __tablename__ = "proceeding_event"
    __table_args__ = (UniqueConstraint("proceeding_id", "idempotency_key"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    proceeding_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("proceeding.id"))
    idempotency_key: Mapped[str]
    kind: Mapped[str]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    unit: Mapped[str]
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    details: Mapped[dict[str, str]] = mapped_column(Json)
    corrects: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("proceeding_event.id"), unique=True)


class PlannedStep(Base):
    """A step that somebody plans (voorgenomen stap), allowed by the law when it was planned; done once it happened."""

    __tablename__ = "planned_step"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    proceeding_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("proceeding.id"), index=True)
    kind: Mapped[str]
    details: Mapped[dict[str, str]] = mapped_column(Json)
    planned_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    unit: Mapped[str]
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    withdrawn_at: Mapped[datetime | None]
    done_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("proceeding_event.id"))


class Deadline(Responsible, Base):
    """A term that runs or ran (termijn), as the law table with this hash gives it; replaced, never deleted.

    It follows from the events of a proceeding, or else from what `subject_ref` names, such as her own request.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("proceeding_id", "term_id", "start_event_id"),
        CheckConstraint("(proceeding_id IS NULL) = (subject_ref IS NOT NULL)", name="proceeding_or_subject"),
        Index("ix_deadline_running", "soonest_at", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index("ix_deadline_owned", "owner_org_id", "soonest_at", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index("ix_deadline_law", "law_hash", sqlite_where=_FOLLOWING, postgresql_where=_FOLLOWING),
        Index("ix_deadline_warning", "warn_at", sqlite_where=_WARNING, postgresql_where=_WARNING),
        Index("ix_deadline_unmissed", "due_at", sqlite_where=_UNMISSED, postgresql_where=_UNMISSED),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    proceeding_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("proceeding.id"))
    order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("protection_order.id"))
    breach_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("breach.id"))
    subject_ref: Mapped[str | None]
    term_id: Mapped[str]
    start_event_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("proceeding_event.id"))
    stop_event_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("proceeding_event.id"))
    title_nl: Mapped[str]
    source: Mapped[str]
    nature: Mapped[str]
    state: Mapped[str]
    due_at: Mapped[datetime | None]
    due_on: Mapped[date | None] = mapped_column(Date)
    alternative_due_on: Mapped[date | None] = mapped_column(Date)
    target_at: Mapped[datetime | None]
    limit_at: Mapped[datetime | None]
    soonest_at: Mapped[datetime]
    stages: Mapped[list[list[str]]] = mapped_column(Json)
    warn_at: Mapped[datetime | None]
    near_told_at: Mapped[datetime | None]
    missed_told_at: Mapped[datetime | None]
    steps: Mapped[list[list[Any]]] = mapped_column(Json)
    law_hash: Mapped[str]
    owner_org_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    computed_at: Mapped[datetime]


class DeadlineMove(Base):
    """That the end of a deadline moved (verschuiving), from when to when, why, and by which tables of law."""

    __tablename__ = "deadline_move"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    deadline_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deadline.id"), index=True)
    moved_at: Mapped[datetime]
    cause: Mapped[str]
    former_due_at: Mapped[datetime | None]
    former_due_on: Mapped[date | None] = mapped_column(Date)
    former_target_at: Mapped[datetime | None]
    former_law_hash: Mapped[str | None]
    due_at: Mapped[datetime | None]
    due_on: Mapped[date | None] = mapped_column(Date)
    target_at: Mapped[datetime | None]
    law_hash: Mapped[str] = mapped_column(index=True)
