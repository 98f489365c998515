"""Receiving reports, linking them to orders, and reading them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor, OrganisationKind, Scope
from registry.access.service import record, visible
from registry.db import new_id
from registry.enforcement.models import Assessment, Breach, Proceeding, ProceedingEvent
from registry.enforcement.rules import BreachOrigin, BreachStatus
from registry.enforcement.service import Suspicion, suspect
from registry.enforcement.timing import require_past
from registry.errors import Conflict, Forbidden, NotFound
from registry.orders.models import Order
from registry.orders.service import order_for
from registry.outbox.rules import EventType
from registry.outbox.service import publish
from registry.reports.calling import alert, alert_every_police_organisation, close_unlinked_alerts
from registry.reports.case_information.linking import bind_requests
from registry.reports.evidence.linking import put_on_checklist
from registry.reports.matching import Told, matching_order
from registry.reports.models import Report
from registry.reports.releases.models import ReportRelease
from registry.reports.releases.rules import ReleaseKind
from registry.reports.rules import Course, LinkedBy, ReportKind, ReportStatus, new_receipt_number, status_of
from registry.reports.wishes.guarding import settle
from registry.reports.wishes.service import Asked, require_fitting, sent_with
from registry.reports.wishes.service import keep as keep_wishes

_LINKING = frozenset({OrganisationKind.POLICE, OrganisationKind.PROSECUTION})
_TOLD_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class NewReport:
    """What a partner passes on; `reference` is the partner's own number, and makes it safe to send twice."""

    kind: ReportKind
    occurred_at: datetime
    acute: bool
    content: Mapping[str, Any]
    reference: str | None = None
    wishes: Mapping[str, Any] | None = None
    reported_at: datetime | None = None


def receive(session: Session, actor: Actor, now: datetime, new: NewReport) -> Report:
    """Keep a report, link it when exactly one live order matches, and put it before police and supervisor."""
    require_past("#/occurredAt", new.occurred_at, now)
    if new.reported_at is not None:
        require_past("#/reportedAt", new.reported_at, now)
    known = _sent_before(session, actor, new)
    if known is not None:
        return known
    if new.wishes is not None:
        require_fitting(Asked(new.wishes, new.content, "#/contact"), now)
    report = _kept(actor, now, new)
    try:
        with session.begin_nested():
            session.add(report)
    except IntegrityError:
        # The partner sent it twice at once, and the other one was first.
        known = _sent_before(session, actor, new)
        if known is None:
            raise
        return known
    record(session, actor, now, Action.COLLECTED, f"report:{report.id}")
    tell(session, now, EventType.REPORT_RECEIVED, report, {actor.organisation_id}, status=report.told_status)
    if new.wishes is not None:
        report.sent_wishes_id = keep_wishes(session, actor, now, report, new.wishes).id
    order = matching_order(session, now, Told(new.occurred_at, new.content))
    if order is None:
        alert_every_police_organisation(session, now, report)
    else:
        _link(session, actor, now, report, (order, LinkedBy.EXACT_KEYS))
    return report


def _kept(actor: Actor, now: datetime, new: NewReport) -> Report:
    return Report(
        id=new_id(),
        receipt_number=new_receipt_number(),
        partner_reference=new.reference,
        kind=new.kind.value,
        acute=new.acute,
        occurred_at=new.occurred_at,
        reported_at=new.reported_at,
        received_at=now,
        partner_org_id=actor.organisation_id,
        told_status=ReportStatus.RECEIVED.value,
        told_revision=0,
        contact_blocked=False,
        content=dict(new.content) | {"reported_by": actor.end_user},
    )


def _sent_before(session: Session, actor: Actor, new: NewReport) -> Report | None:
    if new.reference is None:
        return None
    own = select(Report).where(
        Report.partner_org_id == actor.organisation_id, Report.partner_reference == new.reference
    )
    known = session.scalar(own)
    if known is None:
        return None
    before = {name: value for name, value in known.content.items() if name != "reported_by"}
    told = (new.kind, new.acute, new.occurred_at, new.reported_at)
    same = (known.kind, known.acute, known.occurred_at, known.reported_at) == told
    if not same or before != dict(new.content) or not sent_with(session, known, new.wishes):
        raise Conflict("reference_used", f"This reference was used for another report: {known.receipt_number}.")
    return known


