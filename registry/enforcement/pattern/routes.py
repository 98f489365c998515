"""The pattern of breaches of an order and its pair."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint

from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.enforcement.pattern import service
from registry.enforcement.pattern.rules import Pattern
from registry.enforcement.pattern.schemas import BreachPatternSchema
from registry.http import operation, runtime
from registry.http.fields import format_instant

blueprint = Blueprint("pattern", __name__, url_prefix="/v1")


@blueprint.get("/orders/<uuid:order_id>/breach-pattern")
@requires(Scope.BREACHES_READ, Purpose.ENFORCEMENT)
@operation(answers={200: BreachPatternSchema})
def show_pattern(actor: Actor, order_id: UUID) -> Any:
    """Show the breaches of an order and its pair together: the n-th, the trend, light and severe, earlier reactions."""
    with consultation() as session:
        found = service.overview_for(session, actor, runtime().clock.now(), order_id)
        return {
            "orderId": found.order.id,
            "breaches": [_breach(one) for one in found.breaches],
            "ofOrder": _pattern(found.of_order),
            "ofPair": _pattern(found.of_pair),
        }


def _breach(one: service.Numbered) -> dict[str, Any]:
    return {
        "id": one.breach.id,
        "orderId": one.breach.order_id,
        "number": one.number,
        "pairNumber": one.pair_number,
        "occurredFrom": format_instant(one.breach.occurred_from),
        "origin": one.breach.origin,
        "status": one.breach.status,
        "severity": one.breach.severity,
        "reactions": [
            {"at": format_instant(reaction.at), "kind": reaction.kind, "value": reaction.value}
            for reaction in one.reactions
        ],
    }


def _pattern(found: Pattern) -> dict[str, Any]:
    return {
        "total": found.total,
        "severe": found.severe,
        "last14Days": found.last_14_days,
        "last30Days": found.last_30_days,
        "before30Days": found.before_30_days,
        "trend": found.trend,
        "shortestGapHours": _hours(found.shortest_gap),
        "lastGapHours": _hours(found.last_gap),
        "severeAfterLight": found.severe_after_light,
    }


def _hours(gap: timedelta | None) -> int | None:
    return None if gap is None else int(gap / timedelta(hours=1))
