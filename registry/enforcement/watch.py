"""The jobs of this package: what comes near or passes, who is held without a decision, and what lies still."""

from datetime import timedelta

from registry.enforcement import custodies, quiet, warning
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


def watch_quiet(shared: Runtime) -> None:
    """Put open proceedings without a clock, in which nothing happened for long, before their owner."""
    now = shared.clock.now()
    before = now - timedelta(days=shared.settings.quiet_days)
    told = 1
    while told:
        with shared.database.reading() as session:
            if not quiet.needs_watch(session, before):
                return
        with shared.database.transaction() as session:
            told = quiet.watch(session, now, before)
