"""How deadlines moved, for those they concern."""

from datetime import date, datetime
from typing import Any

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.enforcement.moves import Moved, MoveFilter, moves_of
from registry.enforcement.recomputing.schemas import DeadlineMoveListSchema, DeadlineMoveQuerySchema
from registry.http import operation, runtime
from registry.http.fields import format_instant

blueprint = Blueprint("moves", __name__, url_prefix="/v1")


@blueprint.get("/deadlines/moves")
@requires(Scope.DEADLINES_READ, Purpose.ENFORCEMENT)
@operation(query=DeadlineMoveQuerySchema, answers={200: DeadlineMoveListSchema})
def list_moves(actor: Actor, query: dict[str, Any]) -> Any:
    """List how the ends of deadlines moved: from when to when, why, and by which tables of law; newest first."""
    asked = MoveFilter(query["limit"], query["cursor"], query["cause"], query["deadline"])
    with consultation() as session:
        found = moves_of(session, actor, runtime().clock.now(), asked)
        rows = [_shown(one) for one in found]
    return {"moves": rows, "next": str(found[-1].move.id) if len(found) == query["limit"] else None}


def _shown(moved: Moved) -> dict[str, Any]:
    move, deadline = moved.move, moved.deadline
    return {
        "id": move.id,
        "deadlineId": deadline.id,
        "proceedingId": deadline.proceeding_id,
        "orderId": deadline.order_id,
        "rule": deadline.term_id,
        "title": deadline.title_nl,
        "movedAt": format_instant(move.moved_at),
        "cause": move.cause,
        "formerDueAt": _at(move.former_due_at),
        "formerDueOn": _on(move.former_due_on),
        "formerTargetAt": _at(move.former_target_at),
        "formerLawHash": move.former_law_hash,
        "dueAt": _at(move.due_at),
        "dueOn": _on(move.due_on),
        "targetAt": _at(move.target_at),
        "lawHash": move.law_hash,
    }


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else format_instant(instant)


def _on(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
