"""`flask positions remove`: remove now what is old enough and nobody holds, as the worker does once a day."""

import click
from flask.cli import with_appcontext

from registry.cli.progress import progress
from registry.http import runtime
from registry.monitoring.retention.removing import LOCK_NAME, Removal


@click.group()
def positions() -> None:
    """Look after stored positions."""


@positions.command("remove")
@click.option("--dry-run", is_flag=True, help="Only count what would be removed.")
@with_appcontext
def remove(dry_run: bool) -> None:
    """Remove positions of days that are over, save those of an open case, of a hold, or needed to judge again.

    With them go records of nearness that proved nothing, or whose case has been over for long enough.

    Broken off, it goes on where it was when it is run again. How long each is kept is configuration.
    """
    shared = runtime()
    lock = shared.database.lock(LOCK_NAME)
    if not lock.acquire():
        raise click.ClickException("Positions are being removed already; let that finish first.")
    try:
        removal = Removal.of(shared)
        goes, stays = removal.count()
        click.echo(f"before {removal.before_on}: {goes} pings to remove, {stays} kept")
        click.echo(f"before {removal.before_on}: {removal.count_nearnesses()} records of nearness to remove")
        if dry_run:
            return
        with progress("Removing", goes) as tell:
            removed = removal.go(tell)
    finally:
        lock.release()
    click.echo(f"{removed} pings removed")
