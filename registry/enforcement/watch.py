"""The job of this package: deadlines that come near or pass raise an alert, each once."""

from registry.enforcement import deadlines
from registry.http import Runtime


def watch_deadlines(shared: Runtime) -> None:
    """Tell of near and missed deadlines in short transactions; takes the write lock only when something is due."""
    now = shared.clock.now()
    told = 1
    while told:
        with shared.database.reading() as session:
            if not deadlines.needs_watch(session, now):
                return
        with shared.database.transaction() as session:
            told = deadlines.watch(session, now)
