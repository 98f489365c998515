"""The job of this package: a partner hears when the status of a report has changed."""

from registry.http import Runtime
from registry.reports import service


def tell_partners(shared: Runtime) -> None:
    """Tell partners of changed statuses in short transactions; takes the write lock only when something changed."""
    told = 1
    while told:
        with shared.database.reading() as session:
            if not service.has_changed(session):
                return
        with shared.database.transaction() as session:
            told = service.tell_partners(session, shared.clock.now())
