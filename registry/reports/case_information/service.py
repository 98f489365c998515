"""Asking for case information and sending it; its term is watched among the other deadlines."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor, OrganisationKind
from registry.access.service import record
from registry.db import new_id
from registry.enforcement.duties import Bound, Duty, bind, fulfil, owe
from registry.enforcement.models import Deadline
from registry.enforcement.timing import require_past
from registry.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from registry.orders.force.standing import measures
from registry.reports.case_information.models import CaseInformationRequest
from registry.reports.models import Report
from registry.reports.service import locked_report, own_report, readable

TERM = "RVZ2"
Asked = tuple[CaseInformationRequest, Deadline]
_SENDING = frozenset({OrganisationKind.POLICE, OrganisationKind.PROSECUTION})


@dataclass(frozen=True, slots=True)
class Sending:
    """That it was sent in writing: when, how, and the proof of it."""

    sent_at: datetime
    channel: str
    proof_reference: str
    proof_sha256: str | None = None


def ask(session: Session, actor: Actor, now: datetime, report_id: uuid.UUID, asked_at: datetime) -> tuple[Asked, bool]:
    """Keep that she asked, with the day by which she is owed it, and say whether it is new.

    Source: Regeling verstrekken zaaksinformatie aan slachtoffers, art. 2. While one is open, asking again is the same.
    """
    require_past("#/askedAt", asked_at, now)
    report = own_report(session, actor, report_id)
    known = _open_of(session, report.id)
    if known is not None:
        return known, False
    row, deadline = _new(session, actor, now, report, asked_at)
    try:
        with session.begin_nested():
            session.add(deadline)
            session.flush()
            session.add(row)
    except IntegrityError:
        known = _open_of(session, report.id)
        if known is None:
            raise
        return known, False
    record(session, actor, now, Action.COLLECTED, f"report:{report.id}", case_information=str(row.id))
    return (row, deadline), True


def _open_of(session: Session, report_id: uuid.UUID) -> Asked | None:
    of_this = _with_deadline().where(CaseInformationRequest.report_id == report_id)
    found = session.execute(of_this.where(CaseInformationRequest.sent_at.is_(None))).first()
    return None if found is None else (found[0], found[1])


def _with_deadline() -> Select[CaseInformationRequest, Deadline]:
    both = select(CaseInformationRequest, Deadline)
    return both.join(Deadline, Deadline.id == CaseInformationRequest.deadline_id)


def _new(session: Session, actor: Actor, now: datetime, report: Report, asked_at: datetime) -> Asked:
    key = new_id()
    deadline = owe(now, Duty(TERM, asked_at, f"case_information:{key}"), measures().law)
    if deadline is None:
        raise Invalid([Fault("#/askedAt", "The law had no term for case information on that day.", "no_term")])
    bind(session, now, deadline, Bound(report.order_id, report.breach_id, report))
    row = CaseInformationRequest(
        id=key,
        report_id=report.id,
        asked_at=asked_at,
        recorded_at=now,
        recorded_by=actor.end_user,
        deadline_id=deadline.id,
    )
    return row, deadline


def send(session: Session, actor: Actor, now: datetime, request_id: uuid.UUID, new: Sending) -> Asked:
    """Record that it was sent, also late, by police or prosecution; its alerts close."""
    if actor.organisation_kind not in _SENDING:
        raise Forbidden("Only police and prosecution send case information.")
    require_past("#/sentAt", new.sent_at, now)
    row = session.get(CaseInformationRequest, request_id)
    if row is None:
        raise NotFound
    report = locked_report(session, actor, row.report_id)
    session.refresh(row, with_for_update={"key_share": True})
    deadline = session.get_one(Deadline, row.deadline_id, with_for_update={"key_share": True})
    if row.sent_at is not None:
        if (row.sent_at, row.proof_reference) == (new.sent_at, new.proof_reference):
            return row, deadline
        raise Conflict("already_sent", "It was recorded before that this was sent.")
    if new.sent_at < row.asked_at:
        raise Invalid([Fault("#/sentAt", "It cannot be sent before she asked for it.", "before_request")])
    row.sent_at, row.sent_by, row.sent_unit = new.sent_at, actor.end_user, actor.unit
    row.sent_channel, row.proof_reference, row.proof_sha256 = new.channel, new.proof_reference, new.proof_sha256
    record(session, actor, now, Action.DISCLOSED, f"report:{report.id}", case_information=str(row.id))
    fulfil(session, now, deadline, new.sent_at)
    return row, deadline


def requests_of(session: Session, actor: Actor, now: datetime, *, open_only: bool) -> list[Asked]:
    """Return the requests on reports the actor may read, whose term ends first, first."""
    found = _with_deadline().join(Report, Report.id == CaseInformationRequest.report_id)
    mine = found.where(readable(actor))
    if open_only:
        mine = mine.where(CaseInformationRequest.sent_at.is_(None))
    rows = session.execute(mine.order_by(Deadline.soonest_at, CaseInformationRequest.id).limit(500)).all()
    shown = [str(row.id) for row, _ in rows]
    record(session, actor, now, Action.CONSULTED, "case_information", shown=shown)
    return [(row, deadline) for row, deadline in rows]
