"""Releasing facts to the partner of a report, keeping them back, and telling them when their time has come."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor, OrganisationKind
from registry.access.service import record
from registry.db import new_id
from registry.enforcement.models import Assessment, Proceeding, ProceedingEvent
from registry.enforcement.procedure.events import EventKind
from registry.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from registry.outbox.rules import EventType
from registry.reports.calling import close_unlinked_alerts
from registry.reports.models import Report
from registry.reports.releases.correcting import close_corrected, is_overtaken
from registry.reports.releases.models import ReportRelease
from registry.reports.releases.rules import Answer, ReleaseKind, Withdrawn, kind_of
from registry.reports.service import locked_report, report_for, tell, tell_change

_RELEASING = frozenset({OrganisationKind.POLICE, OrganisationKind.PROSECUTION})
_LONGEST_EMBARGO = timedelta(days=366)
# An embargo that has just passed is a clock that is a little behind, or a message that was under way.
_CLOCKS_DIFFER = timedelta(minutes=1)
_TOLD_AT_ONCE = 100
_OF_AN_UNLINKED_REPORT = frozenset({Answer.NO_ORDER_KNOWN.value, Answer.NOT_ENOUGH.value})


@dataclass(frozen=True, slots=True)
class NewRelease:
    """What is released, by exactly one reference, and not before when; without a time, at once."""

    event_id: uuid.UUID | None = None
    assessment_id: uuid.UUID | None = None
    answer: Answer | None = None
    release_at: datetime | None = None


def release(session: Session, actor: Actor, now: datetime, report_id: uuid.UUID, new: NewRelease) -> ReportRelease:
    """Let the partner know a fact of this report's breach, or an answer, from an instant on; the same twice is one."""
    if actor.organisation_kind not in _RELEASING:
        raise Forbidden("Only police and prosecution release facts to a partner.")
    report = locked_report(session, actor, report_id)
    release_at = _embargo(new.release_at, now)
    row = ReportRelease(
        id=new_id(),
        report_id=report.id,
        kind=_kind(session, report, new).value,
        event_id=new.event_id,
        assessment_id=new.assessment_id,
        answer=new.answer.value if new.answer else None,
        release_at=release_at,
        released_by=actor.end_user,
        unit=actor.unit,
        organisation_id=actor.organisation_id,
        recorded_at=now,
    )
    known = session.scalar(_same(row))
    if known is not None:
        return _as_before(known, new, release_at, now)
    _require_embargo_ahead(new.release_at, now)
    session.add(row)
    session.flush()
    record(session, actor, now, Action.DISCLOSED, f"report:{report.id}", release=str(row.id), kind=row.kind)
    if row.release_at <= now:
        if report.contact_blocked:
            raise Conflict("contact_blocked", "Her contact may be the subject; agree on another before she is told.")
        _tell(session, now, row, report)
    return row


def _embargo(release_at: datetime | None, now: datetime) -> datetime:
    if release_at is None:
        return now
    if release_at > now + _LONGEST_EMBARGO:
        raise Invalid([Fault("#/releaseAt", "Give an instant within a year from now.", "embargo_too_long")])
    return max(release_at, now)


def _require_embargo_ahead(release_at: datetime | None, now: datetime) -> None:
    """Refuse an embargo that has passed: it would be told at once, and what was told cannot be taken back."""
    if release_at is not None and release_at < now - _CLOCKS_DIFFER:
        text = "This moment has passed: give one to come, or none to tell it at once."
        raise Invalid([Fault("#/releaseAt", text, "embargo_past")])


def _kind(session: Session, report: Report, new: NewRelease) -> ReleaseKind:
    if new.event_id is not None:
        return _kind_of_event(session, report, new.event_id)
    if new.assessment_id is not None:
        assessment = session.get(Assessment, new.assessment_id)
        if assessment is None or assessment.breach_id != report.breach_id:
            raise Invalid(
                [Fault("#/assessmentId", "The breach of this report has no such assessment.", "not_of_report")]
            )
        if _is_overtaken(session, new.assessment_id):
            raise Conflict("assessment_overtaken", "The breach is judged otherwise since; release what stands now.")
        return ReleaseKind.OUTCOME
    if report.order_id is not None and new.answer is not None and new.answer.value in _OF_AN_UNLINKED_REPORT:
        raise Conflict("report_linked", "This report is linked to an order; release what became of it.")
    return ReleaseKind.ANSWER


def _kind_of_event(session: Session, report: Report, event_id: uuid.UUID) -> ReleaseKind:
    of_breach = select(ProceedingEvent).join(Proceeding, Proceeding.id == ProceedingEvent.proceeding_id)
    found = of_breach.where(ProceedingEvent.id == event_id, Proceeding.breach_id == report.breach_id)
    event = session.scalar(found)
    if event is None:
        raise Invalid([Fault("#/eventId", "The breach of this report has no such event.", "not_of_report")])
    kind = kind_of(EventKind(event.kind))
    if kind is None:
        raise Invalid([Fault("#/eventId", "Such a step is not told to a victim.", "not_released")])
    if _is_corrected(session, event_id):
        raise Conflict("event_corrected", "This event was corrected; release the one that corrects it.")
    return kind


def _is_corrected(session: Session, event_id: uuid.UUID) -> bool:
    return session.scalar(select(ProceedingEvent.id).where(ProceedingEvent.corrects == event_id)) is not None


