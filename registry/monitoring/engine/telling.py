"""What becomes of an episode: its record, a suspected breach, an alert and an event, all in the judging transaction."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.episode import Cause, Change, ChangeKind, EndCause, Episode, Verdict
from geo.reconcile import Revision, RevisionKind
from geo.spans import instant, instant_or_none
from registry.access.service import system_actor
from registry.alerts.service import NewAlert, close_alerts, retell_alert
from registry.db import new_id
from registry.enforcement.rules import BreachOrigin
from registry.enforcement.service import Suspicion, suspect, withdraw_account
from registry.monitoring.engine.accounts import other_account
from registry.monitoring.engine.known import episode_of
from registry.monitoring.engine.memory import Grounds
from registry.monitoring.models import EpisodeRecord, EpisodeRevision
from registry.monitoring.rules import (
    CONTRADICTED_NL,
    HOME_UNIT_NL,
    NO_LONGER_HOLDS_NL,
    WARNING,
    EnginePolicy,
    EpisodeStatus,
    OtherAccount,
    Source,
    call_for,
)
from registry.orders.models import Order
from registry.outbox.rules import EventType
from registry.outbox.service import publish


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes known what was found of one wearer, judged up to an instant (epoch ms)."""

    session: Session
    now: datetime
    policy: EnginePolicy
    person_id: uuid.UUID
    judged_to_ms: int
    source: Source = Source.TRACKER

    def changes(self, changes: Sequence[Change], grounds: dict[tuple[str, int], Grounds]) -> bool:
        """Tell of episodes that began, were confirmed or ended; say whether a stay that goes on was found late."""
        known: dict[tuple[str, int], EpisodeRecord] = {}
        ends_ms = {_begun(change.episode): change.episode.end_ms for change in changes}
        for change in changes:
            episode = change.episode
            key, end_ms = episode.zone_key, ends_ms[_begun(episode)]
            if change.kind is ChangeKind.OPENED:
                known[key] = self._open(episode, grounds[key], end_ms=end_ms)
                continue
            record = known.pop(key) if key in known else self._open_record(episode)
            _write(record, episode)
            if change.kind is ChangeKind.CONFIRMED:
                known[key] = record
                self._confirm(record, end_ms)
            else:
                self._close(record)
        return any([self._call(record) for record in known.values()])

    def revisions(self, revisions: Iterable[Revision], grounds: dict[tuple[str, int], Grounds]) -> bool:
        """Tell what a new judgement means for what was told; say whether a stay that goes on was found late."""
        late = False
        for revision in revisions:
            if revision.kind is RevisionKind.KEPT:
                self._refresh(revision)
            elif revision.id is None and revision.episode is not None:
                origin = None if revision.other_id is None else uuid.UUID(revision.other_id)
                late |= self._found(revision.episode, grounds[revision.episode.zone_key], origin)
            elif revision.id is not None:
                late |= self._revise(revision, uuid.UUID(revision.id))
        return late

    def sound(self) -> None:
        """Raise the siren for stays that were found late and turn out to go on now."""
        going_on = select(EpisodeRecord).where(
            EpisodeRecord.person_id == self.person_id,
            EpisodeRecord.source == self.source,
            EpisodeRecord.status == EpisodeStatus.OPEN,
            EpisodeRecord.found_late,
        )
        for record in self.session.scalars(going_on):
            self._call(record, live=True)

    def _open(
        self, episode: Episode, grounds: Grounds, split_from: uuid.UUID | None = None, end_ms: int | None = None
    ) -> EpisodeRecord:
        order = self.session.get_one(Order, grounds.order_id)
        record = EpisodeRecord(
            id=new_id(),
            person_id=self.person_id,
            order_id=order.id,
            condition_id=grounds.condition_id,
            zone_id=episode.zone_id,
            zone_kind=grounds.kind,
            source=self.source.value,
            found_late=False,
            split_from_id=split_from,
            recorded_at=self.now,
            **order.owners(),
        )
        _write(record, episode)
        record.found_late = self._is_late(record, end_ms)
        self.session.add(record)
        self.session.flush()
        self._publish(EventType.EPISODE_OPENED, record)
        return record

    def _confirm(self, record: EpisodeRecord, end_ms: int | None = None) -> None:
        """A stay: whether it was found late is now a matter of when it was shown."""
        record.found_late = self._is_late(record, end_ms)
        if record.zone_kind != WARNING:
            record.breach_id = self._suspect(record)
        self._publish(EventType.EPISODE_CONFIRMED, record)

    def _close(self, record: EpisodeRecord) -> None:
        if record.breach_id is not None:
            self._suspect(record)
        self._publish(EventType.EPISODE_CLOSED, record)
        self._call(record)

    def _found(self, episode: Episode, grounds: Grounds, origin: uuid.UUID | None) -> bool:
        """An episode that a new judgement found, as it stands by now."""
        record = self._open(episode, grounds, origin)
        if episode.verdict is Verdict.CONFIRMED:
            self._confirm(record)
        if episode.end_ms is not None:
            self._publish(EventType.EPISODE_CLOSED, record)
        return self._call(record)

    def _is_late(self, record: EpisodeRecord, end_ms: int | None) -> bool:
        """Late is what was over, or last seen to go on, before the live limit.

        `end_ms` is the end that the same fixes show: of a backlog, the beginning is told when the end is known.
        """
        end_ms = record.end_ms if end_ms is None else end_ms
        seen_ms = self.judged_to_ms if end_ms is None else end_ms
        return instant(seen_ms + self.policy.live_limit_ms) < self.now

    def _call(self, record: EpisodeRecord, *, live: bool = False) -> bool:
        """Call on a human as it stands now: one alert an episode; say whether a stay that goes on stays unheard."""
        subject_ref = f"episode:{record.id}"
        late = record.found_late and not live
        call = call_for(record.zone_kind, Verdict(record.verdict), Cause(record.cause), late=late)
        told = NewAlert(
            alert_class=call.alert_class,
            priority=call.priority,
            title_nl=_title_nl(self.session, record, call.title_nl),
            subject_ref=subject_ref,
            owners=record.owners(),
            context=_references(record) | {"found_late": late},
        )
        retell_alert(self.session, self.now, told, is_over=record.verdict == Verdict.WITHDRAWN)
        goes_on = record.end_ms is None and record.verdict == Verdict.CONFIRMED
        return late and goes_on and record.zone_kind != WARNING

    def _suspect(self, record: EpisodeRecord) -> uuid.UUID:
        owner = record.supervising_org_id or record.sending_org_id or record.police_org_id
        actor = system_actor(owner or uuid.UUID(int=0), "engine")
        suspicion = Suspicion(
            order_id=record.order_id,
            condition_id=record.condition_id,
            origin=BreachOrigin.MONITOR,
            occurred_from=instant(record.start_ms),
            occurred_until=instant_or_none(record.end_ms),
            source_ref=f"episode:{record.id}",
        )
        return suspect(self.session, actor, self.now, suspicion).id

    def _open_record(self, episode: Episode) -> EpisodeRecord:
        wanted = select(EpisodeRecord).where(
            EpisodeRecord.person_id == self.person_id,
            EpisodeRecord.source == self.source,
            EpisodeRecord.zone_id == episode.zone_id,
            EpisodeRecord.zone_version == episode.zone_version,
            EpisodeRecord.status == EpisodeStatus.OPEN,
        )
        return self.session.scalars(wanted).one()

    def _refresh(self, revision: Revision) -> None:
        """The same episode on other numbers: the newest are kept, and nothing is told."""
        if revision.id is not None and revision.episode is not None:
            _write(self.session.get_one(EpisodeRecord, uuid.UUID(revision.id)), revision.episode)

    def _revise(self, revision: Revision, episode_id: uuid.UUID) -> bool:
        record = self.session.get_one(EpisodeRecord, episode_id)
        former = _told(record)
        self.session.add(
            EpisodeRevision(episode_id=record.id, recorded_at=self.now, kind=revision.kind.value, former=former)
        )
        if revision.episode is None:
            merged = revision.kind is RevisionKind.MERGED_INTO and revision.other_id is not None
            record.status = EpisodeStatus.MERGED if merged else EpisodeStatus.WITHDRAWN
            record.superseded_by_id = uuid.UUID(revision.other_id) if revision.other_id and merged else None
            close_alerts(self.session, self.now, f"episode:{record.id}")
            if not merged:
                withdraw_account(self.session, self.now, f"episode:{record.id}")
            self._publish(EventType.EPISODE_REVISED, record, revision=revision.kind.value)
            return False
        _write(record, revision.episode)
        if record.verdict == Verdict.CONFIRMED and record.breach_id is None and record.zone_kind != WARNING:
            self._confirm(record)
        elif record.breach_id is not None:
            self._suspect(record)
        self._publish(EventType.EPISODE_REVISED, record, revision=revision.kind.value)
        return self._call(record)

    def _publish(self, event_type: EventType, record: EpisodeRecord, **more: Any) -> None:
        publish(
            self.session,
            self.now,
            event_type,
            f"episode:{record.id}",
            record.audience(),
            **_references(record),
            zone_version=record.zone_version,
            started_at=instant(record.start_ms),
            ended_at=instant_or_none(record.end_ms),
            status=record.status,
            cause=record.cause,
            end_cause=record.end_cause,
            verdict=record.verdict,
            found_late=record.found_late,
            origin=record.source,
            replaced_by_id=record.superseded_by_id,
            split_from_id=record.split_from_id,
            **more,
        )


def _title_nl(session: Session, record: EpisodeRecord, title_nl: str) -> str:
    """What a human is called with: whose account it is, and what speaks against it."""
    if record.source == Source.HOME_UNIT:
        title_nl = HOME_UNIT_NL + title_nl[0].lower() + title_nl[1:]
    if record.end_cause == EndCause.ZONE_ENDED:
        title_nl += NO_LONGER_HOLDS_NL
    if record.verdict == Verdict.CONFIRMED and other_account(session, record) is OtherAccount.CONTRADICTS:
        title_nl += CONTRADICTED_NL[Source(record.source)]
    return title_nl


def _begun(episode: Episode) -> tuple[str, int, int]:
    return (*episode.zone_key, episode.start_ms)


def _write(record: EpisodeRecord, episode: Episode) -> None:
    record.zone_version = episode.zone_version
    record.start_ms, record.end_ms = episode.start_ms, episode.end_ms
    record.cause, record.verdict = episode.cause.value, episode.verdict.value
    record.end_cause = None if episode.end_cause is None else episode.end_cause.value
    record.confirmed_ms, record.reasons = episode.confirmed_ms, [asdict(reason) for reason in episode.reasons]
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
