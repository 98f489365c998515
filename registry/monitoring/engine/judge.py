"""The one process that judges: it holds the engine's lock, and judges together what waits, in one transaction.

A batch is answered when it is on disk with whatever it changed. Only then does the memory take over its outcome, so
that a transaction that fails leaves it as it was. Any other process answers that it is not the one.
"""

import threading
import time
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from registry import logs
from registry.access.rules import Action
from registry.access.service import record
from registry.clock import Clock
from registry.db import Database, ProcessLock, new_id
from registry.errors import Unavailable
from registry.monitoring.companions.following import follow_pairs, learn_pairs
from registry.monitoring.companions.taking import is_hers, take_in
from registry.monitoring.engine import store
from registry.monitoring.engine.judging import expire_all, judge
from registry.monitoring.engine.knowledge import learn
from registry.monitoring.engine.lanes import Lanes, Waiting, is_backlog
from registry.monitoring.engine.memory import Draft, Memory
from registry.monitoring.engine.news import news
from registry.monitoring.engine.recalling import rebuild
from registry.monitoring.engine.saving import save
from registry.monitoring.engine.sorting import Submission, sort_out
from registry.monitoring.engine.turn import Turn
from registry.monitoring.home.following import follow_homes
from registry.monitoring.models import RejectedPing
from registry.monitoring.rules import EnginePolicy, PingOutcome
from registry.monitoring.signals.following import adopt, follow

_LOCK_NAME = "engine"
_TICK_S = 1.0
_LOOK_S = 0.02
_START_PATIENCE_S = 5.0
_log = logs.get(__name__)


