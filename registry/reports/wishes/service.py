"""Keeping a victim's wishes, and reading them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import new_id
from registry.errors import Fault, Invalid, NotFound
from registry.law.terms import DUTCH_TIME
from registry.reports.models import Report
from registry.reports.wishes.guarding import current, is_minor_by_birth, named_subject, settle
from registry.reports.wishes.models import ReportWishes
from registry.reports.wishes.rules import is_adult

Wishes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a victim was asked: her wishes, what her report says, and where faults in them are pointed at."""

    wishes: Wishes
    report: Mapping[str, Any]
    root: str = "#"


def require_fitting(asked: Asked, now: datetime) -> None:
    """Raise Invalid for a contact who is no adult, or whom the report itself is about; every fault at once."""
    faults = list(_faults(asked, now.astimezone(DUTCH_TIME).date()))
    if faults:
        raise Invalid(faults)


def _faults(asked: Asked, today: date) -> Iterator[Fault]:
    person = asked.wishes.get("contact_person")
    if person is not None and not is_adult(person["birth_date"], today):
        detail = "The contact person must be an adult; name another."
        yield Fault(f"{asked.root}/contactPerson/birthDate", detail, "contact_minor")
    if is_minor_by_birth(asked.report, today) and not asked.wishes["is_minor"]:
        detail = "By the birth date in the report she is a minor: say so, and name the adult who is told for her."
        yield Fault(f"{asked.root}/isMinor", detail, "is_minor")
    for field in named_subject(asked.report, asked.wishes):
        detail = "This is the person whom the report is about; name another."
        yield Fault(f"{asked.root}/{field}", detail, "contact_is_subject")


def keep(session: Session, actor: Actor, now: datetime, report: Report, wishes: Wishes) -> ReportWishes:
    """Keep wishes beside a report that is held; those before stay on record."""
    row = ReportWishes(
        id=new_id(),
        report_id=report.id,
        recorded_at=now,
        recorded_by=actor.end_user,
        organisation_id=actor.organisation_id,
        content=_document(wishes),
    )
    session.add(row)
    session.flush()
    record(session, actor, now, Action.COLLECTED, f"report:{report.id}", wishes=str(row.id))
    settle(session, now, report)
    return row


def _document(wishes: Wishes) -> dict[str, Any]:
    """Wishes as they are sealed: dates as text."""
    person = wishes.get("contact_person")
    whole = dict(wishes) | {"about": [str(one) for one in wishes["about"]], "channel": str(wishes["channel"])}
    if person is not None:
        whole["contact_person"] = dict(person) | {"birth_date": person["birth_date"].isoformat()}
    return whole


def sent_with(session: Session, report: Report, wishes: Wishes | None) -> bool:
    """Whether a report that is sent again comes with the wishes it came with."""
    if report.sent_wishes_id is None or wishes is None:
        return report.sent_wishes_id is None and wishes is None
    return session.get_one(ReportWishes, report.sent_wishes_id).content == _document(wishes)


def replace(session: Session, actor: Actor, now: datetime, report_id: uuid.UUID, wishes: Wishes) -> ReportWishes:
    """Keep new wishes for a report that the actor's organisation passed on."""
    own = select(Report).where(Report.id == report_id, Report.partner_org_id == actor.organisation_id)
    held = own.with_for_update(key_share=True).execution_options(populate_existing=True)
    report = session.scalar(held)
    if report is None:
        raise NotFound
    require_fitting(Asked(wishes, report.content), now)
    return keep(session, actor, now, report, wishes)


def wishes_of(session: Session, actor: Actor, now: datetime, report: Report) -> ReportWishes:
    """Return the wishes that count for a report the actor may read, and put on record that they were read."""
    row = current(session, report.id)
    if row is None:
        raise NotFound
    record(session, actor, now, Action.CONSULTED, f"report:{report.id}", wishes=str(row.id))
    return row
