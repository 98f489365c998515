"""`flask deadlines recompute`: compute running deadlines again after the law, a holiday or a detention changed."""

from __future__ import annotations

import csv
import getpass
from collections import deque
from contextlib import ExitStack
from pathlib import Path

import click
from flask.cli import with_appcontext

from registry.access.rules import Actor, OrganisationKind, Purpose
from registry.access.service import organisation_by_code
from registry.cli.progress import progress
from registry.enforcement.moves import Moved
from registry.enforcement.recomputing import service
from registry.enforcement.recomputing.running import LOCK_NAME, Run
from registry.http import Runtime, runtime
from registry.http.fields import format_instant

_SHOWN = 20
_COLUMNS = ("deadline", "proceeding", "rule", "from", "to", "cause", "former_law_hash", "law_hash")


@click.group()
def deadlines() -> None:
    """Look after the deadlines."""


@deadlines.command("recompute")
@click.option("--for", "code", required=True, help="The code of the organisation on whose behalf this is done.")
@click.option("--list", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write every move to this file.")
@with_appcontext
def recompute(code: str, file: Path | None) -> None:
    """Compute again what was computed by other tables of law, or before a change of a detention.

    The worker does so by itself after a release that changes the law; this says what moved, and does it now.
    Broken off, it goes on where it was when it is run again. The organisations concerned hear of each move. The list is
    CSV, and holds every move to the present table of law, in whichever run it was made. Exits with 1 when a proceeding
    could not be computed.
    """
    shared = runtime()
    run = Run(shared, _actor(shared, code))
    lock = shared.database.lock(LOCK_NAME)
    if not lock.acquire():
        raise click.ClickException("Deadlines are being computed again already; let that finish first.")
    try:
        run.begin()
        with progress("Computing", run.size()) as tell:
            run.go(tell)
    finally:
        lock.release()
    click.echo(f"{run.done.proceedings} proceedings computed again, {run.done.moved} deadlines moved")
    _tell_moves(shared, file)
    for proceeding_id, cause in run.failed:
        click.echo(f"proceeding {proceeding_id} not computed: {cause}", err=True)
    if run.failed:
        raise SystemExit(1)


def _actor(shared: Runtime, code: str) -> Actor:
    """Whoever runs the command, on behalf of an organisation."""
    with shared.database.reading() as session:
        found = organisation_by_code(session, code)
        session.expunge_all()
    if found is None:
        raise click.ClickException(f"There is no organisation {code}; add it first.")
    kind, command = OrganisationKind(found.kind), "deadlines recompute"
    return Actor(None, found.id, kind, frozenset(), _user(), "operator", command, Purpose.ADMINISTRATION)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


def _tell_moves(shared: Runtime, file: Path | None) -> None:
    """Print the newest moves, and write all of them where that was asked."""
    newest: deque[tuple[str, ...]] = deque(maxlen=_SHOWN)
    number = 0
    with shared.database.reading() as session, ExitStack() as stack:
        writer = csv.writer(stack.enter_context(file.open("w", encoding="utf-8", newline=""))) if file else None
        if writer:
            writer.writerow(_COLUMNS)
        for row in map(_row, service.moves_to_present(session)):
            number += 1
            newest.append(row)
            if writer:
                writer.writerow(row)
    for deadline, _, rule, before, after, cause, *_ in newest:
        click.echo(f"  {rule} {before or '-'} -> {after or '-'} ({cause}) {deadline}")
    if number > len(newest) and file is None:
        click.echo(f"  and {number - len(newest)} more; --list FILE writes all of them")


def _row(moved: Moved) -> tuple[str, ...]:
    move, deadline = moved.move, moved.deadline
    before = move.former_due_at or move.former_target_at
    after = move.due_at or move.target_at
    return (
        str(deadline.id),
        str(deadline.proceeding_id),
        deadline.term_id,
        format_instant(before) if before else "",
        format_instant(after) if after else "",
        move.cause,
        move.former_law_hash or "",
        move.law_hash,
    )