class Judge:
    """Takes batches of any number of threads; one of them at a time judges for all that wait."""

    def __init__(self, database: Database, clock: Clock, policy: EnginePolicy | None = None) -> None:
        self._database = database
        self._clock = clock
        self.policy = policy or EnginePolicy()
        self._turn = threading.Lock()
        self._lanes = Lanes(self.policy)
        self._lock: ProcessLock | None = None
        self._memory: Memory | None = None
        self._ready = threading.Event()
        self._ready.set()
        self._stop = threading.Event()
        self._ticking: threading.Thread | None = None

    def submit(self, submission: Submission) -> Sequence[PingOutcome]:
        """Return what became of each ping once all of it is on disk; raises Unavailable when that cannot be now."""
        if not self._ready.wait(_START_PATIENCE_S):
            raise Unavailable("The engine is starting; nothing of this batch was stored.", 2)
        pieces = submission.pieces(self.policy.most_backlog_together) if is_backlog(submission, self.policy) else ()
        for number, piece in enumerate(pieces or (submission,)):
            self._wait_for(self._lanes.add(piece, goes_on=number > 0))
        return submission.outcomes or [outcome for piece in pieces for outcome in piece.outcomes]

    def _wait_for(self, waiting: Waiting) -> None:
        while not waiting.done:
            # Who judges may have judged this too; the lock itself would tell only when its turn comes.
            if self._turn.acquire(timeout=_LOOK_S):
                try:
                    if not waiting.done:
                        self._judge_all(self._lanes.take())
                finally:
                    self._turn.release()
        if waiting.error is not None:
            raise waiting.error

    @property
    def waiting_pings(self) -> int:
        """How many pings wait to be judged in this process now."""
        return self._lanes.pings

    def tick(self) -> None:
        """Do what must not wait for a ping: end episodes whose zone ended, take in changes, save checkpoints."""
        with self._turn:
            try:
                self._round(())
            except Unavailable:
                return

    def start(self) -> None:
        """Tick once a second from now on, in a thread of its own."""
        if self._ticking is None:
            self._ticking = threading.Thread(target=self._keep_ticking, name="engine", daemon=True)
            self._ticking.start()

    def close(self) -> None:
        """Stop, and let another process take over; what it must know is on disk."""
        self._stop.set()
        if self._ticking is not None:
            self._ticking.join()
        with self._turn:
            if self._lock is not None:
                self._lock.release()
            self._lock = self._memory = None

    def _keep_ticking(self) -> None:
        while not self._stop.wait(_TICK_S):
            try:
                self.tick()
            except Exception as error:  # seen in the log, and tried again the next second
                _log.error("engine_tick_failed", exc_info=error)

    def _judge_all(self, together: list[Waiting]) -> None:
        """Judge them in one transaction; when that fails, each in its own, so that none fails for another."""
        try:
            self._round([waiting.submission for waiting in together])
        except Exception as error:
            for waiting in together:
                waiting.error = error if len(together) == 1 else self._alone(waiting)
        for waiting in together:
            waiting.done = True

    def _alone(self, waiting: Waiting) -> BaseException | None:
        try:
            self._round([waiting.submission])
        except Exception as error:  # raised by the thread that waits for this one
            return error
        return None

    def _round(self, submissions: Sequence[Submission]) -> None:
        now = self._clock.now()
        memory = self._remembered()
        draft = memory.draft()
        with self._database.transaction() as session:
            store.hold_fence(session, alone=False)
            self._require_lock()
            self._judge(session, draft, now, submissions)
        draft.keep()

    def _judge(self, session: Session, draft: Draft, now: datetime, submissions: Sequence[Submission]) -> None:
        told = news(session)
        again = learn(session, draft, now, told)
        hers = take_in(session, now, [one for one in submissions if is_hers(one)])
        his = [one for one in submissions if not is_hers(one)]
        found = sort_out(session, draft, now, his)
        if found.rows:
            store.insert(session, found.rows)
            store.note_unused(session, found.unused)
        turn = Turn(session, draft, now, self.policy)
        implausible = judge(turn, found.fixes, again)
        if not submissions:
            expire_all(turn)
        if draft.couplings is not draft.memory.couplings:
            adopt(turn, again)
        follow(turn, [*found.signs, *implausible])
        follow_homes(turn, found.heard_units, again, is_tick=not submissions)
        # A position may come with a consent that is newer than what was asked first.
        learn_pairs(turn, is_changed=told.is_consent_changed or bool(hers))
        follow_pairs(turn, hers, found.fixes, again, is_tick=not submissions)
        for submission in his:
            _keep_account(session, now, submission)
        save(turn, len(found.rows))

    def _remembered(self) -> Memory:
        if self._lock is None:
            self._lock = self._database.lock(_LOCK_NAME)
        if self._memory is None:
            if not self._lock.acquire():
                raise _elsewhere()
            self._ready.clear()
            try:
                self._memory = self._rebuilt()
            finally:
                self._ready.set()
        return self._memory

    def _rebuilt(self) -> Memory:
        began_s = time.monotonic()
        with self._database.transaction() as session:
            store.hold_fence(session, alone=True)
        with self._database.reading() as session:
            memory = rebuild(session)
        wearers, took_s = len(memory.couplings.persons), time.monotonic() - began_s
        _log.info("engine_started", wearers=wearers, seconds=round(took_s, 3))
        return memory

    def _require_lock(self) -> None:
        if self._lock is None or not self._lock.is_held():
            self._memory = None
            raise _elsewhere()


def _elsewhere() -> Unavailable:
    return Unavailable("Another process judges the pings; nothing of this batch was stored.", 2)


def _keep_account(session: Session, now: datetime, submission: Submission) -> None:
    """Leave one audit entry for a batch, and what its gateway refused."""
    counts = {outcome.value: submission.outcomes.count(outcome) for outcome in set(submission.outcomes)}
    batch_ref = f"pings:{new_id()}"
    record(session, submission.actor, now, Action.COLLECTED, batch_ref, sha256=submission.digest, **counts)
    for refusal in submission.refusals:
        row_id: uuid.UUID = new_id()
        session.add(
            RejectedPing(
                id=row_id,
                organisation_id=submission.organisation_id,
                format=refusal.format,
                received_at=now,
                code=refusal.code,
                pointer=refusal.pointer,
                content=refusal.content,
            )
        )
