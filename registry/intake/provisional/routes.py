"""Provisional orders: entered by the prosecution, or the police on its instruction, until the CJIB's message comes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from registry.access.guard import consultation, requires
from registry.access.models import Organisation
from registry.access.rules import Actor, Purpose, Scope
from registry.http import Answer, operation, runtime
from registry.http.fields import format_instant
from registry.intake.findings import Finding
from registry.intake.provisional import overview, service
from registry.intake.provisional.documents import document_of
from registry.intake.provisional.reading import read_entry
from registry.intake.provisional.rules import ENDINGS
from registry.intake.provisional.schemas import (
    EnteredSchema,
    NewLinkSchema,
    NewProvisionalOrderSchema,
    ProvisionalOrderListSchema,
    ProvisionalOrderQuerySchema,
    ProvisionalOrderSchema,
    WhySchema,
)
from registry.orders.models import ProvisionalOrder

blueprint = Blueprint("provisional", __name__, url_prefix="/v1")

_BINARY = "application/octet-stream"


@blueprint.post("/provisional-orders")
@requires(Scope.PROVISIONAL_WRITE, Purpose.ENFORCEMENT)
@operation(body=NewProvisionalOrderSchema, answers={201: EnteredSchema, 200: EnteredSchema}, errors=(409,))
def enter(actor: Actor, body: dict[str, Any]) -> Any:
    """Enter an order on the day it is given, with its source document; lookups find it at once, marked provisional.

    It gives way to the CJIB's order when that comes, or at once when that is there already: `replacedBy` says so. The
    police names in `instruction` who of the prosecution asked for it. 200 says that it was entered before.
    """
    shared = runtime()
    new, days = _new(body), shared.settings.provisional_days
    with shared.database.transaction() as session:
        entered = service.enter(session, actor, shared.clock.now(), new, days)
        answer = _shown(session, entered.row) | {"findings": [_finding(one) for one in entered.findings]}
    return Answer(answer, 201 if entered.is_new else 200)


@blueprint.get("/provisional-orders")
@requires(Scope.PROVISIONAL_READ, Purpose.ENFORCEMENT)
@operation(query=ProvisionalOrderQuerySchema, answers={200: ProvisionalOrderListSchema})
def list_provisional_orders(actor: Actor, query: dict[str, Any]) -> Any:
    """List the provisional orders that concern the caller's organisation, newest first."""
    page = overview.Page(query["limit"], query["cursor"], query["state"], query["order_id"])
    with consultation() as session:
        found = overview.provisionals_of(session, actor, runtime().clock.now(), page)
        following = str(found[-1].row.id) if len(found) == page.limit else None
        return {"provisionalOrders": [_wire(one) for one in found], "next": following}


@blueprint.get("/provisional-orders/<uuid:provisional_id>")
@requires(Scope.PROVISIONAL_READ, Purpose.ENFORCEMENT)
@operation(answers={200: ProvisionalOrderSchema})
def show_provisional_order(actor: Actor, provisional_id: UUID) -> Any:
    """Show how a provisional order was entered, and what became of it; the order itself is under `/orders`."""
    with consultation() as session:
        return _wire(overview.consult(session, actor, runtime().clock.now(), provisional_id))


@blueprint.get("/provisional-orders/<uuid:provisional_id>/document")
@requires(Scope.PROVISIONAL_DOCUMENTS_READ, Purpose.ENFORCEMENT)
@operation(answers={200: _BINARY})
def show_document(actor: Actor, provisional_id: UUID) -> Any:
    """Give the source document of a provisional order."""
    with consultation() as session:
        found, content = overview.document_for(session, actor, runtime().clock.now(), provisional_id)
        name = f"{found.number}.{ENDINGS[found.row.document_type]}"
    return Answer(content, 200, {"Content-Disposition": f'attachment; filename="{name}"'}, _BINARY)


