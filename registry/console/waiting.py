"""What waits, in figures: each is counted by the service it belongs to when a monitor asks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from registry.alerts.service import count_open
from registry.enforcement.service import count_running
from registry.intake.overview import count_unprocessed
from registry.monitoring.service import count_open_episodes
from registry.outbox.sequencing import Backlog, pending_deliveries, unpositioned

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
    events, deliveries = unpositioned(session), pending_deliveries(session)
    yield Waiting("events_unpositioned", "Events without a place in the feed.", events.number)
    yield Waiting("events_unpositioned_oldest_seconds", "Age of the oldest of them.", _age_s(events, now))
    yield Waiting("webhook_deliveries_pending", "Messages on their way to a receiver.", deliveries.number)
    yield Waiting("webhook_deliveries_oldest_seconds", "Age of the oldest of them.", _age_s(deliveries, system_now))
    counted = count_open(session)
    for priority in _PRIORITIES:
        labels = {"priority": str(priority)}
        yield Waiting("alerts_open", "Alerts that nobody has taken.", counted.get(priority, 0), labels)
    yield Waiting("intake_rows_pending", "Rows delivered that were not processed yet.", count_unprocessed(session))
    yield Waiting("deadlines_open", "Deadlines that run.", count_running(session))
    yield Waiting("episodes_open", "Episodes that go on.", count_open_episodes(session))


def _age_s(backlog: Backlog, now: datetime) -> float:
    return 0.0 if backlog.oldest_at is None else max(0.0, (now - backlog.oldest_at).total_seconds())
