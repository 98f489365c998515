"""Requests to confirm an order: ask, list, read, answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.dispatch.confirmations import service
from registry.dispatch.confirmations.models import Confirmation
from registry.dispatch.confirmations.recent import shown
from registry.dispatch.confirmations.schemas import (
    ConfirmationListSchema,
    ConfirmationQuerySchema,
    ConfirmationSchema,
    NewConfirmationAnswerSchema,
    NewConfirmationSchema,
)
from registry.dispatch.street.reach import Briefed
from registry.http import Answer, operation, runtime
from registry.orders.models import Order

blueprint = Blueprint("confirmations", __name__, url_prefix="/v1")


@blueprint.post("/confirmations")
@requires(Scope.LOOKUPS_ASK, Purpose.ACUTE_CALL)
@operation(body=NewConfirmationSchema, answers={200: ConfirmationSchema, 201: ConfirmationSchema}, errors=(404,))
def ask(actor: Actor, body: dict[str, Any]) -> Any:
    """Ask the source of an order to confirm it: within 10 minutes when urgent, else within an hour.

    While such a request of the caller's organisation is open, it is answered with 200 and the request as it stands.
    """
    now = runtime().clock.now()
    asked = Briefed.by(body["order_id"], body)
    with runtime().database.transaction() as session:
        found, is_new = service.request(session, actor, now, asked, body["urgency"])
        return Answer(_shown(session, [found], now)[0], 201 if is_new else 200)


@blueprint.get("/confirmations")
@requires(Scope.LOOKUPS_ASK, Purpose.ACUTE_CALL, or_scope=Scope.CONFIRMATIONS_ANSWER)
@operation(query=ConfirmationQuerySchema, answers={200: ConfirmationListSchema})
def list_confirmations(actor: Actor, query: dict[str, Any]) -> Any:
    """List the requests that the caller's organisation made, or as the source must answer, newest first."""
    now = runtime().clock.now()
    asked = service.ConfirmationFilter(query["limit"], query["cursor"], query["status"])
    with consultation() as session:
        found = service.confirmations_of(session, actor, now, asked)
        following = str(found[-1].id) if len(found) == query["limit"] else None
        return {"confirmations": _shown(session, found, now), "next": following}


@blueprint.get("/confirmations/<uuid:confirmation_id>")
@requires(Scope.LOOKUPS_ASK, Purpose.ACUTE_CALL, or_scope=Scope.CONFIRMATIONS_ANSWER)
@operation(answers={200: ConfirmationSchema})
def show_confirmation(actor: Actor, confirmation_id: UUID) -> Any:
    """Show a request, to who asked and to the source."""
    now = runtime().clock.now()
    with consultation() as session:
        return _shown(session, [service.confirmation_for(session, actor, now, confirmation_id)], now)[0]


@blueprint.post("/confirmations/<uuid:confirmation_id>/answer")
@requires(Scope.CONFIRMATIONS_ANSWER, Purpose.ENFORCEMENT)
@operation(body=NewConfirmationAnswerSchema, answers={200: ConfirmationSchema}, errors=(409,))
def answer(actor: Actor, confirmation_id: UUID, body: dict[str, Any]) -> Any:
    """Answer a request as the source of the order, once."""
    now = runtime().clock.now()
    with runtime().database.transaction() as session:
        return _shown(session, [service.answer(session, actor, now, confirmation_id, body["outcome"])], now)[0]


def _shown(session: Session, found: Sequence[Confirmation], now: datetime) -> list[dict[str, Any]]:
    order_ids = {each.order_id for each in found}
    rows = session.execute(select(Order.id, Order.number).where(Order.id.in_(order_ids)))
    numbers = {order_id: number for order_id, number in rows}
    return [
        {
            **shown(each, now),
            "orderId": each.order_id,
            "orderNumber": numbers[each.order_id],
            "askedBy": each.asked_by,
            "unit": each.unit,
            "answeredBy": each.answered_by,
        }
        for each in found
    ]
