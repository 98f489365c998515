"""The worker: what must happen without anybody asking, in one process under a lock, each job idempotent."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from registry import logs
from registry.access.checkpoints import write_checkpoint
from registry.alerts.escalation import escalate, watch_receivers
from registry.http import Runtime
from registry.outbox.delivery import pump

_log = logs.get(__name__)
_LOCK_NAME = "worker"


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


JOBS = (
    Job("pump_outbox", 0.1, pump),
    Job("escalate_alerts", 1, escalate),
    Job("watch_receivers", 5, watch_receivers),
    Job("checkpoint_audit", 60, checkpoint_audit),
)


def run_worker(shared: Runtime, stop: threading.Event) -> None:
    """Wait for the worker's lock, then run every job until told to stop or the lock is lost."""
    lock = shared.database.lock(_LOCK_NAME)
    while not lock.acquire():
        _log.info("worker_waits_for_lock")
        if stop.wait(2):
            return
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(len(JOBS))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in JOBS:
        scheduler.add_job(_guarded(job, shared), "interval", seconds=job.every_s, id=job.name)
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
