"""Recording what a victim was told, and seeing what she was not told yet."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import new_id
from registry.enforcement.timing import require_past
from registry.errors import Conflict, Fault, Invalid
from registry.orders.models import OrderParty
from registry.orders.rules import PartyRole
from registry.orders.service import order_for
from registry.reports.informing.models import InformedMoment
from registry.reports.informing.rules import Channel
from registry.reports.models import Report
from registry.reports.service import locked_report, report_for
from registry.reports.wishes.guarding import current


@dataclass(frozen=True, slots=True)
class NewMoment:
    """What she was told, when, how, and what proves it; `protected` names her where it is of an order."""

    moment: str
    told_at: datetime
    channel: str
    proof_kind: str
    proof_reference: str
    proof_sha256: str | None = None
    protected: str | None = None


def told_of_order(session: Session, actor: Actor, now: datetime, order_id: uuid.UUID, new: NewMoment) -> InformedMoment:
    """Record what a person whom an order protects was told; the same proof twice is one."""
    require_past("#/toldAt", new.told_at, now)
    order = order_for(session, actor, order_id)
    if new.protected not in protected_of(session, order.current_version_id):
        raise Invalid([Fault("#/protected", "The order protects nobody of this reference.", "not_protected")])
    return _keep(session, actor, now, InformedMoment(order_id=order.id, protected=new.protected), new)


def told_after_report(
    session: Session, actor: Actor, now: datetime, report_id: uuid.UUID, new: NewMoment
) -> InformedMoment:
    """Record what a victim was told after her report; the same proof twice is one."""
    require_past("#/toldAt", new.told_at, now)
    report = locked_report(session, actor, report_id)
    return _keep(session, actor, now, InformedMoment(report_id=report.id), new)


def _keep(session: Session, actor: Actor, now: datetime, row: InformedMoment, new: NewMoment) -> InformedMoment:
    same = select(InformedMoment).where(
        InformedMoment.organisation_id == actor.organisation_id,
        InformedMoment.moment == new.moment,
        InformedMoment.proof_reference == new.proof_reference,
    )
    known = session.scalar(same)
    if known is not None:
        return _as_before(known, row, new)
    row.id, row.moment, row.told_at, row.channel = new_id(), new.moment, new.told_at, new.channel
    row.proof_kind, row.proof_reference, row.proof_sha256 = new.proof_kind, new.proof_reference, new.proof_sha256
    row.against_wishes = row.report_id is not None and is_against_wishes(session, row.report_id, new.channel)
    row.recorded_at, row.recorded_by, row.unit = now, actor.end_user, actor.unit
    row.organisation_id = actor.organisation_id
    session.add(row)
    session.flush()
    subject = f"order:{row.order_id}" if row.order_id else f"report:{row.report_id}"
    record(session, actor, now, Action.DISCLOSED, subject, moment=row.moment, id=str(row.id))
    return row


def _as_before(known: InformedMoment, row: InformedMoment, new: NewMoment) -> InformedMoment:
    about = (known.order_id, known.protected, known.report_id) == (row.order_id, row.protected, row.report_id)
    same = (known.told_at, known.channel, known.proof_sha256) == (new.told_at, new.channel, new.proof_sha256)
    if not (about and same):
        raise Conflict("reference_used", "This proof was used before, for something else that she was told.")
    return known


def is_against_wishes(session: Session, report_id: uuid.UUID, channel: str) -> bool:
    """Whether she was told by post without having said that it is safe; a fact is recorded all the same."""
    if channel != Channel.POST:
        return False
    wishes = current(session, report_id)
    return wishes is None or not wishes.content["by_post"]


def protected_of(session: Session, version_id: uuid.UUID | None) -> list[str]:
    """The references by which a version names those it protects."""
    named = select(OrderParty.reference).where(
        OrderParty.version_id == version_id, OrderParty.role == PartyRole.PROTECTED
    )
    return sorted(one for one in session.scalars(named) if one)


def moments_of_order(
    session: Session, actor: Actor, now: datetime, order_id: uuid.UUID
) -> tuple[list[str], Sequence[InformedMoment]]:
    """Return whom an order protects, by reference, and what they were told, oldest first; also after their reports."""
    order = order_for(session, actor, order_id)
    record(session, actor, now, Action.CONSULTED, f"order:{order.id}", part="moments")
    reports = select(Report.id).where(Report.order_id == order.id)
    told = select(InformedMoment).where((InformedMoment.order_id == order.id) | InformedMoment.report_id.in_(reports))
    rows = session.scalars(told.order_by(InformedMoment.told_at, InformedMoment.id)).all()
    return protected_of(session, order.current_version_id), rows


def moments_of_report(session: Session, actor: Actor, now: datetime, report_id: uuid.UUID) -> Sequence[InformedMoment]:
    """Return what a victim was told after her report, oldest first."""
    report = report_for(session, actor, now, report_id)
    told = select(InformedMoment).where(InformedMoment.report_id == report.id)
    return session.scalars(told.order_by(InformedMoment.told_at, InformedMoment.id)).all()
