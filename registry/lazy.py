"""Commands that are imported when they are asked for: most need a small part of the service, and somebody waits."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

from registry import lasting


class LazyCommands(click.Group):
    """A group that knows of each command only where it is: `module:name`."""

    def __init__(self, places: Mapping[str, str], name: str | None = None, help: str | None = None) -> None:
        super().__init__(name, help=help)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in order."""
        return sorted({*self._places, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported now; None where there is none of this name."""
        place = self._places.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        module, _, name = place.partition(":")
        with lasting.making():
            found: click.Command = getattr(import_module(module), name)
        return found
