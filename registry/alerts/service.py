"""Raising, acknowledging and escalating alerts, and the ladder they climb."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, not_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record, system_actor, visible
from registry.alerts.models import Alert, AlertDuty
from registry.alerts.rules import AlertStatus, NewAlert, next_level, step
from registry.db import new_id
from registry.errors import Conflict, NotFound
from registry.outbox.rules import FIELDS, EventType
from registry.outbox.service import EventDraft, Failing, draft_event, failing_receivers, publish_drafts

__all__ = ["NewAlert", "acknowledge", "close_alert", "close_alerts"]
__all__ += ["escalate_due", "raise_alert", "raise_alerts", "retell_alert"]

_UNDELIVERED_FOR = timedelta(seconds=60)
_ESCALATED_AT_ONCE = 100
_WEBHOOK_FAILING = "webhook_failing"
_TITLES_NL = {
    "undelivered": "Berichten komen niet aan bij de ontvanger",
    "gone": "De ontvanger heeft de berichten opgezegd",
}


def raise_alert(session: Session, now: datetime, new: NewAlert) -> Alert:
    """Raise an alert, or return the one of this class and subject that is not closed yet."""
    known = _current(session, new.alert_class, new.subject_ref)
    if known is not None:
        return known
    alert = _new(now, new)
    try:
        with session.begin_nested():
            session.add(alert)
    except IntegrityError:
        # Another transaction raised it between our look and our insert.
        known = _current(session, new.alert_class, new.subject_ref)
        if known is None:
            raise
        return known
    _tell(session, now, EventType.ALERT_RAISED, alert, raised_at=now)
    return alert


def raise_alerts(session: Session, now: datetime, calls: Sequence[NewAlert]) -> None:
    """Raise many alerts together, each of another class or subject; one that calls already is left as it is."""
    alerts = [_new(now, new) for new in calls]
    try:
        with session.begin_nested():
            session.add_all(alerts)
    except IntegrityError:
        for new in calls:
            raise_alert(session, now, new)
        return
    drafts = [(_news(EventType.ALERT_RAISED, one, raised_at=now), one.audience()) for one in alerts]
    publish_drafts(session, now, drafts)


def _new(now: datetime, new: NewAlert) -> Alert:
    alert = Alert(id=new_id(), subject_ref=new.subject_ref, ladder_org_id=new.climbs_id, **new.owners)
    _word(alert, now, new)
    return alert


def _word(alert: Alert, now: datetime, new: NewAlert) -> None:
    """Let an alert say this, as nobody took it yet."""
    alert.alert_class, alert.priority, alert.title_nl = new.alert_class, new.priority, new.title_nl
    alert.context = {name: value for name, value in new.context.items() if value is not None}
    alert.raised_at, alert.level = now, 0
    alert.next_escalation_at = _next_step(now, alert)
    alert.acknowledged_at = alert.acknowledged_by = alert.note = None


def _next_step(now: datetime, alert: Alert) -> datetime | None:
    waits = step(alert.alert_class, alert.priority)
    return None if waits is None else now + waits


def retell_alert(session: Session, now: datetime, new: NewAlert, *, is_over: bool = False) -> Alert:
    """Let the one alert of a subject say what is known now, whatever its class was.

    A louder one sounds anew, also when somebody took the quieter one; one as loud only changes its words, and what was
    told louder stays as it was told. One whose cause is over is closed.
    """
    of_subject = select(Alert).where(Alert.subject_ref == new.subject_ref).order_by(Alert.id.desc()).limit(1)
    alert = session.scalar(of_subject)
    if alert is None:
        alert = raise_alert(session, now, new)
    elif new.priority < alert.priority or (alert.closed_at is not None and not is_over):
        alert.closed_at = None
        _word(alert, now, new)
        session.flush()
        _tell(session, now, EventType.ALERT_RAISED, alert, raised_at=now)
    elif new.priority == alert.priority and not is_over:
        alert.alert_class, alert.title_nl = new.alert_class, new.title_nl
        alert.context = {name: value for name, value in new.context.items() if value is not None}
    if is_over and alert.closed_at is None:
        alert.closed_at, alert.next_escalation_at = now, None
    return alert


def close_alerts(session: Session, now: datetime, *subject_refs: str, only_taken: bool = False) -> None:
    """Close whatever calls for subjects whose cause is over, or of that only what somebody took."""
    calling = update(Alert).where(Alert.subject_ref.in_(subject_refs), Alert.closed_at.is_(None))
    if only_taken:
        calling = calling.where(Alert.acknowledged_at.is_not(None))
    session.execute(calling.values(closed_at=now, next_escalation_at=None))


def _current(session: Session, alert_class: str, subject_ref: str) -> Alert | None:
    of_subject = select(Alert).where(Alert.alert_class == alert_class, Alert.subject_ref == subject_ref)
    return session.scalar(of_subject.where(Alert.closed_at.is_(None)))


def _tell(session: Session, now: datetime, event_type: EventType, alert: Alert, **more: Any) -> None:
    publish_drafts(session, now, [(_news(event_type, alert, **more), alert.audience())])


def _news(event_type: EventType, alert: Alert, **more: Any) -> EventDraft:
    fields = FIELDS[event_type]
    context = {name: value for name, value in alert.context.items() if name in fields.optional}
    own = {"alert_class": alert.alert_class, "priority": alert.priority, "level": alert.level}
    return draft_event(event_type, f"alert:{alert.id}", **context | own | more)


def acknowledge(session: Session, actor: Actor, now: datetime, alert_id: uuid.UUID, note: str) -> Alert:
    """Take an alert, as the person the actor names, with a note; who comes second hears who was first."""
    found = select(Alert).where(Alert.id == alert_id, visible(Alert, actor))
    alert = session.scalar(found.with_for_update(key_share=True).execution_options(populate_existing=True))
    if alert is None:
        raise NotFound
    if alert.acknowledged_at is not None:
        at = alert.acknowledged_at.isoformat(timespec="seconds")
        raise Conflict("already_acknowledged", f"{alert.acknowledged_by} acknowledged this alert at {at}.")
    if alert.closed_at is not None:
        raise Conflict("alert_closed", "This alert was closed: its cause is over.")
    alert.acknowledged_at, alert.acknowledged_by, alert.note = now, actor.end_user, note
    alert.next_escalation_at = None
    record(session, actor, now, Action.CHANGED, f"alert:{alert.id}", acknowledged=True)
    _tell(session, now, EventType.ALERT_ACKNOWLEDGED, alert)
    return alert


def close_alert(session: Session, now: datetime, alert_class: str, subject_ref: str) -> None:
    """Close the alert of a class and subject when its cause is over; a next occurrence raises a new one."""
    alert = _current(session, alert_class, subject_ref)
    if alert is not None:
        alert.closed_at, alert.next_escalation_at = now, None


def has_due(session: Session, now: datetime) -> bool:
    """Say whether any alert has waited long enough to go a step up; cheap, in a reading session."""
    return bool(session.scalar(select(exists().where(Alert.next_escalation_at <= now))))


def escalate_due(session: Session, now: datetime) -> list[Alert]:
    """Move each alert that nobody took in time one step up its ladder, and tell whose duty it is now."""
    due = select(Alert).where(Alert.next_escalation_at <= now).order_by(Alert.priority, Alert.next_escalation_at)
    alerts = session.scalars(due.limit(_ESCALATED_AT_ONCE).with_for_update(key_share=True, skip_locked=True)).all()
    for alert in alerts:
        _escalate(session, now, alert)
    return list(alerts)


def _escalate(session: Session, now: datetime, alert: Alert) -> None:
    owner = alert.ladder_org_id
    ladder = duty_ladder(session, owner) if owner else []
    alert.level = next_level(alert.level, max((duty.level for duty in ladder), default=0))
    alert.next_escalation_at = _next_step(now, alert)
    duty = next((one for one in ladder if one.level == alert.level), None)
    if owner is not None:
        actor = system_actor(owner, "escalation")
        record(session, actor, now, Action.CHANGED, f"alert:{alert.id}", escalated_to=alert.level)
    duty_id = duty.id if duty else None
    _tell(session, now, EventType.ALERT_ESCALATED, alert, duty_id=duty_id, duty_organisation_id=owner)


def duty_ladder(session: Session, organisation_id: uuid.UUID) -> list[AlertDuty]:
    """Return an organisation's duties, the lowest step first."""
    own = select(AlertDuty).where(AlertDuty.organisation_id == organisation_id)
    return list(session.scalars(own.order_by(AlertDuty.level)))


