"""The commands of an operator: clients and keys, audit, evidence, files, deadlines, positions, the API, the worker."""

from flask import Flask

from registry.cli.audit import audit
from registry.cli.clients import client, organisation
from registry.cli.deadlines import deadlines
from registry.cli.evidence import evidence
from registry.cli.intake import intake
from registry.cli.openapi import openapi
from registry.cli.positions import positions
from registry.cli.snapshots import snapshot
from registry.cli.worker import worker


def register(app: Flask) -> None:
    """Add the commands to `flask`."""
    groups = (audit, client, deadlines, evidence, intake, organisation, openapi, positions, snapshot, worker)
    for command in groups:
        app.cli.add_command(command)
