"""Provisional orders: entering and withdrawing them, and linking them to the order of the CJIB by hand."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.access.rules import Action, Actor, OrganisationKind
from registry.access.service import organisation_by_code, record, visible
from registry.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from registry.intake.findings import Finding
from registry.intake.parsing import canonical_json
from registry.intake.provisional import documents, joining
from registry.intake.provisional.documents import Document
from registry.intake.provisional.models import ProvisionalProposal
from registry.intake.provisional.overview import course_of, provisional_for
from registry.intake.provisional.reading import Entry
from registry.intake.provisional.rules import JoinedHow, ProvisionalState, expiry
from registry.orders.models import Order, ProvisionalOrder
from registry.orders.rules import MessageKind
from registry.orders.service import Registration, register
from registry.outbox.rules import EventType
from registry.outbox.service import publish

_LONGEST_AGO = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Instruction:
    """Who of the prosecution gave the instruction (opdracht), and when; `organisation` is the code of the parket."""

    given_by: str = field(repr=False)
    given_at: datetime
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class NewProvisional:
    """What is entered; `reference` is the sender's own number, and makes it safe to send twice."""

    reference: str
    entry: Entry
    document: Document
    instruction: Instruction | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """A provisional order, whether it was entered just now, and what its sender should look at again."""

    row: ProvisionalOrder
    is_new: bool
    findings: tuple[Finding, ...]


def enter(session: Session, actor: Actor, now: datetime, new: NewProvisional, days: int) -> Entered:
    """Enter an order on the day it is given; the CJIB has 14 days for it (art. 6:1:1 lid 2 Sv).

    It is found at once, and gives way at once when the CJIB's message is there already.
    """
    # One entry of an organisation at a time: sent twice at once, it is still one order.
    session.get_one(Organisation, actor.organisation_id, with_for_update={"key_share": True})
    instructing, given = _instructed(session, actor, now, new.instruction)
    known = _sent_before(session, actor, new)
    if known is not None:
        return Entered(known, False, new.entry.findings)
    row = _write(session, actor, now, new, instructing)
    row.instructing_org_id, row.expires_at, row.entry = instructing.id, expiry(now, days), given
    session.add(row)
    session.flush()
    documents.keep(session, row.id, new.document)
    joining.wait(session, row.id)
    about = {"document": new.document.sha256, "instructed_by": str(instructing.id)}
    record(session, actor, now, Action.COLLECTED, f"order:{row.id}", provisional=True, **about)
    _tell(session, now, row, new.entry)
    joining.meet_register(session, now, row)
    return Entered(row, True, new.entry.findings)


def _instructed(
    session: Session, actor: Actor, now: datetime, given: Instruction | None
) -> tuple[Organisation, dict[str, Any]]:
    """The prosecution on whose instruction it is entered, and what is kept of that; the police never acts alone."""
    own = session.get_one(Organisation, actor.organisation_id)
    by_police = actor.organisation_kind is OrganisationKind.POLICE
    if by_police and (given is None or given.organisation is None):
        told = "The police enters an order on instruction only: name the prosecution, who gave it, and when."
        raise Invalid([Fault("#/instruction", told, "instruction_missing")])
    if given is None:
        return own, {"given_by": actor.end_user, "given_at": now.isoformat(), "entered_by": actor.end_user}
    if given.given_at > now or given.given_at < now - _LONGEST_AGO:
        told = "An instruction was given before now, and not over a year ago."
        raise Invalid([Fault("#/instruction/givenAt", told, "instruction_time")])
    named = organisation_by_code(session, given.organisation) if given.organisation else own
    if named is None or named.kind != OrganisationKind.PROSECUTION or (not by_police and named.id != own.id):
        told = "Name an organisation of the prosecution; the prosecution enters orders of its own."
        raise Invalid([Fault("#/instruction/organisation", told, "instruction_organisation")])
    kept = {"given_by": given.given_by, "given_at": given.given_at.isoformat(), "entered_by": actor.end_user}
    return named, kept


def _sent_before(session: Session, actor: Actor, new: NewProvisional) -> ProvisionalOrder | None:
    own = ProvisionalOrder.entering_org_id == actor.organisation_id
    known = session.scalar(select(ProvisionalOrder).where(own, ProvisionalOrder.reference == new.reference))
    if known is None:
        return None
    if known.digest != _digest(new):
        raise Conflict("reference_used", "This reference was used for another provisional order.")
    return known


def _digest(new: NewProvisional) -> bytes:
    """By what two entries under one reference are compared."""
    given = new.instruction
    said = [new.entry.message.order_digest, new.document.sha256]
    said += [given.organisation, given.given_by, given.given_at.isoformat()] if given else []
    return hashlib.sha256(canonical_json(said)).digest()


