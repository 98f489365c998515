"""Keeping something of the register in the memory of a process, and up to date with what others write.

Everything is read once, when the service starts or at the first question; then each question first takes in what was
added and taken away since.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Protocol
from uuid import UUID

import numpy as np
from cryptography.exceptions import InvalidTag
from numpy.typing import NDArray
from sqlalchemy import Column, Select
from sqlalchemy.orm import Session

from registry import logs
from registry.db.sealing import unseal, unseal_each
from registry.orders.finding.growing import Growing, Row

Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]

_log = logs.get("registry.orders.following")

_PIECE, AT_ONCE = 50_000, 2_000


class Kept(Protocol):
    """What is kept in memory of the rows of one table, by their numbers."""

    def load(self, session: Session, pieces: Iterator[Sequence[Row]]) -> None:
        """Take in everything that is there, in pieces in the order of their numbers."""

    def add(self, session: Session, rows: Mapping[int, Row]) -> None:
        """Take in rows that were added, in the order of their numbers; none of them is held."""

    def held(self, numbers: Ints) -> Flags:
        """Of each of these numbers whether it is or was held."""

    def remove(self, number: int) -> None:
        """Let go of a row that is held."""


class Following:
    """One table in memory; rows that are taken away are numbered in a table of their own."""

    def __init__(self, kept: Kept, added: Select[*tuple[Any, ...]], gone: Select[*tuple[Any, ...]]) -> None:
        self._kept = kept
        self._turn = threading.Lock()
        self._is_loaded = False
        self._added, self._gone = Growing(added, _number_of(added)), Growing(gone, _number_of(gone))
        # What was taken away before it was read.
        self._gone_unread: set[int] = set()

    @property
    def is_loaded(self) -> bool:
        """Whether it was read whole once."""
        return self._is_loaded

    def follow(self, session: Session) -> bool:
        """Take in what was written since; says whether more of it waits, for a question has no time for very much."""
        with self._turn:
            if not self._is_loaded:
                self._load(session)
                self._is_loaded = True
                return False
            added = self._added.news(session, AT_ONCE)
            self._add(session, added)
            self._take_away(self._gone.news(session, AT_ONCE))
            return len(added) >= AT_ONCE

    def _load(self, session: Session) -> None:
        started_s = time.perf_counter()
        # What is taken away while this reads is read again with the news.
        self._gone.pass_over(session)
        with _without_garbage_collection():
            self._kept.load(session, self._added.first(session, _PIECE))
        what, took_s = type(self._kept).__name__.lower(), round(time.perf_counter() - started_s, 2)
        _log.info("read_into_memory", what=what, highest=self._added.highest, took_s=took_s)

    def _add(self, session: Session, added: Sequence[Row]) -> None:
        # What came late may have come before, and stands before the rest in an order of its own.
        fresh = {row[0]: row for row in sorted(added, key=_first) if row[0] not in self._gone_unread}
        held = self._kept.held(np.fromiter(fresh, np.int32, len(fresh)))
        fresh = {number: row for (number, row), is_held in zip(fresh.items(), held, strict=True) if not is_held}
        if fresh:
            self._kept.add(session, fresh)

    def _take_away(self, gone: Iterable[Row]) -> None:
        numbers = [number for _, number in gone]
        for number, is_held in zip(numbers, self._kept.held(np.array(numbers, np.int32)), strict=True):
            if is_held:
                self._kept.remove(number)
            else:
                self._gone_unread.add(number)
        if not self._added.has_gaps:
            self._gone_unread = {number for number in self._gone_unread if number > self._added.highest}


def _number_of(rows: Select[*tuple[Any, ...]]) -> Column[Any]:
    column: Any = rows.selected_columns[0]
    return column.table.c.number  # type: ignore[no-any-return]


def _first(row: Row) -> int:
    return int(row[0])


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """For what makes millions of values, none of which is garbage: it would be looked through again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def opened(rows: Iterable[Row], start: str) -> tuple[list[int], list[bytes]]:
    """What rows of number, id and seal hold, with their numbers; without those that cannot be opened.

    `start` is that of the places they are sealed for. One damaged row is no reason to find nobody at all; but without
    one of the keys this process must not answer.
    """
    known = list(rows)
    if not known:
        return [], []
    numbers, ids, sealed = zip(*known, strict=True)
    head = start.encode()
    places = [head + (each.bytes if isinstance(each, UUID) else each).hex().encode() for each in ids]
    try:
        return list(numbers), unseal_each(sealed, places)
    except (InvalidTag, ValueError):
        found: dict[int, bytes] = {}
    for number, each, place in zip(numbers, sealed, places, strict=True):
        with suppress(InvalidTag, ValueError):
            found[number] = unseal(each, place.decode())
    _log.error("rows_damaged", place=start, numbers=[each for each in numbers if each not in found][:20])
    return list(found), list(found.values())