def duties_of(session: Session, actor: Actor, now: datetime) -> list[AlertDuty]:
    """Return the ladder of the actor's organisation."""
    record(session, actor, now, Action.CONSULTED, f"duties:{actor.organisation_id}")
    return duty_ladder(session, actor.organisation_id)


def replace_duties(
    session: Session, actor: Actor, now: datetime, duties: Sequence[Mapping[str, str]]
) -> list[AlertDuty]:
    """Give the actor's organisation this ladder, the first duty being the first step up."""
    session.execute(delete(AlertDuty).where(AlertDuty.organisation_id == actor.organisation_id))
    made = [
        AlertDuty(id=new_id(), organisation_id=actor.organisation_id, level=level, details=dict(duty))
        for level, duty in enumerate(duties, start=1)
    ]
    session.add_all(made)
    record(session, actor, now, Action.CHANGED, f"duties:{actor.organisation_id}", steps=len(made))
    return made


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts to list, newest first."""

    limit: int = 50
    status: AlertStatus | None = None
    alert_class: str | None = None
    after: uuid.UUID | None = None


def alerts_of(session: Session, actor: Actor, now: datetime, asked: AlertFilter) -> list[Alert]:
    """Return the alerts that concern the actor's organisation, newest first."""
    own = select(Alert).where(visible(Alert, actor))
    if asked.alert_class is not None:
        own = own.where(Alert.alert_class == asked.alert_class)
    if asked.after is not None:
        own = own.where(Alert.id < asked.after)
    if asked.status is AlertStatus.CLOSED:
        own = own.where(Alert.closed_at.is_not(None))
    elif asked.status is not None:
        is_taken = Alert.acknowledged_at.is_not(None)
        wanted = is_taken if asked.status is AlertStatus.ACKNOWLEDGED else not_(is_taken)
        own = own.where(Alert.closed_at.is_(None), wanted)
    found = list(session.scalars(own.order_by(Alert.id.desc()).limit(asked.limit)))
    record(session, actor, now, Action.CONSULTED, "alerts", shown=[str(alert.id) for alert in found])
    return found


