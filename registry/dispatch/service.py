"""Asking the register: candidates, their evidence, and the answer with everything a dispatcher must know beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, select, type_coerce
from sqlalchemy.orm import Session, aliased

from registry.access.audit import Row
from registry.access.models import AuditEntry
from registry.access.rules import Action, Actor, Purpose, Scope
from registry.access.service import record
from registry.db import new_id
from registry.dispatch import candidates, wording
from registry.dispatch.briefing import Shown, hit_wire
from registry.dispatch.candidates import Found
from registry.dispatch.freshness import sources_told
from registry.dispatch.governing import of_governing
from registry.dispatch.inquiries import Inquiry
from registry.dispatch.question import Question, read
from registry.dispatch.ranking import ranked
from registry.dispatch.reading import orders_now
from registry.dispatch.rules import MOST_HITS, Match, contenders, in_order
from registry.errors import Forbidden, NotFound
from registry.intake.keys import question_keys, undelivered_matches
from registry.intake.layouts import layouts
from registry.intake.overview import Expected
from registry.orders import service as orders
from registry.orders.force.standing import measures
from registry.orders.rules import OrderStatus
from registry.privacy.items import broken_glass, item_row, resolve_item
from registry.privacy.patterns import ItemKind
from registry.privacy.rules import About
from registry.privacy.service import question_row

Wire = dict[str, Any]


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """A question with what must be known to answer it: for what, and what the actor may see."""

    question: Question
    purpose: Purpose
    protected_shown: bool


def ask(session: Session, actor: Actor, now: datetime, body: Mapping[str, Any], expected: Expected) -> Wire:
    """Answer a question and record who asked it, why, and what was shown (Wpg art. 32a); raises Invalid."""
    question = read(body, layouts().skn, now.date())
    told = answer(session, Inquiry(actor, now, body), question, expected)
    session.info["questions"], session.info["items"] = kept_rows(Inquiry(actor, now, body), question, told["lookupId"])
    return told | {"reviewBy": next((each["review_by"] for each in session.info["items"]), None)}


def kept_rows(inquiry: Inquiry, question: Question, lookup_id: UUID) -> tuple[list[Row], list[Row]]:
    """What is kept of a question beside its audit entry: itself, sealed, and that break glass is to be reviewed."""
    actor, now, reason = inquiry.actor, inquiry.now, inquiry.body["break_glass_reason"]
    about = About(question.identifiers, question.name, question.incident_number is not None)
    asked = question_row(actor, now, lookup_id, inquiry.body, about)
    if reason is None:
        return [asked], []
    return [asked], [item_row(broken_glass(actor, f"lookup:{lookup_id}", reason, lookups=(lookup_id,)), now)]


def answer(session: Session, inquiry: Inquiry, question: Question, expected: Expected) -> Wire:
    """Answer a question that was read, and record who asked it, why, and what was shown; raises Forbidden."""
    actor, now, body = inquiry.actor, inquiry.now, inquiry.body
    reason = body["break_glass_reason"]
    if reason is not None and not actor.may(Scope.BREAK_GLASS_USE):
        raise Forbidden(f"A lookup with `breakGlassReason` needs the scope {Scope.BREAK_GLASS_USE}.")
    purpose, shown = Purpose(body["purpose"]), reason is not None or actor.may(Scope.PROTECTED_READ)
    asked = Asked(question, purpose, shown)
    found = candidates.find(session, question, now.date())
    matches = ranked(of_governing(session, found.evidence), found.crowd)
    hits = _hits(session, now, matches, asked)
    lookup_id = new_id()
    record(
        session,
        replace(actor, purpose=purpose),
        now,
        Action.CONSULTED,
        f"lookup:{lookup_id}",
        incident=question.incident_number,
        fields=question.fields,
        orders=[str(hit["orderId"]) for hit in hits],
        found=len(matches),
        protected=shown and bool(hits),
        **({"break_glass": True} if reason is not None else {}),
    )
    return {
        "lookupId": lookup_id,
        "askedAt": now,
        "hits": hits,
        **_more(matches, found, question),
        "noOrderKnown": None if hits or found.is_too_many else _none_known(session, question, now),
        **_feed(session, now, question, hits, expected),
        **_about(asked),
        "reviewBy": None,
        "copy": None,
    }


def _none_known(session: Session, question: Question, now: datetime) -> Wire:
    """That no order is known; and whether only the birth date kept a name from fitting: a caller may have it wrong."""
    told = wording.NO_ORDER_KNOWN_NL
    if question.name.text and question.name.birth_on:
        undated = candidates.find(session, replace(question, name=question.name_alone), now.date())
        told += wording.OTHER_BIRTH_DATE_NL if undated.evidence else ""
    return {"textNl": told}


def _more(matches: Sequence[Match], found: Found, question: Question) -> Wire:
    """That there is more than is shown, how much, and what to add to be shown less."""
    told = None
    namesakes = 0 if found.is_given_alone else found.more_by_name
    if found.is_too_many and not matches:
        too_little = wording.given_alone_nl if found.is_given_alone else wording.too_many_nl
        told = too_little(found.more_by_name, question.fields)
    elif found.has_more or namesakes or len(matches) > MOST_HITS:
        told = wording.more_nl(len(matches), namesakes, question.fields, is_cut=found.has_more)
    return {
        "more": told is not None,
        "found": len(matches),
        "moreNl": told,
        "tooMany": found.more_by_name if found.is_too_many and not matches else None,
    }


def _feed(session: Session, now: datetime, question: Question, hits: Sequence[Wire], expected: Expected) -> Wire:
    """What was delivered and not processed, of who was asked for and of the orders found, and how fresh the rest is."""
    keys = {*candidates.keys_of(question), *question_keys(question.name.typed)}
    waiting = undelivered_matches(session, keys, [hit["orderId"] for hit in hits])
    return {
        "deliveredNotProcessed": waiting,
        "deliveredNotProcessedNl": wording.DELIVERED_NL if waiting else None,
        "sources": sources_told(session, now, expected),
    }


def _about(asked: Asked) -> Wire:
    spot = asked.question.spot
    assumed = []
    if spot is not None and spot.is_accuracy_assumed:
        assumed.append(f"De nauwkeurigheid van de locatie is aangenomen: {spot.accuracy_m:.0f} meter.")
    return {
        "unusable": [
            {"pointer": fault.pointer, "code": fault.code, "textNl": fault.detail} for fault in asked.question.unusable
        ],
        "assumedNl": assumed,
        "incidentMissing": asked.question.incident_number is None,
        "notice": wording.NOTICE_NL,
    }


def _hits(session: Session, now: datetime, matches: Sequence[Match], asked: Asked) -> list[Wire]:
    """The first twenty as the wire has them: by evidence, and of alike evidence those in force first."""
    close = contenders(matches)
    read_now = orders_now(session, [each.order_id for each in close[:MOST_HITS]], now)
    statuses = {order_id: each.status.status for order_id, each in read_now.items()}
    if len(close) > MOST_HITS and any(each is not OrderStatus.IN_FORCE for each in statuses.values()):
        # Of those behind the twentieth one may be in force in the place of one that is not.
        others = orders.statuses(session, [each.order_id for each in close[MOST_HITS:]], now)
        statuses |= {order_id: each.status for order_id, each in others.items()}
    else:
        close = close[:MOST_HITS]
    best = in_order(close, statuses)[:MOST_HITS]
    read_now |= orders_now(session, [each.order_id for each in best if each.order_id not in read_now], now)
    law = measures().law
    return [hit_wire(Shown(read_now[each.order_id], law, now, asked.protected_shown, each)) for each in best]


def name_incident(session: Session, actor: Actor, now: datetime, lookup_id: UUID, number: str) -> Wire:
    """Say afterwards for which incident a lookup of the actor's organisation was; the latest one said holds."""
    asked = select(AuditEntry.sequence).where(
        AuditEntry.object_ref == f"lookup:{lookup_id}",
        AuditEntry.organisation_id == actor.organisation_id,
        AuditEntry.action == Action.CONSULTED.value,
    )
    if session.execute(asked.limit(1)).first() is None:
        raise NotFound("Your organisation asked no such lookup.")
    record(session, actor, now, Action.CHANGED, f"lookup:{lookup_id}", incident=number)
    resolve_item(session, now, ItemKind.INCIDENT_MISSING, f"lookup:{lookup_id}")
    return {"lookupId": lookup_id, "incidentNumber": number}


