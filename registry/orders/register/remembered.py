"""What a process remembers of rows that are only ever added, such as the numbers of organisations and of names.

A row that was written in a transaction of our own may still be undone with it. So only what a transaction found, and
did not write itself, is remembered, and that only when the transaction is on disk.

Names go on coming, so of too many all are forgotten, and asked for again: memory does not grow with a delivery.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

Value = TypeVar("Value")

# A word and its number take some 200 bytes.
_MOST = 200_000


def engine_of(session: Session) -> Engine:
    """The engine behind a session: what is remembered of one database is not true of another."""
    return session.get_bind().engine


class Remembered(Generic[Value]):
    """Values by name, for each database."""

    def __init__(self, name: str) -> None:
        self._written = f"written_{name}"
        self._of: WeakKeyDictionary[Engine, dict[str, Value]] = WeakKeyDictionary()

    def known(self, session: Session, names: Iterable[str]) -> dict[str, Value]:
        """What is remembered of these names."""
        values = self._of.get(engine_of(session))
        return {name: values[name] for name in names if name in values} if values else {}

    def wrote(self, session: Session, names: Iterable[str]) -> None:
        """Note that this transaction wrote these itself."""
        session.info.setdefault(self._written, set()).update(names)

    def found(self, session: Session, values: Mapping[str, Value]) -> None:
        """Remember what was read, once the transaction that read it is on disk."""
        written = session.info.get(self._written, ())
        sure = {name: value for name, value in values.items() if name not in written}
        if sure:
            engine = engine_of(session)
            session.info.setdefault("when_durable", []).append(lambda: self._keep(engine, sure))

    def _keep(self, engine: Engine, sure: Mapping[str, Value]) -> None:
        """Whoever looks into what is forgotten now goes on with it."""
        known = self._of.get(engine, {})
        self._of[engine] = known if len(known) + len(sure) <= _MOST else {}
        self._of[engine].update(sure)
