"""One order, one hit: what fits an order that was entered provisionally counts for the order that took its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from registry.dispatch.rules import Evidence, Relation
from registry.orders.force.entered import governing

_FROM_ENTRY = "volgens de voorlopige invoer van dit bevel"


def of_governing(session: Session, found: Sequence[tuple[UUID, Evidence]]) -> list[tuple[UUID, Evidence]]:
    """The evidence by the orders that govern; what only the provisional entry told is still a reason to show one."""
    replaced = governing(session, {order_id for order_id, _ in found})
    return list(_moved(found, replaced)) if replaced else list(found)


def _moved(found: Sequence[tuple[UUID, Evidence]], replaced: dict[UUID, UUID]) -> Iterator[tuple[UUID, Evidence]]:
    own = {(order_id, evidence.relation) for order_id, evidence in found}
    for order_id, evidence in found:
        into_id = replaced.get(order_id)
        if into_id is None:
            yield order_id, evidence
        elif (into_id, evidence.relation) not in own:
            yield into_id, _from_entry(evidence)


def _from_entry(evidence: Evidence) -> Evidence:
    """References of two entries of an order need not be the same, but there is only one whom it binds."""
    findings = tuple(replace(each, how_nl=f"{each.how_nl} ({_FROM_ENTRY})") for each in evidence.findings)
    reference = evidence.reference if evidence.relation is Relation.BOUND_BY else None
    return replace(evidence, reference=reference, findings=findings)
