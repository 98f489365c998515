"""Notices: list and read what the caller's organisation was told of orders."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import operation, runtime
from registry.http.fields import format_instant
from registry.orders.watch import service
from registry.orders.watch.models import Notice
from registry.orders.watch.schemas import OPEN, NoticeListSchema, NoticeQuerySchema, NoticeSchema
from registry.orders.watch.wording import notice_nl

blueprint = Blueprint("notices", __name__, url_prefix="/v1")


@blueprint.get("/notices")
@requires(Scope.ORDERS_READ, Purpose.ENFORCEMENT)
@operation(query=NoticeQuerySchema, answers={200: NoticeListSchema})
def list_notices(actor: Actor, query: dict[str, Any]) -> Any:
    """List what the caller's organisation was told of ends, conflicts, gaps and releases, newest first."""
    state = query["state"] and query["state"] == OPEN
    asked = service.NoticeFilter(query["limit"], query["cursor"], query["kind"], query["order_id"], state)
    with consultation() as session:
        found = service.notices_of(session, actor, runtime().clock.now(), asked)
        following = str(found[-1].id) if len(found) == query["limit"] else None
        return {"notices": [_shown(one) for one in found], "next": following}


@blueprint.get("/notices/<uuid:notice_id>")
@requires(Scope.ORDERS_READ, Purpose.ENFORCEMENT)
@operation(answers={200: NoticeSchema})
def show_notice(actor: Actor, notice_id: UUID) -> Any:
    """Show a notice."""
    with consultation() as session:
        return _shown(service.notice_for(session, actor, runtime().clock.now(), notice_id))


def _shown(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "kind": notice.kind,
        "rule": notice.rule,
        "textNl": notice_nl(notice.kind, notice.rule),
        "conditionType": notice.condition_type,
        "orderId": notice.order_id,
        "otherOrderId": notice.other_order_id,
        "occurredAt": notice.occurs_at and format_instant(notice.occurs_at),
        "fromOn": notice.from_on,
        "untilOn": notice.until_on,
        "days": notice.days,
        "foundLate": notice.found_late,
        "raisedAt": format_instant(notice.raised_at),
        "closedAt": notice.closed_at and format_instant(notice.closed_at),
        "closedBecause": notice.closed_because,
    }
