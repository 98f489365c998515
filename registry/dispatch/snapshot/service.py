"""Handing out offline copies, each for one room, and taking the journals of what was asked of them into the chain."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.models import ApiClient
from registry.access.rules import Action, Actor, Scope
from registry.access.service import record
from registry.config import Settings
from registry.db import new_id
from registry.dispatch.snapshot.container import KEY_BYTES, Head, seal_keys
from registry.dispatch.snapshot.edition import Edition
from registry.dispatch.snapshot.keys import ServiceKeys
from registry.dispatch.snapshot.models import SnapshotIssue, SnapshotKey
from registry.errors import Conflict, Forbidden, NotFound, RegistryError, Unavailable
from registry.orders.force.standing import measures
from registry.privacy.sealing import key_id

# What a room may do with its copy, of what its client may do here.
_USABLE = (Scope.LOOKUPS_ASK, Scope.PROTECTED_READ, Scope.BREAK_GLASS_USE)
_NO_KEY = "No public key is registered for this client: an operator does that with `flask client snapshot-key`."
_NO_EDITION = "There is no offline copy of this moment yet; ask again."


@dataclass(frozen=True, slots=True)
class Terms:
    """How long an offline copy may be asked, and what the room needs to answer as the service would."""

    valid: timedelta
    measures: dict[str, Any]
    journal_key: str

    @classmethod
    def by(cls, settings: Settings) -> Terms:
        """What the settings say."""
        told = {
            "unconfirmed_after_days": settings.unconfirmed_after_days,
            "message_h": settings.feed_late_after_h,
            "statement_h": settings.statement_late_after_h,
            "layouts": {**settings.patterns, "large_zone_km2": settings.large_zone_km2},
        }
        key = base64.b64encode(ServiceKeys.of(settings.keys).opening_public()).decode()
        return cls(timedelta(hours=settings.snapshot_valid_h), told, key)


def issue(session: Session, actor: Actor, now: datetime, edition: Edition | None, terms: Terms) -> tuple[Head, bytes]:
    """Hand an edition out to the actor's client: its head, and the key of its pieces; raises Conflict, Unavailable,
    and Forbidden for a client that may not ask lookups: a copy is for nothing else."""
    if not actor.may(Scope.LOOKUPS_ASK):
        raise Forbidden(f"An offline copy needs the scope {Scope.LOOKUPS_ASK} as well: it is for nothing else.")
    room = session.get(SnapshotKey, actor.client_id)
    if room is None:
        raise Conflict("no_snapshot_key", _NO_KEY)
    if edition is None or edition.taken_at + terms.valid <= now:
        raise Unavailable(_NO_EDITION, 60)
    snapshot_id, content = new_id(), secrets.token_bytes(KEY_BYTES)
    assert actor.client_id is not None
    head = Head(
        id=snapshot_id,
        client_id=actor.client_id,
        organisation_id=actor.organisation_id,
        organisation_kind=actor.organisation_kind.value,
        scopes=tuple(sorted(scope.value for scope in _USABLE if actor.may(scope))),
        taken_at=edition.taken_at,
        issued_at=now,
        expires_at=edition.taken_at + terms.valid,
        orders=edition.orders,
        plain_bytes=edition.plain_bytes,
        law_hash=measures().law.hash,
        measures=terms.measures,
        journal_key=terms.journal_key,
        sealed_keys=seal_keys(snapshot_id, edition.keys, content, room.public_key),
    )
    handed = SnapshotIssue(id=snapshot_id, client_id=head.client_id, organisation_id=head.organisation_id)
    handed.taken_at, handed.issued_at, handed.expires_at = head.taken_at, head.issued_at, head.expires_at
    handed.key_id = key_id(room.public_key)
    session.add(handed)
    told = {"taken_at": head.taken_at.isoformat(), "expires_at": head.expires_at.isoformat(), "key": handed.key_id}
    record(session, actor, now, Action.DISCLOSED, f"dispatch-snapshot:{snapshot_id}", orders=head.orders, **told)
    return head, content


def set_key(session: Session, client_id: UUID, public_key: bytes | None, now: datetime) -> None:
    """Register the public key of a room, or take it away; raises NotFound, and RegistryError for a client without the
    scope, of which no room could make use."""
    client = session.get(ApiClient, client_id)
    if client is None or client.revoked_at is not None:
        raise NotFound("There is no client with this id.")
    if Scope.SNAPSHOTS_READ not in client.scopes:
        raise RegistryError("no_snapshot_scope", 409, f"This client lacks the scope {Scope.SNAPSHOTS_READ}.")
    known = session.get(SnapshotKey, client_id)
    if public_key is None:
        if known is not None:
            session.delete(known)
        return
    known = known or SnapshotKey(client_id=client_id)
    known.public_key, known.set_at = public_key, now
    session.add(known)


def has_rooms(session: Session) -> bool:
    """Whether there is anybody to make a copy for."""
    keys = select(SnapshotKey.client_id).join(ApiClient, ApiClient.id == SnapshotKey.client_id)
    return session.execute(keys.where(ApiClient.revoked_at.is_(None)).limit(1)).first() is not None
