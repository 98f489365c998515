"""The secrets of gateways: each opens one organisation's addresses of some formats, until it is revoked."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.access.rules import Action, Actor, OrganisationKind, Purpose, Scope
from registry.access.service import key_hash, record
from registry.db import new_id
from registry.errors import NotFound
from registry.monitoring.models import GatewayToken
from registry.monitoring.rules import Page


def new_token() -> str:
    """Return a fresh secret for a gateway's address: 24 random bytes."""
    return "gw_" + secrets.token_urlsafe(24)


def add_token(
    session: Session, actor: Actor, now: datetime, named: tuple[str, Sequence[str]], token_hash: bytes
) -> GatewayToken:
    """Add a secret for the actor's organisation and these formats; of it only the keyed hash is kept."""
    name, formats = named
    token = GatewayToken(
        id=new_id(),
        organisation_id=actor.organisation_id,
        name=name,
        token_hash=token_hash,
        formats=sorted(set(formats)),
        created_at=now,
    )
    session.add(token)
    record(session, actor, now, Action.COLLECTED, f"gateway-token:{token.id}", formats=token.formats)
    return token


def tokens_of(session: Session, actor: Actor, now: datetime, page: Page) -> list[GatewayToken]:
    """Return the gateway secrets of the actor's organisation, without the secrets, newest first."""
    own = select(GatewayToken).where(GatewayToken.organisation_id == actor.organisation_id)
    if page.after is not None:
        own = own.where(GatewayToken.id < page.after)
    found = list(session.scalars(own.order_by(GatewayToken.id.desc()).limit(page.limit)))
    record(session, actor, now, Action.CONSULTED, "gateway-tokens", shown=len(found))
    return found


def revoke_token(session: Session, actor: Actor, now: datetime, token_id: uuid.UUID) -> None:
    """End a gateway's access at once."""
    token = session.get(GatewayToken, token_id)
    if token is None or token.organisation_id != actor.organisation_id:
        raise NotFound
    if token.revoked_at is None:
        token.revoked_at = now
        record(session, actor, now, Action.CHANGED, f"gateway-token:{token.id}", revoked=True)


def gateway_actor(session: Session, pepper: bytes, token: str, format: str) -> Actor:
    """Return on whose behalf a tracker reports; raises NotFound when the secret does not open this gateway."""
    wanted = (
        select(GatewayToken, Organisation.kind)
        .join(Organisation, Organisation.id == GatewayToken.organisation_id)
        .where(GatewayToken.token_hash == key_hash(pepper, token), GatewayToken.revoked_at.is_(None))
    )
    row = session.execute(wanted).first()
    if row is None or format not in row[0].formats:
        raise NotFound
    found, kind = row
    is_hers = kind == OrganisationKind.COMPANION_PROVIDER
    return Actor(
        client_id=None,
        organisation_id=found.organisation_id,
        organisation_kind=OrganisationKind.COMPANION_PROVIDER if is_hers else OrganisationKind.DEVICE_PROVIDER,
        scopes=frozenset({Scope.PINGS_WRITE.value}),
        end_user="gateway",
        unit=f"gateway-token:{found.id}",
        role="device",
        purpose=Purpose.SUPERVISION,
    )
