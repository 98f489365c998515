"""Clients, organisations and the record of what was done to data."""

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from registry.access.audit import Entry
from registry.access.models import ApiClient, Organisation, Responsible
from registry.access.rules import Action, Actor, OrganisationKind, Purpose, Scope
from registry.errors import NotFound

_KEY_PREFIX = "bb_"


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A client's key on its way to being hashed."""

    key: str
    pepper: bytes
    made_at: datetime

    def __repr__(self) -> str:
        return "ClientSecret()"


def record(session: Session, actor: Actor, now: datetime, action: Action, object_ref: str, **details: Any) -> None:
    """Note what the actor did to which data; it is chained at the commit, or before a read's answer leaves."""
    entry = Entry(
        now,
        actor.client_id,
        actor.organisation_id,
        actor.end_user,
        actor.unit,
        actor.role,
        action.value,
        actor.purpose.value,
        object_ref,
        details or None,
    )
    session.info.setdefault("audit", []).append(entry)


def visible(model: type[Responsible], actor: Actor) -> ColumnElement[bool]:
    """Return the condition that keeps the rows of the actor's organisation; what is not his is not found."""
    mine = actor.organisation_id
    return or_(
        model.sending_org_id == mine,
        model.supervising_org_id == mine,
        model.police_org_id == mine,
        model.prosecuting_org_id == mine,
        model.partner_org_id == mine,
    )


def police_organisations(session: Session) -> list[uuid.UUID]:
    """Return every police organisation, in a fixed order."""
    return organisations_of(session, OrganisationKind.POLICE)


def organisations_of(session: Session, kind: OrganisationKind) -> list[uuid.UUID]:
    """Return every organisation of a kind, in a fixed order."""
    found = select(Organisation.id).where(Organisation.kind == kind.value)
    return list(session.scalars(found.order_by(Organisation.code)))


def scopes_of(session: Session, organisation_id: uuid.UUID, now: datetime) -> frozenset[str]:
    """Return every scope that some client of an organisation holds whose key opens something still."""
    living = select(ApiClient.scopes).where(
        ApiClient.organisation_id == organisation_id,
        ApiClient.revoked_at.is_(None),
        or_(ApiClient.expires_at.is_(None), ApiClient.expires_at > now),
    )
    return frozenset(scope for scopes in session.scalars(living) for scope in scopes)


def key_hash(pepper: bytes, key: str) -> bytes:
    """Return the hash under which a client's key is kept."""
    return hmac.new(pepper, key.encode(), hashlib.sha256).digest()


def find_client(session: Session, pepper: bytes, key: str, now: datetime) -> tuple[ApiClient, Organisation] | None:
    """Return the client whose key this is, unless it has expired or was revoked."""
    if not key.startswith(_KEY_PREFIX):
        return None
    found = session.execute(
        select(ApiClient, Organisation)
        .join(Organisation, Organisation.id == ApiClient.organisation_id)
        .where(ApiClient.key_hash == key_hash(pepper, key))
    ).first()
    if found is None:
        return None
    client, organisation = found
    expired = client.expires_at is not None and client.expires_at <= now
    return None if expired or client.revoked_at is not None else (client, organisation)


def add_organisation(session: Session, code: str, name: str, kind: OrganisationKind) -> Organisation:
    """Add an organisation, or return the one that has this code already."""
    known = organisation_by_code(session, code)
    if known is None:
        known = Organisation(code=code, name=name, kind=kind.value)
        session.add(known)
        session.flush()
    return known


def organisation_by_code(session: Session, code: str) -> Organisation | None:
    """Return the organisation with a code."""
    return session.scalar(select(Organisation).where(Organisation.code == code))


def new_key() -> str:
    """Return a fresh key for a client: 32 random bytes."""
    return _KEY_PREFIX + secrets.token_urlsafe(32)


def add_client(
    session: Session, organisation: Organisation, name: str, scopes: Iterable[Scope], secret: ClientSecret
) -> ApiClient:
    """Add a client; of its key only the keyed hash is kept."""
    client = ApiClient(
        organisation_id=organisation.id,
        name=name,
        key_hash=key_hash(secret.pepper, secret.key),
        scopes=sorted(scope.value for scope in scopes),
        created_at=secret.made_at,
    )
    session.add(client)
    session.flush()
    return client


def revoke_client(session: Session, client_id: uuid.UUID, now: datetime) -> None:
    """End a client's access at once; raises NotFound for an unknown client."""
    client = session.get(ApiClient, client_id)
    if client is None:
        raise NotFound("There is no client with this id.")
    client.revoked_at = client.revoked_at or now


def system_actor(organisation_id: uuid.UUID, role: str) -> Actor:
    """Return the actor of the service's own work, such as a job, on behalf of an organisation."""
    return Actor(None, organisation_id, OrganisationKind.CJIB, frozenset(), "service", "service", role, Purpose.INTAKE)
