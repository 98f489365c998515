"""What was told and turned out otherwise: a victim who was told of an arrest must not rely on one that never was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from registry.alerts.service import NewAlert, close_alert, raise_alert
from registry.enforcement.models import Assessment, Breach, ProceedingEvent
from registry.enforcement.rules import BreachStatus
from registry.outbox.rules import EventType
from registry.reports.models import Report
from registry.reports.releases.models import ReportRelease
from registry.reports.service import changed_reports, tell, tell_change

_ALERT = "release_corrected"
_TITLE_NL = "Wat aan een slachtoffer is verteld, is gecorrigeerd: laat weten wat er wel is gebeurd"
_REASSESSED_NL = "Wat aan een slachtoffer is verteld, is nu anders beoordeeld: laat weten hoe het nu is"
_AT_ONCE = 100


def has_corrected(session: Session) -> bool:
    """Say whether anything that was told was corrected since; cheap, in a reading session."""
    return session.scalar(_corrected().limit(1)) is not None


def tell_corrected(session: Session, now: datetime) -> int:
    """Tell partners that what they were told no longer holds, and call whoever must say what does."""
    waiting = _corrected().order_by(ReportRelease.id).limit(_AT_ONCE)
    rows = session.scalars(waiting.with_for_update(key_share=True, of=ReportRelease, skip_locked=True)).all()
    for row in rows:
        _correct(session, now, row, session.get_one(Report, row.report_id, with_for_update={"key_share": True}))
    return len(rows)


def tell_changed(session: Session, now: datetime) -> int:
    """Tell partners whose breach changed what of an assessment they heard no longer holds, and the word if it is new.

    Both in one transaction, for the change is looked at once. Returns how many reports were looked at.
    """
    reports = changed_reports(session)
    for report in reports:
        told = select(ReportRelease).join(Assessment, Assessment.id == ReportRelease.assessment_id)
        told = told.where(ReportRelease.report_id == report.id, _STILL_BELIEVED, is_overtaken())
        for row in session.scalars(told.order_by(ReportRelease.id)).all():
            _correct(session, now, row, report)
        tell_change(session, now, report)
    return len(reports)


def is_overtaken() -> ColumnElement[bool]:
    """Keep the assessments that say something else of their breach than what stands now.

    A proof by a court leaves standing that the breach was found plausible.
    """
    stands = select(Breach.status).where(Breach.id == Assessment.breach_id).scalar_subquery()
    confirmed = and_(stands == BreachStatus.PROVEN.value, Assessment.status == BreachStatus.PLAUSIBLE.value)
    return and_(stands != Assessment.status, ~confirmed)


_STILL_BELIEVED = and_(ReportRelease.told_at.is_not(None), ReportRelease.corrected_at.is_(None))


def _corrected() -> Select[ReportRelease]:
    told = select(ReportRelease).join(ProceedingEvent, ProceedingEvent.corrects == ReportRelease.event_id)
    return told.where(_STILL_BELIEVED)


def _correct(session: Session, now: datetime, row: ReportRelease, report: Report) -> None:
    """Mark it, let the organisations that heard of it read again, and call who released it."""
    row.corrected_at = now
    session.flush()
    tell(session, now, EventType.REPORT_RELEASED, report, report.audience(), release_id=row.id)
    owners, context = report.owners() | {"partner_org_id": None}, {"report_id": str(report.id)}
    ladder_id = row.organisation_id if row.organisation_id in owners.values() else None
    title_nl = _TITLE_NL if row.assessment_id is None else _REASSESSED_NL
    raise_alert(session, now, NewAlert(_ALERT, 1, title_nl, _reference(row), owners, context, ladder_id))


def _reference(row: ReportRelease) -> str:
    return f"report:{row.report_id}/{row.id}"


def close_corrected(session: Session, now: datetime, row: ReportRelease) -> None:
    """Let the call for what was corrected fall silent once what is so instead is told.

    That is the event that corrects it; of an assessment any later one, or the decision by which a court proved the
    breach.
    """
    former = select(ReportRelease).where(
        ReportRelease.report_id == row.report_id, ReportRelease.corrected_at.is_not(None), ReportRelease.id != row.id
    )
    corrects = select(ProceedingEvent.corrects).where(ProceedingEvent.id == row.event_id).scalar_subquery()
    proof = select(Breach.id).where(Breach.proven_by == row.event_id).exists()
    assessed = ReportRelease.assessment_id.is_not(None)
    instead = assessed if row.assessment_id else or_(ReportRelease.event_id == corrects, and_(assessed, proof))
    for one in session.scalars(former.where(instead)) if row.answer is None else ():
        close_alert(session, now, _ALERT, _reference(one))
