"""The jobs of this package: alerts that nobody took climb, and receivers that hear nothing raise one."""

from registry.alerts import service
from registry.clock import Clock
from registry.http import Runtime


def escalate(shared: Runtime) -> None:
    """Move what nobody took in time one step up; takes the write lock only when something is due."""
    now = shared.clock.now()
    with shared.database.reading() as session:
        if not service.has_due(session, now):
            return
    with shared.database.transaction() as session:
        service.escalate_due(session, now)


def watch_receivers(shared: Runtime) -> None:
    """Raise an alert for each receiver that was not reached for a minute, on the system's clock."""
    system_now = Clock().now()
    with shared.database.reading() as session:
        if not service.needs_watch(session, system_now):
            return
    with shared.database.transaction() as session:
        service.watch_receivers(session, shared.clock.now(), system_now)
