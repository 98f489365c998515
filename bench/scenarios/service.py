"""The service that the scenarios are played to: its register, its judge and its alerts, on a database of its own.

Orders come as messages and are read as those of the CJIB are; pings come in batches, as a provider sends them; the
clock stands at the instant at which something arrives. Only HTTP is left out.
"""

import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select

from bench import data
from geo.episode import Episode
from registry import logs
from registry.access.rules import OrganisationKind
from registry.access.service import add_organisation, system_actor
from registry.alerts.models import Alert
from registry.app import build_runtime
from registry.clock import Clock
from registry.config import SECRETS_FILE_NAME, Settings, random_secrets
from registry.http import Runtime
from registry.intake.judging import registration_of
from registry.intake.parsing import parse_row
from registry.intake.rules import Checks
from registry.monitoring.companions.consenting import NewCompanion, record_consent
from registry.monitoring.companions.models import NearnessRecord
from registry.monitoring.companions.rules import NEAR_M, ConsentForm, ConsentGiver
from registry.monitoring.engine.judge import Judge
from registry.monitoring.engine.known import episode_of
from registry.monitoring.models import EpisodeRecord
from registry.monitoring.receiving import receive_batch
from registry.monitoring.rules import LIVE_STATUSES, DeviceKind
from registry.monitoring.service import NewCoupling, couple
from registry.orders import service as orders
from registry.orders.force.standing import measures
from registry.orders.models import Condition
from registry.outbox.models import Event
from registry.outbox.rules import EventType
from registry.schema import migrate

_PROVIDER, _HER_PROVIDER = "EB", "SAP"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class HandClock(Clock):
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        super().__init__()
        self.at = _EPOCH

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class Call:
    """A call on a human: about which wearer, how loud, since when so loud, and about which stretch of time.

    One about the device itself is about the moment at which it was made.
    """

    device: str
    alert_class: str
    priority: int
    at_ms: int
    start_ms: int
    end_ms: int | None

    @property
    def is_of_device(self) -> bool:
        """Whether it is about the device, not about where its wearer is."""
        return self.alert_class.startswith("device_")


