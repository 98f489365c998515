"""Orders: list, read, as of any two times, with their history; detentions of their subjects; exemptions from zones."""

from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import Answer, operation, runtime
from registry.orders import answering, history, service, showing
from registry.orders.exemption_schemas import (
    ExemptionListSchema,
    ExemptionQuerySchema,
    ExemptionSchema,
    ExemptionWithdrawalSchema,
    NewExemptionSchema,
)
from registry.orders.history_schemas import (
    DetentionEndSchema,
    DetentionListSchema,
    DetentionQuerySchema,
    DetentionSchema,
    HistoryQuerySchema,
    HistorySchema,
    NewDetentionSchema,
    StretchSchema,
)
from registry.orders.models import Detention, Exemption
from registry.orders.schemas import OrderListSchema, OrderQuerySchema, OrderSchema
from registry.orders.status_schemas import MomentQuerySchema

blueprint = Blueprint("orders", __name__, url_prefix="/v1")


@blueprint.get("/orders")
@requires(Scope.ORDERS_READ, Purpose.ENFORCEMENT)
@operation(query=OrderQuerySchema, answers={200: OrderListSchema})
def list_orders(actor: Actor, query: dict[str, Any]) -> Any:
    """List the orders that concern the caller's organisation, newest first."""
    now, page = runtime().clock.now(), service.Page(query["limit"], query["cursor"], query["number"])
    with consultation() as session:
        found = [order.id for order in service.orders_of(session, actor, now, page)]
        views, statuses = service.current_view(session, found), service.statuses(session, found, now)
        lines = [showing.line(views[order_id], statuses[order_id]) for order_id in found]
    return {"orders": lines, "next": str(found[-1]) if len(found) == query["limit"] else None}


@blueprint.get("/orders/<uuid:order_id>")
@requires(Scope.ORDERS_READ, Purpose.ENFORCEMENT)
@operation(query=MomentQuerySchema, answers={200: OrderSchema})
def show_order(actor: Actor, order_id: UUID, query: dict[str, Any]) -> Any:
    """Show an order, and why it has its status; who is protected, and where, only to clients with `protected:read`.

    A client that also may ask lookups sees neither here: an address takes a question that held it, or a reason.
    `asOf` and `knownAt` ask what held at one instant as the register knew it at another. With `knownAt` alone the
    answer is what the register told at that instant. An order that was not known yet is told as `not_known`.
    """
    question = service.Question.of(runtime().clock.now(), query["as_of"], query["known_at"])
    opened = actor.sees_protected
    with consultation() as session:
        order, known = service.consult(session, actor, order_id, question, opened=opened)
        return answering.answer(order, known, question, opened=opened)


@blueprint.get("/orders/<uuid:order_id>/history")
@requires(Scope.ORDERS_READ, Purpose.ENFORCEMENT)
@operation(query=HistoryQuerySchema, answers={200: HistorySchema})
def show_history(actor: Actor, order_id: UUID, query: dict[str, Any]) -> Any:
    """Show every version of an order, who sent it and what it changed; for whom its subject was taken; detentions."""
    now, opened = runtime().clock.now(), actor.sees_protected
    page = service.ChroniclePage(query["limit"], query["cursor"])
    with consultation() as session:
        found = service.history(session, actor, now, order_id, page)
        following = str(found.chapters[-1].version.id) if len(found.chapters) == page.limit else None
        return history.told(found, now, opened=opened) | {"next": following}


@blueprint.get("/orders/<uuid:order_id>/detentions")
@requires(Scope.ORDERS_READ, Purpose.ENFORCEMENT)
@operation(query=DetentionQuerySchema, answers={200: DetentionListSchema})
def list_detentions(actor: Actor, order_id: UUID, query: dict[str, Any]) -> Any:
    """List what was recorded of the detentions and absences of the subject of an order, newest first."""
    now = runtime().clock.now()
    page = service.DetentionPage(query["limit"], query["cursor"], query["held"] == "true")
    with consultation() as session:
        found, codes = service.detentions_of_order(session, actor, now, order_id, page)
        following = str(found[-1].id) if len(found) == page.limit else None
        return {"detentions": [showing.detention(each, codes) for each in found], "next": following}


@blueprint.post("/detentions")
@requires(Scope.DETENTIONS_WRITE, Purpose.ENFORCEMENT)
@operation(body=NewDetentionSchema, answers={201: DetentionSchema}, errors=(404,))
def record_detention(actor: Actor, body: dict[str, Any]) -> Any:
    """Record a detention or absence of the subject of an order; one told before from the same instant gives way."""
    with runtime().database.transaction() as session:
        made = service.record_detention(session, actor, runtime().clock.now(), body["order_id"], _told(body))
        return _made(session, made)


