"""What becomes of a stretch of nearness: its record, an alert without any place or distance, and a word to her side.

It never opens a breach: two devices do not show who sought whom, and a human weighs that.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.episode import Cause, Episode, Verdict
from geo.nearness import Mover, NearCause, NearEnd, Nearness, Step, Way
from geo.reconcile import Known, Revision, RevisionKind, reconcile
from geo.spans import instant
from registry.alerts.models import Alert
from registry.alerts.service import NewAlert, close_alert, close_alerts, raise_alert, retell_alert
from registry.db import new_id
from registry.monitoring.companions.models import Companion, NearnessRecord, NearnessRevision
from registry.monitoring.companions.rules import (
    HEARD_AGAIN_AFTER,
    HELP,
    HELP_CLASSES,
    HELP_LATE,
    LIVE_LIMIT_MS,
    Nearby,
    nearness_call,
)
from registry.monitoring.engine.turn import Turn
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import LIVE_STATUSES, Call, EpisodeStatus
from registry.outbox.rules import EventType
from registry.outbox.service import publish

_TOLD = ("supervising_org_id", "police_org_id")
# Ends after which nobody knows whether he is near.
_NOT_SEEN = (NearEnd.OUT_OF_SIGHT, NearEnd.NO_LONGER_WORN)


def owners_told(of: Companion) -> dict[str, uuid.UUID | None]:
    """Return whom a nearness concerns: who supervises him and the police, and nobody else of the order."""
    return {name: owner if name in _TOLD else None for name, owner in of.owners().items()}


def nearness_of(record: NearnessRecord) -> Nearness:
    """Return the stretch as it was last told."""
    numbers = record.numbers
    return Nearness(
        record.start_ms,
        record.end_ms,
        NearCause(record.cause),
        Verdict(record.verdict),
        None if record.end_cause is None else NearEnd(record.end_cause),
        record.confirmed_ms,
        None if record.mover is None else Mover(record.mover),
        None if record.way is None else Way(record.way),
        None if numbers["closest"] is None else Step(**numbers["closest"]),
        tuple(Step(**step) for step in numbers["reasons"]),
    )


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes known what was found of one pair, of whom both were last known at an instant (epoch ms)."""

    turn: Turn
    companion: Companion
    seen_ms: int

    def tell(self, records: Sequence[NearnessRecord], found: Sequence[Nearness]) -> None:
        """Lay the outcome beside what was told: what only went on is told as it goes, the rest as judged anew."""
        by_id = {str(record.id): record for record in records}
        by_shadow = {_shadow(one): one for one in found}
        for revision in reconcile([_known(record) for record in records], list(by_shadow)):
            record = None if revision.id is None else by_id[revision.id]
            now_found = None if revision.episode is None else by_shadow[revision.episode]
            if record is None and now_found is not None:
                self._open(now_found)
            elif record is not None and now_found is not None:
                self._follow(record, now_found, revision)
            elif record is not None:
                self._drop(record, revision)

    def _open(self, found: Nearness) -> None:
        record = NearnessRecord(
            id=new_id(),
            companion_id=self.companion.id,
            order_id=self.companion.order_id,
            found_late=self._is_late(found),
            recorded_at=self.turn.now,
            **owners_told(self.companion),
        )
        _write(record, found)
        self.turn.session.add(record)
        self.turn.session.flush()
        self._call(record, found, was_loud=False)

    def _follow(self, record: NearnessRecord, found: Nearness, revision: Revision) -> None:
        former, was_loud = nearness_of(record), is_loud(record)
        is_live = record.status in LIVE_STATUSES
        late = self._is_late(found) and not was_loud
        if former == found and is_live and (late or not record.found_late):
            if former.closest != found.closest or former.reasons != found.reasons:
                _write(record, found)
            return
        if not (is_live and _went_on(former, found)):
            self._keep(record, former, revision.kind)
        _write(record, found)
        record.found_late = late
        self._call(record, found, was_loud=was_loud)

    def _drop(self, record: NearnessRecord, revision: Revision) -> None:
        was_loud = is_loud(record)
        self._keep(record, nearness_of(record), revision.kind)
        merged = revision.kind is RevisionKind.MERGED_INTO and revision.other_id is not None
        record.status = EpisodeStatus.MERGED if merged else EpisodeStatus.WITHDRAWN
        record.superseded_by_id = uuid.UUID(revision.other_id) if revision.other_id and merged else None
        close_alerts(self.turn.session, self.turn.now, _ref(record))
        if was_loud and not merged:
            self._warn(Nearby.OVER)

    def _keep(self, record: NearnessRecord, former: Nearness, kind: RevisionKind) -> None:
        """What was told stays told."""
        row_id, told = new_id(), former.to_dict() | {"status": record.status}
        kept = NearnessRevision(id=row_id, nearness_id=record.id, recorded_at=self.turn.now, kind=kind.value)
        kept.former = told
        self.turn.session.add(kept)

    def _is_late(self, found: Nearness) -> bool:
        seen_ms = self.seen_ms if found.end_ms is None else found.end_ms
        return seen_ms + self.turn.policy.live_limit_ms < self.turn.now_ms

    def _call(self, record: NearnessRecord, found: Nearness, *, was_loud: bool) -> None:
        """Call on a human as it stands now, one alert a stretch, and tell her side that he is near or no longer is."""
        call = nearness_call(found, late=record.found_late)
        context = {"order_id": record.order_id, "nearness_id": record.id, "found_late": record.found_late}
        told = NewAlert(
            call.alert_class, call.priority, call.title_nl, _ref(record), owners_told(self.companion), context
        )
        retell_alert(self.turn.session, self.turn.now, told)
        if is_loud(record) and not was_loud:
            self._warn(Nearby.NEAR)
        elif was_loud and not is_loud(record):
            self._warn(Nearby.UNKNOWN if found.end_cause in _NOT_SEEN else Nearby.OVER)

    def _warn(self, nearby: Nearby) -> None:
        """A word to who stands by her: no place, no distance and no direction."""
        warn(self.turn.session, self.turn.now, self.companion, nearby)


