"""The worker: what must happen without anybody asking, in one process under a lock, each job idempotent."""

import threading
from collections.abc import Callable
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
from registry.alerts.escalation import escalate, watch_receivers
from registry.alerts.models import Alert
from registry.alerts.service import NewAlert, close_alert, raise_alert
from registry.db.locks import ProcessLock
from registry.enforcement.watch import watch_deadlines
from registry.http import Runtime
from registry.intake.overview import conflicts_to_alert, conflicts_were_told, sources
from registry.intake.processing import process_pending
from registry.monitoring.partitions import prepare_partitions
from registry.outbox.delivery import pump
from registry.reports.news import tell_partners

_log = logs.get(__name__)
_LOCK_NAME = "worker"
_LATE = "feed_late"
_TOLD_OF_SILENCE = (OrganisationKind.POLICE.value, OrganisationKind.CJIB.value)
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
    """Alert the police and the CJIB when the CJIB falls silent; close those alerts when it speaks again."""
    now = shared.clock.now()
    with shared.database.reading() as session:
        found = sources(session, now, shared.settings.feed_late_after_h)
        told = session.scalars(select(Organisation.id).where(Organisation.kind.in_(_TOLD_OF_SILENCE))).all()
        open_ones = select(Alert.subject_ref).where(Alert.alert_class == _LATE, Alert.closed_at.is_(None))
        known = set(session.scalars(open_ones))
    for source in found:
        if source.last_message_at is None:
            # Before the first message there is nothing to fall silent.
            continue
        subjects = {one: f"feed:{source.organisation_id}:{one}" for one in told}
        wrong = [one for one in told if (subjects[one] in known) != source.is_late]
        if wrong:
            with shared.database.transaction() as session:
                for one in wrong:
                    _settle_silence(session, now, one, subjects[one], source.is_late)


def _settle_silence(session: Session, now: datetime, told_id: UUID, subject_ref: str, is_late: bool) -> None:
    if is_late:
        title = "Al te lang geen berichten van het CJIB"
        raise_alert(session, now, NewAlert(_LATE, 2, title, subject_ref, {"police_org_id": told_id}, {}))
    else:
        close_alert(session, now, _LATE, subject_ref)


JOBS = (
    Job("pump_outbox", 0.1, pump),
    Job("process_deliveries", 0.5, process_pending),
    Job("escalate_alerts", 1, escalate),
    Job("watch_receivers", 5, watch_receivers),
    Job("watch_deadlines", 30, watch_deadlines),
    Job("tell_partners", 5, tell_partners),
    Job("tell_conflicts", 5, tell_conflicts),
    Job("watch_feed", 60, watch_feed),
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
