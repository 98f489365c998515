"""The jobs of this package: partners hear of new statuses and releases; what was left behind is removed."""

from registry.http import Runtime
from registry.reports import service
from registry.reports.evidence import receiving
from registry.reports.releases import correcting
from registry.reports.releases import service as releases


def tell_partners(shared: Runtime) -> None:
    """Tell partners what changed in short transactions; takes the write lock only when something did."""
    _tell_released(shared)
    _tell_corrected(shared)
    told = 1
    while told:
        with shared.database.reading() as session:
            if not service.has_changed(session):
                return
        with shared.database.transaction() as session:
            told = correcting.tell_changed(session, shared.clock.now())


def _tell_released(shared: Runtime) -> None:
    """Tell partners what may be told from now on."""
    now, told = shared.clock.now(), 1
    while told:
        with shared.database.reading() as session:
            if not releases.has_due(session, now):
                return
        with shared.database.transaction() as session:
            told = releases.tell_due(session, now)


def _tell_corrected(shared: Runtime) -> None:
    """Tell partners what no longer holds of what they were told."""
    told = 1
    while told:
        with shared.database.reading() as session:
            if not correcting.has_corrected(session):
                return
        with shared.database.transaction() as session:
            told = correcting.tell_corrected(session, shared.clock.now())


def sweep_evidence(shared: Runtime) -> None:
    """Remove the pieces of files that a process left behind when it died."""
    receiving.sweep(shared.database, shared.clock)
