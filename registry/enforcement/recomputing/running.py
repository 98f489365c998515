"""A run over everything that must be computed again, in turns short enough for others to write in between."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from registry.access.rules import Actor
from registry.enforcement.recomputing import service, tables
from registry.errors import RegistryError
from registry.http import Runtime

LOCK_NAME = "deadlines-recompute"
_READ_AT_ONCE = 200
# On SQLite one writes at a time, and whoever waits must not wait for long.
_TURN_S, _PAUSE_S = 0.02, 0.002
_TURN_OF_A_SERVER_S = 0.2
# Of fewer than so many, what each turn costs by itself (the commit, the statements) is more than what it does.
_FEWEST = 8


@dataclass
class Run:
    """A run, and what it did so far; broken off, another goes on with what is left."""

    shared: Runtime
    actor: Actor
    done: tables.Tally = field(default_factory=tables.Tally)
    failed: list[tuple[UUID, str]] = field(default_factory=list)
    at_once: int = _FEWEST

    def size(self) -> int:
        """Return how many proceedings there are to compute again."""
        with self.shared.database.reading() as session:
            return service.count_stale(session)

    def begin(self) -> None:
        """Note that the tables changed, if they did, so that what was computed before is computed again."""
        with self.shared.database.transaction() as session:
            tables.begin(session, self.shared.clock.now())

    def go(self, tell: Callable[[int], None], within_s: float = math.inf) -> bool:
        """Compute all of them again; `tell` hears how many were done. At the end owners are called, and it is audited.

        Whoever has only so much time hears False when he must come again; what was done by then is done.
        """
        last: UUID | None = None
        until_s = time.monotonic() + within_s
        while waiting := self._next(last):
            last = waiting[-1]
            while waiting:
                if time.monotonic() > until_s:
                    return False
                waiting = waiting[self._turn(waiting) :]
                tell(self.done.proceedings + len(self.failed))
                time.sleep(_PAUSE_S)
        with self.shared.database.transaction() as session:
            tables.settle(session, self.actor, self.shared.clock.now(), self.done)
        return True

    def _next(self, last: UUID | None) -> Sequence[UUID]:
        with self.shared.database.reading() as session:
            return service.stale_after(session, last, _READ_AT_ONCE)

    def _turn(self, waiting: Sequence[UUID]) -> int:
        """Compute a group again, as large as a turn was found to hold; returns how many. What counts is committed."""
        group, database = waiting[: self.at_once], self.shared.database
        with database.transaction() as session:
            started_s = time.monotonic()
            found = service.recompute(session, self.actor, self.shared.clock.now(), group)
            tables.count(session, list(found.moved.values()))
            self._fit(time.monotonic() - started_s, is_wanted=database.is_wanted())
        self._count(found.moved.values())
        for proceeding_id in found.alone:
            self._alone(proceeding_id)
        return len(group)

    def _fit(self, spent_s: float, *, is_wanted: bool) -> None:
        """On PostgreSQL only whoever records an event in one of the same proceedings waits, and so longer turns do."""
        turn_s = _TURN_S if self.shared.database.is_sqlite else _TURN_OF_A_SERVER_S
        if is_wanted:
            self.at_once = max(1, self.at_once // 2)
        elif spent_s > turn_s:
            self.at_once = max(_FEWEST, self.at_once // 2)
        elif spent_s < turn_s / 2:
            self.at_once = min(_READ_AT_ONCE, self.at_once * 2)

    def _alone(self, proceeding_id: UUID) -> None:
        try:
            with self.shared.database.transaction() as session:
                moved = service.recompute_alone(session, self.actor, self.shared.clock.now(), proceeding_id)
                tables.count(session, [moved])
        except RegistryError as error:
            self.failed.append((proceeding_id, error.detail))
            with self.shared.database.transaction() as session:
                service.call_for(session, self.shared.clock.now(), proceeding_id)
        else:
            self._count([moved])

    def _count(self, moved: Collection[int]) -> None:
        self.done = tables.Tally(self.done.proceedings + len(moved), self.done.moved + sum(moved))
