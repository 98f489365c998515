"""The worker: what must happen without anybody asking, in one process under a lock, each job idempotent."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry import logs
from registry.access.checkpoints import write_checkpoint
from registry.access.models import Organisation
from registry.access.rules import OrganisationKind
from registry.alerts.doubts import watch_doubts
from registry.alerts.escalation import escalate, watch_receivers
from registry.alerts.models import Alert
from registry.alerts.service import NewAlert, close_alert, raise_alert
from registry.db.locks import ProcessLock
from registry.dispatch.confirmations.watch import watch_confirmations
from registry.dispatch.snapshot.keeping import keep_edition
from registry.dispatch.standby.keeping import keep_standby
from registry.dispatch.standby.replaying import replay_journal
from registry.enforcement.daylists.sending import send_daylists
from registry.enforcement.recomputing.watch import follow_law
from registry.enforcement.watch import watch_custody, watch_deadlines, watch_quiet
from registry.http import Runtime
from registry.intake.overview import Expected, Source, conflicts_to_alert, conflicts_were_told, sources
from registry.intake.processing import process_pending
from registry.intake.provisional.following import meet_provisional
from registry.intake.provisional.overview import EXPIRED, EXPIRING, PROPOSED, Call, calls
from registry.intake.reconciliation.reconciling import reconcile_pending
from registry.intake.reconciliation.settling import fill_digests, settle_differences
from registry.monitoring.companions.tending import tend_companions
from registry.monitoring.partitions import prepare_partitions
from registry.monitoring.release.ended import release_wearers
from registry.monitoring.release.unworn import destroy_unworn
from registry.monitoring.retention.removing import remove_positions
from registry.monitoring.silence.watching import watch_silence
from registry.monitoring.unjudged.watching import watch_unjudged
from registry.orders.force.lawbook import keep_measures
from registry.orders.watch.following import watch_orders
from registry.outbox.delivery import pump
from registry.privacy.reviews import watch_reviews
from registry.privacy.watching import watch_incidents, watch_questions
from registry.reports.news import sweep_evidence, tell_partners

_log = logs.get(__name__)
_LOCK_NAME = "worker"
_LATE = "feed_late"
_STATEMENT_LATE = "statement_late"
_TOLD_OF_SILENCE = {
    _LATE: (OrganisationKind.POLICE.value, OrganisationKind.CJIB.value),
    _STATEMENT_LATE: (OrganisationKind.CJIB.value,),
}
_SUBJECTS = {_LATE: "feed", _STATEMENT_LATE: "statements"}
_TITLES_NL = {
    _LATE: "Al te lang geen berichten van het CJIB",
    _STATEMENT_LATE: "Al te lang geen volledige opgave van het CJIB",
}
_OPEN_SILENCES = select(Alert.alert_class, Alert.subject_ref).where(
    Alert.alert_class.in_([_LATE, _STATEMENT_LATE]), Alert.closed_at.is_(None)
)
_SLOW_S = 30


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every so many seconds."""

    name: str
    every_s: float
    run: Callable[[Runtime], object]


def checkpoint_audit(shared: Runtime) -> None:
    """Sign the heads of the audit chains and keep them outside the database."""
    with shared.database.reading() as session:
        settings = shared.settings
        write_checkpoint(session, settings.state_dir, settings.keys.checkpoint_seed, shared.clock.now())


def tell_conflicts(shared: Runtime) -> None:
    """Alert the sender and whoever minds the intake to messages that contradict earlier ones."""
    with shared.database.reading() as session:
        found = conflicts_to_alert(session)
    for one in found:
        with shared.database.transaction() as session:
            owners = {"sending_org_id": one.sending_org_id}
            subject = f"delivery:{one.delivery_id}"
            title = "Levering spreekt eerdere berichten tegen"
            raise_alert(session, shared.clock.now(), NewAlert("conflict_delivered", 3, title, subject, owners, {}))
            conflicts_were_told(session, one)


def watch_feed(shared: Runtime) -> None:
    """Alert the police and the CJIB when the CJIB falls silent, and the CJIB when its full statement does not come.

    Those alerts close when it speaks again. Before the first message, or statement, there is nothing to fall silent.
    """
    now = shared.clock.now()
    with shared.database.reading() as session:
        found = sources(session, now, Expected.by(shared.settings))
        watched = [silence for source in found for silence in _silences(session, source)]
        known = {(one.alert_class, one.subject_ref) for one in session.execute(_OPEN_SILENCES)}
    wrong = [each for each in watched if ((each.alert_class, each.subject_ref) in known) != each.is_late]
    if wrong:
        with shared.database.transaction() as session:
            for each in wrong:
                _settle_silence(session, now, each)


@dataclass(frozen=True, slots=True)
class _Silence:
    """Whether something that must come regularly is late, and an organisation to be told of it."""

    alert_class: str
    subject_ref: str
    told_id: UUID
    is_late: bool


def _silences(session: Session, source: Source) -> Iterator[_Silence]:
    lasting = (
        (_LATE, source.last_message_at, source.is_late),
        (_STATEMENT_LATE, source.last_statement_at, source.is_statement_late),
    )
    for alert_class, last_at, is_late in lasting:
        if last_at is None:
            continue
        told = select(Organisation.id).where(Organisation.kind.in_(_TOLD_OF_SILENCE[alert_class]))
        for told_id in session.scalars(told):
            subject_ref = f"{_SUBJECTS[alert_class]}:{source.organisation_id}:{told_id}"
            yield _Silence(alert_class, subject_ref, told_id, is_late)


