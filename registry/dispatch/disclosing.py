"""The address of a protected person: shown only when the question held it already, or asked for with a reason.

Whoever asks may be the one from whom she is protected. So no answer volunteers where she lives, whatever the scopes of
the client; a second request names the hit and says why, and somebody looks into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.models import AuditEntry
from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import search_hash
from registry.dispatch.reading import orders_now
from registry.errors import NotFound
from registry.orders.naming.identifiers import Address
from registry.orders.register.content import Party, PostalAddress
from registry.orders.rules import PartyRole
from registry.privacy.items import NewItem, raise_item, urgent_review
from registry.privacy.patterns import ItemKind
from registry.privacy.service import hashes_of_question

Wire = dict[str, Any]

# Configuration: how long the order that a lookup found may be read on the strength of that lookup.
LOOKUP_COUNTS_FOR = timedelta(hours=24)
_NO_HIT = "Your organisation asked no such lookup within a day, or it showed no such person."


@dataclass(frozen=True, slots=True, repr=False)
class Wanted:
    """Whose address is asked for, as a hit named her, and why."""

    lookup_id: UUID
    order_id: UUID
    reference: str
    reason: str


def was_shown(session: Session, actor: Actor, now: datetime, lookup_id: UUID, order_id: UUID) -> bool:
    """Whether a recent lookup of the actor's organisation showed this order."""
    lookups = select(AuditEntry.details).where(
        AuditEntry.object_ref == f"lookup:{lookup_id}",
        AuditEntry.organisation_id == actor.organisation_id,
        AuditEntry.action == Action.CONSULTED.value,
        AuditEntry.at > now - LOOKUP_COUNTS_FOR,
    )
    return any(str(order_id) in (details or {}).get("orders", ()) for details in session.scalars(lookups))


def disclose(session: Session, actor: Actor, now: datetime, wanted: Wanted) -> Wire:
    """Tell the addresses of one protected person, and have it looked into; raises NotFound where nothing was shown."""
    shown = was_shown(session, actor, now, wanted.lookup_id, wanted.order_id)
    party = _protected(session, now, wanted) if shown else None
    if party is None:
        raise NotFound(_NO_HIT)
    by = {"end_user": actor.end_user, "unit": actor.unit, "role": actor.role}
    subject = f"lookup:{wanted.lookup_id}:{wanted.order_id}:{wanted.reference}"
    context = {"order_id": str(wanted.order_id), "reference": wanted.reference}
    new = NewItem(
        *(ItemKind.PROTECTED_ADDRESS, subject, actor.organisation_id, by, urgent_review()),
        lookups=(wanted.lookup_id,),
        reason=wanted.reason,
        context=context,
    )
    item = raise_item(session, now, new)
    told = {"lookup": str(wanted.lookup_id), "reference": wanted.reference, "item": str(item.id)}
    record(session, actor, now, Action.DISCLOSED, f"order:{wanted.order_id}", part="address", **told)
    return {
        "lookupId": wanted.lookup_id,
        "orderId": wanted.order_id,
        "reference": wanted.reference,
        "addressesNl": [address_nl(each) for each in party.addresses],
        "reviewBy": item.review_by,
    }


def _protected(session: Session, now: datetime, wanted: Wanted) -> Party | None:
    standing = orders_now(session, [wanted.order_id], now).get(wanted.order_id)
    parties = [each.open() for each in standing.parties] if standing else []
    return next((one for one in parties if one.role is PartyRole.PROTECTED and one.reference == wanted.reference), None)


def address_nl(address: PostalAddress) -> str:
    """An address as it is written on one line."""
    number = f"{address.house_number or ''}{address.suffix and f' {address.suffix}'}"
    first = " ".join(part for part in (address.street, number) if part)
    second = " ".join(part for part in (address.postcode, address.city) if part)
    return ", ".join(part for part in (first, second) if part)


def addresses_held(session: Session, lookup_id: UUID | None, party: Party) -> list[PostalAddress]:
    """Those addresses of a party that the question of a lookup held; without the suffix, which it need not have held.

    The question itself is sealed: what tells is the keyed hash that was kept of its address.
    """
    held = hashes_of_question(session, lookup_id) if lookup_id else frozenset()
    return [
        PostalAddress(one.postcode, one.house_number, "", one.street, one.city)
        for one in party.addresses
        if one.postcode
        and one.house_number
        and search_hash("asked_address", Address(one.postcode, one.house_number).key) in held
    ]