def _link(session: Session, actor: Actor, now: datetime, report: Report, link: tuple[Order, LinkedBy]) -> None:
    order, linked_by = link
    breach = suspect(session, actor, now, _suspicion(report, order))
    report.order_id, report.breach_id = order.id, breach.id
    report.linked_by, report.linked_at = linked_by.value, now
    report.supervising_org_id, report.police_org_id = order.supervising_org_id, order.police_org_id
    report.prosecuting_org_id = order.prosecuting_org_id
    record(session, actor, now, Action.COMBINED, f"report:{report.id}", order=str(order.id), by=linked_by.value)
    owners = report.owners() | {"partner_org_id": None}
    context = {"report_id": str(report.id), "order_id": str(order.id), "breach_id": str(breach.id)}
    alert(session, now, report, owners, context)
    told = report.audience() - {report.partner_org_id}
    put_on_checklist(session, actor, now, report)
    bind_requests(session, now, report)
    settle(session, now, report)
    links: dict[str, Any] = {"order_id": order.id, "breach_id": breach.id, "linked": True}
    tell(session, now, EventType.REPORT_RECEIVED, report, told, **links)


def _suspicion(report: Report, order: Order) -> Suspicion:
    """What a report makes suspected: of which kind, and since when the chain knew, for it may be linked much later."""
    told = {"aware_at": report.known_at.isoformat()}
    told |= {"kind": report.kind} if report.kind != ReportKind.OTHER else {}
    return Suspicion(order.id, None, BreachOrigin.REPORT, report.occurred_at, None, f"report:{report.id}", told)


def link_report(session: Session, actor: Actor, now: datetime, report_id: uuid.UUID, order_id: uuid.UUID) -> Report:
    """Link a report to an order, as a human of police or prosecution decides; the same link twice is one."""
    if actor.organisation_kind not in _LINKING:
        raise Forbidden("Only police and prosecution link a report to an order.")
    report = locked_report(session, actor, report_id)
    order = order_for(session, actor, order_id)
    if report.order_id == order.id:
        return report
    if report.order_id is not None:
        raise Conflict("report_linked", "This report is linked to another order already.")
    close_unlinked_alerts(session, now, report)
    _link(session, actor, now, report, (order, LinkedBy.HUMAN))
    session.flush()
    tell_change(session, now, report)
    return report


def locked_report(session: Session, actor: Actor, report_id: uuid.UUID) -> Report:
    """Return a report that the actor may read, held until the transaction ends; raises NotFound for any other."""
    found = select(Report).where(Report.id == report_id, readable(actor)).with_for_update(key_share=True)
    report = session.scalar(found.execution_options(populate_existing=True))
    if report is None:
        raise NotFound
    return report


def own_report(session: Session, actor: Actor, report_id: uuid.UUID) -> Report:
    """Return a report that the actor's organisation passed on; raises NotFound for any other."""
    own = select(Report).where(Report.id == report_id, Report.partner_org_id == actor.organisation_id)
    report = session.scalar(own)
    if report is None:
        raise NotFound
    return report


def readable(actor: Actor) -> ColumnElement[bool]:
    """His own, and while nobody knows whose it is, any that police or prosecution may link."""
    if actor.organisation_kind in _LINKING and actor.may(Scope.REPORTS_LINK):
        return or_(visible(Report, actor), Report.order_id.is_(None))
    return visible(Report, actor)


