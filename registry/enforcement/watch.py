"""The jobs of this package: deadlines that come near or pass, and people held without a decision, raise an alert."""

from registry.enforcement import custodies, warning
from registry.http import Runtime


def watch_deadlines(shared: Runtime) -> None:
    """Tell of deadlines that reached a stage or were missed, in short transactions.

    It takes the write lock only when something is due.
    """
    now = shared.clock.now()
    told = 1
    while told:
        with shared.database.reading() as session:
            if not warning.needs_watch(session, now):
                return
        with shared.database.transaction() as session:
            told = warning.watch(session, now)


def watch_custody(shared: Runtime) -> None:
    """Alarm for each person who is held while no judge decided; takes the write lock only when one is due."""
    now = shared.clock.now()
    with shared.database.reading() as session:
        if not custodies.needs_watch(session, now):
            return
    with shared.database.transaction() as session:
        custodies.watch(session, now)
