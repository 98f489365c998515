"""`flask intake load FILE`: take in a file of order messages by hand."""

from __future__ import annotations

import getpass
from pathlib import Path

import click
from flask.cli import with_appcontext

from registry.access.rules import Actor, OrganisationKind, Purpose
from registry.access.service import organisation_by_code
from registry.cli.progress import progress
from registry.errors import RegistryError
from registry.http import Runtime, runtime
from registry.intake.loading.pieces import Loading, measure
from registry.intake.loading.summary import Summary, summary
from registry.intake.senders import check_sender

_ROWS_A_PIECE = 50_000


@click.group()
def intake() -> None:
    """Take orders in by hand."""


@intake.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sender", required=True, help="The code of the organisation whose messages these are.")
@click.option(
    "--rows-a-delivery",
    type=click.IntRange(1, 1_000_000),
    default=_ROWS_A_PIECE,
    show_default=True,
    help="How many rows become one delivery.",
)
@with_appcontext
def load(file: Path, sender: str, rows_a_delivery: int) -> None:
    """Load FILE: NDJSON, plain or gzip, one order message a line.

    Every raw row is stored first and then judged, with the checks of a delivery. Broken off, it goes on where it was
    when it is run again with the same file. Exits with 1 when rows were rejected or could not be processed.
    """
    shared = runtime()
    lock = shared.database.lock("intake-load")
    if not lock.acquire():
        raise click.ClickException("Another load is running; let it finish first.")
    try:
        told = _load(shared, _actor(shared, sender), file, rows_a_delivery)
    except RegistryError as error:
        raise click.ClickException(f"{file}: {error.faults[0].detail if error.faults else error.detail}") from error
    finally:
        lock.release()
    _show(told)
    if told.failed:
        raise SystemExit(1)


def _load(shared: Runtime, actor: Actor, path: Path, rows_a_delivery: int) -> Summary:
    size_bytes = path.stat().st_size
    with progress("Reading", size_bytes) as tell:
        loading = Loading(shared, actor, measure(path, tell))
    with progress("Storing", size_bytes) as tell:
        stored = loading.store(rows_a_delivery, tell)
    with progress("Judging", sum(piece.rows for piece in stored)) as tell:
        loading.judge(stored, tell)
    with shared.database.reading() as session:
        return summary(session, stored)


def _actor(shared: Runtime, code: str) -> Actor:
    """Whoever runs the command, on behalf of the sender."""
    with shared.database.reading() as session:
        sender = organisation_by_code(session, code)
        session.expunge_all()
    if sender is None:
        raise click.ClickException(f"There is no organisation {code}; add it first.")
    kind = OrganisationKind(sender.kind)
    actor = Actor(None, sender.id, kind, frozenset(), _user(), "operator", "intake load", Purpose.INTAKE)
    try:
        check_sender(actor)
    except RegistryError as error:
        raise click.ClickException(error.detail) from error
    return actor


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


def _show(told: Summary) -> None:
    click.echo(f"{told.rows} rows")
    for outcome, number in told.outcomes.items():
        if number:
            click.echo(f"  {outcome} {number}")
    for (severity, code), number in sorted(told.codes.items(), key=lambda each: (each[0][0], -each[1])):
        click.echo(f"{severity} {code} {number}")
    for row, cause in told.examples:
        click.echo(f"row {row} not taken: {cause}")
