"""Reading a table whose rows are numbered as they come, each row once, while others write it.

On SQLite numbers become visible in their order, for there is one writer. On PostgreSQL a number may become visible
after a higher one. So a gap is remembered together with the transactions that were under way when it was noticed, and
is looked into until all of these have ended: what is not there by then never will be.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Select, bindparam, select
from sqlalchemy.orm import Session

from registry.db import Prepared, driver_of

Row = Sequence[Any]
"""A row as the driver gives it, its number first."""

_LOOK_EVERY_S = 0.1
# A wider gap is looked into only once, when nothing can come any more: it is what was read when the service started.
_WIDEST, _STARTED_WITHIN = 5_000, 100_000
_LATEST = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
_EARLIEST = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"


@dataclass(frozen=True, slots=True)
class _Gap:
    """Numbers from `first` to `last` of which some may come; none once the transactions before `until` have ended."""

    first: int
    last: int
    until: int

    @property
    def is_wide(self) -> bool:
        return self.last - self.first >= _WIDEST


class Growing:
    """A reader of one table, for one process; whoever uses it sees to it that no two threads do so at once."""

    def __init__(self, rows: Select[*tuple[Any, ...]], number: Column[Any]) -> None:
        most = rows.order_by(number).limit(bindparam("most"))
        self._after = Prepared(most.where(number > bindparam("after")))
        self._between = Prepared(most.where(number >= bindparam("first"), number <= bindparam("last")))
        self._newest = Prepared(select(number).order_by(number.desc()).limit(1))
        self.highest = 0
        self._gaps: list[_Gap] = []
        self._look_at_s = 0.0

    @property
    def has_gaps(self) -> bool:
        """Whether a row may yet come with a number below the highest."""
        return bool(self._gaps)

    def first(self, session: Session, most: int) -> Iterator[Sequence[Row]]:
        """Everything that is there, in pieces of at most so many rows."""
        while piece := self._after.plain(session, after=self.highest, most=most):
            self.highest = piece[-1][0]
            yield piece
        self._remember_start(session)

    def pass_over(self, session: Session) -> None:
        """Leave out what is there, but for what is being written at this moment."""
        newest = self._newest.plain(session)
        self.highest = newest[0][0] if newest else 0
        self._remember_start(session)

    def news(self, session: Session, most: int) -> list[Row]:
        """At most so many of the rows that came since, and those that came late; one of the latter may come twice."""
        late = self._late(session) if self._gaps and time.monotonic() >= self._look_at_s else []
        found = self._after.plain(session, after=self.highest, most=most)
        if found:
            self._remember(session, list(_missing(self.highest, found)))
            self.highest = found[-1][0]
        return [*late, *found]

    def _remember_start(self, session: Session) -> None:
        if self.highest:
            self._remember(session, [(max(1, self.highest - _STARTED_WITHIN), self.highest)])

    def _remember(self, session: Session, missing: Sequence[tuple[int, int]]) -> None:
        if missing and driver_of(session).dialect.name == "postgresql":
            until = _transaction(session, _LATEST)
            self._gaps += [_Gap(first, last, until) for first, last in missing]

    def _late(self, session: Session) -> list[Row]:
        """What the gaps hold by now. First it is asked who is under way, so that nothing comes in between."""
        earliest = _transaction(session, _EARLIEST)
        late: list[Row] = []
        open_still: list[_Gap] = []
        for gap in self._gaps:
            is_over = gap.until <= earliest
            found = self._within(session, gap) if is_over or not gap.is_wide else ()
            late += found
            if not is_over:
                open_still += [_Gap(first, last, gap.until) for first, last in _missing(gap.first - 1, found, gap.last)]
        self._gaps = open_still
        self._look_at_s = time.monotonic() + _LOOK_EVERY_S
        return late

    def _within(self, session: Session, gap: _Gap) -> Sequence[Row]:
        return self._between.plain(session, first=gap.first, last=gap.last, most=gap.last - gap.first + 1)


def _missing(before: int, rows: Sequence[Row], last: int | None = None) -> Iterator[tuple[int, int]]:
    """The numbers that are left out after `before`, as pairs of first and last."""
    for number, *_ in rows:
        if number > before + 1:
            yield before + 1, number - 1
        before = number
    if last is not None and last > before:
        yield before + 1, last


def _transaction(session: Session, statement: str) -> int:
    [[number]] = driver_of(session).fetch(statement, ())
    return int(number)
