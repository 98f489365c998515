"""What one running process shares: its settings, its clock, its database, and the long-lived parts built on them."""

from typing import TypeVar, cast

from flask import Flask, current_app

from registry.clock import Clock
from registry.config import Settings
from registry.db import Database

Part = TypeVar("Part")


class Runtime:
    """The parts of a process; a feature adds its own with `add` and finds it with `get`."""

    def __init__(self, settings: Settings, clock: Clock, database: Database) -> None:
        self.settings = settings
        self.clock = clock
        self.database = database
        self._parts: dict[type, object] = {}

    def add(self, part: object) -> None:
        """Share a part under its type."""
        self._parts[type(part)] = part

    def get(self, kind: type[Part]) -> Part:
        """Return the part of a type; raises KeyError when this process has none."""
        return cast(Part, self._parts[kind])

    def close(self) -> None:
        """Close what is open, the parts that can be closed first; the runtime is of no use afterwards."""
        for part in self._parts.values():
            close = getattr(part, "close", None)
            if close is not None:
                close()
        self.database.dispose()

    def install(self, app: Flask) -> None:
        """Make this the runtime of an application."""
        app.extensions["runtime"] = self


def runtime() -> Runtime:
    """Return the runtime of the application at hand."""
    return cast(Runtime, current_app.extensions["runtime"])
