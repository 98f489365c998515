"""What the worker does for provisional orders: nothing that arrived beside an entry stays unmet."""

from __future__ import annotations

from datetime import timedelta

from registry.http import Runtime
from registry.intake.provisional import joining

# An entry and its message written at the same moment do not see each other; well before this one of them is on disk.
_RECENT = timedelta(hours=1)


def meet_provisional(shared: Runtime) -> None:
    """Look once more whether the message of a recent entry is there; takes the write lock only when one waits."""
    now = shared.clock.now()
    with shared.database.reading() as session:
        if not joining.has_recent(session, now - _RECENT):
            return
    with shared.database.transaction() as session:
        joining.meet_late(session, now, now - _RECENT)
