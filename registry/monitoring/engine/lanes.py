"""What waits to be judged, in two lanes: what happens now, and what happened too long ago for a siren.

A backlog comes by the hundred thousand after an outage. While it is worked off, news waits for at most one piece of it.
"""

import threading
from collections import deque
from dataclasses import dataclass, field

from registry.errors import Unavailable
from registry.monitoring.engine.sorting import Submission
from registry.monitoring.rules import EnginePolicy


@dataclass(slots=True)
class Waiting:
    """A submission, until it is on disk or has failed."""

    submission: Submission
    done: bool = False
    error: BaseException | None = None

    @property
    def pings(self) -> int:
        """How many pings it holds."""
        return len(self.submission.pings)


def is_backlog(submission: Submission, policy: EnginePolicy) -> bool:
    """Say whether all of it is too old for a siren."""
    newest_ms = max((ping.at_ms for ping in submission.pings), default=submission.received_at_ms)
    return newest_ms < submission.received_at_ms - policy.live_limit_ms


@dataclass(slots=True)
class Lanes:
    """The two lanes; any number of threads add, one at a time takes."""

    policy: EnginePolicy
    pings: int = 0
    _live: deque[Waiting] = field(default_factory=deque)
    _late: deque[Waiting] = field(default_factory=deque)
    _was_live: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, submission: Submission, *, goes_on: bool = False) -> Waiting:
        """Let a submission wait; raises Unavailable when too much waits, unless it goes on with what was begun."""
        waiting = Waiting(submission)
        with self._lock:
            waits = self.pings + waiting.pings
            if not goes_on and self.pings and waits > self.policy.most_waiting_pings:
                raise Unavailable("Too many pings wait to be judged; nothing of this batch was stored.")
            (self._late if is_backlog(submission, self.policy) else self._live).append(waiting)
            self.pings = waits
        return waiting

    def take(self) -> list[Waiting]:
        """Take the oldest of the live lane, or of the other where that is empty or had its turn."""
        with self._lock:
            self._was_live = bool(self._live) and not (self._was_live and self._late)
            lane, most = (
                (self._live, self.policy.most_pings_together)
                if self._was_live
                else (self._late, self.policy.most_backlog_together)
            )
            taken: list[Waiting] = []
            pings = 0
            while lane and (not taken or pings + lane[0].pings <= most):
                taken.append(lane.popleft())
                pings += taken[-1].pings
            self.pings -= pings
        return taken
