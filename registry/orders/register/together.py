"""New orders, recorded many at a time: what they need is asked in a few statements, and each table is written once.

They come out exactly as one after another. Whatever touches an order that is known, or could move somebody's orders to
another person, is for `recording` alone; see `is_plain` and `awaited`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db.bulk import Row, instant_us
from registry.orders.register.alone import tie_alone
from registry.orders.register.bearers import places_by_number
from registry.orders.register.gathering import Gathering
from registry.orders.register.owners import ids_of
from registry.orders.register.persons import LINKING_KINDS, new_person
from registry.orders.register.projection import project
from registry.orders.register.registration import FIRST_VERSION, Draft
from registry.orders.register.revision import touch_zones
from registry.orders.rows import CONDITION, LINK, ORDER, PARTY, PERSON, VERSION, ZONE, Rows
from registry.orders.rules import WORKS_AT_ONCE, MessageKind, PartyRole
from registry.outbox.service import EventDraft, publish_drafts


def is_plain(kind: MessageKind) -> bool:
    """Whether the first message of an order may be recorded together with those of others, if it has content."""
    return kind not in WORKS_AT_ONCE and kind not in LINKING_KINDS


def register_new(session: Session, actor: Actor, now: datetime, drafts: Sequence[Draft]) -> int:
    """Record plain messages of orders that the register does not have, no two of one order, in their order.

    Returns how many were recorded: it stops before one whose numbers say of known people that they are others than
    they were taken for, or of unlike people that they are one. That is for `recording`, alone.
    """
    session.flush()
    tie_alone(session, drafts)
    rows = Rows()
    touched, taken = _add_parties(session, rows, now, drafts)
    drafts = drafts[:taken]
    if not drafts:
        return 0
    events = _add_orders(session, rows, actor, now, drafts)
    project(session, rows, drafts)
    rows.write(session)
    touch_zones(session, touched)
    for drafted in drafts:
        version, kind = drafted.version_told or FIRST_VERSION, drafted.kind
        order_ref = f"order:{UUID(bytes=drafted.order_id)}"
        record(session, actor, now, Action.COLLECTED, order_ref, version=version, kind=kind)
    publish_drafts(session, now, events)
    return taken


def _add_parties(session: Session, rows: Rows, now: datetime, drafts: Sequence[Draft]) -> tuple[set[UUID], int]:
    """Tie each party to whoever bears one of its numbers, or to somebody new; return who gets zones, and how many."""
    at_us, touched = instant_us(now), set()
    numbers = {number for drafted in drafts for each in drafted.parties for number in each.numbers}
    gathering = Gathering(places_by_number(session, numbers))
    taken = 0
    for drafted in drafts:
        persons = gathering.persons_of(drafted.parties)
        if persons is None:
            break
        taken += 1
        for each, (person_id, cause) in zip(drafted.parties, persons, strict=True):
            if cause == "new":
                rows.add(PERSON, [new_person(person_id, now)])
            rows.add(LINK, [(each.link_id, each.id, person_id, cause, at_us)])
            if drafted.zones and each.role == PartyRole.SUBJECT:
                touched.add(UUID(bytes=person_id))
        rows.add(PARTY, ((drafted.order_id, *each.row) for each in drafted.parties))
    return touched, taken


def _add_orders(
    session: Session, rows: Rows, actor: Actor, now: datetime, drafts: Sequence[Draft]
) -> list[tuple[EventDraft, set[UUID]]]:
    """Write the orders with their versions, conditions and zones; return the news of each, and whom it concerns."""
    at_us, sender_id = instant_us(now), actor.organisation_id
    organisations = ids_of(session, {code for drafted in drafts for code in drafted.codes if code})
    news: list[tuple[EventDraft, set[UUID]]] = []
    orders: list[Row] = []
    for drafted in drafts:
        owners = [organisations.get(code) if code else None for code in drafted.codes]
        known = (None if one is None else one.bytes for one in owners)
        head = (drafted.order_id, drafted.number, at_us, sender_id.bytes, *known)
        orders.append((*head, drafted.regime, drafted.version_id, at_us, at_us))
        if drafted.news is None:
            raise ValueError("a new order has content")
        news.append((drafted.news, {sender_id, *(one for one in owners if one)}))
        version = drafted.version_told or FIRST_VERSION
        rows.add(VERSION, [(at_us, drafted.order_id, version, *drafted.version)])
        rows.add(CONDITION, drafted.conditions)
        rows.add(ZONE, ((drafted.order_id, version, *each) for each in drafted.zones))
    # By their number, so that two writers of the same orders wait for each other instead of for ever.
    rows.add(ORDER, sorted(orders, key=lambda row: str(row[1])))
    return news
