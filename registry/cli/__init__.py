"""The commands of an operator: clients and keys, audit, evidence, files, deadlines, positions, the API, the worker."""

from flask import Flask

from registry.lazy import LazyCommands

PLACES = {
    "audit": "registry.cli.audit:audit",
    "client": "registry.cli.clients:client",
    "deadlines": "registry.cli.deadlines:deadlines",
    "evidence": "registry.cli.evidence:evidence",
    "intake": "registry.cli.intake:intake",
    "openapi": "registry.cli.openapi:openapi",
    "organisation": "registry.cli.clients:organisation",
    "positions": "registry.cli.positions:positions",
    "snapshot": "registry.cli.snapshots:snapshot",
    "worker": "registry.cli.worker:worker",
}


def register(app: Flask) -> None:
    """Give them to `flask`."""
    app.cli = LazyCommands(PLACES)
