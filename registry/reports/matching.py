"""Which order a report is about, by exact keys only; anything less than certain is left to a human."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.db import search_hash
from registry.orders.models import Order, OrderParty, SearchKey
from registry.orders.naming.search_keys import KeyKind
from registry.orders.rules import OrderStatus, PartyRole
from registry.orders.service import find_order, statuses
from registry.reports.rules import agreeing

_OVER = frozenset({OrderStatus.ENDED, OrderStatus.EXPIRED_VERIFY})
_DID_NOT_HOLD = _OVER | {OrderStatus.NOT_YET}

Orders = frozenset[object]


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a report when it comes in: when it happened, and what was told."""

    occurred_at: datetime
    content: Mapping[str, Any]


def matching_order(session: Session, now: datetime, told: Told) -> Order | None:
    """Return the one live order that everything exact in a report points at; every key is looked up in any case.

    One that is over by now is live for what happened before: a breach of its last day is told of the day after.
    """
    content = told.content
    evidence = list(_evidence(session, content))
    candidates = {one for one in agreeing(evidence) if isinstance(one, uuid.UUID)}
    live = _other_than(session, _OVER, candidates, now)
    live = live or _other_than(session, _DID_NOT_HOLD, candidates, told.occurred_at)
    order = session.get(Order, live[0]) if len(live) == 1 else None
    # An order that nobody here watches over would make the report disappear from everybody's list.
    return order if order and (order.police_org_id or order.supervising_org_id) else None


def _other_than(
    session: Session, these: frozenset[OrderStatus], candidates: Collection[uuid.UUID], at: datetime
) -> list[uuid.UUID]:
    standings = statuses(session, candidates, at)
    return [one for one in candidates if one in standings and standings[one].status not in these]


def _evidence(session: Session, content: Mapping[str, Any]) -> Iterator[Orders]:
    if content.get("order_number"):
        named = find_order(session, content["order_number"])
        yield frozenset({named.id} if named else ())
    for role, name in ((PartyRole.SUBJECT, "subject"), (PartyRole.PROTECTED, "protected")):
        identity = content.get(name) or {}
        keys = [(kind, identity[kind]) for kind in (KeyKind.BSN, KeyKind.SKN) if identity.get(kind)]
        if keys:
            yield _by_numbers(session, role, keys)


def _by_numbers(session: Session, role: PartyRole, keys: list[tuple[KeyKind, str]]) -> Orders:
    """The orders of a person by his numbers; a number the register does not hold says nothing."""
    found = [_by_number(session, role, kind, value) for kind, value in keys]
    return agreeing(one for one in found if one)


def _by_number(session: Session, role: PartyRole, kind: KeyKind, value: str) -> Orders:
    parties = select(OrderParty.order_id).join(SearchKey, SearchKey.party_id == OrderParty.id)
    matching = parties.where(SearchKey.key == search_hash(kind, value), OrderParty.role == role)
    return frozenset(session.scalars(matching))