def _settle_silence(session: Session, now: datetime, one: _Silence) -> None:
    if one.is_late:
        title, owners = _TITLES_NL[one.alert_class], {"police_org_id": one.told_id}
        raise_alert(session, now, NewAlert(one.alert_class, 2, title, one.subject_ref, owners, {}))
    else:
        close_alert(session, now, one.alert_class, one.subject_ref)


_PROVISIONAL_NL = {
    PROPOSED: "Voorlopig ingevoerd bevel lijkt op een bevel van het CJIB: te koppelen",
    EXPIRING: "Voorlopig ingevoerd bevel is bijna verlopen zonder bericht van het CJIB",
    EXPIRED: "Voorlopig ingevoerd bevel is verlopen zonder bericht van het CJIB",
}


def watch_provisional(shared: Runtime) -> None:
    """Alert who entered a provisional order, and the prosecution, to what needs a human; close what is over."""
    now = shared.clock.now()
    with shared.database.reading() as session:
        wanted = {
            (one.alert_class, one.subject_ref): one
            for one in calls(session, now, shared.settings.provisional_warning_days)
        }
        told = select(Alert.alert_class, Alert.subject_ref).where(Alert.alert_class.in_(_PROVISIONAL_NL))
        known = {(one.alert_class, one.subject_ref) for one in session.execute(told.where(Alert.closed_at.is_(None)))}
    if wanted.keys() != known:
        with shared.database.transaction() as session:
            for alert_class, subject_ref in known - wanted.keys():
                close_alert(session, now, alert_class, subject_ref)
            for key in wanted.keys() - known:
                _raise_provisional(session, now, wanted[key])


def _raise_provisional(session: Session, now: datetime, one: Call) -> None:
    title, context = _PROVISIONAL_NL[one.alert_class], {"order_id": str(one.order_id)}
    priority = 2 if one.alert_class == EXPIRED else 3
    raise_alert(session, now, NewAlert(one.alert_class, priority, title, one.subject_ref, one.owners, context))


JOBS = (
    Job("pump_outbox", 0.1, pump),
    Job("process_deliveries", 0.5, process_pending),
    Job("reconcile_statements", 1, reconcile_pending),
    Job("settle_differences", 20, settle_differences),
    Job("fill_digests", 20, fill_digests),
    Job("watch_confirmations", 1, watch_confirmations),
    Job("replay_journal", 5, replay_journal),
    Job("keep_standby", 20, keep_standby),
    Job("keep_edition", 20, keep_edition),
    Job("escalate_alerts", 1, escalate),
    Job("watch_receivers", 5, watch_receivers),
    Job("watch_deadlines", 30, watch_deadlines),
    Job("follow_law", 5, follow_law),
    Job("send_daylists", 60, send_daylists),
    Job("watch_custody", 15, watch_custody),
    Job("watch_quiet", 60, watch_quiet),
    Job("tell_partners", 5, tell_partners),
    Job("sweep_evidence", 600, sweep_evidence),
    Job("tell_conflicts", 5, tell_conflicts),
    Job("watch_feed", 60, watch_feed),
    Job("watch_silence", 5, watch_silence),
    Job("watch_unjudged", 300, watch_unjudged),
    Job("release_wearers", 60, release_wearers),
    Job("destroy_unworn", 600, destroy_unworn),
    Job("remove_positions", 20, remove_positions),
    Job("tend_companions", 60, tend_companions),
    Job("keep_measures", 60, lambda shared: keep_measures(shared.database, shared.clock.now())),
    Job("watch_orders", 5, watch_orders),
    Job("watch_doubts", 20, watch_doubts),
    Job("meet_provisional", 20, meet_provisional),
    Job("watch_provisional", 60, watch_provisional),
    Job("watch_questions", 10, watch_questions),
    Job("watch_incidents", 20, watch_incidents),
    Job("watch_reviews", 60, watch_reviews),
    Job("checkpoint_audit", 60, checkpoint_audit),
    Job("prepare_partitions", 600, prepare_partitions),
)


def run_worker(shared: Runtime, stop: threading.Event) -> None:
    """Run every job while the worker's lock is ours, until told to stop; a lock that is lost is waited for again."""
    lock = shared.database.lock(_LOCK_NAME)
    while _has_turn(lock, stop):
        _work(shared, lock, stop)


def _has_turn(lock: ProcessLock, stop: threading.Event) -> bool:
    """Wait for the lock, also while the database is away; False when told to stop."""
    while not stop.is_set():
        try:
            if lock.acquire():
                return True
            _log.info("worker_waits_for_lock")
        except DBAPIError as error:
            _log.error("worker_waits_for_database", exc_info=error)
        stop.wait(2)
    return False


def _work(shared: Runtime, lock: ProcessLock, stop: threading.Event) -> None:
    """Run every job until told to stop or the lock is lost."""
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(len(JOBS))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in JOBS:
        scheduler.add_job(_guarded(job, shared), "interval", seconds=job.every_s, id=job.name)
    for job in JOBS:
        # An interval begins with waiting, and these would let a fresh start wait too long.
        if job.every_s >= _SLOW_S:
            _guarded(job, shared)()
    scheduler.start()
    _log.info("worker_started", jobs=len(JOBS))
    while not stop.wait(1):
        if not lock.is_held():
            _log.error("worker_lost_lock")
            break
    scheduler.shutdown(wait=True)
    lock.release()


def _guarded(job: Job, shared: Runtime) -> Callable[[], None]:
    def run() -> None:
        try:
            job.run(shared)
        except Exception as error:  # a failing job is seen in the log and tried again; the others go on
            _log.error("job_failed", job=job.name, exc_info=error)

    return run
