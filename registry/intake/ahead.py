"""The rows of one delivery, read a little before they are judged."""

from __future__ import annotations

from collections import deque
from typing import Protocol
from uuid import UUID

from registry.clock import Clock
from registry.db import Database
from registry.intake.delivery import sealed_rows
from registry.intake.judging import ReadRow
from registry.intake.reading import Answer, Request

_ROWS_A_REQUEST, _BYTES_A_REQUEST = 100, 1 << 20


class Reader(Protocol):
    """Whatever reads rows."""

    @property
    def ahead(self) -> int:
        """How many requests are worth making before the first answer is needed."""

    def ask(self, request: Request) -> Answer:
        """Have rows read."""


class Ahead:
    """What was asked and read of a delivery from a row on; at most a few requests, so that memory stays bounded."""

    def __init__(self, database: Database, clock: Clock, delivery_id: UUID, judged_until: int) -> None:
        self._database = database
        self._clock = clock
        self._delivery_id = delivery_id
        self._asked_until = judged_until
        self._asked: deque[Answer] = deque()
        self._rows: list[ReadRow] = []
        self.judged_until = judged_until

    def rows(self, reader: Reader, most: int) -> list[ReadRow]:
        """Return the next rows that are not judged, as many as are read already; none when there are no more."""
        self._ask(reader)
        while self._asked and len(self._rows) < most and (not self._rows or self._asked[0].is_ready()):
            self._help()
            self._rows += self._asked.popleft().rows()
            self._ask(reader)
        return self._rows[:most]

    def _help(self) -> None:
        """Read here, rather than wait for the first answer, what nobody has begun to read: the last asked for first."""
        for answer in reversed(self._asked):
            if self._asked[0].is_ready():
                return
            answer.take_over()

    def forget(self, judged_until: int) -> None:
        """Drop what was judged."""
        self.judged_until = judged_until
        self._rows = [row for row in self._rows if row.row_number > judged_until]

    def _ask(self, reader: Reader) -> None:
        while len(self._asked) < reader.ahead:
            limits = (_ROWS_A_REQUEST, _BYTES_A_REQUEST)
            sealed = sealed_rows(self._database, self._delivery_id, self._asked_until, *limits)
            if not sealed:
                return
            self._asked_until = sealed[-1][0]
            self._asked.append(reader.ask(Request(self._delivery_id, sealed, self._clock.now().date())))
