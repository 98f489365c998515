"""Orders: list, read, with their history; and the detentions of their subjects."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import Answer, operation, runtime
from registry.orders import service, showing
from registry.orders.schemas import (
    DetentionSchema,
    HistorySchema,
    NewDetentionSchema,
    OrderListSchema,
    OrderQuerySchema,
    OrderSchema,
)

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
@operation(answers={200: OrderSchema})
def show_order(actor: Actor, order_id: UUID) -> Any:
    """Show an order; who is protected, and the shape of the zones, only to clients with `protected:read`."""
    now, opened = runtime().clock.now(), actor.may(Scope.PROTECTED_READ)
    with consultation() as session:
        view = service.consult(session, actor, now, order_id, opened=opened)
        status = service.statuses(session, [order_id], now)[order_id]
        return showing.whole(view, status, service.versions_of(session, order_id), opened=opened)


@blueprint.get("/orders/<uuid:order_id>/history")
@requires(Scope.ORDERS_READ, Purpose.ENFORCEMENT)
@operation(answers={200: HistorySchema})
def show_history(actor: Actor, order_id: UUID) -> Any:
    """Show every version of an order with its legal dates and when it was recorded, and its merges and splits."""
    with consultation() as session:
        versions, links = service.history(session, actor, runtime().clock.now(), order_id)
        return {
            "orderId": order_id,
            "versions": [showing.recorded(each) for each in versions],
            "subjectLinks": [showing.link(each) for each in links],
        }


@blueprint.post("/detentions")
@requires(Scope.DETENTIONS_WRITE, Purpose.ENFORCEMENT)
@operation(body=NewDetentionSchema, answers={201: DetentionSchema}, errors=(404,))
def record_detention(actor: Actor, body: dict[str, Any]) -> Any:
    """Record a detention or absence of the subject of an order; one told before from the same instant gives way."""
    told = service.NewDetention(body["kind"], body["from_at"], body["until_at"], body["source"])
    with runtime().database.transaction() as session:
        made = service.record_detention(session, actor, runtime().clock.now(), body["order_id"], told)
        return Answer(showing.detention(made), 201)
