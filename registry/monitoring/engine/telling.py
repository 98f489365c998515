"""What becomes of an episode: its record, a suspected breach, an alert and an event, all in the judging transaction."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.episodes import Cause, Change, ChangeKind, EndCause, Episode, Verdict
from geo.reconcile import Known, Revision, RevisionKind
from registry.access.service import system_actor
from registry.alerts.service import NewAlert, raise_alert
from registry.db import new_id
from registry.enforcement.rules import BreachOrigin
from registry.enforcement.service import Suspicion, suspect
from registry.monitoring.engine.memory import Grounds
from registry.monitoring.models import EpisodeRecord, EpisodeRevision
from registry.monitoring.rules import LIVE_STATUSES, EnginePolicy, EpisodeStatus
from registry.orders.models import Order
from registry.outbox.rules import EventType
from registry.outbox.service import publish

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TITLES_NL = {
    Cause.ENTERED: "Drager is een verboden gebied in gegaan",
    Cause.INSIDE_AT_START: "Drager is in een verboden gebied",
    Cause.OUTSIDE_REQUIRED: "Drager is niet in het gebied waar hij moet zijn",
}
_FOUND_LATE_NL = " (achteraf gevonden)"


def instant(at_ms: int) -> datetime:
    """Return an instant from epoch milliseconds."""
    return _EPOCH + timedelta(milliseconds=at_ms)


def episode_of(record: EpisodeRecord, *, ended: bool = True) -> Episode:
    """Return the episode as it was last told, or as it was while it went on."""
    end_cause = EndCause(record.end_cause) if ended and record.end_cause else None
    return Episode(
        record.zone_id,
        record.zone_version,
        record.start_ms,
        record.end_ms if ended else None,
        Cause(record.cause),
        Verdict(record.verdict),
        end_cause,
    )


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes known what was found of one wearer, judged up to an instant (epoch ms)."""

    session: Session
    now: datetime
    policy: EnginePolicy
    person_id: uuid.UUID
    judged_to_ms: int

    def changes(self, changes: Iterable[Change], grounds: dict[tuple[str, int], Grounds]) -> bool:
        """Tell of episodes that began or ended as fixes came in; say whether one that goes on was found late."""
        quiet = False
        opened: dict[tuple[str, int, int], EpisodeRecord] = {}
        for change in changes:
            episode = change.episode
            key = (episode.zone_id, episode.zone_version, episode.start_ms)
            if change.kind is ChangeKind.OPENED:
                opened[key] = self._open(episode, grounds[episode.zone_key])
            else:
                record = opened.pop(key) if key in opened else self._open_record(episode)
                self._close(record, episode)
        for record in opened.values():
            quiet |= record.found_late
        return quiet

    def revisions(self, revisions: Iterable[Revision], grounds: dict[tuple[str, int], Grounds]) -> bool:
        """Tell what a new judgement means for what was told; say whether an episode that goes on was found late."""
        quiet = False
        for revision in revisions:
            if revision.kind is RevisionKind.KEPT:
                continue
            if revision.id is None and revision.episode is not None:
                origin = None if revision.other_id is None else uuid.UUID(revision.other_id)
                made = self._open(revision.episode, grounds[revision.episode.zone_key], origin)
                quiet |= made.found_late and made.end_ms is None
            elif revision.id is not None:
                self._revise(revision, uuid.UUID(revision.id))
        return quiet

    def sound(self) -> None:
        """Raise the siren for episodes that were found late and turn out to go on now."""
        going_on = select(EpisodeRecord).where(
            EpisodeRecord.person_id == self.person_id,
            EpisodeRecord.status == EpisodeStatus.OPEN,
            EpisodeRecord.found_late,
        )
        for record in self.session.scalars(going_on):
            self._alert(record, siren=True)

    def _open(self, episode: Episode, grounds: Grounds, split_from: uuid.UUID | None = None) -> EpisodeRecord:
        order = self.session.get_one(Order, grounds.order_id)
        record = EpisodeRecord(
            id=new_id(),
            person_id=self.person_id,
            order_id=order.id,
            condition_id=grounds.condition_id,
            zone_id=episode.zone_id,
            zone_version=episode.zone_version,
            found_late=self._is_late(episode),
            split_from_id=split_from,
            recorded_at=self.now,
            **order.owners(),
        )
        _write(record, episode)
        record.breach_id = self._suspect(record)
        self.session.add(record)
        self.session.flush()
        self._alert(record, siren=not record.found_late)
        self._publish(EventType.EPISODE_OPENED, record)
        return record

    def _is_late(self, episode: Episode) -> bool:
        """Late is what was over, or last seen to go on, before the live limit."""
        seen_ms = self.judged_to_ms if episode.end_ms is None else episode.end_ms
        return instant(seen_ms + self.policy.live_limit_ms) < self.now

    def _suspect(self, record: EpisodeRecord) -> uuid.UUID:
        owner = record.supervising_org_id or record.sending_org_id or record.police_org_id
        actor = system_actor(owner or uuid.UUID(int=0), "engine")
        suspicion = Suspicion(
            order_id=record.order_id,
            condition_id=record.condition_id,
            origin=BreachOrigin.MONITOR,
            occurred_from=instant(record.start_ms),
            occurred_until=None if record.end_ms is None else instant(record.end_ms),
            source_ref=f"episode:{record.id}",
        )
        return suspect(self.session, actor, self.now, suspicion).id

    def _alert(self, record: EpisodeRecord, *, siren: bool) -> None:
        title_nl = _TITLES_NL[Cause(record.cause)]
        new = NewAlert(
            alert_class="zone_breach" if siren else "zone_breach_late",
            priority=1 if siren else 3,
            title_nl=title_nl if siren else title_nl + _FOUND_LATE_NL,
            subject_ref=f"episode:{record.id}",
            owners=record.owners(),
            context=_references(record) | {"found_late": record.found_late},
        )
        raise_alert(self.session, self.now, new)

    def _close(self, record: EpisodeRecord, episode: Episode) -> None:
        _write(record, episode)
        self._suspect(record)
        self._publish(EventType.EPISODE_CLOSED, record)

    def _open_record(self, episode: Episode) -> EpisodeRecord:
        wanted = select(EpisodeRecord).where(
            EpisodeRecord.person_id == self.person_id,
            EpisodeRecord.zone_id == episode.zone_id,
            EpisodeRecord.zone_version == episode.zone_version,
            EpisodeRecord.status == EpisodeStatus.OPEN,
        )
        return self.session.scalars(wanted).one()

    def _revise(self, revision: Revision, episode_id: uuid.UUID) -> None:
        record = self.session.get_one(EpisodeRecord, episode_id)
        former = _told(record)
        self.session.add(
            EpisodeRevision(episode_id=record.id, recorded_at=self.now, kind=revision.kind.value, former=former)
        )
        if revision.episode is not None:
            _write(record, revision.episode)
        elif revision.kind is RevisionKind.MERGED_INTO and revision.other_id is not None:
            record.status, record.superseded_by_id = EpisodeStatus.MERGED, uuid.UUID(revision.other_id)
        else:
            record.status = EpisodeStatus.WITHDRAWN
        if revision.episode is not None:
            self._suspect(record)
        self._publish(EventType.EPISODE_REVISED, record, revision=revision.kind.value)

    def _publish(self, event_type: EventType, record: EpisodeRecord, **more: Any) -> None:
        ended_at = None if record.end_ms is None else instant(record.end_ms)
        publish(
            self.session,
            self.now,
            event_type,
            f"episode:{record.id}",
            record.audience(),
            **_references(record),
            zone_version=record.zone_version,
            started_at=instant(record.start_ms),
            ended_at=ended_at,
            status=record.status,
            cause=record.cause,
            verdict=record.verdict,
            found_late=record.found_late,
            replaced_by_id=record.superseded_by_id,
            split_from_id=record.split_from_id,
            **more,
        )


