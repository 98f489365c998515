"""`flask client snapshot-key` and `flask snapshot signing-key`: the keys of the offline copies of rooms."""

from __future__ import annotations

import base64
import uuid

import click
from flask.cli import with_appcontext

from registry.cli.clients import client
from registry.dispatch.snapshot.keys import ServiceKeys, public_key
from registry.dispatch.snapshot.service import set_key
from registry.errors import RegistryError
from registry.http import runtime


@client.command("snapshot-key")
@click.argument("client_id", type=click.UUID)
@click.argument("public", required=False)
@click.option("--remove", is_flag=True, help="Take the key away: no offline copy is made for this client any more.")
@with_appcontext
def snapshot_key(client_id: uuid.UUID, public: str | None, remove: bool) -> None:
    """Register the PUBLIC key of a client (base64, from `python -m registry new-room-key`) for its offline copies."""
    if (public is None) != remove:
        raise click.ClickException("Give the public key of the room, or --remove.")
    shared = runtime()
    try:
        key = None if public is None else public_key(public)
        with shared.database.transaction() as session:
            set_key(session, client_id, key, shared.clock.now())
    except RegistryError as error:
        raise click.ClickException(error.detail) from error
    except ValueError as error:
        raise click.ClickException(str(error)) from error


@click.group()
def snapshot() -> None:
    """The offline copies of dispatch rooms."""


@snapshot.command("signing-key")
@with_appcontext
def signing_key() -> None:
    """Print the public key with which a room checks its offline copies (base64)."""
    click.echo(base64.b64encode(ServiceKeys.of(runtime().settings.keys).signing_public()).decode())
