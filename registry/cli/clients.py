"""`flask organisation add` and `flask client add|list|revoke`: who may call the service."""

import uuid

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from registry.access import service
from registry.access.models import ApiClient, Organisation
from registry.access.rules import OrganisationKind, Scope, is_for
from registry.errors import RegistryError
from registry.http import runtime


@click.group()
def organisation() -> None:
    """The parties of the chain."""


@organisation.command("add")
@click.argument("code")
@click.argument("name")
@click.argument("kind", type=click.Choice([kind.value for kind in OrganisationKind]))
@with_appcontext
def add_organisation(code: str, name: str, kind: str) -> None:
    """Add an organisation with its CODE, NAME and KIND."""
    with runtime().database.transaction() as session:
        added = service.add_organisation(session, code, name, OrganisationKind(kind))
        click.echo(str(added.id))


@click.group()
def client() -> None:
    """The systems that hold a key."""


@client.command("add")
@click.argument("organisation_code")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice([scope.value for scope in Scope]))
@with_appcontext
def add_client(organisation_code: str, name: str, scopes: tuple[str, ...]) -> None:
    """Add a client of an organisation, and print its key: it is shown once and not kept."""
    shared = runtime()
    key = service.new_key()
    with shared.database.transaction() as session:
        owner = service.organisation_by_code(session, organisation_code)
        if owner is None:
            raise click.ClickException(f"There is no organisation {organisation_code}; add it first.")
        useless = [scope for scope in scopes if not is_for(Scope(scope), OrganisationKind(owner.kind))]
        if useless:
            raise click.ClickException(f"An organisation of kind {owner.kind} can never use {', '.join(useless)}.")
        secret = service.ClientSecret(key, shared.settings.keys.pepper, shared.clock.now())
        added = service.add_client(session, owner, name, [Scope(scope) for scope in scopes], secret)
        click.echo(f"client {added.id}")
    click.echo(f"key {key}")


@client.command("list")
@with_appcontext
def list_clients() -> None:
    """List every client with its organisation and scopes."""
    query = select(ApiClient, Organisation).join(Organisation, Organisation.id == ApiClient.organisation_id)
    with runtime().database.reading() as session:
        for found, owner in session.execute(query.order_by(Organisation.code, ApiClient.name)):
            state = "revoked" if found.revoked_at else "active"
            click.echo(f"{found.id} {owner.code} {found.name} {state} {','.join(found.scopes)}")


@client.command("revoke")
@click.argument("client_id", type=click.UUID)
@with_appcontext
def revoke_client(client_id: uuid.UUID) -> None:
    """Revoke a client's key; it is refused within a second."""
    shared = runtime()
    try:
        with shared.database.transaction() as session:
            service.revoke_client(session, client_id, shared.clock.now())
    except RegistryError as error:
        raise click.ClickException(error.detail) from error