def _write(
    session: Session, actor: Actor, now: datetime, new: NewProvisional, instructing: Organisation
) -> ProvisionalOrder:
    own, message = session.get_one(Organisation, actor.organisation_id), new.entry.message
    police_unit = own.code if own.kind == OrganisationKind.POLICE else None
    told = Registration(
        number=new.entry.number,
        version=1,
        kind=MessageKind.NEW,
        effective_at=None,
        content=new.entry.addressed(instructing.code, police_unit),
        digest=message.digest,
        order_digest=message.order_digest,
        raw=message.raw,
    )
    done = register(session, actor, now, told)
    return ProvisionalOrder(
        id=done.order_id,
        reference=new.reference,
        digest=_digest(new),
        entering_org_id=actor.organisation_id,
        entered_at=now,
        document_sha256=new.document.sha256,
        document_type=new.document.media_type,
        document_bytes=len(new.document.content),
    )


def _tell(session: Session, now: datetime, row: ProvisionalOrder, entry: Entry) -> None:
    order, facts = session.get_one(Order, row.id), entry.content.facts
    audience = order.audience() | {row.instructing_org_id}
    told = {"order_id": row.id, "order_number": entry.number, "regime": facts.regime, "ends_on": facts.ends_on}
    publish(session, now, EventType.ORDER_ENTERED, f"order:{row.id}", audience, **told)


def withdraw(session: Session, actor: Actor, now: datetime, order_id: UUID, reason: str) -> ProvisionalOrder:
    """Withdraw an entry, by the organisation that made it; what the CJIB has confirmed is the CJIB's to end."""
    row = provisional_for(session, actor, order_id, held=True)
    if row.entering_org_id != actor.organisation_id:
        raise Forbidden("Only the organisation that entered a provisional order withdraws it.")
    _require_open(row, now)
    joining.end(session, now, row, MessageKind.WITHDRAWAL, {"reason": reason})
    row.withdrawn_at = now
    joining.wait_no_more(session, row.id)
    session.flush()
    record(session, actor, now, Action.CHANGED, f"order:{row.id}", withdrawn=True)
    return row


def link(session: Session, actor: Actor, now: datetime, order_id: UUID, governing_id: UUID) -> ProvisionalOrder:
    """Say that an order of the CJIB is the one that was entered provisionally; a human decides."""
    row = provisional_for(session, actor, order_id, held=True)
    _require_open(row, now)
    joining.join(
        session, now, row.id, joining.Joined(_governing(session, actor, row, governing_id), JoinedHow.BY_HAND, actor)
    )
    return row


def _governing(session: Session, actor: Actor, row: ProvisionalOrder, order_id: UUID) -> UUID:
    """An order of the CJIB that the actor may see, or that was put before him."""
    proposed = session.get(ProvisionalProposal, (row.id, order_id)) is not None
    query = select(Order.id, Organisation.kind).join(Organisation, Organisation.id == Order.sending_org_id)
    seen = Order.id == order_id if proposed else (Order.id == order_id) & visible(Order, actor)
    found = session.execute(query.where(seen)).first()
    if found is None:
        raise NotFound("There is no such order to link to here.")
    if found.kind != OrganisationKind.CJIB:
        raise Conflict("not_of_cjib", "A provisional order gives way to an order of the CJIB only.")
    return order_id


def part(session: Session, actor: Actor, now: datetime, order_id: UUID, reason: str) -> ProvisionalOrder:
    """Take a link back that was wrong: the provisional order stands again, and is joined by hand only from now on."""
    row = provisional_for(session, actor, order_id, held=True)
    if row.replaced_by_id is None:
        raise Conflict("not_linked", "This provisional order is not linked to an order of the CJIB.")
    joining.end(session, now, row, MessageKind.CORRECTION, {"reason": reason})
    row.replaced_by_id = row.replaced_at = row.replaced_how = row.replaced_version = None
    row.unlinked_at = now
    session.flush()
    joining.wait(session, row.id)
    record(session, actor, now, Action.CHANGED, f"order:{row.id}", unlinked=True)
    return row


def _require_open(row: ProvisionalOrder, now: datetime) -> None:
    state = course_of(row).state(now)
    if state is ProvisionalState.REPLACED:
        raise Conflict("provisional_replaced", "The order of the CJIB has taken the place of this provisional order.")
    if state is ProvisionalState.WITHDRAWN:
        raise Conflict("provisional_withdrawn", "This provisional order was withdrawn.")
