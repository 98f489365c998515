"""The fail-safe: somebody is held and no decision is recorded, long before that may no longer last."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from registry.alerts.service import NewAlert, raise_alert
from registry.enforcement.following import CUSTODY
from registry.enforcement.models import Proceeding
from registry.law.terms import instant_nl

_AT_ONCE = 100


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(Proceeding.custody_alarm_at <= now, Proceeding.custody_told_at.is_(None))


def needs_watch(session: Session, now: datetime) -> bool:
    """Say whether anybody is held for too long without a decision, and nobody was told; cheap, for reading."""
    return bool(session.scalar(select(exists().where(_due(now)))))


def watch(session: Session, now: datetime) -> None:
    """Raise an alarm, once for each limit, with the police and the prosecution, who can end it."""
    rows = select(Proceeding).where(_due(now)).order_by(Proceeding.custody_limit_at).limit(_AT_ONCE)
    for row in session.scalars(rows.with_for_update(key_share=True, skip_locked=True)):
        row.custody_told_at = now
        limit_at = row.custody_limit_at or now
        title = f"Iemand zit vast en er is geen beslissing vastgelegd: uiterlijk {instant_nl(limit_at)}"
        owners = {"police_org_id": row.police_org_id, "prosecuting_org_id": row.prosecuting_org_id}
        if not any(owners.values()):
            owners = row.owners() | {"partner_org_id": None}
        context = {
            "proceeding_id": str(row.id),
            "breach_id": str(row.breach_id),
            "order_id": str(row.order_id),
        }
        raise_alert(session, now, NewAlert(CUSTODY, 1, title, f"proceeding:{row.id}", owners, context))