def warn(session: Session, now: datetime, companion: Companion, nearby: Nearby) -> None:
    """Tell the partner who stands by her, if there is one."""
    if companion.partner_org_id is None:
        return
    publish(
        session, now, EventType.COMPANION_NEARBY, f"companion:{companion.id}", {companion.partner_org_id},
        companion_id=companion.id, status=nearby.value, occurred_at=now,
    )  # fmt: skip


def call_for_help(session: Session, now: datetime, companion: Companion, said_ms: int) -> None:
    """Call on a human because her device called for help; quietly for what came late, unless one was called since."""
    ref = f"companion:{companion.id}"
    of_hers = select(Alert.id).where(Alert.subject_ref == ref, Alert.alert_class.in_(HELP_CLASSES))
    if said_ms < epoch_ms(now) - LIVE_LIMIT_MS:
        if session.scalar(of_hers.where(Alert.raised_at >= instant(said_ms)).limit(1)) is None:
            raise_alert(session, now, alert_of(companion, HELP_LATE))
        return
    taken = select(Alert.acknowledged_at).where(Alert.subject_ref == ref, Alert.alert_class == HELP.alert_class)
    acknowledged_at = session.scalar(taken.where(Alert.closed_at.is_(None)))
    if acknowledged_at is not None and now - acknowledged_at >= HEARD_AGAIN_AFTER:
        close_alert(session, now, HELP.alert_class, ref)
    raise_alert(session, now, alert_of(companion, HELP))


def alert_of(companion: Companion, call: Call) -> NewAlert:
    """Return the alert about a device of hers."""
    context = {"order_id": companion.order_id, "companion_id": companion.id}
    ref = f"companion:{companion.id}"
    return NewAlert(call.alert_class, call.priority, call.title_nl, ref, owners_told(companion), context)


def is_loud(record: NearnessRecord) -> bool:
    """Say whether it sounds: they are shown to be near now."""
    is_near = record.verdict == Verdict.CONFIRMED and record.status == EpisodeStatus.OPEN
    return is_near and not record.found_late


def _went_on(former: Nearness, found: Nearness) -> bool:
    begun = (former.start_ms, former.cause) == (found.start_ms, found.cause)
    unsaid = former.verdict is Verdict.CONFIRMED and found.verdict is not Verdict.CONFIRMED
    return begun and former.end_ms is None and not unsaid


def _shadow(found: Nearness) -> Episode:
    """As `geo.reconcile` knows it; two of a pair never begin together."""
    return Episode("pair", 1, found.start_ms, found.end_ms, Cause.ENTERED, found.verdict)


def _known(record: NearnessRecord) -> Known:
    superseded = None if record.superseded_by_id is None else str(record.superseded_by_id)
    is_withdrawn = record.status == EpisodeStatus.WITHDRAWN
    return Known(str(record.id), _shadow(nearness_of(record)), superseded, withdrawn=is_withdrawn)


def _write(record: NearnessRecord, found: Nearness) -> None:
    record.start_ms, record.end_ms = found.start_ms, found.end_ms
    record.cause, record.verdict = found.cause.value, found.verdict.value
    record.end_cause = None if found.end_cause is None else found.end_cause.value
    record.confirmed_ms = found.confirmed_ms
    record.mover = None if found.mover is None else found.mover.value
    record.way = None if found.way is None else found.way.value
    record.status = EpisodeStatus.OPEN if found.end_ms is None else EpisodeStatus.CLOSED
    record.numbers = _numbers(found)


def _numbers(found: Nearness) -> dict[str, Any]:
    closest = None if found.closest is None else asdict(found.closest)
    return {"closest": closest, "reasons": [asdict(step) for step in found.reasons]}


def _ref(record: NearnessRecord) -> str:
    return f"nearness:{record.id}"