@blueprint.post("/provisional-orders/<uuid:provisional_id>/withdrawal")
@requires(Scope.PROVISIONAL_WRITE, Purpose.ENFORCEMENT)
@operation(body=WhySchema, answers={200: ProvisionalOrderSchema}, errors=(409,))
def withdraw(actor: Actor, provisional_id: UUID, body: dict[str, Any]) -> Any:
    """Withdraw what the caller's organisation entered; it ends at once."""
    with runtime().database.transaction() as session:
        return _shown(session, service.withdraw(session, actor, runtime().clock.now(), provisional_id, body["reason"]))


@blueprint.post("/provisional-orders/<uuid:provisional_id>/link")
@requires(Scope.PROVISIONAL_LINK, Purpose.ENFORCEMENT)
@operation(body=NewLinkSchema, answers={200: ProvisionalOrderSchema}, errors=(409,))
def link(actor: Actor, provisional_id: UUID, body: dict[str, Any]) -> Any:
    """Say which order of the CJIB is the one that was entered provisionally; that one takes its place."""
    with runtime().database.transaction() as session:
        return _shown(session, service.link(session, actor, runtime().clock.now(), provisional_id, body["order_id"]))


@blueprint.post("/provisional-orders/<uuid:provisional_id>/unlink")
@requires(Scope.PROVISIONAL_LINK, Purpose.ENFORCEMENT)
@operation(body=WhySchema, answers={200: ProvisionalOrderSchema}, errors=(409,))
def unlink(actor: Actor, provisional_id: UUID, body: dict[str, Any]) -> Any:
    """Take a wrong link back; the provisional order stands again, and is linked by hand only from now on."""
    with runtime().database.transaction() as session:
        return _shown(session, service.part(session, actor, runtime().clock.now(), provisional_id, body["reason"]))


def _new(body: Mapping[str, Any]) -> service.NewProvisional:
    told = body["instruction"]
    given = told and service.Instruction(told["given_by"], told["given_at"], told["organisation"])
    entry = read_entry(body["order"], runtime().clock.now(), runtime().settings.geocoder_url)
    return service.NewProvisional(body["reference"], entry, document_of(body["document"]), given)


def _shown(session: Session, row: ProvisionalOrder) -> dict[str, Any]:
    return _wire(overview.shown(session, [row])[0])


def _wire(found: overview.Shown) -> dict[str, Any]:
    row, organisations = found.row, found.organisations
    return {
        "orderId": row.id,
        "orderNumber": found.number,
        "reference": row.reference,
        "regime": found.regime,
        "state": overview.course_of(row).state(runtime().clock.now()).value,
        "enteredBy": _party(organisations[row.entering_org_id]),
        "enteredAt": format_instant(row.entered_at),
        "instruction": {
            "organisation": _party(organisations[row.instructing_org_id]),
            "givenBy": row.entry["given_by"],
            "givenAt": format_instant(datetime.fromisoformat(row.entry["given_at"])),
        },
        "expiresAt": format_instant(row.expires_at),
        "withdrawnAt": row.withdrawn_at and format_instant(row.withdrawn_at),
        "replacedBy": _replaced(found),
        "proposals": [_proposal(each) for each in found.proposals],
        "document": {
            "sha256": row.document_sha256,
            "mediaType": row.document_type,
            "sizeBytes": row.document_bytes,
        },
    }


def _party(organisation: Organisation) -> dict[str, Any]:
    return {"code": organisation.code, "name": organisation.name, "kind": organisation.kind}


def _replaced(found: overview.Shown) -> dict[str, Any] | None:
    row = found.row
    if row.replaced_by_id is None:
        return None
    at = row.replaced_at and format_instant(row.replaced_at)
    return {"orderId": row.replaced_by_id, "orderNumber": found.governing_number, "how": row.replaced_how, "at": at}


def _proposal(each: overview.Proposal) -> dict[str, Any]:
    at = format_instant(each.proposed_at)
    return {"orderId": each.order_id, "orderNumber": each.number, "reasons": each.reasons, "proposedAt": at}


def _finding(one: Finding) -> dict[str, Any]:
    names = {"messageNl": one.message_nl, "actionNl": one.action_nl}
    return {"code": one.code, "field": one.field, "cause": one.cause, "severity": one.severity} | names
