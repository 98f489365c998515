"""A run over everything that must be computed again, in turns short enough for others to write in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from registry.access.rules import Actor
from registry.enforcement.recomputing import service
from registry.errors import RegistryError
from registry.http import Runtime

_READ_AT_ONCE = 200
# On SQLite one writes at a time, and whoever waits must not wait for long.
_TURN_S, _PAUSE_S = 0.02, 0.002


@dataclass
class Run:
    """A run, and what it did so far; broken off, another goes on with what is left."""

    shared: Runtime
    actor: Actor
    done: service.Tally = field(default_factory=service.Tally)
    failed: list[tuple[UUID, str]] = field(default_factory=list)

    def size(self) -> int:
        """Return how many proceedings there are to compute again."""
        with self.shared.database.reading() as session:
            return service.count_stale(session)

    def go(self, tell: Callable[[int], None]) -> None:
        """Compute all of them again; `tell` hears how many were done. At the end the audit says so."""
        last: UUID | None = None
        while waiting := self._next(last):
            last = waiting[-1]
            while waiting:
                waiting = waiting[self._turn(waiting) :]
                tell(self.done.proceedings + len(self.failed))
                time.sleep(_PAUSE_S)
        with self.shared.database.transaction() as session:
            service.close(session, self.actor, self.shared.clock.now(), self.done)

    def _next(self, last: UUID | None) -> Sequence[UUID]:
        with self.shared.database.reading() as session:
            return service.stale_after(session, last, _READ_AT_ONCE)

    def _turn(self, waiting: Sequence[UUID]) -> int:
        """Compute as many as fit in a turn, at least one; returns how many. What is counted is what was committed."""
        database, end_s = self.shared.database, time.monotonic() + _TURN_S
        moved: list[int] = []
        failed: list[tuple[UUID, str]] = []
        with database.transaction() as session:
            for proceeding_id in waiting:
                try:
                    with session.begin_nested():
                        moved.append(service.recompute(session, self.actor, self.shared.clock.now(), proceeding_id))
                except RegistryError as error:
                    failed.append((proceeding_id, error.detail))
                if time.monotonic() >= end_s or database.is_wanted():
                    break
        self.failed += failed
        self.done = service.Tally(self.done.proceedings + len(moved), self.done.moved + sum(moved))
        return len(moved) + len(failed)