def report_for(session: Session, actor: Actor, now: datetime, report_id: uuid.UUID) -> Report:
    """Return one report; raises NotFound unless it concerns the actor's organisation or waits to be linked by it."""
    report = session.scalar(select(Report).where(Report.id == report_id, readable(actor)))
    if report is None:
        raise NotFound
    record(session, actor, now, Action.CONSULTED, f"report:{report.id}")
    return report


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which reports to list, newest first."""

    limit: int = 50
    after: uuid.UUID | None = None


def reports_of(session: Session, actor: Actor, now: datetime, asked: ReportFilter) -> list[Report]:
    """Return the reports that the actor's organisation passed on, must follow up, or may link; newest first."""
    own = select(Report).where(readable(actor))
    if asked.after is not None:
        own = own.where(Report.id < asked.after)
    found = list(session.scalars(own.order_by(Report.id.desc()).limit(asked.limit)))
    record(session, actor, now, Action.CONSULTED, "reports", shown=[str(one.id) for one in found])
    return found


def statuses_of(session: Session, reports: Collection[Report]) -> dict[uuid.UUID, ReportStatus]:
    """Return what became of each report, read from its breach."""
    courses = _courses(session, {one.breach_id for one in reports if one.breach_id})
    answered = _answered(session, [one.id for one in reports if one.breach_id is None])
    return {
        one.id: status_of(
            courses.get(one.breach_id) if one.breach_id else None,
            LinkedBy(one.linked_by) if one.linked_by else None,
            one.received_at,
            is_answered=one.id in answered,
        )
        for one in reports
    }


def _courses(session: Session, breach_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Course]:
    assessed = select(func.max(Assessment.assessed_at)).where(Assessment.breach_id == Breach.id).scalar_subquery()
    counted = (
        select(Breach.id, Breach.status, func.count(Proceeding.id), func.count(Proceeding.ended_at))
        .add_columns(assessed, func.max(ProceedingEvent.recorded_at))
        .outerjoin(Proceeding, Proceeding.breach_id == Breach.id)
        .outerjoin(ProceedingEvent, ProceedingEvent.id == Proceeding.started_by)
        .where(Breach.id.in_(breach_ids))
        .group_by(Breach.id, Breach.status)
    )
    return {
        breach_id: Course(BreachStatus(status), total > ended, ended > 0, max(filter(None, acts), default=None))
        for breach_id, status, total, ended, *acts in session.execute(counted)
    }


def _answered(session: Session, report_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    told = select(ReportRelease.report_id).where(
        ReportRelease.report_id.in_(report_ids),
        ReportRelease.kind == ReleaseKind.ANSWER.value,
        ReportRelease.told_at.is_not(None),
    )
    return set(session.scalars(told)) if report_ids else set()


def has_changed(session: Session) -> bool:
    """Say whether a breach with a report changed since its partner was told; cheap, in a reading session."""
    return session.scalar(_changed().limit(1)) is not None


def changed_reports(session: Session) -> Sequence[Report]:
    """Return, held, the next reports whose breach changed since their partners were told."""
    waiting = _changed().order_by(Report.id).limit(_TOLD_AT_ONCE)
    return session.scalars(waiting.with_for_update(key_share=True, of=Report, skip_locked=True)).all()


def _changed() -> Any:
    is_newer = and_(Report.breach_id == Breach.id, Report.told_revision != Breach.revision)
    return select(Report).join(Breach, is_newer)


def tell_change(session: Session, now: datetime, report: Report) -> None:
    """Tell the partner the word for its report, if it is another than it was told."""
    if report.breach_id is not None:
        breach = select(Breach.revision).where(Breach.id == report.breach_id)
        report.told_revision = session.scalars(breach).one()
    status = statuses_of(session, [report])[report.id]
    if status == report.told_status:
        return
    report.told_status = status.value
    tell(session, now, EventType.REPORT_STATUS_CHANGED, report, report.audience(), status=status.value)


def tell(
    session: Session, now: datetime, event_type: EventType, report: Report, audience: Collection[Any], **more: Any
) -> None:
    """Put news of a report in the outbox: references and codes only."""
    data = {"report_id": report.id, "acute": report.acute} | more
    publish(session, now, event_type, f"report:{report.id}", audience, **data)
