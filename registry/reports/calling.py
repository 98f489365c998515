"""Whom a report calls: police and supervisor of its order, or the duty of every police organisation."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.access.service import police_organisations
from registry.alerts.service import NewAlert, close_alert, raise_alert
from registry.reports.models import Report


def _alert_class(report: Report) -> str:
    return "report_acute" if report.acute else "report_received"


def alert(
    session: Session, now: datetime, report: Report, owners: Mapping[str, uuid.UUID | None], context: dict[str, Any]
) -> None:
    """Call whoever must follow up a report."""
    linked = "order_id" in context
    priority, what = (1, "Spoedmelding van een slachtoffer") if report.acute else (2, "Melding van een slachtoffer")
    title = f"{what} via een partner" if linked else f"{what}, nog niet aan een bevel gekoppeld: zoek wie het betreft"
    organisation = owners["police_org_id"]
    subject_ref = f"report:{report.id}" if linked else f"report:{report.id}/{organisation}"
    new = NewAlert(_alert_class(report), priority, title, subject_ref, owners, context | {"acute": report.acute})
    raise_alert(session, now, new)


def alert_every_police_organisation(session: Session, now: datetime, report: Report) -> None:
    """Nobody knows yet whose it is, so it is put before the duty of every police organisation."""
    for organisation_id in police_organisations(session):
        alert(session, now, report, {"police_org_id": organisation_id}, {"report_id": str(report.id)})


def close_unlinked_alerts(session: Session, now: datetime, report: Report) -> None:
    """Close what called every police organisation: it is known now whose report it is, or it is answered."""
    for organisation_id in police_organisations(session):
        close_alert(session, now, _alert_class(report), f"report:{report.id}/{organisation_id}")
