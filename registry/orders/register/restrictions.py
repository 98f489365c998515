"""Writing the bans and duties of a version, and their zones."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from registry.db import new_id
from registry.orders.models import Condition, ZoneRecord
from registry.orders.register.areas import document_of, likeness_of
from registry.orders.register.content import ConditionContent, OrderContent
from registry.orders.register.projection import NewPlace
from registry.orders.rows import Rows


def add_conditions(rows: Rows, order_id: UUID, version_id: UUID, version: int, content: OrderContent) -> list[NewPlace]:
    """Have every condition written with its zone, and return the zones that have a usable shape."""
    conditions: list[dict[str, Any]] = []
    zones: list[dict[str, Any]] = []
    places: list[NewPlace] = []
    for each in content.conditions:
        condition_id = new_id()
        conditions.append(_condition(each, condition_id, version_id))
        if each.zone is None:
            continue
        zone_id = new_id()
        document = document_of(each, each.zone, content.facts.time_zone)
        zones.append(
            {
                "id": zone_id,
                "order_id": order_id,
                "condition_id": condition_id,
                "version": version,
                "kind": each.zone.kind,
                "likeness": likeness_of(each, each.zone, document),
                "geometry_sealed": ZoneRecord.geometry.close(zone_id, document),
            }
        )
        if each.zone.shape is not None:
            places.append(NewPlace(zone_id, each.zone.shape))
    rows.add(Condition, conditions)
    rows.add(ZoneRecord, zones)
    return places


def _condition(condition: ConditionContent, condition_id: UUID, version_id: UUID) -> dict[str, Any]:
    document = {
        "text": condition.text,
        "protects": condition.protects,
        "electronic_monitoring": condition.electronic_monitoring,
        "distance_m": condition.distance_m,
        "scheduled": condition.schedule is not None,
        "raw": {name: value for name, value in condition.raw.items() if name != "zone"},
    }
    return {
        "id": condition_id,
        "version_id": version_id,
        "reference": condition.reference,
        "type": condition.type.value,
        "starts_on": condition.starts_on,
        "ends_on": condition.ends_on,
        "is_monitored": condition.can_be_monitored,
        "not_monitored_because": _obstacle(condition),
        "content_sealed": Condition.content.close(condition_id, document),
    }


def _obstacle(condition: ConditionContent) -> str | None:
    """Why positions cannot be held against a condition."""
    if condition.can_be_monitored:
        return None
    if condition.zone is None:
        return "no_zone"
    if condition.zone.shape is None:
        return "address_not_located" if condition.zone.address else "zone_unreadable"
    return "schedule_unreadable"
