"""The jobs of this package: a partner hears when a report has another status; what was left behind is removed."""

from registry.http import Runtime
from registry.reports import service
from registry.reports.evidence import receiving


def tell_partners(shared: Runtime) -> None:
    """Tell partners of changed statuses in short transactions; takes the write lock only when something changed."""
    told = 1
    while told:
        with shared.database.reading() as session:
            if not service.has_changed(session):
                return
        with shared.database.transaction() as session:
            told = service.tell_partners(session, shared.clock.now())


def sweep_evidence(shared: Runtime) -> None:
    """Remove the pieces of files that a process left behind when it died."""
    receiving.sweep(shared.database, shared.clock)
