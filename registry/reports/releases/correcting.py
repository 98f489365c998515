"""What was told and turned out otherwise: a victim who was told of an arrest must not rely on one that never was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from registry.alerts.service import NewAlert, close_alert, raise_alert
from registry.enforcement.models import ProceedingEvent
from registry.outbox.rules import EventType
from registry.reports.models import Report
from registry.reports.releases.models import ReportRelease
from registry.reports.service import tell

_ALERT = "release_corrected"
_TITLE_NL = "Wat aan een slachtoffer is verteld, is gecorrigeerd: laat weten wat er wel is gebeurd"
_AT_ONCE = 100


def has_corrected(session: Session) -> bool:
    """Say whether anything that was told was corrected since; cheap, in a reading session."""
    return session.scalar(_corrected().limit(1)) is not None


def tell_corrected(session: Session, now: datetime) -> int:
    """Tell partners that what they were told no longer holds, and call whoever must say what does."""
    waiting = _corrected().order_by(ReportRelease.id).limit(_AT_ONCE)
    rows = session.scalars(waiting.with_for_update(key_share=True, of=ReportRelease, skip_locked=True)).all()
    for row in rows:
        row.corrected_at = now
        report = session.get_one(Report, row.report_id, with_for_update={"key_share": True})
        session.flush()
        tell(session, now, EventType.REPORT_RELEASED, report, report.audience(), release_id=row.id)
        owners, context = report.owners() | {"partner_org_id": None}, {"report_id": str(report.id)}
        raise_alert(session, now, NewAlert(_ALERT, 1, _TITLE_NL, _reference(row), owners, context))
    return len(rows)


def _corrected() -> Select[ReportRelease]:
    told = select(ReportRelease).join(ProceedingEvent, ProceedingEvent.corrects == ReportRelease.event_id)
    return told.where(ReportRelease.told_at.is_not(None), ReportRelease.corrected_at.is_(None))


def _reference(row: ReportRelease) -> str:
    return f"report:{row.report_id}/{row.id}"


def close_corrected(session: Session, now: datetime, row: ReportRelease) -> None:
    """Let the call for a corrected fact fall silent once the one that corrects it is told."""
    if row.event_id is None:
        return
    corrects = select(ProceedingEvent.corrects).where(ProceedingEvent.id == row.event_id)
    former = select(ReportRelease).where(
        ReportRelease.report_id == row.report_id, ReportRelease.event_id == corrects.scalar_subquery()
    )
    for one in session.scalars(former):
        close_alert(session, now, _ALERT, _reference(one))
