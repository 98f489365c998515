"""One message of an order, and what it comes to in the register as far as that can be said without asking it.

A draft holds ids, seals and hashes. Making it takes most of the time that an order costs, so it is made outside the
transaction, and in another process where many orders come at once: it therefore holds plain values only. Its rows
are in the order of the layouts in `registry.orders.rows`, without the values that only the register can give, which
stand first there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from registry.db import new_id
from registry.db.bulk import Row, instant_us
from registry.orders.force.standing import measures
from registry.orders.models import OrderParty, OrderVersion
from registry.orders.naming.entries import Borne
from registry.orders.register.content import OrderContent, Party
from registry.orders.register.identity import Found, document_of, found_by
from registry.orders.register.owners import Codes, codes_told
from registry.orders.register.restrictions import conditions_of
from registry.orders.rows import VERSION
from registry.orders.rules import MessageKind, OrderFacts
from registry.outbox.rules import CODE_PATTERN, EventType
from registry.outbox.service import EventDraft, draft_event

FIRST_VERSION = 1
_CODE = re.compile(CODE_PATTERN)
_APART = frozenset({"subject", "protected", "conditions"})
_NO_FACTS = OrderFacts("")


@dataclass(frozen=True, slots=True)
class Registration:
    """One message of a sender. `version` None: it is placed above the highest version known.

    `content` is None for an ending or a suspension that came without a whole order; `digest` is the SHA-256 (hex) by
    which two messages are compared, `order_digest` that of the order object alone, empty when there was none;
    `subject_link` is the number of the order that a merge names.
    """

    number: str
    version: int | None
    kind: MessageKind
    effective_at: datetime | None
    content: OrderContent | None
    digest: str
    subject_link: str | None = None
    corrects: int | None = None
    order_digest: str | None = None
    raw: Mapping[str, object] = field(default_factory=dict, repr=False)


PartyWords = tuple[bytes, tuple[tuple[str, Borne], ...]]
"""The id of a party, and what it is found by name with."""


class PartyDraft(NamedTuple):
    """A party; `person_id` is who it will be if nobody known bears one of its `numbers`, the most certain first."""

    id: bytes
    person_id: bytes
    link_id: bytes
    role: str
    numbers: tuple[bytes, ...]
    row: Row


class Draft(NamedTuple):
    """A message on its way. `order_id` becomes that of the order if the register has none of this number.

    `names` holds the id of each party with the words of its name and how it bears them, `news` what is told if the
    order is new.
    """

    number: str
    version_told: int | None
    kind: str
    order_id: bytes
    version_id: bytes
    version: Row
    regime: str | None
    codes: Codes
    parties: tuple[PartyDraft, ...] = ()
    conditions: tuple[Row, ...] = ()
    zones: tuple[Row, ...] = ()
    keys: tuple[Row, ...] = ()
    names: tuple[PartyWords, ...] = ()
    places: tuple[Row, ...] = ()
    news: EventDraft | None = None


def draft(told: Registration) -> Draft:
    """Make the draft of a message."""
    content, version_id = told.content, new_id()
    bare = Draft(
        told.number,
        told.version,
        told.kind.value,
        new_id().bytes,
        version_id.bytes,
        _version(told, version_id),
        content.facts.regime if content else None,
        codes_told(content),
    )
    return bare if content is None else _with_content(bare, content)._replace(news=_news(told, bare))


def _news(told: Registration, bare: Draft) -> EventDraft:
    version, order_id = told.version or FIRST_VERSION, UUID(bytes=bare.order_id)
    facts = told.content.facts if told.content else None
    return draft_event(
        EventType.ORDER_REGISTERED,
        f"order:{order_id}",
        order_id=order_id,
        version_id=UUID(bytes=bare.version_id),
        order_number=told.number if _CODE.fullmatch(told.number) else None,
        version=version,
        kind=told.kind.value,
        regime=bare.regime,
        effective_at=told.effective_at,
        starts_on=facts.starts_on if facts else None,
        ends_on=facts.ends_on if facts else None,
        to_verify=version > FIRST_VERSION,
    )


def _with_content(bare: Draft, content: OrderContent) -> Draft:
    parties = [(_party(each, bare.version_id, found), found) for each, found in _found(content)]
    conditions, zones, places = conditions_of(content, bare.version_id)
    return bare._replace(
        parties=tuple(party for party, _ in parties),
        conditions=tuple(conditions),
        zones=tuple(zones),
        keys=tuple((key, party.id) for party, found in parties for key in found.keys),
        names=tuple((party.id, found.words) for party, found in parties),
        places=tuple(places),
    )


def _found(content: OrderContent) -> list[tuple[Party, Found]]:
    return [(party, found_by(party)) for party in (content.subject, *content.protected)]


def _party(party: Party, version_id: bytes, found: Found) -> PartyDraft:
    party_id, role = new_id(), party.role.value
    sealed = OrderParty.identity.close(party_id, document_of(party))
    row = (party_id.bytes, version_id, role, party.reference, sealed)
    return PartyDraft(party_id.bytes, new_id().bytes, new_id().bytes, role, found.numbers, row)


def _version(told: Registration, version_id: UUID) -> Row:
    content = told.content
    facts = content.facts if content else _NO_FACTS
    row: dict[str, Any] = {
        "id": version_id.bytes,
        "version_given": told.version is not None,
        "kind": told.kind.value,
        "effective_at": None if told.effective_at is None else instant_us(told.effective_at),
        "corrects_version": told.corrects,
        "has_content": content is not None,
        "regime": facts.regime or None,
        "decided_on": _day(facts.decided_on),
        "starts_on": _day(facts.starts_on),
        "ends_on": _day(facts.ends_on),
        "immediately_enforceable": facts.immediately_enforceable,
        "imposed_in_presence": facts.imposed_in_presence,
        "served_on": _day(facts.served_on),
        "final_on": _day(facts.final_on),
        "time_zone": facts.time_zone,
        "end_unreadable": facts.end_unreadable,
        "renewals": facts.renewals,
        "starts_at": None if facts.starts_at is None else instant_us(facts.starts_at),
        "ends_at": None if facts.ends_at is None else instant_us(facts.ends_at),
        "content_hash": bytes.fromhex(told.digest),
        "order_digest": None if told.order_digest is None else bytes.fromhex(told.order_digest),
        "law_hash": measures().law.hash,
        "content_sealed": OrderVersion.content.close(version_id, _document(told)),
    }
    # The register adds when it learnt it, of which order it is, and its number.
    return tuple(row[name] for name in VERSION.names[3:])


def _day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def _document(told: Registration) -> dict[str, Any]:
    """What is neither of a party nor of a condition; those have a seal of their own."""
    content = told.content
    envelope = {name: value for name, value in told.raw.items() if name != "order"}
    if content is None:
        return {"message": envelope, "order": None, "read": None}
    names = ("ground", "case_number", "ecli", "court", "served_in_person", "requested_police_action")
    read = {name: getattr(content, name) for name in (*names, "police_unit", "prosecution")}
    supervision = content.supervision
    read["supervision"] = {name: getattr(supervision, name) for name in ("organisation", "contact_name", "phone")}
    read |= content.further()
    order = {name: value for name, value in content.raw.items() if name not in _APART}
    return {"message": envelope, "order": order, "read": read}
