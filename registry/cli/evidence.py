"""`flask evidence verify|key`: whether an episode comes out of its bundle as it was told; the key it is signed with.

To verify needs no database and no setting: `python -m registry verify-evidence` does the same where there is none.
"""

from pathlib import Path

import click
from flask.cli import with_appcontext

from registry.access.signing import public_key
from registry.http import runtime
from registry.monitoring.evidence.verifying import Outcome, verify


@click.group()
def evidence() -> None:
    """Bundles of evidence."""


@evidence.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", help="The key of the service that made it, as `flask evidence key` prints it there.")
def verify_command(file: Path, key: str | None) -> None:
    """Judge the positions in FILE again; exit with 1 when anything differs from what was told, and say what."""
    report = verify(file, key)
    for text in (*report.said, *(f"NOTE {text}" for text in report.remarks)):
        click.echo(text)
    for text in report.faults:
        click.echo(f"FAULT {text}", err=True)
    if report.outcome is not Outcome.SAME:
        raise SystemExit(1)
    click.echo("THE SAME: the episode comes out of this bundle as it was told")


@evidence.command("key")
@with_appcontext
def key_command() -> None:
    """Print the public key under which this service signs its bundles; whoever verifies must have it from you."""
    click.echo(public_key(runtime().settings.keys.checkpoint_seed))
