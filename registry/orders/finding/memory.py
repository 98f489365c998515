"""What a process keeps of each database in memory, and the thread that keeps it up to date while nobody asks."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from registry import logs
from registry.db import Database
from registry.orders.finding.names import Names
from registry.orders.finding.places import Places
from registry.orders.naming.index import NameIndex
from registry.orders.register.remembered import engine_of

_log = logs.get("registry.orders.memory")

_FOLLOW_EVERY_S = 0.25


class _Memory:
    """The names and the places of one database."""

    def __init__(self) -> None:
        self.names, self.following_names = Names.following()
        self.places, self.following_places = Places.following()

    def follow(self, session: Session) -> bool:
        """Take in what was written since; says whether more of it waits."""
        more = [each.follow(session) for each in (self.following_names, self.following_places)]
        return any(more)


_memories: WeakKeyDictionary[Engine, _Memory] = WeakKeyDictionary()
_originals: WeakKeyDictionary[Engine, Engine] = WeakKeyDictionary()
_making = threading.Lock()


def memory_of(engine: Engine) -> _Memory:
    """What this process keeps of a database."""
    with _making:
        memory = _memories.get(engine)
        if memory is None:  # never made only to be thrown away: every question about a name or a spot comes here
            memory = _memories[engine] = _Memory()
        return memory


def stand_in(standby: Engine, engine: Engine) -> None:
    """Say that a database holds a copy of another: what was read of that one serves for questions to the copy too."""
    _originals[standby] = engine


def name_index(session: Session) -> NameIndex:
    """The names of the register as this session sees them, but for the last of a large delivery."""
    original = _original_of(session)
    if original is not None and original.following_names.is_loaded:
        return original.names.index
    memory = memory_of(engine_of(session))
    memory.following_names.follow(session)
    return memory.names.index


def places(session: Session) -> Places:
    """The places of the zones as this session sees them, but for the last of a large delivery."""
    original = _original_of(session)
    if original is not None and original.following_places.is_loaded:
        return original.places
    memory = memory_of(engine_of(session))
    memory.following_places.follow(session)
    return memory.places


def _original_of(session: Session) -> _Memory | None:
    """What is kept of the database of which this one is a copy; it is not followed, for that database is away."""
    engine = _originals.get(engine_of(session))
    return None if engine is None else memory_of(engine)


class Follower:
    """Reads what is kept in memory when the service starts, and what is added to it while nobody asks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stop = threading.Event()
        self._following: threading.Thread | None = None

    def start(self) -> None:
        """Read all of it now, and follow from now on in a thread of its own."""
        self.follow()
        if self._following is None:
            self._following = threading.Thread(target=self._keep_following, name="memory", daemon=True)
            self._following.start()

    def follow(self) -> None:
        """Take in all that was written since."""
        has_more = True
        while has_more and not self._stop.is_set():
            with self._database.reading() as session:
                has_more = memory_of(engine_of(session)).follow(session)

    def close(self) -> None:
        """Stop following."""
        self._stop.set()
        if self._following is not None:
            self._following.join()

    def _keep_following(self) -> None:
        while not self._stop.wait(_FOLLOW_EVERY_S):
            try:
                self.follow()
            except Exception as error:  # seen in the log, and tried again
                _log.error("memory_not_followed", exc_info=error)
