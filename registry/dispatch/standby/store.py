"""The copy as a database of its own, and how far it is: which orders it holds, and of what moment it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import JSON, Column, Integer, MetaData, Table, delete, insert, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry.config import Settings
from registry.db import Database
from registry.dispatch.standby.copying import is_as_now, schema
from registry.errors import Unavailable
from registry.orders.finding.memory import stand_in

FILE_NAME = "standby.db"
_STATE = Table("standby_state", MetaData(), Column("id", Integer, primary_key=True), Column("state", JSON))


@dataclass(frozen=True, slots=True)
class State:
    """How far the copy is.

    A pass goes by the orders in the order of their ids; `passed` is where this one is, None once it is done. A copy can
    be used since its first pass was done. `newest_version` is the newest version that it has taken in.
    """

    taken_at: datetime
    pass_began_at: datetime
    passed: UUID | None
    is_usable: bool
    newest_version: UUID | None

    def is_new_pass_due(self, now: datetime) -> bool:
        """Whether it is time to go by all orders again, for what was destroyed in the register must not stay here."""
        return self.passed is None and now - self.pass_began_at > timedelta(days=1)


class Store:
    """The file of the copy; opened when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self.path = Path(settings.state_dir) / FILE_NAME
        self._database: Database | None = None

    @property
    def database(self) -> Database:
        """The copy as a database."""
        if self._database is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self.path.exists():
                self.path.touch(mode=0o600)
            self._database = Database(f"sqlite:///{self.path}")
        return self._database

    def make(self) -> None:
        """Give it the tables of the register as they are now; another version's are thrown away with their rows."""
        engine = self.database.write_engine
        inspector = inspect(engine)
        if inspector.has_table(_STATE.name) and is_as_now(inspector):
            return
        with engine.begin() as connection:
            former = MetaData()
            former.reflect(connection)
            former.drop_all(connection)
            schema().create_all(connection)
            _STATE.create(connection)

    def state(self) -> State | None:
        """How far it is; None when there is no copy, or none that can be read."""
        if not self.path.exists():
            return None
        try:
            with self.database.reading() as session:
                return read_state(session)
        except (DBAPIError, Unavailable):
            return None

    def usable(self) -> Database | None:
        """The copy, when it holds every order."""
        state = self.state()
        return self.database if state is not None and state.is_usable else None

    def stand_in_for(self, database: Database) -> None:
        """Let what this process keeps of a database in memory serve for the copy too."""
        stand_in(self.database.read_engine, database.read_engine)

    def close(self) -> None:
        """Close it."""
        if self._database is not None:
            self._database.dispose()


def read_state(session: Session) -> State | None:
    """How far the copy is."""
    told = session.scalar(select(_STATE.c.state))
    if told is None:
        return None
    return State(
        datetime.fromisoformat(told["taken_at"]),
        datetime.fromisoformat(told["pass_began_at"]),
        told["passed"] and UUID(told["passed"]),
        told["is_usable"],
        told["newest_version"] and UUID(told["newest_version"]),
    )


def write_state(session: Session, state: State) -> None:
    """Note how far the copy is, in the transaction that brought it there."""
    told = {
        "taken_at": state.taken_at.isoformat(),
        "pass_began_at": state.pass_began_at.isoformat(),
        "passed": state.passed and str(state.passed),
        "is_usable": state.is_usable,
        "newest_version": state.newest_version and str(state.newest_version),
    }
    session.execute(delete(_STATE))
    session.execute(insert(_STATE).values(id=1, state=told))
