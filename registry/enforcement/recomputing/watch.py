"""The job of this package: when a release brings other tables of law, running deadlines follow it by themselves."""

from __future__ import annotations

import uuid

from registry import logs
from registry.access.rules import OrganisationKind
from registry.access.service import organisations_of, system_actor
from registry.enforcement.recomputing import tables
from registry.enforcement.recomputing.running import LOCK_NAME, Run
from registry.http import Runtime

_log = logs.get(__name__)
# A worker that is told to stop waits for its jobs, and what is left is done when the job comes again.
_AT_MOST_S = 4.0


def follow_law(shared: Runtime) -> None:
    """Compute open deadlines again when they stand under other tables than the present, on from where anybody was.

    It takes the write lock only when there is something to compute, and leaves it to whoever runs the command.
    """
    with shared.database.reading() as session:
        if not tables.needs_run(session, shared.clock.now()):
            return
        cjib = next(iter(organisations_of(session, OrganisationKind.CJIB)), uuid.UUID(int=0))
    lock = shared.database.lock(LOCK_NAME)
    if not lock.acquire():
        return
    try:
        run = Run(shared, system_actor(cjib, "law"))
        run.begin()
        if run.go(lambda _: None, within_s=_AT_MOST_S):
            _log.info("law_followed", proceedings=run.done.proceedings, moved=run.done.moved, failed=len(run.failed))
    finally:
        lock.release()
