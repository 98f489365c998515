"""What waits, in figures: counted when a monitor asks, from the indexes that the work itself uses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from registry.alerts.models import Alert
from registry.enforcement.clocks import ClockState
from registry.enforcement.models import Deadline
from registry.intake.models import IntakeSource
from registry.monitoring.models import EpisodeRecord
from registry.monitoring.rules import EpisodeStatus
from registry.outbox.models import Event, WebhookDelivery

_PRIORITIES = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A figure: its name, what it means, and its labels."""

    name: str
    help: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def waiting(session: Session, now: datetime, system_now: datetime) -> Iterator[Waiting]:
    """Yield every figure; deliveries of webhooks run on the system's clock, also in a replay."""
    yield from _outbox(session, now, system_now)
    yield from _alerts(session)
    unprocessed = session.scalar(select(func.sum(IntakeSource.unprocessed))) or 0
    yield Waiting("intake_rows_pending", "Rows delivered that were not processed yet.", float(unprocessed))
    deadlines = _count(session, Deadline.state == ClockState.OPEN.value)
    yield Waiting("deadlines_open", "Deadlines that run.", deadlines)
    episodes = _count(session, EpisodeRecord.status == EpisodeStatus.OPEN.value)
    yield Waiting("episodes_open", "Episodes that go on.", episodes)


def _outbox(session: Session, now: datetime, system_now: datetime) -> Iterator[Waiting]:
    news = select(func.count(), func.min(Event.recorded_at)).where(Event.position.is_(None))
    number, oldest_at = session.execute(news).one()
    yield Waiting("events_unpositioned", "Events without a place in the feed.", number)
    yield Waiting("events_unpositioned_oldest_seconds", "Age of the oldest of them.", _age_s(oldest_at, now))
    due = WebhookDelivery.next_attempt_at.is_not(None)
    number, oldest_at = session.execute(select(func.count(), func.min(WebhookDelivery.created_at)).where(due)).one()
    yield Waiting("webhook_deliveries_pending", "Messages on their way to a receiver.", number)
    yield Waiting("webhook_deliveries_oldest_seconds", "Age of the oldest of them.", _age_s(oldest_at, system_now))


def _alerts(session: Session) -> Iterator[Waiting]:
    is_open = (Alert.acknowledged_at.is_(None), Alert.closed_at.is_(None))
    rows = session.execute(select(Alert.priority, func.count()).where(*is_open).group_by(Alert.priority))
    counted = {priority: number for priority, number in rows}
    for priority in _PRIORITIES:
        labels = {"priority": str(priority)}
        yield Waiting("alerts_open", "Alerts that nobody has taken.", counted.get(priority, 0), labels)


def _count(session: Session, condition: ColumnElement[bool]) -> float:
    return session.scalar(select(func.count()).where(condition)) or 0


def _age_s(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