def alert_for(session: Session, actor: Actor, now: datetime, alert_id: uuid.UUID) -> Alert:
    """Return one alert; raises NotFound unless it concerns the actor's organisation."""
    alert = session.scalar(select(Alert).where(Alert.id == alert_id, visible(Alert, actor)))
    if alert is None:
        raise NotFound
    record(session, actor, now, Action.CONSULTED, f"alert:{alert.id}")
    return alert


def duties_reached(session: Session, actor: Actor, alerts: Sequence[Alert]) -> dict[uuid.UUID, AlertDuty]:
    """Return, for each alert that climbs the actor's own ladder, the duty it has reached."""
    mine = [alert for alert in alerts if alert.level and alert.ladder_org_id == actor.organisation_id]
    ladder = {duty.level: duty for duty in duty_ladder(session, actor.organisation_id)} if mine else {}
    return {alert.id: ladder[alert.level] for alert in mine if alert.level in ladder}


def needs_watch(session: Session, system_now: datetime) -> bool:
    """Say whether `watch_receivers` would change anything; cheap, in a reading session."""
    return _failing(session, system_now).keys() != _told_failing(session)


def watch_receivers(session: Session, now: datetime, system_now: datetime) -> None:
    """Raise an alert for each receiver that was not reached for a minute, and close it when it is reached again."""
    failing = _failing(session, system_now)
    for subject_ref, one in failing.items():
        context = {"subscription_id": one.subscription_id, "reason": one.reason}
        owners = {"supervising_org_id": one.organisation_id}
        title_nl = _TITLES_NL[one.reason]
        raise_alert(session, now, NewAlert(_WEBHOOK_FAILING, 2, title_nl, subject_ref, owners, context))
    for subject_ref in _told_failing(session) - failing.keys():
        close_alert(session, now, _WEBHOOK_FAILING, subject_ref)


def _failing(session: Session, system_now: datetime) -> dict[str, Failing]:
    found = failing_receivers(session, system_now - _UNDELIVERED_FOR)
    return {f"subscription:{one.subscription_id}": one for one in found}


def _told_failing(session: Session) -> set[str]:
    told = select(Alert.subject_ref).where(Alert.alert_class == _WEBHOOK_FAILING, Alert.closed_at.is_(None))
    return set(session.scalars(told))


def count_open(session: Session) -> dict[int, int]:
    """Return how many alerts nobody has taken yet, by priority."""
    waiting = select(Alert.priority, func.count()).where(Alert.acknowledged_at.is_(None), Alert.closed_at.is_(None))
    return {priority: number for priority, number in session.execute(waiting.group_by(Alert.priority))}
