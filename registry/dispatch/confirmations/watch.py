"""The job of this package: the source is called when it is asked, and called louder when its answer is late."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from registry.alerts.service import NewAlert, retell_alert
from registry.dispatch.confirmations.models import Confirmation
from registry.dispatch.confirmations.rules import Urgency
from registry.dispatch.confirmations.service import subject_ref
from registry.http import Runtime

_AT_ONCE = 100
_ASKED = {Urgency.URGENT: "confirmation_urgent", Urgency.ROUTINE: "confirmation_routine"}
_LATE = "confirmation_late"
_TITLES_NL = {
    "confirmation_urgent": "Bevel met spoed te bevestigen, binnen 10 minuten",
    "confirmation_routine": "Bevel te bevestigen, binnen een uur",
    _LATE: "Bevel niet op tijd bevestigd",
}
# Once the answer is late the call is louder than it was, so that it sounds anew also where somebody took it.
_PRIORITIES = {Urgency.URGENT: (2, 1), Urgency.ROUTINE: (3, 2)}


def watch_confirmations(shared: Runtime) -> None:
    """Call the sources that were asked and those that are late; takes the write lock only when there is one."""
    now = shared.clock.now()
    with shared.database.reading() as session:
        if not session.scalar(select(exists().where(_to_call(now)))):
            return
    with shared.database.transaction() as session:
        call_sources(session, now)


def call_sources(session: Session, now: datetime) -> int:
    """Raise what is to be raised and note that it was; returns how many requests it concerned."""
    waiting = select(Confirmation).where(_to_call(now)).order_by(Confirmation.due_at).limit(_AT_ONCE)
    found = session.scalars(waiting.with_for_update(key_share=True, skip_locked=True)).all()
    for each in found:
        _call(session, now, each)
    return len(found)


def _to_call(now: datetime) -> ColumnElement[bool]:
    is_late = and_(Confirmation.due_at <= now, Confirmation.called_late_at.is_(None))
    return and_(Confirmation.answered_at.is_(None), or_(Confirmation.called_at.is_(None), is_late))


def _call(session: Session, now: datetime, one: Confirmation) -> None:
    urgency, is_late = Urgency(one.urgency), one.due_at <= now
    alert_class = _LATE if is_late else _ASKED[urgency]
    owners = {"sending_org_id": one.sending_org_id, "police_org_id": one.police_org_id}
    context = {"order_id": str(one.order_id)}
    new = NewAlert(
        alert_class,
        _PRIORITIES[urgency][is_late],
        _TITLES_NL[alert_class],
        subject_ref(one.id),
        owners,
        context,
        one.sending_org_id,
    )
    retell_alert(session, now, new)
    one.called_at = one.called_at or now
    one.called_late_at = now if is_late else None