def _is_overtaken(session: Session, assessment_id: uuid.UUID) -> bool:
    return session.scalar(select(Assessment.id).where(Assessment.id == assessment_id, is_overtaken())) is not None


def _same(row: ReportRelease) -> Select[ReportRelease]:
    """The release of the same fact, or the newest answer, that was not withdrawn."""
    standing = select(ReportRelease).where(
        ReportRelease.report_id == row.report_id, ReportRelease.withdrawn_at.is_(None)
    )
    if row.event_id is not None:
        return standing.where(ReportRelease.event_id == row.event_id)
    if row.assessment_id is not None:
        return standing.where(ReportRelease.assessment_id == row.assessment_id)
    return standing.where(ReportRelease.answer == row.answer)


def _as_before(known: ReportRelease, new: NewRelease, release_at: datetime, now: datetime) -> ReportRelease:
    """The release that stands, when the same is asked; whoever asks for another moment must hear that it is not so."""
    if known.told_at is not None and release_at > now:
        raise Conflict("already_told", "The partner was told before this moment; that cannot be taken back.")
    if known.told_at is None and new.release_at is not None and release_at != known.release_at:
        raise Conflict("released_before", "This was released for another moment; withdraw that first.")
    return known


def withdraw(
    session: Session, actor: Actor, now: datetime, report_id: uuid.UUID, release_id: uuid.UUID
) -> ReportRelease:
    """Keep back what was not told yet; what was told stays told."""
    if actor.organisation_kind not in _RELEASING:
        raise Forbidden("Only police and prosecution keep back what was to be released.")
    report = locked_report(session, actor, report_id)
    held = select(ReportRelease).where(ReportRelease.id == release_id, ReportRelease.report_id == report.id)
    row = session.scalar(held.with_for_update(key_share=True).execution_options(populate_existing=True))
    if row is None:
        raise NotFound
    if row.told_at is not None:
        raise Conflict("already_told", "The partner was told; that cannot be taken back.")
    if row.withdrawn_at is None:
        _withdraw(row, now, Withdrawn.BY_HAND, actor.end_user)
        record(session, actor, now, Action.CHANGED, f"report:{report.id}", release=str(row.id), withdrawn=True)
    return row


def _withdraw(row: ReportRelease, now: datetime, because: Withdrawn, by: str) -> None:
    row.withdrawn_at, row.withdrawn_because, row.withdrawn_by = now, because.value, by


def releases_of(session: Session, actor: Actor, now: datetime, report_id: uuid.UUID) -> list[ReportRelease]:
    """Return what was released of a report, oldest first; its partner sees only what it was told."""
    report = report_for(session, actor, now, report_id)
    own = select(ReportRelease).where(ReportRelease.report_id == report.id)
    if actor.organisation_kind not in _RELEASING:
        own = own.where(ReportRelease.told_at.is_not(None))
    return list(session.scalars(own.order_by(ReportRelease.release_at, ReportRelease.id)))


def has_due(session: Session, now: datetime) -> bool:
    """Say whether the time of anything has come; cheap, in a reading session."""
    return session.scalar(_due(now).limit(1)) is not None


def tell_due(session: Session, now: datetime) -> int:
    """Tell each partner what may be told by now; returns how many were looked at."""
    rows = session.scalars(
        _due(now)
        .order_by(ReportRelease.release_at)
        .limit(_TOLD_AT_ONCE)
        .with_for_update(key_share=True, of=ReportRelease, skip_locked=True)
    ).all()
    for row in rows:
        _tell(session, now, row, session.get_one(Report, row.report_id, with_for_update={"key_share": True}))
    return len(rows)


def _due(now: datetime) -> Select[ReportRelease]:
    """What may be told by now; while her contact is blocked nothing is."""
    waiting = select(ReportRelease).join(Report, and_(Report.id == ReportRelease.report_id, ~Report.contact_blocked))
    untold = waiting.where(ReportRelease.told_at.is_(None), ReportRelease.withdrawn_at.is_(None))
    return untold.where(ReportRelease.release_at <= now)


def _tell(session: Session, now: datetime, row: ReportRelease, report: Report) -> None:
    """Tell it, unless what it rests on was corrected meanwhile, or the answer was overtaken."""
    corrected = row.event_id is not None and _is_corrected(session, row.event_id)
    if corrected or (row.assessment_id is not None and _is_overtaken(session, row.assessment_id)):
        return _withdraw(row, now, Withdrawn.CORRECTED, "service")
    if row.answer in _OF_AN_UNLINKED_REPORT and report.order_id is not None:
        return _withdraw(row, now, Withdrawn.OVERTAKEN, "service")
    row.told_at = now
    session.flush()
    tell(session, now, EventType.REPORT_RELEASED, report, report.audience(), release_id=row.id)
    close_corrected(session, now, row)
    if row.answer is not None and report.order_id is None:
        close_unlinked_alerts(session, now, report)
        tell_change(session, now, report)
    return None


def sources_of(
    session: Session, rows: Sequence[ReportRelease]
) -> tuple[dict[uuid.UUID, ProceedingEvent], dict[uuid.UUID, Assessment]]:
    """Return what releases rest on, by id."""
    event_ids, assessment_ids = [one.event_id for one in rows], [one.assessment_id for one in rows]
    events = session.scalars(select(ProceedingEvent).where(ProceedingEvent.id.in_(event_ids)))
    assessments = session.scalars(select(Assessment).where(Assessment.id.in_(assessment_ids)))
    return {one.id: one for one in events}, {one.id: one for one in assessments}
