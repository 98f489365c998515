"""Keeping the files of a report, and reading them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.errors import Conflict, NotFound
from registry.outbox.rules import EventType
from registry.reports.evidence.linking import put_on_checklist
from registry.reports.evidence.models import ReportEvidence, ReportEvidenceArrival
from registry.reports.evidence.receiving import Received
from registry.reports.models import Report
from registry.reports.service import report_for, tell

MOST_FILES = 100
MOST_AGAIN = 100


@dataclass(frozen=True, slots=True)
class NewFile:
    """What the partner says of a file: its sort, and what it is called, which is data and never a path."""

    kind: str
    file_name: str | None


def keep(
    session: Session, actor: Actor, now: datetime, report_id: uuid.UUID, file: tuple[NewFile, Received]
) -> tuple[ReportEvidence, bool]:
    """Keep a file whose pieces are stored, and say whether it is new.

    The same content again is the one kept before; what it is called this time, and which sort of evidence it is said to
    be, are kept beside that.
    """
    new, received = file
    held = select(Report).where(Report.id == report_id).with_for_update(key_share=True)
    report = session.scalars(held.execution_options(populate_existing=True)).one()
    kept = files_of(session, report.id)
    known = next((one for one in kept if one.sha256 == received.sha256), None)
    if known is not None:
        _note_again(session, actor, now, (known, new))
        return known, False
    if len(kept) >= MOST_FILES:
        raise Conflict("too_many_files", f"This report has {MOST_FILES} files already; report what is new separately.")
    row = ReportEvidence(
        id=received.id,
        report_id=report.id,
        kind=new.kind,
        media_type=received.media_type,
        size_bytes=received.size_bytes,
        sha256=received.sha256,
        pieces=len(received.piece_sizes),
        received_at=now,
        received_by=actor.end_user,
        file_name=new.file_name,
    )
    session.add(row)
    session.execute(delete(ReportEvidenceArrival).where(ReportEvidenceArrival.evidence_id == row.id))
    session.flush()
    record(session, actor, now, Action.COLLECTED, f"report:{report.id}", file=str(row.id), sha256=row.sha256)
    put_on_checklist(session, actor, now, report)
    tell(session, now, EventType.REPORT_EVIDENCE_ADDED, report, report.audience() - {report.partner_org_id})
    return row, True


def _note_again(session: Session, actor: Actor, now: datetime, given: tuple[ReportEvidence, NewFile]) -> None:
    """Keep a name or sort that the same content was not given under before."""
    row, new = given
    before = row.again or []
    told = {(row.kind, row.file_name)} | {(one["kind"], one["file_name"]) for one in before}
    if (new.kind, new.file_name) in told or (new.file_name is None and new.kind in {kind for kind, _ in told}):
        return
    if len(before) >= MOST_AGAIN:
        raise Conflict("too_many_names", f"This file was given under {MOST_AGAIN} other names already.")
    row.again = [*before, {"kind": new.kind, "file_name": new.file_name, "at": now.isoformat(), "by": actor.end_user}]
    record(session, actor, now, Action.CHANGED, f"report:{row.report_id}", file=str(row.id), given_again=len(row.again))


def count_of(session: Session, report_id: uuid.UUID) -> int:
    """How many files a report has."""
    return session.scalars(select(func.count()).where(ReportEvidence.report_id == report_id)).one()


def files_of(session: Session, report_id: uuid.UUID) -> Sequence[ReportEvidence]:
    """Return the files of a report, oldest first."""
    of_this = select(ReportEvidence).where(ReportEvidence.report_id == report_id)
    return session.scalars(of_this.order_by(ReportEvidence.received_at, ReportEvidence.id)).all()


def file_for(
    session: Session, actor: Actor, now: datetime, report_id: uuid.UUID, evidence_id: uuid.UUID
) -> tuple[Report, ReportEvidence]:
    """Return a file of a report that the actor may read, and put on record that it was read."""
    report = report_for(session, actor, now, report_id)
    row = session.get(ReportEvidence, evidence_id)
    if row is None or row.report_id != report.id:
        raise NotFound
    record(session, actor, now, Action.CONSULTED, f"report:{report.id}", file=str(row.id), sha256=row.sha256)
    return report, row