def _write(record: EpisodeRecord, episode: Episode) -> None:
    record.zone_version = episode.zone_version
    record.start_ms, record.end_ms = episode.start_ms, episode.end_ms
    record.cause, record.verdict = episode.cause.value, episode.verdict.value
    record.end_cause = None if episode.end_cause is None else episode.end_cause.value
    record.status = EpisodeStatus.OPEN if episode.end_ms is None else EpisodeStatus.CLOSED


def _references(record: EpisodeRecord) -> dict[str, object]:
    return {
        "episode_id": record.id,
        "order_id": record.order_id,
        "condition_id": record.condition_id,
        "person_id": record.person_id,
        "breach_id": record.breach_id,
    }


def _told(record: EpisodeRecord) -> dict[str, object]:
    return episode_of(record).to_dict() | {"status": record.status}


def known_since(session: Session, person_id: uuid.UUID, after_ms: int | None) -> list[EpisodeRecord]:
    """Return a wearer's episodes, oldest first, that began after an instant (epoch ms) or were going on then."""
    own = select(EpisodeRecord).where(EpisodeRecord.person_id == person_id)
    if after_ms is not None:
        went_on = EpisodeRecord.end_ms.is_(None) | (EpisodeRecord.end_ms > after_ms)
        own = own.where((EpisodeRecord.start_ms > after_ms) | went_on)
    return list(session.scalars(own.order_by(EpisodeRecord.recorded_at, EpisodeRecord.id)))


def known(record: EpisodeRecord) -> Known:
    """Return a record as `geo.reconcile` knows it."""
    return Known(
        str(record.id),
        episode_of(record),
        None if record.superseded_by_id is None else str(record.superseded_by_id),
        withdrawn=record.status == EpisodeStatus.WITHDRAWN,
    )


def is_live(record: EpisodeRecord) -> bool:
    """Say whether an episode stands, rather than having been withdrawn or merged."""
    return record.status in LIVE_STATUSES