@blueprint.post("/detentions/<uuid:detention_id>/end")
@requires(Scope.DETENTIONS_WRITE, Purpose.ENFORCEMENT)
@operation(body=DetentionEndSchema, answers={201: DetentionSchema}, errors=(409,))
def end_detention(actor: Actor, detention_id: UUID, body: dict[str, Any]) -> Any:
    """Record when a detention ended or will end; what was recorded before gives way and stays readable."""
    with runtime().database.transaction() as session:
        made = service.end_detention(session, actor, runtime().clock.now(), detention_id, body["until_at"])
        return _made(session, made)


@blueprint.post("/detentions/<uuid:detention_id>/correction")
@requires(Scope.DETENTIONS_WRITE, Purpose.ENFORCEMENT)
@operation(body=StretchSchema, answers={201: DetentionSchema}, errors=(409,))
def correct_detention(actor: Actor, detention_id: UUID, body: dict[str, Any]) -> Any:
    """Record how a detention really was; what was recorded before gives way and stays readable."""
    with runtime().database.transaction() as session:
        made = service.correct_detention(session, actor, runtime().clock.now(), detention_id, _told(body))
        return _made(session, made)


@blueprint.post("/detentions/<uuid:detention_id>/withdrawal")
@requires(Scope.DETENTIONS_WRITE, Purpose.ENFORCEMENT)
@operation(answers={200: DetentionSchema}, errors=(409,))
def withdraw_detention(actor: Actor, detention_id: UUID) -> Any:
    """Record that a detention never was; the record stays readable."""
    with runtime().database.transaction() as session:
        gone = service.withdraw_detention(session, actor, runtime().clock.now(), detention_id)
        return showing.detention(gone, service.recorders_of(session, [gone]))


@blueprint.get("/orders/<uuid:order_id>/exemptions")
@requires(Scope.ORDERS_READ, Purpose.SUPERVISION)
@operation(query=ExemptionQuerySchema, answers={200: ExemptionListSchema})
def list_exemptions(actor: Actor, order_id: UUID, query: dict[str, Any]) -> Any:
    """List what was recorded of the exemptions from the zones of an order, newest first."""
    page = service.ExemptionPage(query["limit"], query["cursor"])
    with consultation() as session:
        found = service.exemptions_of_order(session, actor, runtime().clock.now(), order_id, page)
        codes = service.exemption_codes(session, found)
        following = str(found[-1].id) if len(found) == page.limit else None
        return {"exemptions": [showing.exemption(each, codes) for each in found], "next": following}


@blueprint.post("/orders/<uuid:order_id>/exemptions")
@requires(Scope.EXEMPTIONS_WRITE, Purpose.SUPERVISION)
@operation(body=NewExemptionSchema, answers={201: ExemptionSchema}, errors=(404,))
def record_exemption(actor: Actor, order_id: UUID, body: dict[str, Any]) -> Any:
    """Record that a zone does not hold for its wearer from an instant until another: a hearing, a hospital.

    Positions that came before are judged anew, so that an exemption recorded later takes back what it allowed.
    """
    named = (body["condition"], service.ExemptionKind(body["kind"]), body["from_at"], body["until_at"], body["source"])
    with runtime().database.transaction() as session:
        told = service.NewExemption(*named)
        return _exempted(session, service.record_exemption(session, actor, runtime().clock.now(), order_id, told), 201)


@blueprint.post("/exemptions/<uuid:exemption_id>/withdrawal")
@requires(Scope.EXEMPTIONS_WRITE, Purpose.SUPERVISION)
@operation(body=ExemptionWithdrawalSchema, answers={200: ExemptionSchema}, errors=(409,))
def withdraw_exemption(actor: Actor, exemption_id: UUID, body: dict[str, Any]) -> Any:
    """Withdraw an exemption from an instant within it on, or wholly; positions since then are judged anew."""
    with runtime().database.transaction() as session:
        gone = service.withdraw_exemption(session, actor, runtime().clock.now(), exemption_id, body["ends_at"])
        return _exempted(session, gone, 200)


def _exempted(session: Session, row: Exemption, status: int) -> Answer:
    return Answer(showing.exemption(row, service.exemption_codes(session, [row])), status)


def _told(body: dict[str, Any]) -> service.NewDetention:
    told = (body[name] for name in ("kind", "from_at", "until_at", "source", "identity_confirmed"))
    return service.NewDetention(*told)


def _made(session: Session, made: Detention) -> Answer:
    return Answer(showing.detention(made, service.recorders_of(session, [made])), 201)
