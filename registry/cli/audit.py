"""`flask audit verify`: hold the audit chains against their heads and the signed checkpoints."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from registry.access.checkpoints import verify
from registry.http import runtime


@click.group()
def audit() -> None:
    """Look after the audit chain."""


@audit.command("verify")
@click.option(
    "--checkpoints",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A copy of audit-checkpoints.jsonl, kept where the service cannot write: its lines must hold as well.",
)
@with_appcontext
def verify_command(checkpoints: Path | None) -> None:
    """Recompute every chain; exit with 1 when an entry is missing, altered or cut off."""
    shared = runtime()
    with shared.database.reading() as session:
        found = verify(session, shared.settings.state_dir, shared.settings.keys.checkpoint_seed, checkpoints)
    click.echo(f"{found.entries} entries in {found.chains} chains")
    if found.last_checkpoint_at is None:
        click.echo("no signed checkpoint yet: a lost tail could not be seen")
    else:
        age_s = (shared.clock.now() - found.last_checkpoint_at).total_seconds()
        click.echo(f"last signed checkpoint {age_s:.0f} s ago")
    for fault in found.faults:
        click.echo(f"FAULT {fault}", err=True)
    if found.faults:
        raise SystemExit(1)
    click.echo("the chains are whole")
