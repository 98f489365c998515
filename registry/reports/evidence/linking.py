"""What a victim gave is on the checklist of the breach her report belongs to, once it belongs to one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Actor
from registry.enforcement.evidence.service import NewEvidence, attach
from registry.enforcement.models import Breach
from registry.reports.evidence.models import ReportEvidence
from registry.reports.models import Report


def put_on_checklist(session: Session, actor: Actor, now: datetime, report: Report) -> None:
    """Put the files of a report on the checklist of its breach, those that are not on it yet."""
    if report.breach_id is None:
        return
    breach = session.get_one(Breach, report.breach_id, with_for_update={"key_share": True})
    waiting = select(ReportEvidence).where(
        ReportEvidence.report_id == report.id, ReportEvidence.breach_evidence_id.is_(None)
    )
    for one in session.scalars(waiting.order_by(ReportEvidence.received_at)).all():
        new = NewEvidence(one.kind, f"report-evidence:{one.id}", one.sha256)
        one.breach_evidence_id = attach(session, actor, now, breach, new).id
