"""By what a provisional order and a message of the CJIB are found for each other, and what each of them tells."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.access.rules import OrganisationKind
from registry.db import search_hash
from registry.intake.provisional.rules import Told
from registry.intake.rules import OrderMessage
from registry.orders.models import Order, OrderParty, OrderVersion, PartyLink, SearchKey
from registry.orders.naming.search_keys import KeyKind, exact_keys
from registry.orders.register.content import OrderContent, Party
from registry.orders.register.identity import identifiers_of, names_of, party_of
from registry.orders.rules import PartyRole

_KINDS = frozenset({KeyKind.BSN, KeyKind.SKN, KeyKind.SURNAME_BIRTH_DATE})
_MOST_ORDERS = 50


@dataclass(frozen=True, slots=True)
class VersionTold:
    """What one version of an order told."""

    order_id: UUID
    told: Told


def number_key(number: str) -> bytes:
    """The hash of the number of a provisional order, which a message may name."""
    return search_hash("provisional_number", number)


def subject_keys(party: Party) -> set[bytes]:
    """The hashes of the numbers of a subject, and of his surname with his birth date."""
    found = exact_keys(names_of(party), identifiers_of(party))
    return {search_hash(kind, value) for kind, value in found if kind in _KINDS}


def message_keys(message: OrderMessage) -> set[bytes]:
    """By what a message is found for the provisional orders that wait."""
    named = {number_key(message.provisional_number)} if message.provisional_number else set()
    return named | (subject_keys(message.content.subject) if message.content else set())


def told_of(content: OrderContent) -> Told:
    """What of a whole order can join it to another."""
    facts, party = content.facts, content.subject
    return Told(facts.regime, content.case_number, facts.decided_on, party.bsn, party.skn, _name_keys(party))


def _name_keys(party: Party) -> frozenset[bytes]:
    found = exact_keys(names_of(party), identifiers_of(party))
    return frozenset(search_hash(kind, value) for kind, value in found if kind is KeyKind.SURNAME_BIRTH_DATE)


def versions_told(session: Session, order_ids: Collection[UUID]) -> list[VersionTold]:
    """What every version of these orders told that carried the order itself, in the order in which they came."""
    query = (
        select(OrderVersion, OrderParty)
        .join(OrderParty, OrderParty.version_id == OrderVersion.id)
        .where(OrderVersion.order_id.in_(order_ids), OrderVersion.has_content, OrderParty.role == PartyRole.SUBJECT)
        .order_by(OrderVersion.recorded_at, OrderVersion.id)
    )
    return [VersionTold(version.order_id, _told(version, row)) for version, row in session.execute(query)]


def _told(version: OrderVersion, row: OrderParty) -> Told:
    party, read = party_of(row.role, row.reference, row.identity), version.content["read"]
    regime = version.regime or ""
    return Told(regime, read["case_number"], version.decided_on, party.bsn, party.skn, _name_keys(party))


def subject_of(session: Session, order_id: UUID) -> Party:
    """Whom a provisional order binds."""
    bound = select(OrderParty).where(OrderParty.order_id == order_id, OrderParty.role == PartyRole.SUBJECT)
    row = session.scalars(bound.order_by(OrderParty.id).limit(1)).one()
    return party_of(row.role, row.reference, row.identity)


def delivered_about(session: Session, keys: Collection[bytes]) -> list[UUID]:
    """The orders of the CJIB, in whatever version, that bind somebody with one of these keys."""
    found = (
        select(PartyLink.person_id)
        .join(SearchKey, SearchKey.party_id == PartyLink.party_id)
        .where(SearchKey.key.in_(keys), PartyLink.replaced_at.is_(None))
    )
    query = (
        select(OrderParty.order_id)
        .join(PartyLink, PartyLink.party_id == OrderParty.id)
        .join(Order, Order.id == OrderParty.order_id)
        .join(Organisation, Organisation.id == Order.sending_org_id)
        .where(PartyLink.person_id.in_(found), PartyLink.replaced_at.is_(None))
        .where(OrderParty.role == PartyRole.SUBJECT, Organisation.kind == OrganisationKind.CJIB)
        .distinct()
        .limit(_MOST_ORDERS)
    )
    return list(session.scalars(query))