class Service:
    """One installation, with the hands to play orders and pings into it and to see what it told."""

    def __init__(self, shared: Runtime, clock: HandClock) -> None:
        self._shared, self._clock = shared, clock
        self._devices: dict[uuid.UUID, str] = {}
        self._companions: dict[uuid.UUID, str] = {}
        with shared.database.transaction() as session:
            cjib = add_organisation(session, "CJIB", "CJIB", OrganisationKind.CJIB)
            provider = add_organisation(session, _PROVIDER, "EB", OrganisationKind.DEVICE_PROVIDER)
            supervisor = add_organisation(session, data.SUPERVISION, "RN", OrganisationKind.PROBATION)
            hers = add_organisation(session, _HER_PROVIDER, "SAP", OrganisationKind.COMPANION_PROVIDER)
            sends = OrganisationKind.COMPANION_PROVIDER
            self._her_provider = replace(system_actor(hers.id, "provider"), organisation_kind=sends)
            self._cjib = system_actor(cjib.id, "intake")
            self._provider = system_actor(provider.id, "provider")
            self._supervisor = system_actor(supervisor.id, "supervisor")

    def set_clock(self, at_ms: int) -> None:
        """Let it be this instant (epoch ms)."""
        self._clock.at = _EPOCH + timedelta(milliseconds=at_ms)

    def order(self, wearer: int, number: str, conditions: Sequence[dict[str, Any]], decided_on: date) -> None:
        """Record an order on somebody."""
        now = self._clock.now()
        told = data.order(wearer, 0) | {"conditions": list(conditions), "orderNumber": number, "messageId": number}
        told |= {"regime": "VV", "sentAt": now.isoformat(timespec="seconds"), "decidedOn": decided_on.isoformat()}
        told |= {"startsOn": decided_on.isoformat(), "endsOn": (decided_on + timedelta(days=700)).isoformat()}
        told |= {"service": {"servedOn": decided_on.isoformat(), "inPerson": True}}
        parsed = parse_row(data.render(told), Checks(measures().law, now.date()))
        if parsed.message is None:
            raise ValueError(f"the order was not read: {parsed.findings}")
        with self._shared.database.transaction() as session:
            orders.register(session, self._cjib, now, registration_of(parsed.message))

    def couple(self, device: str, number: str, home: str | None = None) -> None:
        """Put a device on the subject of an order, or in his home for the condition with this reference."""
        now = self._clock.now()
        kind = DeviceKind.TRACKER if home is None else DeviceKind.HOME_UNIT
        new = NewCoupling(_PROVIDER, device, number, now, None, kind, home)
        with self._shared.database.transaction() as session:
            coupled = couple(session, self._supervisor, now, new)
            self._devices[coupled.person_id] = device

    def accompany(self, device: str, number: str, his_device: str) -> None:
        """Let whom an order protects carry a device with her consent; its calls are about the wearer of another."""
        now = self._clock.now()
        consent = (now, ConsentGiver.PROTECTED_PERSON, ConsentForm.WRITTEN)
        new = NewCompanion(number, "P1", _HER_PROVIDER, device, NEAR_M, *consent)
        with self._shared.database.transaction() as session:
            self._companions[record_consent(session, self._supervisor, now, new).id] = his_device

    def receive(self, pings: Sequence[dict[str, Any]], *, is_hers: bool = False) -> None:
        """Take in a batch of pings; raises ValueError when one of them is refused."""
        body = orjson.dumps({"pings": list(pings)})
        actor = self._her_provider if is_hers else self._provider
        answer = receive_batch(self._judge, actor, self._clock.now(), body)
        if answer["rejected"] or answer["conflicts"]:
            raise ValueError(f"pings were refused: {answer}")

    def tick(self) -> None:
        """Let the judge do what does not wait for a ping."""
        self._judge.tick()

    @property
    def _judge(self) -> Judge:
        return self._shared.get(Judge)

    def calls(self) -> list[Call]:
        """Return the calls on a human about wearers so far, one for each alert, as loud as it became."""
        with self._shared.database.reading() as session:
            episodes: dict[str, EpisodeRecord | NearnessRecord] = {
                f"episode:{record.id}": record for record in session.scalars(select(EpisodeRecord))
            }
            episodes |= {f"nearness:{record.id}": record for record in session.scalars(select(NearnessRecord))}
            alerts = {f"alert:{alert.id}": alert for alert in session.scalars(select(Alert).order_by(Alert.id))}
            raised = session.scalars(select(Event).where(Event.type == EventType.ALERT_RAISED).order_by(Event.id))
            loudest: dict[str, Event] = {}
            for event in raised:
                known = loudest.setdefault(event.subject_ref, event)
                if event.data["priority"] < known.data["priority"]:
                    loudest[event.subject_ref] = event
            return [
                self._call(alerts[ref], event, episodes.get(alerts[ref].subject_ref))
                for ref, event in loudest.items()
                if alerts[ref].context.get("person_id") is not None or alerts[ref].subject_ref in episodes
            ]

    def episodes(self, names: Mapping[str, str]) -> list[Episode]:
        """Return the episodes that stand, each under the name of its condition's reference in place of its zone."""
        with self._shared.database.reading() as session:
            told = select(EpisodeRecord, Condition.reference).join(
                Condition, Condition.id == EpisodeRecord.condition_id
            )
            rows = session.execute(told.where(EpisodeRecord.status.in_(LIVE_STATUSES)).order_by(EpisodeRecord.start_ms))
            return [replace(episode_of(record), zone_id=names[reference]) for record, reference in rows]

    def _call(self, alert: Alert, event: Event, episode: EpisodeRecord | NearnessRecord | None) -> Call:
        at_ms = round((event.recorded_at - _EPOCH) / timedelta(milliseconds=1))
        if isinstance(episode, NearnessRecord):
            device = self._companions[episode.companion_id]
        else:
            device = self._devices[uuid.UUID(str(alert.context["person_id"]))]
        start_ms, end_ms = (at_ms, at_ms) if episode is None else (episode.start_ms, episode.end_ms)
        return Call(device, alert.alert_class, alert.priority, at_ms, start_ms, end_ms)


@contextmanager
def opened() -> Iterator[Service]:
    """A service with nothing in it, on a SQLite database that goes away with it."""
    with tempfile.TemporaryDirectory(prefix="scenarios-") as folder:
        (Path(folder) / SECRETS_FILE_NAME).write_text(random_secrets(), encoding="ascii")
        settings = Settings.from_env({"DATABASE_URL": f"sqlite:///{folder}/registry.db", "STATE_DIR": folder})
        logs.configure("ERROR")
        clock = HandClock()
        shared = build_runtime(settings, clock)
        try:
            migrate(shared.database)
            yield Service(shared, clock)
        finally:
            shared.close()
