"""What becomes of her requests once it is known to which order her report belongs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.enforcement.duties import Bound, bind
from registry.enforcement.models import Deadline
from registry.reports.case_information.models import CaseInformationRequest
from registry.reports.models import Report


def bind_requests(session: Session, now: datetime, report: Report) -> None:
    """Let the requests of a report rest with whoever its order concerns."""
    asked = select(Deadline).join(CaseInformationRequest, CaseInformationRequest.deadline_id == Deadline.id)
    mine = asked.where(CaseInformationRequest.report_id == report.id).with_for_update(key_share=True, of=Deadline)
    for row in session.scalars(mine):
        bind(session, now, row, Bound(report.order_id, report.breach_id, report))