def missing_incidents(session: Session, actor: Actor, now: datetime, limit: int, before_id: UUID | None) -> list[Wire]:
    """The lookups of the actor's organisation that still name no incident, the newest first."""
    later = aliased(AuditEntry)
    named = select(later.sequence).where(
        later.object_ref == AuditEntry.object_ref, later.action == Action.CHANGED.value
    )
    query = select(AuditEntry).where(
        AuditEntry.object_ref > "lookup:0",
        AuditEntry.object_ref < (f"lookup:{before_id}" if before_id else "lookup:g"),
        AuditEntry.organisation_id == actor.organisation_id,
        AuditEntry.action == Action.CONSULTED.value,
        type_coerce(AuditEntry.details, Text).contains('"incident":null'),
        ~named.exists(),
    )
    found = session.scalars(query.order_by(AuditEntry.object_ref.desc()).limit(limit)).all()
    record(session, actor, now, Action.CONSULTED, "lookups:missing-incidents", shown=len(found))
    return [_missing(each) for each in found]


def _missing(entry: AuditEntry) -> Wire:
    return {
        "lookupId": entry.object_ref.partition(":")[2],
        "askedAt": entry.at,
        "endUser": entry.end_user,
        "unit": entry.unit,
        "role": entry.role,
        "purpose": entry.purpose,
        "hits": len((entry.details or {})["orders"]),
    }
