"""Asking for case information, sending it, and watching the term."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor, OrganisationKind
from registry.access.service import record
from registry.alerts.service import NewAlert, close_alert, raise_alert
from registry.db import new_id
from registry.enforcement.timing import require_past
from registry.enforcement.warning import MISSED, NEAR
from registry.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from registry.law.terms import DUTCH_TIME, compute
from registry.orders.force.standing import measures
from registry.reports.calling import police_organisations
from registry.reports.case_information.models import CaseInformationRequest
from registry.reports.models import Report
from registry.reports.service import locked_report, own_report, readable

TERM = "RVZ2"
_SENDING = frozenset({OrganisationKind.POLICE, OrganisationKind.PROSECUTION})
_WATCHED_AT_ONCE = 100
_TITLES_NL = {
    NEAR: "Zaaksinformatie voor een slachtoffer moet bijna verstuurd zijn",
    MISSED: "Zaaksinformatie voor een slachtoffer is te laat",
}
_PRIORITIES = {NEAR: 2, MISSED: 1}


@dataclass(frozen=True, slots=True)
class Sending:
    """That it was sent in writing: when, how, and the proof of it."""

    sent_at: datetime
    channel: str
    proof_reference: str
    proof_sha256: str | None = None


def ask(
    session: Session, actor: Actor, now: datetime, report_id: uuid.UUID, asked_at: datetime
) -> tuple[CaseInformationRequest, bool]:
    """Keep that she asked, with the day by which she is owed it, and say whether it is new.

    Source: Regeling verstrekken zaaksinformatie aan slachtoffers, art. 2. While one is open, asking again is the same.
    """
    require_past("#/askedAt", asked_at, now)
    report = own_report(session, actor, report_id)
    known = _open_of(session, report.id)
    if known is not None:
        return known, False
    row = _new(actor, now, report, asked_at)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        known = _open_of(session, report.id)
        if known is None:
            raise
        return known, False
    record(session, actor, now, Action.COLLECTED, f"report:{report.id}", case_information=str(row.id))
    return row, True


def _open_of(session: Session, report_id: uuid.UUID) -> CaseInformationRequest | None:
    of_this = select(CaseInformationRequest).where(CaseInformationRequest.report_id == report_id)
    return session.scalar(of_this.where(CaseInformationRequest.sent_at.is_(None)))


def _new(actor: Actor, now: datetime, report: Report, asked_at: datetime) -> CaseInformationRequest:
    law = measures().law
    term = law.terms.find(TERM, asked_at.astimezone(DUTCH_TIME).date())
    found = compute(term, asked_at, law) if term else None
    if term is None or found is None or found.due_at is None or found.due_on is None:
        raise Invalid([Fault("#/askedAt", "The law had no term for case information on that day.", "no_term")])
    return CaseInformationRequest(
        id=new_id(),
        report_id=report.id,
        asked_at=asked_at,
        recorded_at=now,
        recorded_by=actor.end_user,
        due_on=found.due_on,
        due_at=found.due_at,
        warn_at=found.due_at - (found.due_at - asked_at) / 4,
        steps=[[code, values] for code, values in found.steps],
        source=term.source,
        law_hash=law.hash,
    )


def send(
    session: Session, actor: Actor, now: datetime, request_id: uuid.UUID, new: Sending
) -> tuple[CaseInformationRequest, Report]:
    """Record that it was sent, also late, by police or prosecution; its alerts close."""
    if actor.organisation_kind not in _SENDING:
        raise Forbidden("Only police and prosecution send case information.")
    require_past("#/sentAt", new.sent_at, now)
    row = session.get(CaseInformationRequest, request_id)
    if row is None:
        raise NotFound
    report = locked_report(session, actor, row.report_id)
    session.refresh(row, with_for_update={"key_share": True})
    if row.sent_at is not None:
        if (row.sent_at, row.proof_reference) == (new.sent_at, new.proof_reference):
            return row, report
        raise Conflict("already_sent", "It was recorded before that this was sent.")
    if new.sent_at < row.asked_at:
        raise Invalid([Fault("#/sentAt", "It cannot be sent before she asked for it.", "before_request")])
    row.sent_at, row.sent_by, row.sent_unit = new.sent_at, actor.end_user, actor.unit
    row.sent_channel, row.proof_reference, row.proof_sha256 = new.channel, new.proof_reference, new.proof_sha256
    record(session, actor, now, Action.DISCLOSED, f"report:{report.id}", case_information=str(row.id))
    _silence(session, now, row, NEAR, MISSED)
    return row, report


def requests_of(
    session: Session, actor: Actor, now: datetime, *, open_only: bool
) -> list[tuple[CaseInformationRequest, Report]]:
    """Return the requests with reports the actor may read, whose term ends first, first."""
    found = select(CaseInformationRequest, Report).join(Report, Report.id == CaseInformationRequest.report_id)
    mine = found.where(readable(actor))
    if open_only:
        mine = mine.where(CaseInformationRequest.sent_at.is_(None))
    rows = session.execute(mine.order_by(CaseInformationRequest.due_at, CaseInformationRequest.id).limit(500)).all()
    shown = [str(row.id) for row, _ in rows]
    record(session, actor, now, Action.CONSULTED, "case_information", shown=shown)
    return [(row, report) for row, report in rows]


def needs_watch(session: Session, now: datetime) -> bool:
    """Say whether any term is near or missed and not told of yet; cheap, in a reading session."""
    return bool(session.scalar(select(exists().where(or_(_near(now), _missed(now))))))


def _near(now: datetime) -> ColumnElement[bool]:
    one = CaseInformationRequest
    return and_(one.sent_at.is_(None), one.near_told_at.is_(None), one.warn_at <= now, one.due_at > now)


def _missed(now: datetime) -> ColumnElement[bool]:
    one = CaseInformationRequest
    return and_(one.sent_at.is_(None), one.missed_told_at.is_(None), one.due_at <= now)


def watch(session: Session, now: datetime) -> int:
    """Call whoever owes it, once when the term is near and once when it has passed; returns how many there were."""
    near, missed = (session.execute(_held(due)).all() for due in (_near(now), _missed(now)))
    for row, report in near:
        row.near_told_at = now
        _call(session, now, NEAR, (row, report))
    for row, report in missed:
        row.missed_told_at = now
        _silence(session, now, row, NEAR)
        _call(session, now, MISSED, (row, report))
    return len(near) + len(missed)


def _held(due: ColumnElement[bool]) -> Select[CaseInformationRequest, Report]:
    both = select(CaseInformationRequest, Report).join(Report, Report.id == CaseInformationRequest.report_id)
    held = both.where(due).order_by(CaseInformationRequest.due_at).limit(_WATCHED_AT_ONCE)
    return held.with_for_update(key_share=True, of=CaseInformationRequest, skip_locked=True)


def _call(session: Session, now: datetime, alert_class: str, of: tuple[CaseInformationRequest, Report]) -> None:
    """Call those of the order, or while nobody knows whose it is, every police organisation."""
    row, report = of
    context = {"report_id": str(report.id), "order_id": report.order_id and str(report.order_id)}
    called = [report.owners() | {"partner_org_id": None}]
    if report.order_id is None:
        called = [{"police_org_id": one} for one in police_organisations(session)]
    for owners in called:
        subject_ref = _subject(row) if report.order_id else f"{_subject(row)}/{owners['police_org_id']}"
        ladder_id = owners.get("prosecuting_org_id") or owners.get("police_org_id")
        title, priority = _TITLES_NL[alert_class], _PRIORITIES[alert_class]
        raise_alert(session, now, NewAlert(alert_class, priority, title, subject_ref, owners, context, ladder_id))


def _subject(row: CaseInformationRequest) -> str:
    return f"case_information:{row.id}"


def _silence(session: Session, now: datetime, row: CaseInformationRequest, *alert_classes: str) -> None:
    for subject_ref in (_subject(row), *(f"{_subject(row)}/{one}" for one in police_organisations(session))):
        for alert_class in alert_classes:
            close_alert(session, now, alert_class, subject_ref)
