"""How far a long command is, on standard error: a bar on a terminal, elsewhere a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

_LINE_EVERY_S = 5.0
_COLUMNS = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a step of so much; what it yields is told how much was done."""
    console = Console(stderr=True)
    if console.is_terminal:
        with Progress(*_COLUMNS, TimeRemainingColumn(), console=console, refresh_per_second=4) as shown:
            task = shown.add_task(title, total=total)
            yield lambda done: shown.update(task, completed=done)
    else:
        lines = _Lines(console, title, total)
        lines.say(0)
        yield lines.tell
        lines.say(total)


class _Lines:
    """The progress of a step as lines of text."""

    def __init__(self, console: Console, title: str, total: int) -> None:
        self._console = console
        self._title = title
        self._total = total
        self._said_s = time.monotonic()

    def tell(self, done: int) -> None:
        """Say how far it is, when it was not said lately."""
        if time.monotonic() - self._said_s >= _LINE_EVERY_S:
            self.say(done)

    def say(self, done: int) -> None:
        """Say how far it is."""
        self._said_s = time.monotonic()
        share = 100 * done // max(self._total, 1)
        self._console.print(f"{self._title}: {share} % ({done} of {self._total})", highlight=False, soft_wrap=True)
