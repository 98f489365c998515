"""Rooms with an offline copy of their own."""

from types import SimpleNamespace

from sqlalchemy import select

from registry.access.models import ApiClient
from registry.access.rules import OrganisationKind, Scope
from registry.dispatch.snapshot.asking import Asker
from registry.dispatch.snapshot.service import set_key
from registry.privacy.sealing import new_private_key, read_private_key

ASKER = Asker("tester-1", "Meldkamer", "centralist")


def client_of(shared, caller):
    with shared.database.reading() as session:
        return session.scalar(select(ApiClient.id).where(ApiClient.organisation_id == caller.organisation_id))


def make_room(world, shared, clock, code, *scopes):
    """A room with a client, and a key pair of which the service knows the public half."""
    caller = world.caller(code, OrganisationKind.POLICE, Scope.SNAPSHOTS_READ, Scope.LOOKUPS_ASK, *scopes)
    pem, public = new_private_key(None)
    with shared.database.transaction() as session:
        set_key(session, client_of(shared, caller), public, clock.now())
    return SimpleNamespace(caller=caller, private=read_private_key(pem, None), pem=pem)
